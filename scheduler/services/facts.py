"""Answers what is known of accounts, gathered as the rules of readiness and stalling look at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select

from scheduler.models.accounts import Account, Contact, Store, contact_stores
from scheduler.models.attendance import Attendance as AttendanceRow
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration
from scheduler.models.setup import Completion, SetupStep, UsageDay
from scheduler.rules import facts as rules
from scheduler.rules.facts import Facts
from scheduler.rules.names import leading_name, name_key
from scheduler.services.installation import here

# Fields of the account that a condition may ask for.
FIELDS = ("plan", "note", "it_skill", "signed_on", "planned_start_on", "billing_starts_on")

# Written once and asked as they are (`db.core`): facts are gathered wherever one changes.
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_STORES = (
    select(Store.account_id, Store.id, Store.name)
    .where(Store.account_id.in_(_IDS), Store.scope == "in")
    .order_by(Store.id)
)
_PEOPLE = (
    select(Contact.account_id, Contact.id, Contact.role, Contact.name_key)
    .where(Contact.account_id.in_(_IDS))
    .order_by(Contact.id)
)
_WORK_IN = (
    select(Contact.account_id, contact_stores.c.contact_id, contact_stores.c.store_id)
    .join(Contact, Contact.id == contact_stores.c.contact_id)
    .where(Contact.account_id.in_(_IDS))
)
_ATTENDED = (
    select(Contact.account_id, Contact.id, Course.key, Lecture.starts_at, Registration.companions)
    .select_from(AttendanceRow)
    .join(Contact, Contact.id == AttendanceRow.contact_id)
    .join(Lecture, Lecture.id == AttendanceRow.lecture_id)
    .join(Course, Course.id == Lecture.course_id)
    .outerjoin(
        Registration,
        (Registration.lecture_id == AttendanceRow.lecture_id)
        & (Registration.contact_id == AttendanceRow.contact_id)
        & (Registration.status == "booked"),
    )
    .where(Contact.account_id.in_(_IDS), AttendanceRow.verdict == "attended")
    .order_by(Lecture.starts_at, AttendanceRow.id)
)
_STEPS = select(SetupStep.id, SetupStep.key, SetupStep.per, SetupStep.required).where(SetupStep.active)
_COMPLETIONS = select(
    Completion.account_id, Completion.step_id, Completion.store_id, Completion.state, Completion.done_at
).where(Completion.account_id.in_(_IDS))
_DAYS_OF_USE = (
    select(UsageDay.account_id, UsageDay.day, func.min(UsageDay.event))
    .where(UsageDay.account_id.in_(_IDS))
    .group_by(UsageDay.account_id, UsageDay.day)
    .order_by(UsageDay.day)
)


@dataclass(frozen=True)
class _Person:
    id: int
    role: str
    name_key: str
    stores: list[int] = field(default_factory=list)


@dataclass
class _Account:
    stores: dict[int, str] = field(default_factory=dict)
    people: dict[int, _Person] = field(default_factory=dict)
    attended: list[rules.Attendance] = field(default_factory=list)
    setup: list[rules.SetupItem] = field(default_factory=list)
    usage: list[rules.UsageDay] = field(default_factory=list)


def local_day(moment: datetime) -> date:
    """Return the day an aware moment falls on in the installation's zone."""
    return moment.astimezone(here().tz).date()


def load(accounts: Sequence[Account]) -> dict[int, Facts]:
    """Gather the facts of accounts, by id, in a handful of statements however many they are."""
    db.session.flush()
    ids = [account.id for account in accounts]
    known = {number: _Account() for number in ids}
    _load_stores(ids, known)
    _load_people(ids, known)
    _load_attended(ids, known)
    _load_setup(ids, known)
    _load_usage(ids, known)
    return {account.id: _facts(account, known[account.id]) for account in accounts}


def _facts(account: Account, known: _Account) -> Facts:
    return Facts(
        stores=frozenset(known.stores),
        people=tuple(rules.Person(person.id, person.role) for person in known.people.values()),
        attended=tuple(known.attended),
        setup=tuple(known.setup),
        usage=tuple(known.usage),
        started_on=account.started_on,
        started_source=account.started_source,
        fields={name: getattr(account, name) for name in FIELDS},
    )


def _load_stores(ids: list[int], known: dict[int, _Account]) -> None:
    for account_id, number, name in db.core(_STORES, {"ids": ids}):
        known[account_id].stores[number] = name_key(name)


def _load_people(ids: list[int], known: dict[int, _Account]) -> None:
    for account_id, number, role, key in db.core(_PEOPLE, {"ids": ids}):
        known[account_id].people[number] = _Person(number, role, key)
    for account_id, contact_id, store_id in db.core(_WORK_IN, {"ids": ids}):
        known[account_id].people[contact_id].stores.append(store_id)


def _load_attended(ids: list[int], known: dict[int, _Account]) -> None:
    for account_id, contact_id, course, starts_at, companions in db.core(_ATTENDED, {"ids": ids}):
        one = known[account_id]
        one.attended += _attendances(one, contact_id, course, local_day(starts_at), companions or [])


def _attendances(
    known: _Account, contact_id: int, course: str, on: date, companions: list[Any]
) -> list[rules.Attendance]:
    """Count an attendance for who was there and for the companions at the same screen, each with her own stores.

    A companion is a name somebody typed: a contact of that name counts as attended, and the shop it begins with counts.
    """
    person = known.people[contact_id]
    stores = set(person.stores)
    found = []
    for companion in companions:
        key = name_key(str(companion))
        same = [other for other in known.people.values() if key and other.name_key == key and other.id != contact_id]
        if len(same) == 1:
            found.append(rules.Attendance(on, course, same[0].id, tuple(sorted(same[0].stores))))
        shop = leading_name(str(companion), known.stores.values())
        named = [number for number, name in known.stores.items() if shop and name == shop]
        stores.update(named if len(named) == 1 else ())
    return [rules.Attendance(on, course, contact_id, tuple(sorted(stores))), *found]


def _load_setup(ids: list[int], known: dict[int, _Account]) -> None:
    steps = db.core(_STEPS).all()
    closed = {
        (account_id, step_id, store_id): (state, done_at)
        for account_id, step_id, store_id, state, done_at in db.core(_COMPLETIONS, {"ids": ids})
    }
    for account_id, one in known.items():
        for step_id, key, per, required in steps:
            # An account without stores in scope does a step per store once.
            places: list[int | None] = list(one.stores) if per == "store" and one.stores else [None]
            for place in places:
                state, done_at = closed.get((account_id, step_id, place), ("open", None))
                on = local_day(done_at) if done_at is not None else None
                one.setup.append(rules.SetupItem(key, required, place, state, on))


def _load_usage(ids: list[int], known: dict[int, _Account]) -> None:
    """Load the days of use; which stores and events made a day does not matter to any condition."""
    for account_id, day, event in db.core(_DAYS_OF_USE, {"ids": ids}):
        known[account_id].usage.append(rules.UsageDay(day, None, event))
