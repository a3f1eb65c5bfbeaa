"""Answers all that is known of an account, for whoever takes it over: the handover sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import Contact, Store
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.history import Event
from scheduler.models.lectures import Course, Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.setup import UsageDay
from scheduler.models.tasks import Task
from scheduler.services import history, participation, setup, tasks
from scheduler.services.setup import StepProgress

# How much of the history the sheet shows; the rest is one link away.
EVENTS = 20


@dataclass(frozen=True)
class StoreLine:
    """One store with how many of the steps done per store are closed there."""

    store: Store
    closed: int
    total: int


@dataclass(frozen=True)
class Use:
    """On how many different days the product was used, on the first and on the last of them."""

    days: int
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True)
class Seen:
    """One person at a lecture: the verdict (attended, partial), and who watched the same screen."""

    contact: Contact
    verdict: str
    companions: tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """One lecture with those of the account who were there."""

    lecture: Lecture
    people: tuple[Seen, ...]


@dataclass(frozen=True)
class Sheet:
    """All that is known: people and what they attended, stores, set-up, use, mails to the customer by state, open tasks,
    how the account passed between teams before, the latest first, and the latest history.
    """

    courses: list[Course]
    people: list[participation.Row]
    lectures: list[Held]
    stores: list[StoreLine]
    steps: list[StepProgress]
    use: Use
    mails: dict[str, int]
    tasks: list[Task]
    handovers: list[Handover]
    events: list[Event]


def of(account_id: int, now: datetime) -> Sheet:
    """Collect the sheet of an account in a score of statements, however large the account is."""
    courses, people = participation.of_account(account_id, now)
    steps = setup.progress(account_id)
    stores = db.session.scalars(select(Store).where(Store.account_id == account_id).order_by(Store.code))
    days, first_on, last_on = db.session.execute(
        select(func.count(UsageDay.day.distinct()), func.min(UsageDay.day), func.max(UsageDay.day)).where(
            UsageDay.account_id == account_id
        )
    ).one()
    mails = db.session.execute(
        select(Mail.state, func.count())
        .where(Mail.account_id == account_id, Mail.contact_id.is_not(None))
        .group_by(Mail.state)
        .order_by(Mail.state)
    )
    return Sheet(
        courses=courses,
        people=people,
        lectures=_lectures(account_id),
        stores=[_line(store, steps) for store in stores],
        steps=steps,
        use=Use(days, first_on, last_on),
        mails=dict(mails.all()),
        tasks=tasks.open_ones(tasks.of_account(account_id)),
        handovers=_handovers(account_id),
        events=history.of_account(account_id, EVENTS),
    )


def _lectures(account_id: int) -> list[Held]:
    """List the lectures that people of the account attended at least in part, the first first."""
    query = (
        select(Attendance, Registration.companions)
        .join(Attendance.contact)
        .join(Attendance.lecture)
        .outerjoin(
            Registration,
            and_(
                Registration.lecture_id == Attendance.lecture_id,
                Registration.contact_id == Attendance.contact_id,
                # There may be cancelled ones beside it.
                Registration.status == "booked",
            ),
        )
        .where(Contact.account_id == account_id, Attendance.verdict.in_(("attended", "partial")))
        .order_by(Lecture.starts_at, Lecture.id, Contact.name_key)
        .options(
            joinedload(Attendance.contact).selectinload(Contact.stores),
            joinedload(Attendance.lecture).joinedload(Lecture.course),
        )
    )
    held: dict[int, list[Seen]] = {}
    lectures: dict[int, Lecture] = {}
    for row, companions in db.session.execute(query):
        lectures[row.lecture_id] = row.lecture
        seen = Seen(row.contact, row.verdict, tuple(str(one) for one in companions or ()))
        held.setdefault(row.lecture_id, []).append(seen)
    return [Held(lectures[number], tuple(people)) for number, people in held.items()]


def _handovers(account_id: int) -> list[Handover]:
    """List how the account passed between teams, the latest first."""
    people = (Handover.requested_by, Handover.receiver, Handover.decided_by, Handover.account)
    query = select(Handover).where(Handover.account_id == account_id).order_by(Handover.id.desc())
    return list(db.session.scalars(query.options(*(joinedload(one) for one in people))))


def _line(store: Store, steps: list[StepProgress]) -> StoreLine:
    items = [item for step in steps for item in step.items if item.store_id == store.id]
    return StoreLine(store, sum(item.settled for item in items), len(items))
