"""How far an account has come: the seven knots of its sash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from scheduler.rules.clauses.result import ClauseResult
from scheduler.rules.facts import Facts
from scheduler.rules.readiness import DEFAULT, Readiness, Rule, evaluate

State = Literal["met", "waiting", "missing"]

#: The knots in their order.
KNOTS = ("signed", "invited", "registered", "attended", "set_up", "in_use", "handed_over")


@dataclass(frozen=True)
class Journey:
    """What is known of an account's way beside the facts of readiness; `stage` is the one it is in now.

    `registered_on` is the day of the first registration.
    """

    stage: str = "onboarding"
    signed_on: date | None = None
    invited_on: date | None = None
    registered_on: date | None = None
    handover_requested_on: date | None = None
    handed_over_on: date | None = None


@dataclass(frozen=True)
class Knot:
    """One knot; `on` is the day it was met or, while it waits, the day it began, where that is known."""

    key: str
    state: State
    on: date | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON takes it: key, state, on."""
        return {"key": self.key, "state": self.state, "on": self.on.isoformat() if self.on else None}


@dataclass(frozen=True)
class StoredWay:
    """An account's way as it was last computed and stored: the knots, the level and the step proposed next."""

    knots: list[dict[str, Any]]
    level: str
    next_step: str


def sash(
    facts: Facts,
    journey: Journey,
    now: datetime,
    rule: Rule = DEFAULT["onboarding"],
    judged: Readiness | None = None,
) -> list[Knot]:
    """Tie the seven knots, in order; attended, set_up and in_use follow the rule's clauses (the default's without any).

    `judged` is what the rule made of these facts, where that is known already.
    Who has registered counts as invited, who has attended as registered; an account past onboarding counts as handed
    over, also when that happened elsewhere.
    """
    registered = journey.registered_on is not None or bool(facts.attended)
    signed = journey.signed_on is not None or journey.stage != "sales"
    decided = _decided(facts, rule, now, judged or evaluate(facts, rule, now))
    return [
        _met("signed", signed, journey.signed_on),
        _met("invited", registered or journey.invited_on is not None, journey.invited_on),
        _met("registered", registered, journey.registered_on),
        *(_of_clauses(key, decided[kind]) for key, kind in _CLAUSE_OF.items()),
        _handed_over(journey),
    ]


def tied_by_registration(knots: Sequence[Mapping[str, Any]], on: date) -> list[dict[str, Any]]:
    """Return stored knots as a first registration on that day leaves them: invited and registered are met."""
    days = {"invited": None, "registered": on.isoformat()}
    return [
        {"key": knot["key"], "state": "met", "on": knot["on"] or days[knot["key"]]}
        if knot["key"] in days
        else dict(knot)
        for knot in knots
    ]


_CLAUSE_OF = {"attended": "attended", "set_up": "setup_complete", "in_use": "usage_started"}


def _decided(facts: Facts, rule: Rule, now: datetime, judged: Readiness) -> dict[str, list[ClauseResult]]:
    """Return the conditions by kind: the rule's, and the default's of what the rule does not ask."""
    asked = {clause.kind for clause in rule.leaves}
    usual = judged if asked.issuperset(_CLAUSE_OF.values()) else evaluate(facts, DEFAULT["onboarding"], now)
    return {
        kind: [leaf for leaf in (judged if kind in asked else usual).counting if leaf.key == kind]
        for kind in _CLAUSE_OF.values()
    }


def _of_clauses(key: str, results: Sequence[ClauseResult]) -> Knot:
    if all(one.met for one in results):
        return Knot(key, "met", max((one.since for one in results if one.since), default=None))
    begun = [day for day in map(_first_day, results) if day]
    return Knot(key, "waiting", min(begun)) if begun else Knot(key, "missing")


def _first_day(result: ClauseResult) -> date | None:
    return min((date.fromisoformat(item["on"]) for item in result.evidence if item["on"]), default=None)


def _met(key: str, met: bool, on: date | None) -> Knot:
    return Knot(key, "met", on) if met else Knot(key, "missing")


def _handed_over(journey: Journey) -> Knot:
    if journey.handed_over_on or journey.stage in ("success", "renewal"):
        return Knot("handed_over", "met", journey.handed_over_on)
    if journey.handover_requested_on:
        return Knot("handed_over", "waiting", journey.handover_requested_on)
    return Knot("handed_over", "missing")
