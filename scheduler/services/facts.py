"""Answers what is known of accounts, gathered as the rules of readiness and stalling look at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Executable, func, select

from scheduler.models.accounts import Account, Contact, Contract, Store, contact_stores
from scheduler.models.among import Among
from scheduler.models.attendance import Attendance as AttendanceRow
from scheduler.models.attendance import Presence
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration
from scheduler.models.setup import Completion, SetupStep, UsageDay
from scheduler.models.tasks import Task
from scheduler.rules import facts as rules
from scheduler.rules.facts import Facts
from scheduler.rules.names import leading_name, name_key
from scheduler.services.boundaries import FIELDS
from scheduler.services.installation import here

# Written once and asked as they are (`db.core`): facts are gathered wherever one changes.
_STORES = (
    select(Store.account_id, Store.id, Store.name)
    .where(Among(Store.account_id), Store.scope == "in")
    .order_by(Store.id)
)
_PEOPLE = (
    select(Contact.account_id, Contact.id, Contact.role, Contact.name_key, Contact.left_on, Contact.email.is_not(None))
    .where(Among(Contact.account_id))
    .order_by(Contact.id)
)
_WORK_IN = (
    select(Contact.account_id, contact_stores.c.contact_id, contact_stores.c.store_id)
    .join(Contact, Contact.id == contact_stores.c.contact_id)
    .where(Among(Contact.account_id))
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
    .where(Among(Contact.account_id), AttendanceRow.verdict == "attended")
    .order_by(Lecture.starts_at, AttendanceRow.id)
)
# What was watched afterwards (録画視聴), once for each lecture.
_WATCHED = (
    select(Contact.account_id, Contact.id, Course.key, func.min(Presence.recorded_at))
    .select_from(Presence)
    .join(Contact, Contact.id == Presence.contact_id)
    .join(Lecture, Lecture.id == Presence.lecture_id)
    .join(Course, Course.id == Lecture.course_id)
    .where(Among(Contact.account_id), Presence.source == "recording")
    .group_by(Contact.account_id, Contact.id, Course.key, Lecture.id)
    .order_by(Contact.id, Lecture.id)
)
_STEPS = select(SetupStep.id, SetupStep.key, SetupStep.per, SetupStep.required, SetupStep.asked_from).where(
    SetupStep.active
)
_COMPLETIONS = select(
    Completion.account_id, Completion.step_id, Completion.store_id, Completion.state, Completion.done_at
).where(Among(Completion.account_id))
_DAYS_OF_USE = (
    select(UsageDay.account_id, UsageDay.day, func.min(UsageDay.event))
    .where(Among(UsageDay.account_id))
    .group_by(UsageDay.account_id, UsageDay.day)
    .order_by(UsageDay.day)
)
_TASKS = select(Task.account_id, Task.kind).where(Among(Task.account_id), Task.done_at.is_(None)).order_by(Task.kind)
# The end of the term that runs: of those nobody said what became of, the one that ends last.
_CONTRACTS = (
    select(Contract.account_id, func.max(Contract.ends_on))
    .where(Among(Contract.account_id), Contract.outcome.is_(None))
    .group_by(Contract.account_id)
)


@dataclass(frozen=True)
class _Person:
    id: int
    role: str
    name_key: str
    # Still there, and so able to do what is missing.
    here: bool = True
    has_email: bool = False
    stores: list[int] = field(default_factory=list)


@dataclass
class _Account:
    stores: dict[int, str] = field(default_factory=dict)
    people: dict[int, _Person] = field(default_factory=dict)
    attended: list[rules.Attendance] = field(default_factory=list)
    setup: list[rules.SetupItem] = field(default_factory=list)
    usage: list[rules.UsageDay] = field(default_factory=list)
    watched: list[rules.Attendance] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    contract_ends_on: date | None = None


def local_day(moment: datetime) -> date:
    """Return the day an aware moment falls on in the installation's zone."""
    return moment.astimezone(here().tz).date()


def load(accounts: Sequence[Account]) -> dict[int, Facts]:
    """Gather the facts of accounts, by id, in a handful of statements however many they are."""
    db.session.flush()
    ids = [account.id for account in accounts]
    known = {number: _Account() for number in ids}
    added = {account.id: account.created_at for account in accounts}
    _load_stores(ids, known)
    _load_people(ids, known)
    _load_attended(ids, known)
    _load_watched(ids, known)
    _load_setup(ids, known, added)
    _load_usage(ids, known)
    _load_rest(ids, known)
    return {account.id: _facts(account, known[account.id]) for account in accounts}


def stores_attended(account_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Return, by account, the stores in scope that somebody attended any lecture for, companions' ones among them."""
    ids = list(account_ids)
    known = {number: _Account() for number in ids}
    if ids:
        _load_stores(ids, known)
        _load_people(ids, known)
        _load_attended(ids, known)
    return {
        number: frozenset(store for seen in one.attended for store in seen.stores) & one.stores.keys()
        for number, one in known.items()
    }


def _rows(statement: Executable, ids: list[int]) -> Sequence[Any]:
    """Fetch what a statement finds of accounts, in one go."""
    return db.core(statement, {"ids": ids}).all()


def _facts(account: Account, known: _Account) -> Facts:
    return Facts(
        stores=frozenset(known.stores),
        people=tuple(rules.Person(person.id, person.role) for person in known.people.values() if person.here),
        attended=tuple(known.attended),
        setup=tuple(known.setup),
        usage=tuple(known.usage),
        started_on=account.started_on,
        started_source=account.started_source,
        fields={name: getattr(account, name, None) for name in FIELDS}
        | {"contact_email": any(person.here and person.has_email for person in known.people.values()) or None},
        recordings=tuple(known.watched),
        stage_since=local_day(account.stage_since),
        open_tasks=tuple(known.tasks),
        contract_ends_on=known.contract_ends_on,
        reopened=frozenset(one["key"] for one in account.reopened),
        zone=here().tz,
    )


def _load_stores(ids: list[int], known: dict[int, _Account]) -> None:
    for account_id, number, name in _rows(_STORES, ids):
        known[account_id].stores[number] = name


def _load_people(ids: list[int], known: dict[int, _Account]) -> None:
    for account_id, number, role, key, left_on, has_email in _rows(_PEOPLE, ids):
        known[account_id].people[number] = _Person(number, role, key, left_on is None, bool(has_email))
    for account_id, contact_id, store_id in _rows(_WORK_IN, ids):
        known[account_id].people[contact_id].stores.append(store_id)


def _load_attended(ids: list[int], known: dict[int, _Account]) -> None:
    for account_id, contact_id, course, starts_at, companions in _rows(_ATTENDED, ids):
        one = known[account_id]
        one.attended += _attendances(one, contact_id, course, local_day(starts_at), companions or [])


def _load_watched(ids: list[int], known: dict[int, _Account]) -> None:
    for account_id, contact_id, course, recorded_at in _rows(_WATCHED, ids):
        stores = tuple(sorted(known[account_id].people[contact_id].stores))
        known[account_id].watched.append(rules.Attendance(local_day(recorded_at), course, contact_id, stores))


def _attendances(
    known: _Account, contact_id: int, course: str, on: date, companions: list[Any]
) -> list[rules.Attendance]:
    """Count an attendance for who was there and for the companions at the same screen, each with her own stores.

    A companion is a name somebody typed: a contact of that name counts as attended, and the shop it begins with counts.
    """
    person = known.people[contact_id]
    stores = set(person.stores)
    shops = {number: name_key(name) for number, name in known.stores.items()} if companions else {}
    found = []
    for companion in companions:
        key = name_key(str(companion))
        same = [other for other in known.people.values() if key and other.name_key == key and other.id != contact_id]
        if len(same) == 1:
            found.append(rules.Attendance(on, course, same[0].id, tuple(sorted(same[0].stores))))
        shop = leading_name(str(companion), shops.values())
        named = [number for number, name in shops.items() if shop and name == shop]
        stores.update(named if len(named) == 1 else ())
    return [rules.Attendance(on, course, contact_id, tuple(sorted(stores))), *found]


def _load_setup(ids: list[int], known: dict[int, _Account], added: Mapping[int, datetime]) -> None:
    steps = db.core(_STEPS).all()
    closed = {
        (account_id, step_id, store_id): (state, done_at)
        for account_id, step_id, store_id, state, done_at in _rows(_COMPLETIONS, ids)
    }
    for account_id, one in known.items():
        for step_id, key, per, required, asked_from in steps:
            if asked_from is not None and added[account_id] < asked_from:
                continue
            # An account without stores in scope does a step per store once.
            places: list[int | None] = list(one.stores) if per == "store" and one.stores else [None]
            for place in places:
                state, done_at = closed.get((account_id, step_id, place), ("open", None))
                on = local_day(done_at) if done_at is not None else None
                one.setup.append(rules.SetupItem(key, required, place, state, on))


def _load_usage(ids: list[int], known: dict[int, _Account]) -> None:
    """Load the days of use; which stores and events made a day does not matter to any condition."""
    for account_id, day, event in _rows(_DAYS_OF_USE, ids):
        known[account_id].usage.append(rules.UsageDay(day, None, event))


def _load_rest(ids: list[int], known: dict[int, _Account]) -> None:
    for account_id, kind in _rows(_TASKS, ids):
        known[account_id or 0].tasks.append(kind)
    for account_id, ends_on in _rows(_CONTRACTS, ids):
        known[account_id].contract_ends_on = ends_on
