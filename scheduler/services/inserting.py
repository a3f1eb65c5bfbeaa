"""Answers how rows are added of which some may be there already: the same call twice adds them once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.models.db import Base, db, table


def add_missing(model: type[Base], rows: Sequence[dict[str, Any]]) -> int:
    """Add rows within the open transaction but those that a unique key holds already; return how many were new.

    Every row names the same columns.
    """
    return len(added(model, rows, "id"))


def added(model: type[Base], rows: Sequence[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    """Like `add_missing`, but return these columns of each row that was new."""
    if not rows:
        return []
    db.session.flush()
    # The rows go as parameters: the statement stays the same, so that it is compiled once.
    statement = _statement(db.session.get_bind().dialect.name, model, columns)
    return [tuple(row) for row in db.core(statement, rows[0] if len(rows) == 1 else list(rows))]


@cache
def _statement(dialect: str, model: type[Base], columns: tuple[str, ...]) -> Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    into = table(model)
    return insert(into).on_conflict_do_nothing().returning(*(into.c[name] for name in columns))
