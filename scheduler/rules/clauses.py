"""What can be asked of an account before it is handed on, and how each condition is judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby, islice
from math import ceil
from typing import Any, ClassVar

from scheduler.rules.facts import Facts, SetupItem

_ROUNDING = 1e-9  # a third of three stores is one store


@dataclass(frozen=True)
class ClauseResult:
    """One condition: met or not, why (a key and what it is about), on which evidence, and since which day if met."""

    key: str
    met: bool
    reason_key: str
    params: dict[str, Any]
    evidence: list[dict[str, Any]]
    since: date | None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON takes it: key, met, reason, params, evidence, since."""
        return {
            "key": self.key,
            "met": self.met,
            "reason": self.reason_key,
            "params": self.params,
            "evidence": self.evidence,
            "since": self.since.isoformat() if self.since else None,
        }


@dataclass(frozen=True)
class Attended:
    """So many contacts attended the course, for this share of the stores in scope, the coordinator among them.

    It applies to accounts with `stores_from` to `stores_to` stores in scope. Reasons: attended_met,
    attended_people_short, attended_coordinator_missing, attended_stores_short, attended_coordinator_and_stores.
    """

    kind: ClassVar[str] = "attended"
    course: str
    contacts: int = 1
    share: float = 0.0
    coordinator: bool = False
    stores_from: int = 0
    stores_to: int | None = None

    def is_sound(self) -> bool:
        """Tell whether the parameters make sense."""
        numbers = (self.contacts, self.stores_from, self.stores_from if self.stores_to is None else self.stores_to)
        return (
            isinstance(self.course, str)
            and bool(self.course)
            and all(_is_whole(number) for number in numbers)
            and isinstance(self.share, int | float)
            and 0 <= self.share <= 1
            and isinstance(self.coordinator, bool)
            and (self.contacts > 0 or self.share > 0 or self.coordinator)
        )

    def applies(self, facts: Facts) -> bool:
        """Tell whether an account of that size is judged by this clause."""
        return self.stores_from <= len(facts.stores) and (self.stores_to is None or len(facts.stores) <= self.stores_to)

    def judge(self, facts: Facts) -> ClauseResult:
        """Judge it on these facts."""
        coordinators = {person.id for person in facts.people if person.role == "coordinator"}
        first: dict[int, date] = {}
        covered: dict[int, date] = {}
        seen = sorted(one for one in facts.attended if one.course == self.course)
        for one in seen:
            first.setdefault(one.contact, one.on)
            for store in facts.stores.intersection(one.stores):
                covered.setdefault(store, one.on)
        led = [on for contact, on in first.items() if contact in coordinators]
        needed = ceil(self.share * len(facts.stores) - _ROUNDING)
        people_short = len(first) < self.contacts
        stores_short = len(covered) < needed
        coordinator_missing = self.coordinator and not led
        met = not (people_short or stores_short or coordinator_missing)
        days = [_nth(first.values(), self.contacts), _nth(covered.values(), needed)]
        days += [min(led)] if self.coordinator and led else []
        return ClauseResult(
            key=self.kind,
            met=met,
            reason_key=_attended_reason(coordinator_missing, stores_short, people_short),
            params={
                "course": self.course,
                "people": len(first),
                "people_needed": self.contacts,
                "stores": len(facts.stores),
                "stores_covered": len(covered),
                "stores_needed": needed,
                "stores_missing": sorted(facts.stores - covered.keys()) if self.share else [],
                "coordinator": "attended" if led else "not_yet" if coordinators else "nobody",
            },
            evidence=[{"contact": one.contact, "on": one.on.isoformat(), "stores": sorted(one.stores)} for one in seen],
            since=max((day for day in days if day), default=None) if met else None,
        )


def _attended_reason(coordinator_missing: bool, stores_short: bool, people_short: bool) -> str:
    if coordinator_missing and stores_short:
        return "attended_coordinator_and_stores"
    if coordinator_missing:
        return "attended_coordinator_missing"
    if stores_short:
        return "attended_stores_short"
    return "attended_people_short" if people_short else "attended_met"


@dataclass(frozen=True)
class SetupComplete:
    """Every required set-up step is done or not needed, in the account and in each store in scope.

    Reasons: setup_met, setup_open, setup_nothing_required.
    """

    kind: ClassVar[str] = "setup_complete"

    def is_sound(self) -> bool:
        """Tell that there is nothing to get wrong."""
        return True

    def applies(self, facts: Facts) -> bool:
        """Tell that every account is judged by this clause."""
        return True

    def judge(self, facts: Facts) -> ClauseResult:
        """Judge it on these facts."""
        asked = sorted(
            (item for item in facts.setup if item.required and (item.store is None or item.store in facts.stores)),
            key=lambda item: (item.step, item.store or 0),
        )
        steps = [_step_progress(step, list(items)) for step, items in groupby(asked, lambda item: item.step)]
        left = [step for step in steps if step["done"] < step["total"]]
        settled = [item.done_on for item in asked if item.settled and item.done_on]
        return ClauseResult(
            key=self.kind,
            met=not left,
            reason_key="setup_open" if left else "setup_met" if asked else "setup_nothing_required",
            params={"done": len(steps) - len(left), "total": len(steps), "left": len(left), "steps": left},
            evidence=[step for step in steps if step["done"]],
            since=max(settled, default=None) if not left else None,
        )


def _step_progress(step: str, items: list[SetupItem]) -> dict[str, Any]:
    settled = [item for item in items if item.settled]
    last = max((item.done_on for item in settled if item.done_on), default=None)
    return {"step": step, "done": len(settled), "total": len(items), "on": last.isoformat() if last else None}


@dataclass(frozen=True)
class UsageStarted:
    """The product was used on so many different days, or - where `confirmed` counts - a person confirmed that it is.

    Reasons: usage_met, usage_confirmed, usage_none, usage_days_short.
    """

    kind: ClassVar[str] = "usage_started"
    days: int = 1
    confirmed: bool = True

    def is_sound(self) -> bool:
        """Tell whether the parameters make sense."""
        return _is_whole(self.days) and self.days > 0 and isinstance(self.confirmed, bool)

    def applies(self, facts: Facts) -> bool:
        """Tell that every account is judged by this clause."""
        return True

    def judge(self, facts: Facts) -> ClauseResult:
        """Judge it on these facts."""
        days = sorted({one.on for one in facts.usage})
        by_signals = _nth(days, self.days)
        by_person = facts.started_on if self.confirmed else None
        met = by_signals is not None or by_person is not None
        evidence: list[dict[str, Any]] = [{"source": "usage", "on": day.isoformat()} for day in days[: self.days]]
        if by_person:
            evidence.append({"source": "person", "on": by_person.isoformat(), "how": facts.started_source})
        unmet = "usage_days_short" if days else "usage_none"
        return ClauseResult(
            key=self.kind,
            met=met,
            reason_key="usage_met" if by_signals else "usage_confirmed" if by_person else unmet,
            params={"days": len(days), "days_needed": self.days},
            evidence=evidence,
            since=min((day for day in (by_signals, by_person) if day), default=None),
        )


@dataclass(frozen=True)
class FieldFilled:
    """A field of the account says something. Reasons: field_filled, field_empty."""

    kind: ClassVar[str] = "field_filled"
    field: str

    def is_sound(self) -> bool:
        """Tell whether the parameters make sense."""
        return isinstance(self.field, str) and bool(self.field)

    def applies(self, facts: Facts) -> bool:
        """Tell that every account is judged by this clause."""
        return True

    def judge(self, facts: Facts) -> ClauseResult:
        """Judge it on these facts."""
        value = facts.fields.get(self.field)
        met = bool(value.strip()) if isinstance(value, str) else value is not None
        reason = "field_filled" if met else "field_empty"
        return ClauseResult(self.kind, met, reason, {"field": self.field}, [], None)


Clause = Attended | SetupComplete | UsageStarted | FieldFilled
KINDS: tuple[type[Clause], ...] = (Attended, SetupComplete, UsageStarted, FieldFilled)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _nth(days: Iterable[date], number: int) -> date | None:
    """Return the day on which the count of these days reached `number`; None when it did not, or for none at all."""
    return next(islice(sorted(days), number - 1, None), None) if number > 0 else None
