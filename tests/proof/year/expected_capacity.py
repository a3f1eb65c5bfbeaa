"""Answers what the staffing report must say of a plan: its months, heads, scenarios, savings and weightiest inputs."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from tests.proof.year.comparing import About
from tests.proof.year.expected_hours import MONTHS, Work, all_people, at_once, worked
from tests.proof.year.expected_staffing import Act, Number, Plan
from tests.proof.year.tables import STAGES, Told

FIGURES = ("new_accounts", "new_stores", "growth", "hours", "lectures_per_account", "leavers", "newcomer_months")
# Which bases the report leads to.
LED = (
    "leavers", "minutes.basic_lecture", "minutes.advanced_lecture", "minutes.own_lectures", "queue.lectures", "queue.seats",
    *(f"{name}.{stage}" for name in ("accounts", "people") for stage in STAGES),
    *(f"minutes.{stage}_contacts" for stage in STAGES[1:]),
)  # fmt: skip
# What a simulation plays: held to the counted hours below, not counted again.
PLAYED = (
    "waiting", "heads.heads", "heads.ran_out", "months.hours", *(f"months.hours_{stage}" for stage in STAGES),
)  # fmt: skip

Entry = tuple[str, dict[str, Any]]


def report(plan: Plan) -> Told:
    """Reckon the report's counted parts."""
    work = worked(plan)
    return {
        "months": _months(work),
        "heads": _heads(work),
        "holding": _holding(plan),
        "scenarios": _scenarios(plan),
        "savings": _savings(plan),
        "matters": _matters(plan),
        "activities": [_act(act, work) for act in plan.acts],
        "inputs": [_input(name, number) for name, number in _named(plan)],
    }


def _months(work: Work) -> list[Entry]:
    people = all_people(work.plan) * work.plan.value("hours")
    return [
        (str(first), {"month": first, "hours_there": About(people * work.share[at], 1)}
         | {f"accounts_{stage}": About(work.accounts[stage][at], 1) for stage in STAGES})
        for at, first in enumerate(MONTHS)
    ]  # fmt: skip


def _heads(work: Work) -> list[Entry]:
    return [
        (str(first), {"month": first, "people_needed": work.people[at], "people_there": About(all_people(work.plan), 1)}
         | {f"heads_{stage}": About(work.heads(stage)[at], 2) for stage in STAGES})
        for at, first in enumerate(MONTHS)
    ]  # fmt: skip


def _cost(plan: Plan, stage: str) -> float:
    """Return the minutes that an account costs in a stage, over its stay there (a year where it stays on)."""
    stay = plan.of("months").get(stage, 12.0)
    times = {"account": 1.0, "store": plan.value("new_stores") / plan.value("new_accounts"), "month": stay,
             "lecture": plan.value("lectures_per_account")}  # fmt: skip
    return sum(act.minutes[0] / at_once(act) * times[act.per] for act in plan.acts if act.stage == stage)


def _holds(plan: Plan, stages: tuple[str, ...]) -> float | None:
    stay = sum(plan.of("months").get(stage, 12.0) for stage in stages)
    cost = sum(_cost(plan, stage) for stage in stages)
    return plan.value("hours") * 60 * stay / cost if cost and stay else None


def _holding(plan: Plan) -> list[Entry]:
    today, entering, shops = {}, plan.value("new_accounts"), plan.value("new_stores")
    for stage in STAGES:
        accounts, stores = plan.value(f"accounts.{stage}"), plan.value(f"stores.{stage}")
        units = {
            "account": entering,
            "store": shops,
            "month": accounts,
            "lecture": entering * plan.value("lectures_per_account"),
        }
        today[stage] = sum(
            units[act.per] * act.minutes[0] / at_once(act) / 60 for act in plan.acts if act.stage == stage
        )
        stay = plan.of("months").get(stage)
        if stay:
            entering, shops = accounts / stay, stores / stay
    rows = []
    for key, stages in [*((stage, (stage,)) for stage in STAGES), ("whole_way", STAGES)]:
        accounts = sum(plan.value(f"accounts.{stage}") for stage in stages)
        people = sum(plan.value(f"people.{stage}") for stage in stages)
        holds = _holds(plan, stages)
        told: dict[str, Any] = {
            "stage": key,
            "holds": None if holds is None else About(holds, 1),
            "accounts": About(accounts, 1),
        }
        told |= {"people": people, "accounts_each": About(accounts / people, 1) if people else None}
        told |= {"hours_today": About(sum(today[stage] for stage in stages), 1)}
        rows.append((key, told | {"hours_there": About(people * plan.value("hours"), 1)}))
    return rows


def _scenarios(plan: Plan) -> list[Entry]:
    yours, rows = worked(plan), []
    for key in ("one_person", "split", "group", "yours"):
        other = deepcopy(plan)
        other.pooled = key == "one_person"
        for act in other.acts:
            if key != "yours":
                act.done = "group" if key == "group" and act.group[0] > 1 else "one_to_one"
        work = worked(other)
        holds = _holds(other, STAGES)
        told: dict[str, Any] = {
            "scenario": key,
            "mean_hours": About(_mean(work.hours), 1),
            "most_heads": About(max(work.heads()), 2),
        }
        told |= {"most_people": max(work.people), "holds": None if holds is None else About(holds, 1)}
        told |= {"runs_out": work.runs_out, "more_hours": About(_mean(work.hours) - _mean(yours.hours), 1)}
        rows.append((key, told | {"more_heads": About(_mean(work.heads()) - _mean(yours.heads()), 2)}))
    return rows


def _savings(plan: Plan) -> list[Entry]:
    found = []
    for place, act in enumerate(plan.acts):
        if act.group[0] > 1:
            works = []
            for done in ("one_to_one", "group"):
                other = deepcopy(plan)
                other.acts[place].done = done
                works.append(worked(other))
            hours, heads = (
                _mean(getattr(works[0], name)) - _mean(getattr(works[1], name)) for name in ("hours", "hours")
            )
            heads = _mean(works[0].heads()) - _mean(works[1].heads())
            told: dict[str, Any] = {
                "activity": act.key,
                "group": About(act.group[0], 1),
                "saved_hours": About(hours, 1),
            }
            told |= {"saved_heads": About(heads, 2), "is_done": "already" if act.done == "group" else "could_be"}
            found.append((hours, (act.key, told)))
    return [entry for _hours_, entry in sorted(found, key=lambda one: -one[0])]


def _matters(plan: Plan) -> list[Entry]:
    found = []
    for name, (value, base, spread) in _varied(plan):
        by_spread = base is not None and spread > 0
        step = spread if by_spread else abs(value) / 10
        least = {"group": 1.0, "hours": 1.0, "growth": -1.0}.get(name.split(".")[0], 0.0)
        low, high = max(min(least, value), value - step), value + step
        heads = sorted(max(worked(_with(plan, name, one)).heads()) for one in (low, high))
        told: dict[str, Any] = {"input": name, "varied": (About(value, 3), About(low, 3), About(high, 3))}
        told |= {"varied_by": "by_spread" if by_spread else "by_tenth", "swing": About(heads[1] - heads[0], 2)}
        told["heads_range"] = (None, About(heads[0], 2), About(heads[1], 2))
        found.append((heads[1] - heads[0], (name, told)))
    return [entry for _swing, entry in sorted(found, key=lambda one: -one[0])[:3]]


def _varied(plan: Plan) -> Iterator[tuple[str, Number]]:
    for name in (*FIGURES, *(f"{name}.{stage}" for stage in STAGES for name in ("months", "accounts", "stores"))):
        if name in plan.numbers:
            yield name, plan.numbers[name]
    for act in plan.acts:
        yield f"minutes.{act.key}", act.minutes
        if act.done == "group":
            yield f"group.{act.key}", act.group


def _with(plan: Plan, name: str, value: float) -> Plan:
    other = deepcopy(plan)
    if name in other.numbers:
        other.numbers[name] = (value, None, 0)
    for act in other.acts:
        if name == f"minutes.{act.key}":
            act.minutes = (value, None, 0)
        if name == f"group.{act.key}":
            act.group = (value, None, 0)
    return other


def _act(act: Act, work: Work) -> Entry:
    told: dict[str, Any] = {
        "activity": act.key,
        "stage": act.stage,
        "minutes": _spread(act.minutes),
        "per": act.per,
        "done": act.done,
    }
    told |= {"group": About(act.group[0], 1), "hours_a_month": About(_mean(work.by_act[act.key]), 1)}
    return act.key, told | {"base": act.minutes[1] if f"minutes.{act.key}" in LED else None}


def _named(plan: Plan) -> Iterator[tuple[str, Number]]:
    names = [*FIGURES]
    for stage in STAGES:
        names += [f"{name}.{stage}" for name in ("accounts", "stores", "people", "months")]
    for name in (*names, *(f"queue.{name}" for name in ("arrivals", "lectures", "seats", "show_rate"))):
        if name in plan.numbers:
            yield name, plan.numbers[name]


def _input(name: str, number: Number) -> Entry:
    told: dict[str, Any] = {
        "input": name,
        "value": _spread(number),
        "source": "entered" if number[1] is None else "measured",
    }
    return name, told | {"base": number[1] if name in LED else None}


def _spread(number: Number) -> tuple[About | None, ...]:
    value, base, spread = number
    if base is None or not spread:
        return About(value, 3), None, None
    return About(value, 3), About(value - spread, 3), About(value + spread, 3)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
