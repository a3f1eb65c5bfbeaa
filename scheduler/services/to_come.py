"""Answers which mails are on their way already, and which reminders will fall due, told beforehand."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, func, or_, select

from emails import FOLLOW_UP, KINDS
from scheduler.models.accounts import Account, Contact
from scheduler.models.applications import Application
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail, Suppression
from scheduler.models.registrations import Registration
from scheduler.models.staff import Staff
from scheduler.rules.reminders import Due, moments
from scheduler.rules.timing import Reader
from scheduler.services import planned, spared
from scheduler.services.almanac import Almanac, closed_weekdays
from scheduler.services.installation import here
from scheduler.services.outbox.reminders import when_of
from scheduler.services.planned import Planned

_WAITING = ("queued", "sending")


def queued(now: datetime, until: datetime, almanac: Almanac) -> list[Planned]:
    """List the mails that are owed and would leave up to `until`, in four statements; what its reader declined is left out."""
    rows = db.session.execute(_queued(until)).all()
    closed = closed_weekdays(row.contact_id for row in rows if row.contact_id is not None)
    declined = _declined() if rows else set()
    found = [
        _of_row(row, closed.get(row.contact_id or 0, frozenset()), now, almanac)
        for row in rows
        if not {(row.contact_id, "all"), (row.contact_id, _list_of(row.kind))} & declined and not _is_spared(row, now)
    ]
    return [one for one in found if one.when <= until]


def reminders(now: datetime, until: datetime, almanac: Almanac, contact_id: int | None = None) -> list[Planned]:
    """List the reminders that will fall due up to `until` and are not owed yet, if nobody changes a date; or one person's."""
    when = when_of(almanac.rules)
    booked = _booked(now, until + when.ahead)
    if contact_id is not None:
        booked = booked.where(Registration.contact_id == contact_id)
    rows = db.session.execute(booked).all()
    closed = closed_weekdays(row.contact_id for row in rows)

    @cache
    def dues(starts_at: datetime, zone: str, days: frozenset[int]) -> list[Due]:
        return moments(starts_at, Reader(zone, days), when)

    found = []
    for row in rows:
        told = set()
        for due in dues(row.starts_at, row.zone, closed.get(row.contact_id, frozenset())):
            moment = max(due.moment, now)
            if due.kind in told or row.revised_at > due.moment or moment >= due.ends or moment > until:
                continue
            # The first of its kind that reaches somebody is the only one.
            told.add(due.kind)
            key = f"{due.kind}:{row.id}:{row.starts_at.isoformat()}"
            about = {"account_id": row.account_id, "contact_id": row.contact_id, "lecture_id": row.lecture_id}
            reason = "paused" if row.mails_paused_at is not None else ""
            found.append(Planned(due.kind, key, moment, reason, expires_at=due.ends, **about))
    return planned.unknown(found)


def _of_row(row: Row[*tuple[Any, ...]], closed: frozenset[int], now: datetime, almanac: Almanac) -> Planned:
    when, reason = _leaves(row, closed, now, almanac)
    if row.expires_at is not None and when >= row.expires_at:
        reason = "too_late"
    return Planned(
        row.kind,
        row.key,
        when,
        reason,
        account_id=row.account_id,
        contact_id=row.contact_id,
        staff_id=row.staff_id,
        application_id=row.application_id,
        lecture_id=row.lecture_id,
        expires_at=row.expires_at,
        mail_id=row.id,
    )


def _leaves(
    row: Row[*tuple[Any, ...]], closed: frozenset[int], now: datetime, almanac: Almanac
) -> tuple[datetime, str]:
    """Tell when an owed mail leaves and for what it waits, as the outbox will judge at sending time (`outbox.waiting`)."""
    moment = now if row.state == "sending" else max(row.next_try_at, now)
    if row.contact_id is not None and row.mails_paused_at is not None:
        return moment, "paused"
    if row.kind in FOLLOW_UP.values() and row.follow_up_held_at is not None:
        return moment, "held"
    # For a later moment it was put off, or is not to leave before what one press owed can be called back.
    put_off = (row.reason or ("press" if row.batch is not None else "")) if moment > now else ""
    timing = KINDS[row.kind].timing if row.kind in KINDS else None
    if timing is None or timing.trigger == "before" or not (timing.waits or timing.working_days or timing.open_days):
        return moment, put_off
    reader = Reader(row.zone or here().zone, closed, row.account_id or 0)
    leaves, reason = almanac.leave(row.kind, moment, now, reader)
    return leaves, reason or put_off


def _is_spared(row: Row[*tuple[Any, ...]], now: datetime) -> bool:
    """Tell whether the account was put on hold or cancelled meanwhile, so that this is dropped when its time comes."""
    reason = spared.reason_of(row.on_hold_until, row.cancelled_on, now) if row.contact_id is not None else ""
    return spared.stops(row.kind, reason)


def _list_of(kind: str) -> str | None:
    return KINDS[kind].subscription if kind in KINDS else None


def _queued(until: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(Mail.id, Mail.key, Mail.kind, Mail.state, Mail.reason, Mail.batch, Mail.next_try_at, Mail.expires_at),
            *(Mail.account_id, Mail.contact_id, Mail.staff_id, Mail.application_id, Mail.lecture_id),
            func.coalesce(Contact.zone, Staff.zone, Application.zone).label("zone"),
            *(Account.mails_paused_at, Account.on_hold_until, Account.cancelled_on, Lecture.follow_up_held_at),
        )
        .select_from(Mail)
        .outerjoin(Contact, Contact.id == Mail.contact_id)
        .outerjoin(Staff, Staff.id == Mail.staff_id)
        .outerjoin(Application, Application.id == Mail.application_id)
        .outerjoin(Account, Account.id == Mail.account_id)
        .outerjoin(Lecture, Lecture.id == Mail.lecture_id)
        .where(
            Mail.state.in_(_WAITING),
            Mail.next_try_at <= until,
            or_(Mail.contact_id.is_(None), Contact.email.is_not(None) & spared.there()),
        )
        .order_by(Mail.next_try_at, Mail.id)
    )


def _booked(now: datetime, until: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(Registration.id, Registration.contact_id, Registration.lecture_id, Registration.revised_at),
            *(Lecture.starts_at, Contact.account_id, Contact.zone, Account.mails_paused_at),
        )
        .join(Lecture, Lecture.id == Registration.lecture_id)
        .join(Contact, Contact.id == Registration.contact_id)
        .join(Account, Account.id == Contact.account_id)
        .where(
            Lecture.starts_at > now,
            Lecture.starts_at <= until,
            Lecture.status == "scheduled",
            Registration.status == "booked",
            Registration.mails,
            Registration.absence_told_at.is_(None),
            Contact.email.is_not(None),
            spared.there(),
            spared.not_cancelled(now),
        )
        .order_by(Lecture.starts_at, Registration.id)
    )


def _declined() -> set[tuple[int | None, str | None]]:
    """Return which of the people who are owed mails get none of which list."""
    owed = select(Mail.contact_id).where(Mail.state.in_(_WAITING), Mail.contact_id.is_not(None))
    rows = db.session.execute(
        select(Contact.id, Suppression.list)
        .join(Suppression, Suppression.address == func.lower(Contact.email))
        .where(Contact.id.in_(owed))
    )
    return {(number, name) for number, name in rows}
