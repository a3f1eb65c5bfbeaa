"""Answers who is invited once more because the first invitation brought no answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select

from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.mails import Mail, Suppression
from scheduler.models.registrations import Registration
from scheduler.rules.nudges import again
from scheduler.rules.timing import Reader
from scheduler.services import boundaries, introductions, mail_holding, planned, spared
from scheduler.services.almanac import Almanac, closed_weekdays, counts_as_tried
from scheduler.services.outbox.owe import owe_many
from scheduler.services.planned import Planned

KIND = "invitation"
# How far ahead of its moment one is owed, so that a run a day is enough.
AHEAD = timedelta(days=1)
USEFUL = timedelta(days=3)
# Whoever has not answered for so long after the last one is a person's matter, no mail's.
FORGOTTEN = timedelta(days=60)


@dataclass
class _Case:
    """A person who was invited to a course and never answered, with the days (of the vendor) of the invitations."""

    contact_id: int
    account_id: int
    zone: str
    course: Course
    params: dict[str, Any]
    # Those that left or are to leave, and every attempt that keeps the next one at a distance.
    counted: list[date] = field(default_factory=list)
    tried: list[date] = field(default_factory=list)
    # How many rows there are, and whether the last attempt reached somebody as far as anybody knows.
    rows: int = 0
    arrived: bool = False


def plan(now: datetime) -> int:
    """Owe the repeated invitations that come due within a day; return how many are new. The same again changes nothing."""
    if mail_holding.paused_everything() is not None:
        return 0
    almanac = Almanac.read()
    with db.writing():
        first = {
            (one.contact_id, one.params["course_id"]): one for one in reversed(upcoming(now, now + AHEAD, almanac))
        }
        return planned.owe(first.values(), now)


def upcoming(now: datetime, until: datetime, almanac: Almanac, only: Collection[int] | None = None) -> list[Planned]:
    """List the invitations that would be repeated up to `until` if nobody answered meanwhile; `only` to some people."""
    cases = [one for one in _cases(almanac, now) if one.arrived and (only is None or one.contact_id in only)]
    closed = closed_weekdays(one.contact_id for one in cases)
    return [mail for one in cases for mail in _mails(one, closed.get(one.contact_id, frozenset()), almanac, now, until)]


def people(account_id: int, now: datetime) -> list[int]:
    """List who of an account was invited to the first course, never answered, and can be written to (contact ids)."""
    return sorted(one.contact_id for one in _of_account(account_id, Almanac.read(), now))


def send(account_id: int, now: datetime) -> list[int]:
    """Owe within the open transaction those people the invitation once more, at a member's press; return to whom it goes.

    Who was owed one within a day gets none.
    """
    almanac = Almanac.read()
    cases = _of_account(account_id, almanac, now)
    wanted = [one for one in cases if max(one.tried, default=date.min) < almanac.day(now)]
    owe_many(
        [
            {
                "kind": KIND,
                "key": f"{introductions.key(one.course.key, one.contact_id)}:{one.rows + 1}",
                "contact_id": one.contact_id,
                "account_id": account_id,
                "params": one.params,
                "expires_at": now + USEFUL,
            }
            for one in wanted
        ],
        now,
    )
    return [one.contact_id for one in wanted]


def _mails(one: _Case, closed: frozenset[int], almanac: Almanac, now: datetime, until: datetime) -> Iterator[Planned]:
    rules, reader = almanac.rules, Reader(one.zone, closed, one.account_id)
    counted, tried, number = list(one.counted), list(one.tried), one.rows
    while True:
        on = again(rules.days(KIND, "every_days"), rules.times(KIND, "at_most"), counted, tried)
        if on is None or almanac.midnight(on) > until:
            return
        moment, reason = almanac.leave_on(KIND, on, now, reader, by_itself=True)
        if moment > until:
            return
        number += 1
        yield Planned(
            KIND,
            f"{introductions.key(one.course.key, one.contact_id)}:{number}",
            moment,
            reason,
            account_id=one.account_id,
            contact_id=one.contact_id,
            params=one.params,
            expires_at=moment + USEFUL,
        )
        counted.append(almanac.day(moment))
        tried.append(almanac.day(moment))


def _of_account(account_id: int, almanac: Almanac, now: datetime) -> list[_Case]:
    """Gather who of an account was ever invited to the first course and never answered, however long ago."""
    found = _gathered(almanac, now, Mail.account_id == account_id)
    return [one for one in found if one.course.key == introductions.COURSE]


def _cases(almanac: Almanac, now: datetime) -> Iterable[_Case]:
    """Gather who was invited lately and never answered, in four statements however many they are."""
    rules = almanac.rules
    since = now - FORGOTTEN - timedelta(days=rules.days(KIND, "every_days") * rules.times(KIND, "at_most"))
    return [one for one in _gathered(almanac, now, Mail.created_at > since) if _is_recent(one, almanac, now)]


def _gathered(almanac: Almanac, now: datetime, which: ColumnElement[bool]) -> list[_Case]:
    """Gather the people of the invitations chosen who never answered; `which` narrows the mails."""
    taught = {course.id: course for course in db.session.scalars(select(Course))}
    begins = boundaries.beginning()
    cases: dict[tuple[int, int], _Case] = {}
    for contact_id, account_id, zone, stage, params, state, at, expires_at in db.session.execute(_invited(which, now)):
        course = taught.get(params.get("course_id"))
        if course is None or not (stage in begins or params.get("any_stage")):
            continue
        one = cases.setdefault(
            (contact_id, course.id), _Case(contact_id, account_id, zone, course, {**params, "again": True})
        )
        one.rows += 1
        if counts_as_tried(now, state, expires_at):
            one.tried.append(almanac.day(at))
            one.arrived = state in ("queued", "sending", "sent", "delivered")
            if state != "dropped":
                one.counted.append(almanac.day(at))
    answered = _answered(which) if cases else set()
    return [one for pair, one in cases.items() if pair not in answered]


def _is_recent(one: _Case, almanac: Almanac, now: datetime) -> bool:
    return bool(one.tried) and max(one.tried) > almanac.day(now - FORGOTTEN)


def _invited(which: ColumnElement[bool], now: datetime) -> Select[*tuple[Any, ...]]:
    """Read the invitations chosen of the people who may get another one, in the order in which they were owed."""
    left = exists().where(
        Suppression.address == func.lower(Contact.email), Suppression.list.in_(("invitations", "all"))
    )
    return (
        select(
            Contact.id,
            Contact.account_id,
            Contact.zone,
            Account.stage,
            Mail.params,
            Mail.state,
            func.coalesce(Mail.sent_at, Mail.due_at),
            Mail.expires_at,
        )
        .join(Contact, Contact.id == Mail.contact_id)
        .join(Account, Account.id == Contact.account_id)
        .where(
            Mail.kind == KIND,
            which,
            Contact.email.is_not(None),
            spared.there(),
            spared.going_on(now),
            Account.undecided.is_(False),
            Account.mails_paused_at.is_(None),
            ~left,
        )
        .order_by(Mail.id)
    )


def _answered(which: ColumnElement[bool]) -> set[tuple[int, int]]:
    """Return who, of those who got the invitations chosen, ever registered for or attended which course (contact, course)."""
    invited = select(Mail.contact_id).where(Mail.kind == KIND, which)
    registered = (
        select(Registration.contact_id, Lecture.course_id)
        .join(Lecture, Lecture.id == Registration.lecture_id)
        .where(Registration.contact_id.in_(invited))
    )
    attended = (
        select(Attendance.contact_id, Lecture.course_id)
        .join(Lecture, Lecture.id == Attendance.lecture_id)
        .where(Attendance.contact_id.in_(invited), Attendance.verdict == "attended")
    )
    return {(person, course) for query in (registered, attended) for person, course in db.session.execute(query)}
