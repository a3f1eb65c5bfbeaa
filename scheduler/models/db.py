"""Answers how rows reach the database: the one `db`, its column types and its transactions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, CursorResult, DateTime, Delete, Dialect, Engine, MetaData, Update, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
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


# JSON that PostgreSQL can compare and index; plain text in SQLite.
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """The parent of every table; `db` below shares its metadata, so Flask-SQLAlchemy and Alembic see them all."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UTCDateTime, dict[str, Any]: Json, list[Any]: Json, dict[str, str]: Json}


class Database(SQLAlchemy):
    """Flask-SQLAlchemy's extension with the one way to write: `with db.writing():`."""

    def changed(self, statement: Update | Delete) -> int:
        """Execute an UPDATE or DELETE and return how many rows it changed."""
        return cast("CursorResult[Any]", self.session.execute(statement)).rowcount

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
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            yield
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info["writing"] = False


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
        cursor.execute("PRAGMA busy_timeout=20000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        kind = connection.get_execution_options().get("sqlite_begin", "")
        connection.exec_driver_sql(f"BEGIN {kind}".strip())
