"""Answers how rows reach the database: the one `db`, its column types and its transactions."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    Connection,
    CursorResult,
    DateTime,
    Delete,
    Dialect,
    Engine,
    Executable,
    MetaData,
    Table,
    Update,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm.util import identity_key
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# For how many seconds a writer waits for the others on SQLite before it gives up.
LONGEST_WAIT = 20

# JSON that PostgreSQL can compare and index; plain text in SQLite.
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """The parent of every table; `db` below shares its metadata, so Flask-SQLAlchemy and Alembic see them all."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UTCDateTime, dict[str, Any]: Json, list[Any]: Json, dict[str, str]: Json}


def where(condition: str) -> dict[str, Any]:
    """Return what makes an index hold only the rows of which this is true, on either database."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def table(model: type[Base]) -> Table:
    """Return a model's table."""
    return cast(Table, model.__table__)


class Database(SQLAlchemy):
    """Flask-SQLAlchemy's extension with the one way to write: `with db.writing():`."""

    def changed(self, statement: Update | Delete) -> int:
        """Execute an UPDATE or DELETE and return how many rows it changed."""
        return cast("CursorResult[Any]", self.session.execute(statement)).rowcount

    def core(self, statement: Executable, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Execute a statement over tables within the session's transaction, without the ORM's part of the cost.

        For the few paths that run for every visitor. What the session holds is neither flushed before nor brought up
        to date after: the caller sees to both (`flush`, `forget`).
        """
        session = self.session()
        connection: Connection = session.info.get("connection") or session.connection()
        return connection.execute(statement, parameters)

    def forget(self, model: type[Base], number: int) -> None:
        """Read a row anew when it is next looked at, if the session holds it: `core` changed it."""
        known = self.session.identity_map.get(identity_key(model, number))
        if known is not None:
            self.session.expire(known)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Open the transaction of one service call, or join the one that is open; commit at its end, once.

        On SQLite the transaction is IMMEDIATE from its first statement: one that had read first and then wrote would
        be refused with SQLITE_BUSY_SNAPSHOT whenever another writer came between. That is why a read transaction that
        is still open is ended first, and why services take ids rather than objects loaded before.
        """
        session = self.session()
        if session.info.get("writing"):
            yield
            return
        session.rollback()
        session.info["writing"] = True
        try:
            session.info["connection"] = session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            yield
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.update(writing=False, connection=None)


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


db = Database(
    metadata=Base.metadata,
    # Parameters hold names and addresses, which belong into no log.
    engine_options={"json_serializer": _to_json, "hide_parameters": True},
    session_options={"expire_on_commit": False},
)


def prepare_sqlite(engine: Engine) -> None:
    """Give every SQLite connection WAL, foreign keys and full durability, and leave BEGIN to the engine's events.

    The driver's own transaction control stays off (autocommit), so that BEGIN IMMEDIATE can be chosen per transaction
    (https://docs.sqlalchemy.org/dialects/sqlite.html, "Serializable isolation / Savepoints / Transactional DDL").
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA busy_timeout={LONGEST_WAIT * 1000}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("sqlite_begin") == "IMMEDIATE":
            _begin_writing(connection)
        else:
            connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    """Begin once no other writer is at work, looking again after a fifth of a millisecond, later four.

    SQLite's own waiting grows to a tenth of a second within a dozen looks (sqliteDefaultBusyCallback in
    https://sqlite.org/src/file/src/main.c), during which others that come later go first: a transaction of a
    millisecond is waited for a hundred times as long.
    """
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    waited, delay = 0.0, 0.0002
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while waited < LONGEST_WAIT and _is_busy(driver):
            time.sleep(delay)
            waited, delay = waited + delay, min(delay * 1.5, 0.004)
        if not driver.in_transaction:
            # The engine words what went wrong.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout={LONGEST_WAIT * 1000}")


def _is_busy(driver: sqlite3.Connection) -> bool:
    """Try to begin; tell whether another writer keeps us from it."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        # The lower byte is the primary code (https://sqlite.org/rescode.html).
        return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return False
