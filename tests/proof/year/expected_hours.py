"""Answers what a plan must cost: accounts that flow through the stages, integrated piece by piece, hours and heads from that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from tests.proof.year.expected_staffing import HORIZON, Act, Plan
from tests.proof.year.firms import TODAY
from tests.proof.year.tables import STAGES, after, month

MONTHS = [after(month(TODAY), place) for place in range(1, HORIZON + 1)]


@dataclass
class Work:
    """What a plan costs in every month."""

    accounts: dict[str, list[float]]
    by_act: dict[str, list[float]]
    by_stage: dict[str, list[float]]
    share: list[float]
    plan: Plan

    @property
    def hours(self) -> list[float]:
        """Return the hours of all stages."""
        return [sum(one[place] for one in self.by_stage.values()) for place in range(HORIZON)]

    def heads(self, stage: str = "") -> list[float]:
        """Return the people needed in a stage, or in all."""
        hours = self.by_stage[stage] if stage else self.hours
        return [hour / (self.plan.value("hours") * share) for hour, share in zip(hours, self.share, strict=True)]

    @property
    def people(self) -> list[int]:
        """Return the whole people needed."""
        if self.plan.pooled:
            return [ceil(head - 1e-9) for head in self.heads()]
        return [sum(ceil(self.heads(stage)[place] - 1e-9) for stage in STAGES) for place in range(HORIZON)]

    @property
    def runs_out(self) -> date | None:
        """Return the first month in which more hours are needed than there are."""
        there = {stage: self.plan.value(f"people.{stage}") * self.plan.value("hours") for stage in STAGES}
        for place, share in enumerate(self.share):
            short = [self.by_stage[stage][place] > there[stage] * share + 1e-9 for stage in STAGES]
            if any(short) and not self.plan.pooled:
                return MONTHS[place]
            if self.plan.pooled and self.hours[place] > sum(there.values()) * share + 1e-9:
                return MONTHS[place]
        return None


def worked(plan: Plan) -> Work:
    """Let accounts flow: each cohort enters evenly over a time, stays, and goes on."""
    stays = {stage: plan.of("months").get(stage, float("inf")) for stage in STAGES}
    accounts = {stage: [0.0] * HORIZON for stage in STAGES}
    entering = {stage: [0.0] * HORIZON for stage in STAGES}
    shops = {stage: [0.0] * HORIZON for stage in STAGES}
    for came in range(HORIZON):
        times = max(0.0, 1 + plan.value("growth") * came)
        cohort = (plan.value("new_accounts") * times, plan.value("new_stores") * times)
        _flow(float(came), 1.0, cohort, STAGES, stays, accounts, entering, shops)
    for place, stage in enumerate(STAGES):
        here = plan.value(f"accounts.{stage}")
        stay = stays[stage]
        for at in range(HORIZON):
            accounts[stage][at] += here * (1.0 if stay == float("inf") else _still(at, stay))
        if stay < float("inf"):
            cohort = (here, plan.value(f"stores.{stage}"))
            _flow(0.0, max(stay, 1e-9), cohort, STAGES[place + 1 :], stays, accounts, entering, shops)
    by_act = {act.key: _hours(plan, act, accounts, entering, shops) for act in plan.acts}
    by_stage = {
        stage: [sum(by_act[act.key][at] for act in plan.acts if act.stage == stage) for at in range(HORIZON)]
        for stage in STAGES
    }
    return Work(accounts, by_act, by_stage, _of_use(plan), plan)


def _flow(
    start: float, width: float, cohort: tuple[float, float], stages: tuple[str, ...], stays: dict[str, float],
    accounts: dict[str, list[float]], entering: dict[str, list[float]], shops: dict[str, list[float]],
) -> None:  # fmt: skip
    for stage in stages:
        if start == float("inf"):
            return
        for at in range(HORIZON):
            came = _in(at + 1 - start, width) - _in(at - start, width)
            entering[stage][at] += cohort[0] * came
            shops[stage][at] += cohort[1] * came
            accounts[stage][at] += cohort[0] * _there(at, start, stays[stage], width)
        start += stays[stage]


def _in(since: float, width: float) -> float:
    """Return which share of a cohort has entered."""
    return min(1.0, max(0.0, since / width))


def _there(at: int, start: float, stay: float, width: float) -> float:
    """Integrate the share that is there over a month: it changes in straight lines between four moments."""
    ends = (start, start + width, start + stay, start + stay + width)
    moments = sorted({float(at), at + 1.0, *(end for end in ends if at < end < at + 1)})
    level = [_in(one - start, width) - _in(one - start - stay, width) for one in moments]
    pairs = zip(moments, moments[1:], level, level[1:], strict=False)
    return sum((after_ - before) * (one + other) / 2 for before, after_, one, other in pairs)


def _still(at: int, stay: float) -> float:
    """Integrate the share of those now there that is still there: their time left is spread evenly over the stay."""
    width = max(stay, 1e-9)
    moments = sorted({float(at), at + 1.0, *([width] if at < width < at + 1 else [])})
    level = [1 - _in(one, width) for one in moments]
    pairs = zip(moments, moments[1:], level, level[1:], strict=False)
    return sum((after_ - before) * (one + other) / 2 for before, after_, one, other in pairs)


def _hours(plan: Plan, act: Act, accounts: Any, entering: Any, shops: Any) -> list[float]:
    units = {"account": entering, "store": shops, "month": accounts, "lecture": entering}[act.per][act.stage]
    times = plan.value("lectures_per_account") if act.per == "lecture" else 1.0
    return [unit * times * act.minutes[0] / at_once(act) / 60 for unit in units]


def at_once(act: Act) -> float:
    """Return how many are served at once."""
    return act.group[0] if act.done == "group" else 1.0


def _of_use(plan: Plan) -> list[float]:
    """Return the share of the people who are of use: each month some leave, whose followers learn for a while."""
    gone, learning = plan.value("leavers") / 12 / all_people(plan), plan.value("newcomer_months")
    return [
        max(0.01, 1 - gone * sum(_there(at - left, 0.0, learning, 1.0) for left in range(at + 1)))
        for at in range(HORIZON)
    ]


def all_people(plan: Plan) -> float:
    """Return how many people there are."""
    return sum(plan.of("people").values())
