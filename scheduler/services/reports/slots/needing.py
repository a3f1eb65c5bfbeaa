"""Answers which accounts still need each course, how many come to need it, and how many people of an account attend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, exists, func, literal, select, union_all

from scheduler.models.accounts import STAGES, Account, Contact
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration
from scheduler.models.snapshots import Milestone, Turnout
from scheduler.rules.reporting import Asked
from scheduler.services import spared
from scheduler.services.reports import asking
from scheduler.services.reports.slots.counting import AHEAD, LATELY


@dataclass(frozen=True)
class Taught:
    """A course, and since when an account needs it: from its beginning, or from when it attended what goes before."""

    id: int
    key: str
    name: Mapping[str, str]
    team: str
    needed_since: Any


@dataclass(frozen=True)
class Need:
    """Accounts that need a course and hold no seat of the next weeks, and those that came to need it lately."""

    waiting: int = 0
    arrived: int = 0


def courses() -> list[Taught]:
    """List the courses in the order of pages."""
    rows = db.session.execute(
        select(Course.id, Course.key, Course.name, Course.team, Course.prerequisite_id).order_by(
            Course.position, Course.id
        )
    ).all()
    before = {number: prerequisite for number, _key, _name, _team, prerequisite in rows}
    return [
        Taught(number, key, name, team, _since(prerequisite, before)) for number, key, name, team, prerequisite in rows
    ]


def lately(now: datetime) -> tuple[date, date]:
    """Return the first and the last of the days in which arrivals are counted: the weeks up to yesterday."""
    today = spared.today(now)
    return today - LATELY, today - timedelta(days=1)


def waiting(one: Taught, asked: Asked, now: datetime) -> list[ColumnElement[bool]]:
    """Match the accounts that came to need a course in the period, did not attend it and hold no seat of the next weeks."""
    attended = exists().where(
        Turnout.account_id == Account.id, Turnout.course_id == one.id, Turnout.verdict == "attended"
    )
    seat = exists().where(
        Contact.account_id == Account.id,
        Registration.contact_id == Contact.id,
        Registration.status == "booked",
        Lecture.id == Registration.lecture_id,
        Lecture.course_id == one.id,
        Lecture.status == "scheduled",
        Lecture.starts_at > now,
        Lecture.starts_at <= now + AHEAD,
    )
    return [
        one.needed_since.between(asked.since, asked.until),
        Account.stage.in_(_stages(one)),
        ~Account.undecided,
        spared.going_on(now),
        ~attended,
        ~seat,
        *asking.accounts(asked),
    ]


def arrived(one: Taught, asked: Asked, now: datetime) -> list[ColumnElement[bool]]:
    """Match the accounts that came to need a course lately, whatever became of them since."""
    return [one.needed_since.between(*lately(now)), Milestone.came_live.is_(False), *asking.accounts(asked)]


def needs(found: Sequence[Taught], asked: Asked, now: datetime) -> dict[int, Need]:
    """Count who needs each course, in one statement."""
    if not found:
        return {}
    counted = [
        select(
            literal(one.id, Integer()).label("course_id"),
            literal(place, Integer()).label("place"),
            func.count().label("accounts"),
        )
        .select_from(Account)
        .join(Milestone, Milestone.account_id == Account.id)
        .where(*which)
        for one in found
        for place, which in enumerate((waiting(one, asked, now), arrived(one, asked, now)))
    ]
    counts = {(course_id, place): count for course_id, place, count in db.session.execute(union_all(*counted))}
    return {one.id: Need(counts[one.id, 0], counts[one.id, 1]) for one in found}


def people_each(now: datetime) -> dict[int, float]:
    """Return how many people of an account took seats of a course lately, on average, in one statement."""
    first, last = lately(now)
    each = (
        select(Turnout.course_id, Turnout.account_id, Turnout.contact_id)
        .where(Turnout.day.between(first, last))
        .group_by(Turnout.course_id, Turnout.account_id, Turnout.contact_id)
        .subquery()
    )
    people = (
        select(each.c.course_id, each.c.account_id, func.count().label("people"))
        .group_by(each.c.course_id, each.c.account_id)
        .subquery()
    )
    query = select(people.c.course_id, func.count(), func.sum(people.c.people)).group_by(people.c.course_id)
    return {course_id: int(count) / accounts for course_id, accounts, count in db.session.execute(query)}


def _since(prerequisite: int | None, before: Mapping[int, int | None]) -> Any:
    """Return the day from which an account needs a course; the knots know the first course and the one after it."""
    if prerequisite is None:
        return Milestone.began_on
    return Milestone.attended_on if before[prerequisite] is None else Milestone.advanced_on


def _stages(one: Taught) -> tuple[str, ...]:
    """Return where accounts that need a course stand: with its team; what builds on another course also after that."""
    if one.needed_since is Milestone.began_on:
        return (one.team,)
    return STAGES[STAGES.index(one.team) :]
