"""Answers how rows are added of which some may be there already: the same call twice adds them once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Insert, Text, bindparam, cast, column, func, select
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.models.db import Base, db, table

# From so many rows on they go to PostgreSQL as one parameter: writing thousands takes longer than adding the rows.
MANY = 50


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
    if len(rows) >= MANY and db.session.get_bind().dialect.name == "postgresql":
        written = json.dumps(rows, default=_iso, ensure_ascii=False)
        return [tuple(row) for row in db.core(_of_json(model, tuple(rows[0]), columns), {"rows": written})]
    # The rows go as parameters: the statement stays the same, so that it is compiled once.
    statement = _statement(db.session.get_bind().dialect.name, model, columns)
    return [tuple(row) for row in db.core(statement, rows[0] if len(rows) == 1 else list(rows))]


@cache
def _statement(dialect: str, model: type[Base], columns: tuple[str, ...]) -> Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    into = table(model)
    return insert(into).on_conflict_do_nothing().returning(*(into.c[name] for name in columns))


@cache
def _of_json(model: type[Base], names: tuple[str, ...], columns: tuple[str, ...]) -> Insert:
    into = table(model)
    given = (
        func.jsonb_to_recordset(cast(bindparam("rows", type_=Text), postgresql.JSONB))
        .table_valued(*(column(name, into.c[name].type) for name in names), name="given")
        .render_derived(with_types=True)
    )
    rows = select(*(given.c[name] for name in names))
    statement = postgresql.insert(into).from_select(list(names), rows)
    return statement.on_conflict_do_nothing().returning(*(into.c[name] for name in columns))


def _iso(value: object) -> str:
    if isinstance(value, date):
        # A moment, too, with its offset.
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no value of a row")
