"""Answers what lectures and their seats showed: how long they took, how many came, and how often accounts did."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, case, func, or_, select

from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.snapshots import Turnout
from scheduler.rules.reporting import months_before
from scheduler.services.staffing.spans import Window

# Of seats, which are many, only the last months are counted.
QUARTER = 3


@dataclass(frozen=True)
class Taught:
    """What lectures of one kind showed: how many minutes each took, how many seats it had, and how many came to it."""

    minutes: list[float]
    seats: list[float]
    accounts: list[float]


@dataclass(frozen=True)
class Seats:
    """What the seats of the last months showed: visits (an account at a lecture), accounts, people, and how many came."""

    visits: int
    accounts: int
    people: int
    attended: int
    base: int


def held(span: Window) -> list[ColumnElement[bool]]:
    """Return the conditions on Lecture for those that were held."""
    times = (Lecture.starts_at >= span.from_at, Lecture.ends_at < span.to_at)
    # What was open to all was held for all.
    whose = [or_(Lecture.account_id.is_(None), *span.of(Lecture.account_id))] if span.which else []
    return [Lecture.status == "scheduled", *times, *whose]


def last_quarter(span: Window) -> Window:
    """Return the last QUARTER of a window."""
    months = min(span.months, QUARTER)
    return replace(span, months=months, since=months_before(span.until, months))


def seats_taken(span: Window) -> Seats:
    """Count the seats of a window in one statement: by account and lecture first, since several of one account may come."""
    came = Turnout.verdict.in_(("attended", "partial"))
    decided = Turnout.verdict.in_(("attended", "partial", "missed"))
    visit = select(
        Turnout.account_id,
        Turnout.lecture_id,
        func.sum(case((came, 1), else_=0)).label("came"),
        func.sum(case((Turnout.verdict == "attended", 1), else_=0)).label("attended"),
        func.sum(case((decided, 1), else_=0)).label("base"),
        func.count().label("people"),
    ).where(*_seats_of(span))
    visits = visit.group_by(Turnout.account_id, Turnout.lecture_id).subquery()
    each = (
        select(
            visits.c.account_id,
            func.sum(case((visits.c.came > 0, 1), else_=0)).label("visits"),
            func.sum(visits.c.attended).label("attended"),
            func.sum(visits.c.base).label("base"),
            func.sum(visits.c.people).label("people"),
        )
        .group_by(visits.c.account_id)
        .subquery()
    )
    query = select(
        func.sum(each.c.visits),
        func.sum(case((each.c.visits > 0, 1), else_=0)),
        func.sum(each.c.people),
        func.sum(each.c.attended),
        func.sum(each.c.base),
    )
    return Seats(*(int(number or 0) for number in db.session.execute(query).one()))


def _seats_of(span: Window) -> list[ColumnElement[bool]]:
    return [Turnout.day >= span.since, Turnout.day < span.until, *span.of(Turnout.account_id)]


def taught(span: Window) -> dict[str, Taught]:
    """Gather the lectures held: basic (no other course comes before), advanced, and own (for one account alone)."""
    found = {kind: Taught([], [], []) for kind in ("basic", "advanced", "own")}
    query = select(
        Lecture.id, Lecture.starts_at, Lecture.ends_at, Lecture.capacity, Lecture.account_id, Course.prerequisite_id
    ).join(Course, Course.id == Lecture.course_id)
    came = _accounts_at(last_quarter(span))
    for row in db.session.execute(query.where(*held(span))):
        kind = "own" if row.account_id is not None else "basic" if row.prerequisite_id is None else "advanced"
        found[kind].minutes.append((row.ends_at - row.starts_at).total_seconds() / 60)
        found[kind].seats.append(row.capacity)
        if row.id in came:
            found[kind].accounts.append(came[row.id])
    return found


def _accounts_at(span: Window) -> dict[int, int]:
    """Count how many accounts came to each lecture."""
    came = Turnout.verdict.in_(("attended", "partial"))
    query = select(Turnout.lecture_id, func.count(Turnout.account_id.distinct()))
    query = query.where(*_seats_of(span), came).group_by(Turnout.lecture_id)
    return dict(db.session.execute(query).all())
