"""Answers what the history tells of staffing: how many accounts come, how long they stay, and what is done for them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from statistics import fmean, pstdev
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from scheduler.models.accounts import Account, Store
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.snapshots import Milestone, Tenure
from scheduler.models.spans import days_between, latest, month_of
from scheduler.models.staff import Staff
from scheduler.models.tasks import Task
from scheduler.rules.reporting import months_before
from scheduler.rules.staffing.plans import ACTIVITIES, PHASES, Activity, Figure, Phase, Plan, Queue
from scheduler.rules.staffing.projecting import project
from scheduler.rules.survival import reached, restricted_mean
from scheduler.services.staffing import teaching
from scheduler.services.staffing.spans import Window
from scheduler.services.staffing.teaching import Seats, Taught

# The days of a month on average.
MONTH = 365.2425 / 12
# How long a task takes that is ticked off: nobody measures it, so it can be corrected by entering the activity's minutes.
TASK_MINUTES = 15.0
# Fewer cases tell nothing: what is known of staffing in general stands instead.
FEWEST = 5
# The activity that tasks done by a team make.
CONTACTS = {"onboarding": "onboarding_contacts", "success": "success_contacts", "renewal": "renewal_contacts"}


def measure(span: Window) -> Plan:
    """Return the plan that the history makes; a figure with too little behind it is a small vendor's, and unmeasured."""
    taught, seats = teaching.taught(span), teaching.seats_taken(teaching.last_quarter(span))
    found = Plan(activities=_activities(span, taught), phases=_phases(span), queue=_queue(span, taught["basic"], seats))
    leavers = db.session.scalar(select(func.count()).where(*leaving(span))) or 0
    if leavers:
        found = replace(found, leavers=Figure(leavers * 12 / span.months, leavers))
    if seats.accounts >= FEWEST:
        found = replace(found, lectures_per_account=Figure(seats.visits / seats.accounts, seats.accounts))
    return _with_newcomers(found, span)


def coming(span: Window) -> list[ColumnElement[bool]]:
    """Return the conditions on Milestone for the accounts that came to be brought in."""
    days = (Milestone.began_on >= span.since, Milestone.began_on < span.until)
    return [*days, ~Milestone.came_live, *span.of(Milestone.account_id)]


def looked_after(span: Window) -> list[ColumnElement[bool]]:
    """Return the conditions on Account for those that somebody looks after."""
    there = or_(Account.cancelled_on.is_(None), Account.cancelled_on > span.day)
    return [there, ~Account.undecided, *span.which]


def leaving(span: Window) -> list[ColumnElement[bool]]:
    """Return the conditions on Event for members who left."""
    return [Event.key == "staff_left", Event.at >= span.from_at, Event.at < span.to_at]


def done_by_teams(span: Window) -> list[ColumnElement[bool]]:
    """Return the conditions on Task, joined with the member who did it, for tasks done."""
    times = (Task.done_at >= span.from_at, Task.done_at < span.to_at)
    return [*times, Staff.id == Task.done_by_id, *span.of(Task.account_id)]


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
    accounts = _counts(select(Account.stage, func.count()).where(*looked_after(span)).group_by(Account.stage))
    of_stores = select(Account.stage, func.count()).join(Store, Store.account_id == Account.id)
    stores = _counts(of_stores.where(Store.scope == "in", *looked_after(span)).group_by(Account.stage))
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
    """Return how many months accounts stay in each stage they leave; who is still in it has stayed so long at least.

    A stage that fewer than half have left by the longest stay known tells no mean. Accounts that never stood at sales here
    came straight to onboarding: what an account spends at sales is spread over all that came.
    """
    found, came = {}, db.session.scalar(select(func.count()).select_from(Milestone).where(*coming(span))) or 0
    counted: dict[str, tuple[Counter[int], Counter[int]]] = defaultdict(lambda: (Counter(), Counter()))
    for stage, days, gone, count in db.session.execute(_stays_counted(span)):
        counted[stage][0 if gone else 1][max(0, days)] += count
    for stage, (left, there) in counted.items():
        curve = reached(left, there)
        longest = max((*left, *there))
        if stage == "sales" and came >= FEWEST:
            found[stage] = Figure(min(1.0, left.total() / came) * _mean(left) / MONTH, came)
        elif curve.events >= FEWEST and (curve.share_by(longest) or 0) >= 0.5:
            mean, spread = restricted_mean(curve, longest) or 0.0, pstdev(left.elements())
            found[stage] = Figure(mean / MONTH, curve.events, spread / MONTH)
    if "sales" not in counted and came >= FEWEST:
        found["sales"] = Figure(0.0, came)
    return found


def _mean(days: Counter[int]) -> float:
    return sum(day * count for day, count in days.items()) / days.total() if days else 0.0


def _stays_counted(span: Window) -> Select[str, int, bool, int]:
    """Count the stays of each stage by their days, and whether they had ended; an account's spans in a stage are one stay."""
    ended = case((func.count() == func.count(Tenure.until_on), func.max(Tenure.until_on)))
    stays = (
        select(Tenure.stage, func.min(Tenure.from_on).label("first"), ended.label("last"))
        .join(Account, Account.id == Tenure.account_id)
        .where(Account.cancelled_on.is_(None), Tenure.from_on < span.until, *span.which)
        .group_by(Tenure.account_id, Tenure.stage)
        .subquery()
    )
    gone = case((stays.c.last < span.until, True), else_=False)
    last = case((gone, stays.c.last), else_=span.until)
    days = days_between(stays.c.first, last)
    return select(stays.c.stage, days, gone, func.count()).group_by(stays.c.stage, days, gone)


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
    query = (
        select(Tenure.stage, days)
        .where(Tenure.from_on < span.until, ends > span.since, *span.of(Tenure.account_id))
        .group_by(Tenure.stage)
    )
    return {stage: float(total) / MONTH for stage, total in db.session.execute(query)}


def _queue(span: Window, basic: Taught, seats: Seats) -> Queue:
    found = Queue()
    if len(basic.minutes) >= FEWEST:
        held_a_month = Figure(len(basic.minutes) / span.months, len(basic.minutes))
        found = replace(found, lectures=held_a_month, **_figure("seats", basic.seats, least=1.0))
    if seats.people >= FEWEST:
        found = replace(found, arrivals=Figure(seats.people / min(span.months, teaching.QUARTER), seats.people))
    if seats.base >= FEWEST and seats.attended:
        found = replace(found, show_rate=Figure(seats.attended / seats.base, seats.base))
    return found
