"""Answers what the history tells of staffing: how many accounts come, how long they stay, and what is done for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import sqrt
from statistics import fmean, pstdev
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from scheduler.models.accounts import Account, Store
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Course, Lecture
from scheduler.models.snapshots import Milestone, Tenure, Turnout
from scheduler.models.spans import days_between, latest, month_of
from scheduler.models.staff import Staff
from scheduler.models.tasks import Task
from scheduler.rules.reporting import months_before
from scheduler.rules.staffing.plans import ACTIVITIES, PHASES, Activity, Figure, Phase, Plan, Queue
from scheduler.rules.staffing.projecting import project
from scheduler.rules.workdays import to_utc
from scheduler.services.installation import here

# How many whole months of history are looked at; of seats, which are many, only the last QUARTER of them.
MONTHS, QUARTER = 12, 3
# The days of a month on average.
MONTH = 365.2425 / 12
# How long a task takes that is ticked off: nobody measures it, so it can be corrected by entering the activity's minutes.
TASK_MINUTES = 15.0
# Fewer cases tell nothing: what is known of staffing in general stands instead.
FEWEST = 5
# The activity that tasks done by a team make.
CONTACTS = {"onboarding": "onboarding_contacts", "success": "success_contacts", "renewal": "renewal_contacts"}


@dataclass(frozen=True)
class Window:
    """Whole months: local days from `since` up to but without `until`, and the moments at which these begin."""

    months: int
    since: date
    until: date
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True)
class Taught:
    """What lectures of one kind showed: how many minutes each took, how many seats it had, and how many came to it."""

    minutes: list[float]
    seats: list[float]
    accounts: list[float]


def window(now: datetime, months: int = MONTHS) -> Window:
    """Return the last whole months before the present one, in the installation's zone."""
    today = now.astimezone(here().tz).date()
    since, until = months_before(today, months), today.replace(day=1)
    from_at, to_at = (to_utc(datetime.combine(day, datetime.min.time()), here().zone) for day in (since, until))
    return Window(months, since, until, from_at, to_at)


def measure(now: datetime) -> Plan:
    """Return the plan that the history makes; a figure with too little behind it is a small vendor's, and unmeasured."""
    span = window(now)
    phases, taught = _phases(span), _taught(span)
    seats = _seats(last_quarter(span))
    found = Plan(activities=_activities(span, taught), phases=phases, queue=_queue(span, taught["basic"], seats))
    leavers = db.session.scalar(select(func.count()).where(*leaving(span))) or 0
    if leavers:
        found = replace(found, leavers=Figure(leavers, leavers))
    if seats.accounts >= FEWEST:
        found = replace(found, lectures_per_account=Figure(seats.visits / seats.accounts, seats.accounts))
    return _with_newcomers(found, span)


def coming(span: Window) -> list[ColumnElement[bool]]:
    """Return the conditions on Milestone for the accounts that came to be brought in."""
    return [Milestone.began_on >= span.since, Milestone.began_on < span.until, ~Milestone.came_live]


def looked_after() -> list[ColumnElement[bool]]:
    """Return the conditions on Account for those that somebody looks after."""
    return [Account.cancelled_on.is_(None), ~Account.undecided]


def held(span: Window) -> list[ColumnElement[bool]]:
    """Return the conditions on Lecture for those that were held."""
    return [Lecture.status == "scheduled", Lecture.starts_at >= span.from_at, Lecture.ends_at < span.to_at]


def leaving(span: Window) -> list[ColumnElement[bool]]:
    """Return the conditions on Event for members who left."""
    return [Event.key == "staff_left", Event.at >= span.from_at, Event.at < span.to_at]


def done_by_teams(span: Window) -> list[ColumnElement[bool]]:
    """Return the conditions on Task, joined with the member who did it, for tasks done."""
    return [Task.done_at >= span.from_at, Task.done_at < span.to_at, Staff.id == Task.done_by_id]


def _with_newcomers(plan: Plan, span: Window) -> Plan:
    """Project how many accounts and stores come from the months since the first came; too few: as in the plan nobody touched."""
    month = month_of(Milestone.began_on)
    query = select(month, func.count(), func.sum(Milestone.stores)).where(*coming(span)).group_by(month)
    counted = {first: (accounts, stores) for first, accounts, stores in db.session.execute(query)}
    if sum(accounts for accounts, _stores in counted.values()) < FEWEST:
        return plan
    known = [months_before(span.until, back) for back in range(span.months, 0, -1)]
    known = known[known.index(min(counted)) :]
    accounts = project([counted.get(first, (0, 0))[0] for first in known])
    stores = project([counted.get(first, (0, 0))[1] for first in known])
    if accounts is None or stores is None:
        return plan
    # Stores come with accounts: how many of them come grows as the accounts do.
    return replace(plan, new_accounts=accounts.level, growth=accounts.growth, new_stores=stores.level)


def _phases(span: Window) -> tuple[Phase, ...]:
    """Count who is in each stage and who works in it, and how long accounts stayed that have left it."""
    accounts = _counts(select(Account.stage, func.count()).where(*looked_after()).group_by(Account.stage))
    of_stores = select(Account.stage, func.count()).join(Store, Store.account_id == Account.id)
    stores = _counts(of_stores.where(Store.scope == "in", *looked_after()).group_by(Account.stage))
    people = _counts(select(Staff.team, func.count()).where(Staff.active).group_by(Staff.team))
    stays = _stays(span)
    return tuple(
        Phase(
            one.stage,
            one.months if one.months is None else stays.get(one.stage, one.months),
            *(Figure(count.get(one.stage, 0), count.get(one.stage, 0)) for count in (accounts, stores, people)),
        )
        for one in PHASES
    )


def _counts(query: Select[str, int]) -> dict[str, int]:
    return dict(db.session.execute(query).all())


def _stays(span: Window) -> dict[str, Figure]:
    """Return how many months accounts stayed in each stage that they left in the window; who cancelled was not done."""
    spans = (
        select(
            Tenure.stage,
            func.min(Tenure.from_on).label("first"),
            func.max(Tenure.until_on).label("last"),
        )
        .join(Account, Account.id == Tenure.account_id)
        .where(Account.cancelled_on.is_(None))
        .group_by(Tenure.account_id, Tenure.stage)
        .having(func.count() == func.count(Tenure.until_on))
        .subquery()
    )
    days = days_between(spans.c.first, spans.c.last)
    query = select(spans.c.stage, func.count(), func.sum(days), func.sum(days * days))
    rows = db.session.execute(
        query.where(spans.c.last >= span.since, spans.c.last < span.until).group_by(spans.c.stage)
    )
    found = {}
    for stage, count, total, squares in rows:
        if count >= FEWEST:
            mean = float(total) / count
            spread = sqrt(max(0.0, float(squares) / count - mean * mean))
            found[stage] = Figure(mean / MONTH, count, spread / MONTH)
    return found


@dataclass(frozen=True)
class Seats:
    """What the seats of the last months showed: visits (an account at a lecture), accounts, people, and how many came."""

    visits: int
    accounts: int
    people: int
    attended: int
    base: int


def _seats(span: Window) -> Seats:
    came = Turnout.verdict.in_(("attended", "partial"))
    decided = Turnout.verdict.in_(("attended", "partial", "missed"))
    visit = select(
        Turnout.account_id,
        Turnout.lecture_id,
        func.sum(case((came, 1), else_=0)).label("came"),
        func.sum(case((Turnout.verdict == "attended", 1), else_=0)).label("attended"),
        func.sum(case((decided, 1), else_=0)).label("base"),
        func.count().label("people"),
    ).where(Turnout.day >= span.since, Turnout.day < span.until)
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


def _taught(span: Window) -> dict[str, Taught]:
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


def last_quarter(span: Window) -> Window:
    """Return the last QUARTER of a window."""
    since = months_before(span.until, QUARTER)
    return replace(span, months=QUARTER, since=since)


def _accounts_at(span: Window) -> dict[int, int]:
    """Count how many accounts came to each lecture."""
    came = Turnout.verdict.in_(("attended", "partial"))
    query = select(Turnout.lecture_id, func.count(Turnout.account_id.distinct()))
    query = query.where(Turnout.day >= span.since, Turnout.day < span.until, came).group_by(Turnout.lecture_id)
    return dict(db.session.execute(query).all())


def _activities(span: Window, taught: Mapping[str, Taught]) -> tuple[Activity, ...]:
    months = _account_months(span)
    query = select(Staff.team, func.count()).select_from(Task).join(Staff, Staff.id == Task.done_by_id)
    tasks = _counts(query.where(*done_by_teams(span)).group_by(Staff.team))
    measured: dict[str, dict[str, Any]] = {}
    for key, kind in (("basic_lecture", "basic"), ("advanced_lecture", "advanced")):
        measured[key] = _figure("minutes", taught[kind].minutes) | _figure("group", taught[kind].accounts, least=1.0)
    alone = taught["own"].minutes
    if len(alone) >= FEWEST and months.get("onboarding"):
        measured["own_lectures"] = {"minutes": Figure(sum(alone) / months["onboarding"], len(alone))}
    for stage, key in CONTACTS.items():
        if tasks.get(stage, 0) >= FEWEST and months.get(stage):
            measured[key] = {"minutes": Figure(tasks[stage] * TASK_MINUTES / months[stage], tasks[stage])}
    return tuple(replace(one, **measured.get(one.key, {})) for one in ACTIVITIES)


def _figure(name: str, values: list[float], least: float = 0.0) -> dict[str, Figure]:
    return {name: Figure(max(least, fmean(values)), len(values), pstdev(values))} if len(values) >= FEWEST else {}


def _account_months(span: Window) -> dict[str, float]:
    """Return for how many months accounts were in each stage, all together."""
    ends = func.coalesce(Tenure.until_on, span.until)
    ended = case((ends < span.until, ends), else_=span.until)
    days = func.sum(days_between(latest(Tenure.from_on, span.since), ended))
    query = select(Tenure.stage, days).where(Tenure.from_on < span.until, ends > span.since).group_by(Tenure.stage)
    return {stage: float(total) / MONTH for stage, total in db.session.execute(query)}


def _queue(span: Window, basic: Taught, seats: Seats) -> Queue:
    found = Queue()
    if len(basic.minutes) >= FEWEST:
        held_a_month = Figure(len(basic.minutes) / span.months, len(basic.minutes))
        found = replace(found, lectures=held_a_month, **_figure("seats", basic.seats, least=1.0))
    if seats.people >= FEWEST:
        found = replace(found, arrivals=Figure(seats.people / QUARTER, seats.people))
    if seats.base >= FEWEST and seats.attended:
        found = replace(found, show_rate=Figure(seats.attended / seats.base, seats.base))
    return found
