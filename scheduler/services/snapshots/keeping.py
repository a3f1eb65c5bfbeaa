"""Answers how counted rows are written in place of those counted before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert, Select
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.models.db import Base, db, table


def put(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows within the open transaction, each in place of the one of its key."""
    if rows:
        db.core(_of_values(db.session.get_bind().dialect.name, model), list(rows))


def put_selected(model: type[Base], rows: Select[*tuple[Any, ...]]) -> Insert:
    """Return the statement that writes the rows of another, each in place of the one of its key."""
    insert = _insert(db.session.get_bind().dialect.name, model)
    return _replacing(insert.from_select([column.name for column in rows.selected_columns], rows), model)


@cache
def _of_values(dialect: str, model: type[Base]) -> Insert:
    return _replacing(_insert(dialect, model), model)


def _insert(dialect: str, model: type[Base]) -> Any:
    return (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table(model))


def _replacing(statement: Any, model: type[Base]) -> Insert:
    columns = table(model).c
    values = {column.name: statement.excluded[column.name] for column in columns if not column.primary_key}
    key = [column.name for column in columns if column.primary_key]
    done: Insert = statement.on_conflict_do_update(index_elements=key, set_=values)
    return done.execution_options(preserve_rowcount=True)
