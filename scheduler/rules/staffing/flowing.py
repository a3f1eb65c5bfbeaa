"""How many accounts are in each stage in each month, and how many enter it.

Accounts come evenly over a month and stay as long as their stage says; those present are spread evenly over their stay.
So a team whose stages hold what flows through them (Little's law: accounts = a month's newcomers × months) is in balance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from scheduler.rules.staffing.plans import Plan

# A stay of no time at all, where a share of it is taken.
_MOMENT = 1e-9


@dataclass(frozen=True)
class Passage:
    """What one unit does in a stage, month by month: the share of the month it is `present`, the share `entering`."""

    present: tuple[float, ...]
    entering: tuple[float, ...]


@dataclass(frozen=True)
class Flow:
    """What is in a stage and what enters it, month by month."""

    accounts: tuple[float, ...]
    entering: tuple[float, ...]
    stores_entering: tuple[float, ...]


def passage(starts: float, stay: float, width: float, horizon: int) -> Passage:
    """Return how one unit passes a stage that it enters evenly between `starts` and `starts` + `width` (all in months)."""
    stops = starts + stay
    present = (
        max(0.0, _mean_passed(month - starts, width) - _mean_passed(month - stops, width)) for month in range(horizon)
    )
    entering = (_passed(month + 1 - starts, width) - _passed(month - starts, width) for month in range(horizon))
    return Passage(tuple(present), tuple(entering))


def newcomers(plan: Plan) -> tuple[Passage, ...]:
    """Return for every stage how an account that came in the first month passes it."""
    return _from_then_on(_stays(plan), 1.0, plan.horizon)


def present(plan: Plan) -> tuple[tuple[Passage, ...], ...]:
    """Return for every stage how an account that is in it now passes all stages."""
    stays = _stays(plan)
    found = []
    for index, stay in enumerate(stays):
        earlier = (Passage((0.0,) * plan.horizon, (0.0,) * plan.horizon),) * index
        if stay == inf:
            here, later = (1.0,) * plan.horizon, _from_then_on([inf] * len(stays[index + 1 :]), 1.0, plan.horizon, inf)
        else:
            width = max(stay, _MOMENT)
            here = tuple(max(0.0, 1.0 - _mean_passed(month, width)) for month in range(plan.horizon))
            later = _from_then_on(stays[index + 1 :], width, plan.horizon)
        found.append((*earlier, Passage(here, (0.0,) * plan.horizon), *later))
    return tuple(found)


def arriving(plan: Plan) -> tuple[float, ...]:
    """Return how many times the first month's newcomers come in each month."""
    return tuple(max(0.0, 1.0 + plan.growth.value * month) for month in range(plan.horizon))


def flows(plan: Plan) -> tuple[Flow, ...]:
    """Return the flow of every stage."""
    fresh, old, times = newcomers(plan), present(plan), arriving(plan)
    found = []
    for index in range(len(plan.phases)):
        staying = _repeated(fresh[index].present, times)
        entering = _repeated(fresh[index].entering, times)
        of_present = [(phase, old[origin][index]) for origin, phase in enumerate(plan.phases)]
        accounts = [plan.new_accounts.value * share for share in staying]
        accounts_in = [plan.new_accounts.value * share for share in entering]
        stores_in = [plan.new_stores.value * share for share in entering]
        for phase, way in of_present:
            for month in range(plan.horizon):
                accounts[month] += phase.accounts.value * way.present[month]
                accounts_in[month] += phase.accounts.value * way.entering[month]
                stores_in[month] += phase.stores.value * way.entering[month]
        found.append(Flow(tuple(accounts), tuple(accounts_in), tuple(stores_in)))
    return tuple(found)


def flows_today(plan: Plan) -> tuple[Flow, ...]:
    """Return what is in every stage now and enters it a month at today's pace: one month each."""
    accounts, stores = plan.new_accounts.value, plan.new_stores.value
    found = []
    for phase, stay in zip(plan.phases, _stays(plan), strict=True):
        found.append(Flow((phase.accounts.value,), (accounts,), (stores,)))
        if stay:
            accounts, stores = phase.accounts.value / stay, phase.stores.value / stay
    return tuple(found)


def _stays(plan: Plan) -> list[float]:
    return [inf if phase.months is None else phase.months.value for phase in plan.phases]


def _from_then_on(stays: Sequence[float], width: float, horizon: int, starts: float = 0.0) -> tuple[Passage, ...]:
    found = []
    for stay in stays:
        found.append(passage(starts, stay, width, horizon))
        starts += stay
    return tuple(found)


def _repeated(shares: Sequence[float], times: Sequence[float]) -> list[float]:
    """Return what all months' newcomers do together, each as the first month's, later."""
    return [sum(times[came] * shares[month - came] for came in range(month + 1)) for month in range(len(shares))]


def _passed(since: float, width: float) -> float:
    """Return which share has entered by then."""
    return min(1.0, max(0.0, since / width))


def _mean_passed(since: float, width: float) -> float:
    """Return which share had entered, on average over the month that begins then."""
    return _summed(since + 1, width) - _summed(since, width)


def _summed(since: float, width: float) -> float:
    """Return the area below the share that has entered, up to then."""
    if since <= 0:
        return 0.0
    return since * since / (2 * width) if since < width else since - width / 2
