"""Answers how migrations reach the database; runs inside the application's context only."""

from __future__ import annotations

import warnings
from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection, func, select, types
from sqlalchemy.exc import SAWarning

from scheduler.models import (  # noqa: F401  (every table must be known to be compared)
    accounts,
    applications,
    attendance,
    handovers,
    history,
    lectures,
    mails,
    proposals,
    registrations,
    replies,
    settings,
    setup,
    signals,
    snapshots,
    staff,
    tags,
    tasks,
    trials,
    uploads,
)  # fmt: skip
from scheduler.models.db import UTCDateTime

extension = current_app.extensions["migrate"]

# The key of PostgreSQL's advisory lock that a migration holds: any number that nobody else uses in this database.
ONE_AT_A_TIME = 7_281_954


def _render(kind: str, value: Any, autogenerate: Any) -> str | Literal[False]:
    """Write our column types as plain SQL types, so that a migration does not change when our code does."""
    if kind == "type" and isinstance(value, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(value, types.JSON):
        autogenerate.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql')"
    return False


def _compare(
    _context: Any, _inspected: Any, _column: Any, _there: types.TypeEngine, wanted: types.TypeEngine
) -> bool | None:
    return False if isinstance(wanted, UTCDateTime) else None


def run() -> None:
    """Run the migrations in one transaction, one process at a time: whoever comes second finds nothing left to do."""
    with extension.db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=extension.db.metadata,
            render_as_batch=True,
            render_item=_render,
            compare_type=_compare,
            # SQLite can roll tables back too; Alembic takes it for a database that cannot.
            transactional_ddl=True,
            transaction_per_migration=False,
        )
        if connection.dialect.name == "sqlite":
            _run_on_sqlite(connection)
        else:
            with context.begin_transaction():
                connection.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
                context.run_migrations()


def _run_on_sqlite(connection: Connection) -> None:
    """Run them without foreign keys, which recreating a parent table would follow into its children; check afterwards."""
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    # An index over an expression cannot be reflected; tables that have one are never made anew (tests/migrations).
    warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index", SAWarning)
    try:
        connection.execution_options(sqlite_begin="IMMEDIATE")
        with context.begin_transaction():
            context.run_migrations()
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration broke {len(broken)} references; nothing was changed")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


run()
