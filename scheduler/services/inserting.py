"""Answers how rows are added of which some may be there already: the same call twice adds them once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from scheduler.models.db import Base, db

# Rows per statement: both databases limit the parameters of one.
CHUNK = 500


def add_missing(model: type[Base], rows: Sequence[dict[str, Any]]) -> int:
    """Add rows within the open transaction but those that a unique key holds already; return how many were new.

    Every row names the same columns.
    """
    return len(added(model, rows, "id"))


def added(model: type[Base], rows: Sequence[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    """Like `add_missing`, but return these columns of each row that was new."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    told = [model.__table__.c[name] for name in columns]
    new: list[tuple[Any, ...]] = []
    for start in range(0, len(rows), CHUNK):
        statement = insert(model).values(rows[start : start + CHUNK]).on_conflict_do_nothing()
        new += [tuple(row) for row in db.session.execute(statement.returning(*told))]
    return new
