"""Answers who is urged to go on because nothing happened: one mail to one person of an account, and then a task for us."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select

from emails import FOLLOW_UP
from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.mails import GOING, Mail, Suppression
from scheduler.models.setup import Completion
from scheduler.models.tasks import Task
from scheduler.rules.nudges import Next, Repeat, next_step
from scheduler.rules.timing import Reader
from scheduler.services import invited_again, mail_holding, planned, spared, tasks, weekly
from scheduler.services.almanac import Almanac, closed_weekdays, counts_as_tried
from scheduler.services.introductions import COURSE
from scheduler.services.outbox import facts_setup
from scheduler.services.outbox.owe import owe
from scheduler.services.planned import Planned
from scheduler.services.refusals import Invalid

KINDS = ("setup_nudge", "usage_nudge")
# How far ahead of its moment a nudge is owed, so that a run a day is enough.
AHEAD = timedelta(days=1)
USEFUL = timedelta(days=3)
# What else is written to people to make them go on: on such a day nobody is urged as well, within so many days ahead.
OTHERS = ("welcome", "invitation", *FOLLOW_UP.values(), "weekly_state")
_LATER = timedelta(days=7)


@dataclass
class _Case:
    """An account that is to be urged if nothing happens: to what, since when, and what it was sent (days of the vendor)."""

    account_id: int
    kind: str
    progress_on: date
    # Nudges of this kind that count as sent, nudges of any kind that keep others at a distance, and the last one's number.
    counted: list[date] = field(default_factory=list)
    tried: list[date] = field(default_factory=list)
    number: int = 0


@dataclass(frozen=True)
class _Person:
    """Who is written to, and on which days of the vendor she is written to anyway."""

    contact_id: int
    reader: Reader
    taken: set[date]


def plan(now: datetime) -> int:
    """Owe the nudges that come due within a day, and make a task where enough were sent; return how many mails are new.

    An account gets one at a time, whatever its kind, to one person. The same again changes nothing.
    """
    if mail_holding.paused_everything() is not None:
        return 0
    almanac = Almanac.read()
    with db.writing():
        cases = _cases(almanac, now)
        _hand_over(cases, almanac, now)
        first = {one.account_id: one for one in reversed(_to_come(cases, almanac, now, now + AHEAD))}
        return planned.owe(first.values(), now)


def upcoming(now: datetime, until: datetime, almanac: Almanac) -> list[Planned]:
    """List the nudges that would leave up to `until` if nothing happened meanwhile."""
    return _to_come(_cases(almanac, now), almanac, now, until)


def send(account_id: int, now: datetime) -> tuple[int, bool]:
    """Owe within the open transaction the nudge about what is left to set up, at a member's press.

    Return whom it goes to, and whether it is a new one: pressed again the same day it is not. Raises Invalid where the
    customer has nothing left to do, or nobody can be written to.
    """
    kind, almanac = "setup_nudge", Almanac.read()
    query = select(Mail.key, Mail.kind, Mail.created_at, Mail.contact_id).where(
        Mail.kind.in_(KINDS), Mail.account_id == account_id
    )
    sent = db.session.execute(query.order_by(Mail.id)).all()
    for _key, its_kind, at, contact_id in sent:
        if its_kind == kind and contact_id is not None and almanac.day(at) == almanac.day(now):
            return contact_id, False
    if not any(item.is_open and item.doer == "customer" for item in facts_setup.required([account_id])[account_id]):
        raise Invalid(field="form", why="nothing_to_remind")
    person = _people([account_id]).get(account_id)
    if person is None:
        raise Invalid(field="form", why="nobody_to_write_to")
    number = max((int(key.rpartition(":")[2]) for key, *_rest in sent), default=0) + 1
    key = f"nudge:{account_id}:{number}"
    owe(kind, key, now=now, expires_at=now + USEFUL, account_id=account_id, contact_id=person[0])
    return person[0], True


def _to_come(cases: Sequence[_Case], almanac: Almanac, now: datetime, until: datetime) -> list[Planned]:
    due = [one for one in cases if _is_near(one, almanac, until)]
    chosen = _people([one.account_id for one in due])
    numbers = {contact_id for contact_id, _zone in chosen.values()}
    closed, taken = closed_weekdays(numbers), _taken(numbers, almanac, now, until + _LATER)
    people = {
        account_id: _Person(
            contact_id, Reader(zone, closed.get(contact_id, frozenset()), account_id), taken.get(contact_id, set())
        )
        for account_id, (contact_id, zone) in chosen.items()
    }
    return [
        mail
        for one in due
        if (person := people.get(one.account_id)) is not None
        for mail in _mails(one, person, almanac, now, until)
    ]


def _is_near(one: _Case, almanac: Almanac, until: datetime) -> bool:
    step = _next(one, almanac)
    return not step.used_up and almanac.midnight(step.on) <= until


def _taken(people: set[int], almanac: Almanac, now: datetime, until: datetime) -> dict[int, set[date]]:
    """Return on which days of the vendor each of these people is written to anyway, up to `until`."""
    if not people:
        return {}
    at = func.coalesce(Mail.sent_at, Mail.next_try_at)
    owed = select(Mail.contact_id, at).where(
        Mail.contact_id.in_(people), Mail.kind.in_(OTHERS), Mail.state.in_(GOING), at > now - timedelta(days=1)
    )
    days: dict[int, set[date]] = {}
    for contact_id, moment in db.session.execute(owed):
        days.setdefault(contact_id or 0, set()).add(almanac.day(moment))
    for source in (invited_again, weekly):
        for mail in source.upcoming(now, until, almanac, people):
            days.setdefault(mail.contact_id or 0, set()).add(almanac.day(mail.when))
    return days


def _mails(one: _Case, person: _Person, almanac: Almanac, now: datetime, until: datetime) -> Iterator[Planned]:
    counted, tried, number = list(one.counted), list(one.tried), one.number
    while True:
        step = next_step(_rule(one.kind, almanac), one.progress_on, counted, tried)
        moment, reason = almanac.leave_on(one.kind, step.on, now, person.reader)
        while (day := almanac.day(moment)) in person.taken:
            moment, reason = almanac.leave_on(one.kind, day + timedelta(days=1), now, person.reader)
        if step.used_up or moment > until:
            return
        number += 1
        yield Planned(
            one.kind,
            f"nudge:{one.account_id}:{number}",
            moment,
            reason,
            account_id=one.account_id,
            contact_id=person.contact_id,
            expires_at=moment + USEFUL,
        )
        counted.append(almanac.day(moment))
        tried.append(almanac.day(moment))


def _next(one: _Case, almanac: Almanac) -> Next:
    return next_step(_rule(one.kind, almanac), one.progress_on, one.counted, one.tried)


def _rule(kind: str, almanac: Almanac) -> Repeat:
    rules = almanac.rules
    return Repeat(rules.days(kind, "after_days"), rules.days(kind, "every_days"), rules.times(kind, "at_most"))


def _hand_over(cases: Iterable[_Case], almanac: Almanac, now: datetime) -> None:
    """Make a task, once for each time that nothing happened, for the accounts that were urged often enough."""
    today = almanac.day(now)
    used_up = {
        f"nudges_used_up:{one.account_id}:{one.kind}:{one.progress_on.isoformat()}": one
        for one in cases
        if (step := _next(one, almanac)).used_up and step.on <= today
    }
    known = set(db.session.scalars(select(Task.key).where(Task.key.in_(list(used_up)))))
    for key, one in used_up.items():
        if key not in known:
            params = {"kind": one.kind, "times": len(one.counted), "since": one.progress_on.isoformat()}
            tasks.add(key, "nudges_used_up", now=now, account_id=one.account_id, params=params)


def _cases(almanac: Almanac, now: datetime) -> list[_Case]:
    """List the accounts that are to be urged if nothing happens, with what they were sent; in three statements."""
    kinds = [kind for kind in KINDS if almanac.rules.enabled(kind)]
    rows = db.session.execute(_candidates(now)).all() if kinds else []
    open_items = facts_setup.required(select(Account.id).where(*_in_question(now))) if rows else {}
    cases: dict[int, _Case] = {}
    for account_id, introduced_at, planned_on, held_until, done_at, attended_at, basic_at, used in rows:
        left = [item for item in open_items.get(account_id, []) if item.is_open]
        progress = max(moment for moment in (introduced_at, done_at, attended_at) if moment is not None)
        # Days on hold do not count.
        progress_on = max(almanac.day(min(progress, now)), held_until or date.min)
        if any(item.theirs for item in left):
            kind = "setup_nudge"
        elif not left and basic_at is not None and not used:
            # Before the day on which use is to begin nobody is late.
            kind, progress_on = "usage_nudge", max(progress_on, planned_on or progress_on)
        else:
            continue
        if kind in kinds:
            cases[account_id] = _Case(account_id, kind, progress_on)
    _add_sent(cases, almanac, now)
    return list(cases.values())


def _add_sent(cases: dict[int, _Case], almanac: Almanac, now: datetime) -> None:
    sent = select(
        Mail.account_id, Mail.kind, Mail.key, Mail.state, func.coalesce(Mail.sent_at, Mail.due_at), Mail.expires_at
    ).where(Mail.kind.in_(KINDS), Mail.account_id.in_(select(Account.id).where(*_in_question(now))))
    for account_id, kind, key, state, at, expires_at in db.session.execute(sent.order_by(Mail.id)):
        one = cases.get(account_id or 0)
        if one is None:
            continue
        one.number = max(one.number, int(key.rpartition(":")[2]))
        if not counts_as_tried(now, state, expires_at):
            continue
        one.tried.append(almanac.day(at))
        if kind == one.kind and state != "dropped":
            one.counted.append(almanac.day(at))


def _in_question(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Account.stage == "onboarding",
        Account.introduced_at.is_not(None),
        Account.undecided.is_(False),
        Account.mails_paused_at.is_(None),
        Account.ready_since.is_(None),
        spared.going_on(now),
    )


def _candidates(now: datetime) -> Select[*tuple[Any, ...]]:
    """Read the accounts that may be urged, and what tells when each of them last progressed."""
    done = select(func.max(Completion.done_at)).where(Completion.account_id == Account.id)
    attended = (
        select(func.max(Lecture.starts_at))
        .join(Attendance, Attendance.lecture_id == Lecture.id)
        .join(Contact, Contact.id == Attendance.contact_id)
        .where(Contact.account_id == Account.id, Attendance.verdict == "attended")
    )
    basic = attended.join(Course, Course.id == Lecture.course_id).where(Course.key == COURSE)
    return (
        select(
            Account.id,
            Account.introduced_at,
            Account.planned_start_on,
            Account.on_hold_until,
            done.correlate(Account).scalar_subquery(),
            attended.correlate(Account).scalar_subquery(),
            basic.correlate(Account).scalar_subquery(),
            facts_setup.used(),
        )
        .where(*_in_question(now))
        .order_by(Account.id)
    )


def _people(account_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Choose whom (contact id, zone) to write to in each account: the first 窓口 with an address that takes nudges, else a 店長, else anybody."""
    left = exists().where(Suppression.address == func.lower(Contact.email), Suppression.list.in_(("nudges", "all")))
    rank = case({"coordinator": 0, "manager": 1}, value=Contact.role, else_=2)
    rows = db.session.execute(
        select(Contact.account_id, Contact.id, Contact.zone)
        .where(Contact.account_id.in_(account_ids), Contact.email.is_not(None), spared.there(), ~left)
        .order_by(Contact.account_id, rank, Contact.id)
    )
    return {
        account_id: (contact_id, zone)
        for account_id, theirs in groupby(rows, key=lambda row: row[0])
        for _account, contact_id, zone in [next(theirs)]
    }
