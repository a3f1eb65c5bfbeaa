"""Answers how migrations reach the database; runs inside the application's context only."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import types

from scheduler.models import (  # noqa: F401  (every table must be known to be compared)
    accounts, attendance, handovers, history, lectures, mails, registrations, settings, setup, staff, uploads,
)  # fmt: skip
from scheduler.models.db import UTCDateTime

extension = current_app.extensions["migrate"]


def _render(kind: str, value: Any, autogenerate: Any) -> str | bool:
    """Write our column types as plain SQL types, so that a migration does not change when our code does."""
    if kind == "type" and isinstance(value, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(value, types.JSON):
        autogenerate.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql')"
    return False


def _compare(_context: Any, _inspected: Any, _column: Any, _there: types.TypeEngine, wanted: types.TypeEngine) -> bool | None:
    return False if isinstance(wanted, UTCDateTime) else None


def run() -> None:
    """Run the migrations; on SQLite without foreign keys, which recreating a parent table would follow into its children."""
    with extension.db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.commit()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=extension.db.metadata,
            render_as_batch=True,
            render_item=_render,
            compare_type=_compare,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
            if sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"the migration broke {len(broken)} references; nothing was changed")
        if sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


run()
