"""Whether enough of an account's people attended a course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import ClassVar

from scheduler.rules.clauses.result import ClauseResult, is_whole, nth
from scheduler.rules.facts import Facts

_ROUNDING = 1e-9  # a third of three stores is one store


@dataclass(frozen=True)
class Attended:
    """So many contacts attended the course, for this share of the stores in scope, the coordinator among them.

    Where `recordings` count, having watched the recording is as good as having been there. It applies to accounts with `stores_from` to `stores_to` stores in scope. Reasons: attended_met,
    attended_people_short, attended_coordinator_missing, attended_stores_short, attended_coordinator_and_stores.
    """

    kind: ClassVar[str] = "attended"
    course: str
    contacts: int = 1
    share: float = 0.0
    coordinator: bool = False
    stores_from: int = 0
    stores_to: int | None = None
    recordings: bool = False

    def is_sound(self) -> bool:
        """Tell whether the parameters make sense."""
        numbers = (self.contacts, self.stores_from, self.stores_from if self.stores_to is None else self.stores_to)
        return (
            isinstance(self.course, str)
            and bool(self.course)
            and all(is_whole(number) for number in numbers)
            and isinstance(self.share, int | float)
            and 0 <= self.share <= 1
            and isinstance(self.coordinator, bool)
            and isinstance(self.recordings, bool)
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
        watched = facts.recordings if self.recordings else ()
        seen = sorted(one for one in (*facts.attended, *watched) if one.course == self.course)
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
        days = [nth(first.values(), self.contacts), nth(covered.values(), needed)]
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
