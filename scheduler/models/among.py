"""Answers how a statement asks for the rows of many ids in words that stay the same however many ids there are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, JSON, Boolean, Integer, SQLColumnExpression, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Among(FunctionElement[bool]):
    """A column is one of the parameter `ids`, a list that is handed over as one value.

    A place for each id, as `in_` makes them, is written, sent, parsed and planned anew for every list: for hundreds of ids
    that takes longer than finding their rows.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: SQLColumnExpression[Any]) -> None:
        super().__init__(column, bindparam("ids", type_=JSON().with_variant(ARRAY(Integer), "postgresql")))


@compiles(Among, "postgresql")
def _in_array(element: Among, compiler: SQLCompiler, **words: Any) -> str:
    column, ids = element.clauses
    return f"{compiler.process(column, **words)} = ANY({compiler.process(ids, **words)})"


@compiles(Among, "sqlite")
def _in_places(element: Among, compiler: SQLCompiler, **words: Any) -> str:
    # It has no lists, and plans in no time.
    column, _ids = element.clauses
    return str(compiler.process(column.in_(bindparam("ids", expanding=True)), **words))
