"""Whether an account has begun to use the product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from scheduler.rules.clauses.result import ClauseResult, is_whole
from scheduler.rules.facts import Facts, asked


@dataclass(frozen=True)
class UsageStarted:
    """The product was used on so many different days, or - where `confirmed` counts - a person confirmed that it is.

    `within` (0: no matter) is the number of days among which those of use must lie, the first and the last included;
    `since_setup` counts only days from the one on which the required set-up was complete. Reasons: usage_met,
    usage_confirmed, usage_none, usage_days_short, usage_not_within, usage_before_setup.
    """

    kind: ClassVar[str] = "usage_started"
    days: int = 1
    confirmed: bool = True
    within: int = 0
    since_setup: bool = False

    def is_sound(self) -> bool:
        """Tell whether the parameters make sense; more days of use than there are days among them never happen."""
        flags = isinstance(self.confirmed, bool) and isinstance(self.since_setup, bool)
        numbers = is_whole(self.days) and self.days > 0 and is_whole(self.within)
        return flags and numbers and (self.within == 0 or self.days <= self.within)

    def applies(self, facts: Facts) -> bool:
        """Tell that every account is judged by this clause."""
        return True

    def judge(self, facts: Facts) -> ClauseResult:
        """Judge it on these facts."""
        used = sorted({one.on for one in facts.usage})
        days = self._counted(used, facts)
        reached = self._reached(days)
        by_signals = reached[-1] if reached else None
        by_person = facts.started_on if self.confirmed else None
        evidence: list[dict[str, Any]] = [
            {"source": "usage", "on": day.isoformat()} for day in reached or days[: self.days]
        ]
        if by_person:
            evidence.append({"source": "person", "on": by_person.isoformat(), "how": facts.started_source})
        return ClauseResult(
            key=self.kind,
            met=by_signals is not None or by_person is not None,
            reason_key=self._reason(by_signals, by_person, used, days),
            params={"days": len(days), "days_needed": self.days, "within": self.within},
            evidence=evidence,
            since=min((day for day in (by_signals, by_person) if day), default=None),
        )

    def _counted(self, used: Sequence[date], facts: Facts) -> list[date]:
        if not self.since_setup:
            return list(used)
        items = asked(facts)
        if not all(item.settled for item in items):
            return []
        complete_on = max((item.done_on for item in items if item.done_on), default=date.min)
        return [day for day in used if day >= complete_on]

    def _reached(self, days: Sequence[date]) -> Sequence[date]:
        """Return the first days that are enough, those that lie too far apart left out; none when there are none."""
        for last in range(self.days - 1, len(days)):
            found = days[last - self.days + 1 : last + 1]
            if not self.within or found[-1] - found[0] < timedelta(days=self.within):
                return found
        return ()

    def _reason(
        self, by_signals: date | None, by_person: date | None, used: Sequence[date], days: Sequence[date]
    ) -> str:
        if by_signals:
            return "usage_met"
        if by_person:
            return "usage_confirmed"
        if not used:
            return "usage_none"
        if not days:
            return "usage_before_setup"
        return "usage_days_short" if len(days) < self.days else "usage_not_within"
