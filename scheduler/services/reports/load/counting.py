"""Answers how much work each person and team has and did: accounts and stores by spans, lectures, one-to-ones, tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression, case, extract, func, select

from scheduler.models.accounts import STAGES, Account
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.snapshots import Tenure
from scheduler.models.spans import latest, month_of
from scheduler.models.staff import TEAMS, Staff
from scheduler.models.tasks import Task
from scheduler.rules.reporting import Asked, months_before
from scheduler.rules.workdays import to_utc
from scheduler.services.installation import here
from scheduler.services.reports import asking

# What has no owner, no host or no team.
NOBODY, NO_TEAM = 0, "none"
_DAY = timedelta(days=1)
# The average length of a month in days.
MONTH_DAYS = 365.2425 / 12

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Load:
    """An amount of work; hours are those of lectures and one-to-ones as they were scheduled."""

    accounts: int = 0
    stores: int = 0
    lectures: int = 0
    lecture_hours: float = 0.0
    own: int = 0
    own_hours: float = 0.0
    done: int = 0
    open: int = 0

    def __add__(self, other: Load) -> Load:
        """Return both together."""
        return Load(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def is_none(self) -> bool:
        """Tell whether there is nothing at all."""
        return self == Load()


@dataclass(frozen=True)
class Period:
    """The days a load is counted for, up to today at most; standing numbers are those at the end of `until` or of a month."""

    since: date
    until: date

    @property
    def months(self) -> list[date]:
        """List the first days of its months."""
        if self.since > self.until:
            return []
        place = self.since.replace(day=1)
        found = []
        while place <= self.until:
            found.append(place)
            place = months_before(place, -1)
        return found

    @property
    def length(self) -> float:
        """Return how many months long it is."""
        return ((self.until - self.since).days + 1) / MONTH_DAYS

    def month(self, first: date) -> Period:
        """Return the part of it that lies in a month."""
        return Period(max(self.since, first), min(self.until, months_before(first, -1) - _DAY))


@dataclass(frozen=True)
class Share:
    """Work of one person (NOBODY), counted for a team (NO_TEAM) in a month."""

    person: int
    team: str
    month: date
    load: Load


def period(asked: Asked, now: datetime) -> Period:
    """Return the days that are counted: those asked for, as far as they are over or today."""
    return Period(asked.since, min(asked.until, now.astimezone(here().tz).date()))


def members() -> dict[int, tuple[str, str, bool]]:
    """Return name, team and whether she is still here, of every member."""
    query = select(Staff.id, Staff.name, Staff.team, Staff.active)
    return {number: (name, team, active) for number, name, team, active in db.session.execute(query)}


def standing(asked: Asked, span: Period) -> list[Share]:
    """Count accounts and stores by owner and stage at the end of each month: what came by then, less what went."""
    changes: dict[tuple[int, str], dict[date, Load]] = defaultdict(lambda: defaultdict(Load))
    for column, sign in ((Tenure.from_on, 1), (Tenure.until_on, -1)):
        month = month_of(latest(column, span.since))
        owner = func.coalesce(Tenure.owner_id, NOBODY)
        query = select(owner, Tenure.stage, month, func.count(), func.sum(Tenure.stores))
        query = query.where(column <= span.until, *asking.whose(asked, Tenure.account_id))
        for person, stage, first, accounts, stores in db.session.execute(query.group_by(owner, Tenure.stage, month)):
            changes[person, stage][first] += Load(accounts=sign * accounts, stores=sign * int(stores))
    return [
        Share(person, stage, month, load)
        for (person, stage), by_month in changes.items()
        for month, load in _running(span.months, by_month)
        if not load.is_none
    ]


def held(asked: Asked, span: Period, now: datetime, teams: Mapping[int, str]) -> list[Share]:
    """Count lectures and one-to-ones that are over by host and month, with their hours."""
    month = func.substr(Lecture.local_start, 1, 7)
    own = case((Lecture.account_id.is_not(None), 1), else_=0)
    host = func.coalesce(Lecture.host_id, NOBODY)
    query = select(host, month, own, func.count(), func.sum(seconds())).where(*lectures(asked, span, now))
    found = []
    for person, written, alone, count, spent in db.session.execute(query.group_by(host, month, own)):
        hours = float(spent) / 3600
        load = Load(own=count, own_hours=hours) if alone else Load(lectures=count, lecture_hours=hours)
        found.append(Share(person, teams.get(person, NO_TEAM), date.fromisoformat(f"{written}-01"), load))
    return found


def done(asked: Asked, span: Period, teams: Mapping[int, str]) -> list[Share]:
    """Count tasks that members did, by month; what a program settled by itself is nobody's work."""
    months = span.months
    ends = [(Task.done_at < midnight(months_before(month, -1)), place) for place, month in enumerate(months)]
    month = case(*ends, else_=len(months) - 1)
    query = select(Task.done_by_id, month, func.count()).where(*tasks_done(asked, span))
    return [
        Share(person or NOBODY, teams.get(person or NOBODY, NO_TEAM), months[place], Load(done=count))
        for person, place, count in db.session.execute(query.group_by(Task.done_by_id, month))
    ]


def waiting(asked: Asked, span: Period, teams: Mapping[int, str]) -> list[Share]:
    """Count tasks that are open now by owner; those without one are their account's team's."""
    query = select(Task.owner_id, Account.stage, func.count()).outerjoin(Account, Account.id == Task.account_id)
    query = query.where(*tasks_open(asked)).group_by(Task.owner_id, Account.stage)
    return [
        Share(
            person or NOBODY,
            teams.get(person, NO_TEAM) if person else stage or NO_TEAM,
            span.until.replace(day=1),
            Load(open=count),
        )
        for person, stage, count in db.session.execute(query)
    ]


def rolled(shares: Iterable[Share], key: Callable[[Share], Key]) -> dict[Key, Load]:
    """Add up what has the same key."""
    found: dict[Key, Load] = defaultdict(Load)
    for share in shares:
        found[key(share)] += share.load
    return dict(found)


def team_order(team: str) -> int:
    """Return the place of a team among all."""
    return [*TEAMS, NO_TEAM].index(team)


def stands_at(day: date) -> list[ColumnElement[bool]]:
    """Return the conditions on Tenure for those that stand at the end of a day."""
    return [Tenure.from_on <= day, Tenure.until_on.is_(None) | (Tenure.until_on > day), Tenure.stage.in_(STAGES)]


def lectures(asked: Asked, span: Period, now: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions on Lecture for those of the period that are over; what was open to all was held for all."""
    days = (Lecture.local_start >= span.since.isoformat(), Lecture.local_start < (span.until + _DAY).isoformat())
    # The index knows moments only; no zone is a day and a half away.
    near = (Lecture.starts_at >= midnight(span.since) - 2 * _DAY, Lecture.starts_at < midnight(span.until) + 3 * _DAY)
    whose = [Lecture.account_id.is_(None) | asking.whose(asked, Lecture.account_id)[0]] if asked.narrowed else []
    return [Lecture.status == "scheduled", Lecture.ends_at <= now, *days, *near, *whose]


def tasks_done(asked: Asked, span: Period) -> list[ColumnElement[bool]]:
    """Return the conditions on Task for those that members did in the period."""
    times = (Task.done_at >= midnight(span.since), Task.done_at < midnight(span.until + _DAY))
    return [Task.done_by_id.is_not(None), *times, *asking.whose(asked, Task.account_id)]


def tasks_open(asked: Asked) -> list[ColumnElement[bool]]:
    """Return the conditions on Task for those that are open now."""
    return [Task.done_at.is_(None), *asking.whose(asked, Task.account_id)]


def seconds() -> SQLColumnExpression[Any]:
    """Return how long a lecture takes, in seconds."""
    return extract("epoch", Lecture.ends_at) - extract("epoch", Lecture.starts_at)


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins here (UTC)."""
    return to_utc(datetime.combine(day, datetime.min.time()), here().zone)


def _running(months: Iterable[date], changes: Mapping[date, Load]) -> Iterator[tuple[date, Load]]:
    """Give the sum of all changes up to each month; what came before the first is counted as its own."""
    load = Load()
    for month in months:
        load += changes.get(month, Load())
        yield month, load
