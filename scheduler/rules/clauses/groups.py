"""How conditions are joined: all of them, any of them, or at least so many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from scheduler.rules.clauses.attended import Attended
from scheduler.rules.clauses.plain import ContractEnds, DaysInStage, FieldFilled, NoOpenTask
from scheduler.rules.clauses.result import ClauseResult, is_whole, nth
from scheduler.rules.clauses.setup import SetupComplete
from scheduler.rules.clauses.usage import UsageStarted
from scheduler.rules.facts import Facts

#: A group within a group within a group is read by nobody.
DEEPEST = 3


@dataclass(frozen=True)
class AllOf:
    """Every condition in it that applies to the account. Reasons of all groups: group_met, group_short."""

    kind: ClassVar[str] = "all"
    clauses: tuple[Clause, ...]

    def is_sound(self) -> bool:
        """Tell whether there is something in it."""
        return bool(self.clauses)

    def applies(self, facts: Facts) -> bool:
        """Tell whether any of its conditions applies."""
        return any(clause.applies(facts) for clause in self.clauses)

    def judge(self, facts: Facts) -> ClauseResult:
        """Judge it on these facts."""
        return _judge(self.kind, self.clauses, None, facts)


@dataclass(frozen=True)
class AnyOf(AllOf):
    """One of the conditions in it is enough."""

    kind: ClassVar[str] = "any"

    def judge(self, facts: Facts) -> ClauseResult:
        """Judge it on these facts."""
        return _judge(self.kind, self.clauses, 1, facts)


@dataclass(frozen=True)
class AtLeast(AllOf):
    """So many of the conditions in it are enough."""

    kind: ClassVar[str] = "at_least"
    number: int = 1

    def is_sound(self) -> bool:
        """Tell whether there are as many as it asks for."""
        return is_whole(self.number) and 0 < self.number <= len(self.clauses)

    def judge(self, facts: Facts) -> ClauseResult:
        """Judge it on these facts."""
        return _judge(self.kind, self.clauses, self.number, facts)


Plain = Attended | SetupComplete | UsageStarted | FieldFilled | DaysInStage | NoOpenTask | ContractEnds
Group = AllOf | AnyOf | AtLeast
Clause = Plain | Group
KINDS: tuple[type[Plain], ...] = (
    *(Attended, SetupComplete, UsageStarted, FieldFilled, DaysInStage, NoOpenTask, ContractEnds),
)
GROUPS: tuple[type[Group], ...] = (AllOf, AnyOf, AtLeast)


def judge(clause: Clause, facts: Facts) -> ClauseResult:
    """Judge a condition; one that a receiver opened again is not met, whatever the facts say."""
    result = clause.judge(facts)
    return result.reopened() if result.key in facts.reopened and not result.parts else result


def leaves(clauses: tuple[Clause, ...]) -> Iterator[Plain]:
    """Yield the plain conditions, also those within groups."""
    for clause in clauses:
        if isinstance(clause, AllOf):
            yield from leaves(clause.clauses)
        else:
            yield clause


def to_json(clause: Clause) -> dict[str, Any]:
    """Return a condition as JSON takes it, every parameter written out."""
    values: dict[str, Any] = {"kind": clause.kind}
    for one in fields(clause):
        value = getattr(clause, one.name)
        if one.name == "clauses":
            values["clauses"] = [to_json(part) for part in value]
        else:
            values[one.name] = list(value) if isinstance(value, tuple) else value
    return values


def _judge(kind: str, clauses: tuple[Clause, ...], needed: int | None, facts: Facts) -> ClauseResult:
    parts = tuple(judge(clause, facts) for clause in clauses if clause.applies(facts))
    number = len(parts) if needed is None else needed
    met = [part for part in parts if part.met]
    enough = bool(parts) and len(met) >= number
    days = [part.since for part in met if part.since]
    return ClauseResult(
        key=kind,
        met=enough,
        reason_key="group_met" if enough else "group_short",
        params={"met": len(met), "needed": number, "of": len(parts)},
        evidence=[],
        # The day on which it was enough is known only when it is known of each that counts.
        since=nth(days, number) if enough and len(days) == len(met) else None,
        parts=parts,
    )
