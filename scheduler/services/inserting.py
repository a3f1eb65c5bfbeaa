"""Answers how rows are added of which some may be there already: the same call twice adds them once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.models.db import Base, db


def add_missing(model: type[Base], rows: Sequence[dict[str, Any]]) -> int:
    """Add rows within the open transaction but those that a unique key holds already; return how many were new.

    Every row names the same columns.
    """
    return len(added(model, rows, "id"))


def added(model: type[Base], rows: Sequence[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    """Like `add_missing`, but return these columns of each row that was new."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    if not rows:
        return []
    # The rows go as parameters: the statement stays the same, so that it is compiled once.
    table = cast(Table, model.__table__)
    told = insert(table).on_conflict_do_nothing().returning(*(table.c[name] for name in columns))
    return [tuple(row) for row in db.session.execute(told, list(rows))]
