"""Answers how counted rows replace those counted before: only what differs is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Insert, Table, or_
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.models.db import Base, db, table


def differing(into: Table, given: Any) -> ColumnElement[bool]:
    """Match rows of a table of which any column but the key differs from what is given."""
    return or_(*(column.is_distinct_from(given[column.name]) for column in into.c if not column.primary_key))


def upserting(model: type[Base]) -> Any:
    """Return an INSERT that the caller gives its rows and that rewrites those which are there and differ."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(table(model))


def replacing(statement: Any, into: Table) -> Insert:
    """Let such an INSERT rewrite rows of the same key that differ."""
    values = {column.name: statement.excluded[column.name] for column in into.c if not column.primary_key}
    key = [column.name for column in into.primary_key]
    done: Insert = statement.on_conflict_do_update(
        index_elements=key, set_=values, where=differing(into, statement.excluded)
    )
    return done.execution_options(preserve_rowcount=True)


@cache
def _statement(dialect: str, model: type[Base]) -> Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return replacing(insert(table(model)), table(model))


def put(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows within the open transaction in place of those of the same key."""
    if rows:
        db.core(_statement(db.session.get_bind().dialect.name, model), list(rows))
