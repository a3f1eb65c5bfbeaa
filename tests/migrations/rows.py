"""Answers how every table gets a row, so that a migration is tried on tables that are not empty."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, insert

from scheduler.models import (  # noqa: F401  (every table must be known)
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
)
from scheduler.models.db import Base, UTCDateTime

TABLES = Base.metadata.sorted_tables

# What the constraints ask for beside types and references; for all the rest any value will do.
VALUES: dict[str, dict[str, Any]] = {
    "staff": {"team": "onboarding"},
    "accounts": {"stage": "onboarding"},
    "lectures": {"ends_at": datetime(2027, 1, 1, tzinfo=UTC), "slot": "2026-04-03T14:00", "kind": "webinar"},
    "registrations": {"status": "booked"},
    "presences": {"source": "report"},
    "attendances": {"verdict": "attended"},
    "events": {"actor_kind": "staff"},
    "mails": {"staff_id": None, "application_id": None},
    "series": {"holidays": "skip", "kind": "webinar"},
    "applications": {"state": "sent"},
    "proposals": {"state": "open"},
    "uploads": {"kind": "attendance"},
    "contracts": {"ends_on": date(2027, 4, 1), "outcome": "renewed"},
    "feedbacks": {"understanding": "unsure"},
    "completions": {"waiting_on": None},
    "turnouts": {"verdict": "attended", "reminder": "none", "asked": "first"},
    "tenures": {"until_on": date(2026, 5, 1)},
    "trials": {"subjects": "accounts"},
    "figures": {"staff_id": None},
    "destinations": {"kind": "webhook", "ended_why": "gone"},
}
OF_TYPE: dict[type, Any] = {
    int: 1,
    float: 1.5,
    str: "words",
    bool: True,
    bytes: b"content",
    date: date(2026, 4, 1),
    datetime: datetime(2026, 4, 1, tzinfo=UTC),
    # JSON
    object: {"ja": "値"},
}


def fill(connection: Connection) -> None:
    """Add one row to every table, each reference pointing at the one row of its parent."""
    for table in TABLES:
        values = {column.name: _value(table, column) for column in table.columns if not column.primary_key}
        values |= {column.name: 1 for column in table.primary_key if column.foreign_keys}
        values |= {column.name: _value(table, column) for column in table.primary_key if column.type.python_type is str}
        connection.execute(insert(table).values(values | VALUES.get(table.name, {})))


def _value(table: Table, column: Column[Any]) -> Any:
    reference = next(iter(column.foreign_keys), None)
    if reference is not None:
        return None if reference.column.table is table else 1
    if column.default is not None and column.default.is_scalar:
        return column.default.arg  # type: ignore[attr-defined]
    return OF_TYPE[datetime if isinstance(column.type, UTCDateTime) else column.type.python_type]
