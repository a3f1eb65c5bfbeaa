"""Answers what many accounts look like: stores, people, seats, attendance, set-up, use and mails, in all stages and sizes.

A thousand accounts are written, the others are copies of them made within the database: a hundred thousand come in seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, String, Table, insert, literal, select, text

from scheduler.models.accounts import Account, Contact, Contract, Store, contact_stores
from scheduler.models.attendance import Attendance
from scheduler.models.db import db, table
from scheduler.models.handovers import Handover
from scheduler.models.lectures import Course, Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.setup import Completion, SetupStep, UsageDay
from scheduler.models.tasks import Task
from scheduler.services import defaults

BASE = 1000
# Between a row's id and that of its next copy: more rows than a table has of the first thousand accounts.
SPAN = 200_000
STAGES = ("sales", *["onboarding"] * 4, *["success"] * 4, "renewal")
# Stores of ten accounts: most are small, a few are chains.
SIZES = (1, 1, 1, 2, 2, 3, 3, 5, 8, 20)
LECTURES, USED_DAYS = 100, 20
TABLES = [
    *(table(Account), table(Store), table(Contact), contact_stores, table(Registration), table(Attendance)),
    *(table(Completion), table(UsageDay), table(Mail), table(Handover), table(Contract), table(Task)),
]

Rows = dict[Table, list[dict[str, Any]]]


def add(accounts: int, now: datetime) -> list[int]:
    """Add so many accounts (up to a thousand, or whole thousands) to an empty installation; return their ids."""
    defaults.ensure(now)
    rows: Rows = defaultdict(list)
    with db.writing():
        lectures = _lectures(now)
        steps = [(step_id, per) for step_id, per in db.session.execute(select(SetupStep.id, SetupStep.per))]
        for number in range(min(accounts, BASE)):
            _account(rows, number, lectures, steps, now)
        for one in TABLES:
            db.core(insert(one), rows[one])
    for copy in range(1, accounts // BASE):
        with db.writing():
            for one in TABLES:
                _copy(one, copy)
    with db.writing():
        # What the databases do by themselves once they have time.
        db.session.execute(text("ANALYZE"))
    return list(db.session.scalars(select(Account.id).order_by(Account.id)))


def _lectures(now: datetime) -> list[int]:
    """Add lectures of the last hundred days; return their ids."""
    course_id = db.session.scalar(select(Course.id).where(Course.key == "basic"))
    for number in range(1, LECTURES + 1):
        at = now - timedelta(days=number)
        db.session.add(
            Lecture(
                uid=f"crowd-{number}@bench.example",
                revised_at=at,
                course_id=course_id,
                starts_at=at,
                ends_at=at + timedelta(hours=1),
                local_start=at.strftime("%Y-%m-%dT%H:%M"),
                zone="Asia/Tokyo",
                capacity=1_000_000,
            )
        )
    db.session.flush()
    return list(db.session.scalars(select(Lecture.id).order_by(Lecture.id)))


def _account(rows: Rows, number: int, lectures: list[int], steps: Sequence[tuple[int, str]], now: datetime) -> None:
    """Lay out one account: how far it has come follows from its stage and number."""
    account_id, stage, stores = number + 1, STAGES[number % 10], SIZES[number // 10 % 10]
    progress = {"sales": 0, "onboarding": number // 100 % 4}.get(stage, 3)
    since = now - timedelta(days=number % 150 + 5)
    rows[table(Account)].append(
        {
            "id": account_id,
            "external_id": f"C{number}",
            "name": f"株式会社みほん{number}",
            "stage": stage,
            "stage_since": since,
            "created_at": since,
            "signed_on": since.date(),
            "introduced_at": since if progress else None,
            "planned_start_on": (now + timedelta(days=number % 120 - 30)).date() if stage == "onboarding" else None,
        }
    )
    own = [_next(rows, table(Store), account_id=account_id, code=f"S{n}", name=f"店{n}") for n in range(stores)]
    for place, store_id in enumerate([None, *own[:6]]):
        _person(rows, account_id, place, store_id, progress, lectures, now)
    _setup(rows, account_id, own, steps, progress, now)
    if progress == 3:
        _usage(rows, account_id, own, USED_DAYS if stage != "onboarding" else 2, now)
    if stage in ("success", "renewal"):
        moments = {"requested_at": since, "decided_at": since}
        _next(
            rows,
            table(Handover),
            account_id=account_id,
            from_stage="onboarding",
            to_stage="success",
            state="accepted",
            **moments,
        )
        ends_on = (now + timedelta(days=number % 300)).date()
        _next(
            rows,
            table(Contract),
            account_id=account_id,
            starts_on=(since - timedelta(days=90)).date(),
            ends_on=ends_on,
            created_at=since,
        )
    if number % 7 == 0:
        due = (now + timedelta(days=3)).date()
        _next(rows, table(Task), key=f"t{number}", kind="by_hand", account_id=account_id, due_on=due, created_at=now)


def _person(
    rows: Rows, account_id: int, place: int, store_id: int | None, progress: int, lectures: list[int], now: datetime
) -> None:
    """Lay out one contact, invited from progress 1 on, registered from 2 on, and then there or not."""
    contact_id = _next(
        rows,
        table(Contact),
        account_id=account_id,
        name=f"試験 {place}",
        name_key=f"試験{place}",
        role="manager" if place else "coordinator",
        email=f"p{place}@c{account_id}.example",
        created_at=now,
    )
    if store_id is not None:
        rows[contact_stores].append({"contact_id": contact_id, "store_id": store_id})
    about = {"contact_id": contact_id, "account_id": account_id}
    for kind in ("invitation", "confirmation", "reminder_day")[: {0: 0, 1: 1}.get(progress, 3)]:
        state = "bounced" if (account_id + place) % 50 == 0 else "delivered"
        when = {"created_at": now, "due_at": now, "next_try_at": now, "sent_at": now}
        _next(rows, table(Mail), key=f"{kind}:{contact_id}", kind=kind, state=state, params={}, **about, **when)
    if progress < 2:
        return
    lecture_id = lectures[contact_id % len(lectures)]
    booked = {"lecture_id": lecture_id, "contact_id": contact_id}
    at = now - timedelta(days=LECTURES + 3)
    moments = {"revised_at": at, "registered_at": at}
    _next(rows, table(Registration), status="booked", uid=f"r{contact_id}@bench.example", **booked, **moments)
    verdict = "attended" if progress == 3 or place % 2 else "missed"
    _next(rows, table(Attendance), verdict=verdict, seconds=3000, sources=["report"], decided_at=now, **booked)


def _setup(
    rows: Rows, account_id: int, stores: list[int], steps: Sequence[tuple[int, str]], progress: int, now: datetime
) -> None:
    for step_id, per in steps:
        places: list[int | None] = list(stores) if per == "store" else [None]
        for place in places[: len(places) * progress // 3]:
            said = {"state": "done", "done_at": now - timedelta(days=2), "by_kind": "staff"}
            _next(rows, table(Completion), account_id=account_id, step_id=step_id, store_id=place, **said)


def _usage(rows: Rows, account_id: int, stores: list[int], days: int, now: datetime) -> None:
    for day in range(days):
        for store_id in stores[:3]:
            used = {"day": (now - timedelta(days=day)).date(), "event": "order", "recorded_at": now}
            _next(rows, table(UsageDay), account_id=account_id, store_id=store_id, **used)


def _next(rows: Rows, of: Table, **values: object) -> int:
    """Lay out a row under the table's next id, and return that."""
    number = len(rows[of]) + 1
    assert number < SPAN
    rows[of].append({"id": number, **values})
    return number


def _copy(of: Table, number: int) -> None:
    """Write the table's first rows once more, as those of other accounts."""

    def shifted(column: Column[Any]) -> ColumnElement[Any]:
        own = column.name == "id" or any(key.column.table in TABLES for key in column.foreign_keys)
        if own:
            return column + number * SPAN
        return column + literal(f"-{number}") if column.unique and isinstance(column.type, String) else column

    first = next(iter(of.primary_key.columns)) <= SPAN
    db.core(insert(of).from_select(list(of.c), select(*map(shifted, of.c)).where(first)))
