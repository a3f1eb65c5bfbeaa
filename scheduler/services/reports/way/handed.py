"""Answers what became of handovers: returned and why, and how accounts stood some time after they were handed over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, extract, false, func, literal, or_, select, true, union_all

from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.setup import UsageDay
from scheduler.models.snapshots import Milestone
from scheduler.models.spans import days_later
from scheduler.rules.reporting import Asked
from scheduler.rules.workdays import to_utc
from scheduler.services.installation import here
from scheduler.services.reports import asking

# So many days after a handover it is looked at; it is in use when it was used within so many days before.
MOMENTS = (30, 60, 90)
LATELY = 30
# The key of returned handovers that named no condition.
UNNAMED = ""


@dataclass(frozen=True)
class Decided:
    """How the handovers over one boundary were decided."""

    from_stage: str
    to_stage: str
    accepted: int
    returned: int

    @property
    def key(self) -> str:
        """Name the boundary."""
        return boundary_key(self.from_stage, self.to_stage)


@dataclass(frozen=True)
class After:
    """How the handovers stood that are so many days old: (how many, of how many) each."""

    days: int
    handed_over: int
    in_use: tuple[int, int]
    advanced: tuple[int, int]
    returned: tuple[int, int]


def boundary_key(from_stage: str, to_stage: str) -> str:
    """Name a boundary between two stages."""
    return f"{from_stage}-{to_stage}"


def decided_here(asked: Asked) -> list[ColumnElement[bool]]:
    """Match the handovers that somebody accepted or returned in the period; a wave is nobody's decision."""
    decided = Handover.state.in_(("accepted", "returned"))
    return [
        decided,
        Handover.wave.is_(None),
        *_within(asked, Handover.decided_at),
        *asking.whose(asked, Handover.account_id),
    ]


def decided(asked: Asked) -> list[Decided]:
    """Count how handovers were decided in the period, by boundary."""
    boundary = (Handover.from_stage, Handover.to_stage)
    query = (
        select(*boundary, Handover.state, func.count()).where(*decided_here(asked)).group_by(*boundary, Handover.state)
    )
    counts: Counter[tuple[str, str, str]] = Counter()
    for *key, number in db.session.execute(query):
        counts[key[0], key[1], key[2]] += number
    boundaries = sorted({(one, other) for one, other, _state in counts})
    return [
        Decided(one, other, counts[one, other, "accepted"], counts[one, other, "returned"]) for one, other in boundaries
    ]


def reasons(asked: Asked) -> dict[str, int]:
    """Count the returned handovers of the period by each condition that they opened again; UNNAMED: they named none."""
    query = select(Handover.reopened, func.count()).where(*decided_here(asked), Handover.state == "returned")
    counts: Counter[str] = Counter()
    for keys, number in db.session.execute(query.group_by(Handover.reopened)):
        for key in dict.fromkeys(keys) or (UNNAMED,):
            counts[key] += number
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))


def handed_over(asked: Asked, days: int, today: date) -> list[ColumnElement[bool]]:
    """Match, on Milestone, the accounts handed over in the period at least so many days ago."""
    oldest = min(asked.until, today - timedelta(days=days))
    on = Milestone.handed_over_on.between(asked.since, oldest)
    return [on, Milestone.came_live.is_(False), *asking.whose(asked, Milestone.account_id)]


def is_measured() -> ColumnElement[bool]:
    """Match the accounts of which use is known by day; where a person alone confirmed it, nobody knows how it went on."""
    return or_(Milestone.last_used_on.is_not(None), Milestone.in_use_on.is_(None))


def used_after(days: int) -> ColumnElement[bool]:
    """Match the accounts used within the LATELY days up to so many days after their handover."""
    first, last = (days_later(Milestone.handed_over_on, number) for number in (days - LATELY, days))
    within = (UsageDay.account_id == Milestone.account_id, UsageDay.day > first, UsageDay.day <= last)
    # Mostly the last day of use says it already.
    return case(
        (Milestone.last_used_on.is_(None), false()),
        (Milestone.last_used_on <= first, false()),
        (Milestone.last_used_on <= last, true()),
        else_=exists().where(*within),
    )


def advanced_after(days: int) -> ColumnElement[bool]:
    """Match the accounts that attended an advanced course by so many days after their handover, or before it."""
    return func.coalesce(Milestone.advanced_on <= days_later(Milestone.handed_over_on, days), literal(False))


def asked_for(asked: Asked, days: int, now: datetime) -> list[ColumnElement[bool]]:
    """Match the handovers to success asked for in the period at least so many days ago, and not taken back."""
    old = Handover.requested_at <= now - timedelta(days=days)
    to_success = (Handover.from_stage == "onboarding", Handover.to_stage == "success")
    counted = (Handover.state != "withdrawn", Handover.wave.is_(None))
    return [
        old,
        *to_success,
        *counted,
        *_within(asked, Handover.requested_at),
        *asking.whose(asked, Handover.account_id),
    ]


def returned_within(days: int) -> ColumnElement[bool]:
    """Match the handovers that were returned within so many days of being asked for."""
    seconds = extract("epoch", Handover.decided_at) - extract("epoch", Handover.requested_at)
    return and_(Handover.state == "returned", seconds <= days * 24 * 3600)


def after(asked: Asked, now: datetime) -> list[After]:
    """Tell how handovers stood at each of MOMENTS, of those that are old enough."""
    today = now.astimezone(here().tz).date()
    accounts = union_all(*(_accounts_after(asked, days, today) for days in MOMENTS))
    sums = {days: tuple(map(int, counts)) for days, *counts in db.session.execute(accounts)}
    asked_then = union_all(*(_returned_after(asked, days, now) for days in MOMENTS))
    back = {days: (int(hits), int(base)) for days, base, hits in db.session.execute(asked_then)}
    return [
        After(days, sums[days][0], (sums[days][2], sums[days][1]), (sums[days][3], sums[days][0]), back[days])
        for days in MOMENTS
    ]


def _accounts_after(asked: Asked, days: int, today: date) -> Any:
    measured = is_measured()
    return select(
        literal(days).label("days"),
        func.count(),
        _sum(measured),
        _sum(and_(measured, used_after(days))),
        _sum(advanced_after(days)),
    ).where(*handed_over(asked, days, today))


def _returned_after(asked: Asked, days: int, now: datetime) -> Any:
    return select(literal(days).label("days"), func.count(), _sum(returned_within(days))).where(
        *asked_for(asked, days, now)
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _within(asked: Asked, moment: Any) -> list[ColumnElement[bool]]:
    """Match moments on the days of the period, which are the installation's."""
    first, last = (
        to_utc(datetime.combine(day, time()), here().zone) for day in (asked.since, asked.until + timedelta(1))
    )
    return [moment >= first, moment < last]
