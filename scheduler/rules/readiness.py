"""Whether an account meets every condition of its next stage, and if not, exactly what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from scheduler.rules.clauses.attended import Attended
from scheduler.rules.clauses.groups import (
    DEEPEST,
    GROUPS,
    KINDS,
    AllOf,
    AnyOf,
    AtLeast,
    Clause,
    Plain,
    judge,
    leaves,
    to_json,
)
from scheduler.rules.clauses.plain import ContractEnds, FieldFilled
from scheduler.rules.clauses.result import ClauseResult
from scheduler.rules.clauses.setup import SetupComplete
from scheduler.rules.clauses.usage import UsageStarted
from scheduler.rules.facts import Facts

# Where one team hands an account to the next.
BOUNDARIES = (["sales", "onboarding"], ["onboarding", "success"], ["success", "renewal"])
#: The most conditions of a rule, those within groups included.
MOST_CLAUSES = 30


class RuleUnreadable(ValueError):
    """A readiness rule from the outside cannot be used; `key` and `params` say why."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key = key
        self.params = params


@dataclass(frozen=True)
class Rule:
    """The conditions between two neighbouring stages; each clause that applies to the account must be met.

    `sheet` names the account's fields that the giver must have filled in before asking the next team.
    """

    boundary: tuple[str, str]
    clauses: tuple[Clause, ...]
    sheet: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the rule as JSON takes it, every parameter written out."""
        clauses = [to_json(clause) for clause in self.clauses]
        return {"boundary": list(self.boundary), "clauses": clauses, "sheet": list(self.sheet)}

    @classmethod
    def from_json(cls, data: object) -> Rule:
        """Read a rule from JSON.

        Raises RuleUnreadable: rule_malformed, unknown_boundary, no_clauses, too_many_clauses, unknown_clause,
        clause_malformed, too_deep.
        """
        if not isinstance(data, dict) or not isinstance(data.get("clauses"), list):
            raise RuleUnreadable("rule_malformed")
        boundary, sheet = data.get("boundary"), data.get("sheet", [])
        if boundary not in BOUNDARIES:
            raise RuleUnreadable("unknown_boundary", boundary=boundary)
        if not isinstance(sheet, list) or not all(isinstance(one, str) and one for one in sheet):
            raise RuleUnreadable("rule_malformed")
        if not data["clauses"]:
            raise RuleUnreadable("no_clauses")
        rule = cls((boundary[0], boundary[1]), tuple(_clause(item) for item in data["clauses"]), tuple(sheet))
        if len(rule.leaves) > MOST_CLAUSES:
            raise RuleUnreadable("too_many_clauses", maximum=MOST_CLAUSES)
        return rule

    @property
    def leaves(self) -> tuple[Plain, ...]:
        """Return the plain conditions, also those within groups."""
        return tuple(leaves(self.clauses))


#: The rule of each stage that has one, until operations decide otherwise. From sales: the order is confirmed, somebody
#: can be written to, the start is known. From onboarding: up to three stores one person who attended will do, from four
#: on the coordinator and people of half of the stores in scope. From success: the contract ends within a quarter.
DEFAULT: dict[str, Rule] = {
    "sales": Rule(
        boundary=("sales", "onboarding"),
        clauses=(FieldFilled("signed_on"), FieldFilled("contact_email"), FieldFilled("planned_start_on")),
    ),
    "onboarding": Rule(
        boundary=("onboarding", "success"),
        clauses=(
            Attended("basic", stores_to=3),
            Attended("basic", share=0.5, coordinator=True, stores_from=4),
            SetupComplete(),
            UsageStarted(),
        ),
    ),
    "success": Rule(boundary=("success", "renewal"), clauses=(ContractEnds(),)),
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
        """Return what is still missing, a group as one."""
        return tuple(one for one in self.clauses if not one.met)

    @property
    def leaves(self) -> tuple[ClauseResult, ...]:
        """Return the plain conditions, also those within groups."""
        return tuple(leaf for one in self.clauses for leaf in one.leaves())

    @property
    def counting(self) -> tuple[ClauseResult, ...]:
        """Return the plain conditions that decide: of a group that is met only those that are."""
        return tuple(leaf for one in self.clauses for leaf in one.counting())


def evaluate(facts: Facts, rule: Rule, now: datetime) -> Readiness:
    """Judge every clause that applies to this account on what has happened by `now` (aware UTC)."""
    present = facts.as_of(now)
    clauses = tuple(judge(clause, present) for clause in rule.clauses if clause.applies(present))
    return Readiness(bool(clauses) and all(clause.met for clause in clauses), clauses)


def never_met(rule: Rule, courses: frozenset[str], fields: frozenset[str]) -> list[str]:
    """Name what keeps every account, or those of some size, from ever being ready by this rule; empty: nothing.

    `courses` and `fields` are those there are. Keys: unknown_course, unknown_field, stores_upside_down,
    no_clause_applies (of accounts of some size nothing is asked, so that they are never ready), group_out_of_reach (of
    those of some size fewer conditions of a group are asked than it wants).
    """
    found = []
    for clause in rule.leaves:
        if isinstance(clause, Attended) and clause.course not in courses:
            found.append("unknown_course")
        if isinstance(clause, FieldFilled) and clause.field not in fields:
            found.append("unknown_field")
        if isinstance(clause, Attended) and clause.stores_to is not None and clause.stores_to < clause.stores_from:
            found.append("stores_upside_down")
    sizes = {0, 1, *(size for clause in rule.leaves if isinstance(clause, Attended) for size in _edges(clause))}
    found += next(filter(None, (_of_size(rule, size) for size in sorted(sizes))), [])
    return list(dict.fromkeys(found))


def _of_size(rule: Rule, stores: int) -> list[str]:
    """Name what keeps accounts with so many stores in scope from ever being ready."""
    facts = Facts(stores=frozenset(range(1, stores + 1)))
    asked = [clause for clause in rule.clauses if clause.applies(facts)]
    if not asked:
        return ["no_clause_applies"]
    return [] if all(_in_reach(clause, facts) for clause in asked) else ["group_out_of_reach"]


def _in_reach(clause: Clause, facts: Facts) -> bool:
    """Tell whether as many conditions are asked of such an account as each group wants."""
    if not isinstance(clause, AllOf):
        return True
    asked = [part for part in clause.clauses if part.applies(facts)]
    within = sum(_in_reach(part, facts) for part in asked)
    needed = clause.number if isinstance(clause, AtLeast) else 1 if isinstance(clause, AnyOf) else len(asked)
    return within >= needed


def _edges(clause: Attended) -> tuple[int, ...]:
    """Return the numbers of stores around which a condition begins or ends to apply."""
    ends = () if clause.stores_to is None else (clause.stores_to, clause.stores_to + 1)
    return (max(clause.stores_from - 1, 0), clause.stores_from, *ends)


def _clause(data: object, depth: int = 1) -> Clause:
    values = dict(data) if isinstance(data, dict) else {}
    kind = values.pop("kind", None)
    of_kind: type[Clause] | None = next((one for one in (*KINDS, *GROUPS) if one.kind == kind), None)
    if of_kind is None:
        raise RuleUnreadable("unknown_clause", kind=kind)
    if of_kind in GROUPS:
        if depth >= DEEPEST:
            raise RuleUnreadable("too_deep", maximum=DEEPEST)
        inner = values.get("clauses")
        if not isinstance(inner, list):
            raise RuleUnreadable("clause_malformed", kind=kind)
        values["clauses"] = tuple(_clause(item, depth + 1) for item in inner)
    try:
        clause = of_kind(**values)
    except TypeError:
        raise RuleUnreadable("clause_malformed", kind=kind) from None
    if not clause.is_sound():
        raise RuleUnreadable("clause_malformed", kind=kind)
    return clause
