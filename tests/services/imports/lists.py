"""Customer lists for the tests of the import: as bytes, brought in, and what the database then holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from scheduler.models.accounts import Account, Contact, Store, contact_stores
from scheduler.models.db import Base, db
from scheduler.models.history import Event
from scheduler.models.staff import Staff
from scheduler.services.actors import CLI
from scheduler.services.imports import confirm
from scheduler.services.imports.confirm import ImportResult
from scheduler.services.imports.lists import Choices

DATA = Path(__file__).parents[2] / "data"
SAMPLE = (DATA / "customers_cp932.csv").read_bytes()
# Noon in Tokyo on the day that the sample's totals are told for.
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def a_list(*rows: Mapping[str, str]) -> bytes:
    """Write rows under the headers they name; the account is A1, 株式会社みほん, unless a row says otherwise."""
    given = [{"顧客ID": "A1", "会社名": "株式会社みほん", **row} for row in rows]
    headers = list(dict.fromkeys(header for row in given for header in row))
    return as_csv([headers, *([row.get(header, "") for header in headers] for row in given)])


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def bring_in(data: bytes, now: datetime = NOW, **choices: Any) -> ImportResult:
    return confirm.bring_in(data, "list.csv", Choices(**choices), now, CLI)


def counts(result: ImportResult, part: str) -> tuple[int, int, int]:
    """Return how many were new, changed and unchanged."""
    totals = result.totals[part]
    return totals["new"], totals["changed"], totals["unchanged"]


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Read all rows that an import may touch, as they are now."""
    db.session.rollback()
    models: tuple[type[Base], ...] = (Account, Store, Contact, Staff, Event)
    tables = [*(model.__table__ for model in models), contact_stores]
    return {table.name: sorted(map(repr, db.session.execute(select(table)))) for table in tables}  # type: ignore[misc, attr-defined]


def how_many(model: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def account(external_id: str = "A1") -> Account:
    query = select(Account).where(Account.external_id == external_id)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def person(name: str) -> Contact:
    query = select(Contact).where(Contact.name == name)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def store(code: str) -> Store:
    query = select(Store).where(Store.code == code)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def imported_events() -> list[dict[str, Any]]:
    query = select(Event.params).where(Event.key == "imported").order_by(Event.id)
    return [{key: value for key, value in params.items() if key != "upload_id"} for params in db.session.scalars(query)]
