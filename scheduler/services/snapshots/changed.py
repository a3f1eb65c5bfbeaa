"""Answers of which accounts anything changed since a moment that reports count: found by the history, never by looking at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, or_, select

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.setup import UsageDay
from scheduler.services.facts import local_day
from scheduler.services.snapshots.turnouts import REMINDERS

# A provider tells of an opened mail up to a day later, by its own clock; of one older than that only the night takes notice.
_TOLD_LATE, _OLDEST = timedelta(days=1), timedelta(days=14)
# What changes how all accounts are judged, or all lectures read.
_FOR_ALL = ("rule_changed", "step_added", "step_changed", "step_deleted", "course_changed")
# Days of use are looked through from the newest, so many at a time.
_PORTION = 5000


def for_all(since: datetime) -> bool:
    """Tell whether something changed that concerns every account."""
    return bool(db.session.scalar(select(exists().where(Event.key.in_(_FOR_ALL), Event.at >= since))))


def accounts(since: datetime, now: datetime) -> list[int]:
    """List the accounts of which anything that is counted may have changed between two moments, by id."""
    found: set[int | None] = set(_used(since))
    for query in (_by_history(since), _by_lectures(since, now), _by_reminders(since, now), _by_days(since, now)):
        found.update(db.session.scalars(query))
    return sorted(number for number in found if number is not None)


def _by_history(since: datetime) -> Select[int | None]:
    return select(Event.account_id).where(Event.at >= since, Event.account_id.is_not(None)).distinct()


def _by_lectures(since: datetime, now: datetime) -> Select[int]:
    """Find whose people were booked on lectures that ended meanwhile, or of which something became known."""
    told = select(Event.lecture_id).where(Event.at >= since, Event.lecture_id.is_not(None))
    return (
        select(Contact.account_id)
        .join(Registration, Registration.contact_id == Contact.id)
        .join(Lecture, Lecture.id == Registration.lecture_id)
        .where(or_(Lecture.id.in_(told), (Lecture.ends_at > since) & (Lecture.ends_at <= now)), Lecture.ends_at <= now)
        .distinct()
    )


def _by_reminders(since: datetime, now: datetime) -> Select[int | None]:
    """Find whose people opened a reminder, or followed its link."""
    seen = since - _TOLD_LATE
    return (
        select(Mail.account_id)
        .where(
            Mail.created_at > now - _OLDEST,
            Mail.kind.in_(REMINDERS),
            or_(Mail.opened_at >= seen, Mail.clicked_at >= seen),
        )
        .distinct()
    )


def _by_days(since: datetime, now: datetime) -> Select[int]:
    """Find whose contract ended by the day that began meanwhile."""
    return select(Account.id).where(Account.cancelled_on >= local_day(since), Account.cancelled_on <= local_day(now))


def _used(since: datetime) -> Iterator[int]:
    """Find who used the product meanwhile; days of use are added, never changed, and only the first leaves a line in the history."""
    below: int | None = None
    while True:
        query = select(UsageDay.id, UsageDay.account_id, UsageDay.recorded_at).order_by(UsageDay.id.desc())
        rows = db.session.execute(
            query.where(UsageDay.id < below if below is not None else UsageDay.id > 0).limit(_PORTION)
        ).all()
        yield from (account_id for _number, account_id, recorded_at in rows if recorded_at >= since)
        if len(rows) < _PORTION or rows[-1].recorded_at < since:
            return
        below = rows[-1].id
