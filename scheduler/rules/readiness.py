"""Whether an account meets every condition of its next stage, and if not, exactly what is missing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from scheduler.rules.clauses import KINDS, Attended, Clause, ClauseResult, SetupComplete, UsageStarted
from scheduler.rules.facts import Facts

# Where one team hands an account to the next.
BOUNDARIES = (["sales", "onboarding"], ["onboarding", "success"], ["success", "renewal"])


class RuleUnreadable(ValueError):
    """A readiness rule from the outside cannot be used; `key` and `params` say why."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key = key
        self.params = params


@dataclass(frozen=True)
class Rule:
    """The conditions between two neighbouring stages; each clause that applies to the account must be met."""

    boundary: tuple[str, str]
    clauses: tuple[Clause, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the rule as JSON takes it, every parameter written out."""
        clauses = [{"kind": clause.kind} | asdict(clause) for clause in self.clauses]
        return {"boundary": list(self.boundary), "clauses": clauses}

    @classmethod
    def from_json(cls, data: object) -> Rule:
        """Read a rule from JSON.

        Raises RuleUnreadable: rule_malformed, unknown_boundary, no_clauses, unknown_clause, clause_malformed.
        """
        if not isinstance(data, dict) or not isinstance(data.get("clauses"), list):
            raise RuleUnreadable("rule_malformed")
        boundary = data.get("boundary")
        if boundary not in BOUNDARIES:
            raise RuleUnreadable("unknown_boundary", boundary=boundary)
        if not data["clauses"]:
            raise RuleUnreadable("no_clauses")
        return cls((boundary[0], boundary[1]), tuple(_clause(item) for item in data["clauses"]))


#: The rule of each stage that has one, until operations decide otherwise: up to three stores one person who attended
#: will do; from four on the coordinator and people of half of the stores in scope.
DEFAULT: dict[str, Rule] = {
    "onboarding": Rule(
        boundary=("onboarding", "success"),
        clauses=(
            Attended("basic", stores_to=3),
            Attended("basic", share=0.5, coordinator=True, stores_from=4),
            SetupComplete(),
            UsageStarted(),
        ),
    )
}


@dataclass(frozen=True)
class Readiness:
    """The whole answer: ready when every clause is met, `since` the day of the last one where that is known."""

    ready: bool
    clauses: tuple[ClauseResult, ...]

    @property
    def since(self) -> date | None:
        """Return the day on which the last clause was met, or None while one is open."""
        return max((one.since for one in self.clauses if one.since), default=None) if self.ready else None

    @property
    def open(self) -> tuple[ClauseResult, ...]:
        """Return what is still missing."""
        return tuple(one for one in self.clauses if not one.met)


def evaluate(facts: Facts, rule: Rule, now: datetime) -> Readiness:
    """Judge every clause that applies to this account on what has happened by `now` (aware UTC)."""
    present = facts.as_of(now)
    clauses = tuple(clause.judge(present) for clause in rule.clauses if clause.applies(present))
    return Readiness(bool(clauses) and all(clause.met for clause in clauses), clauses)


def _clause(data: object) -> Clause:
    values = dict(data) if isinstance(data, dict) else {}
    kind = values.pop("kind", None)
    of_kind = next((one for one in KINDS if one.kind == kind), None)
    if of_kind is None:
        raise RuleUnreadable("unknown_clause", kind=kind)
    try:
        clause = of_kind(**values)
    except TypeError:
        raise RuleUnreadable("clause_malformed", kind=kind) from None
    if not clause.is_sound():
        raise RuleUnreadable("clause_malformed", kind=kind)
    return clause
