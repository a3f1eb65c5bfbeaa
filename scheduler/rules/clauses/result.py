"""How one condition turned out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any


@dataclass(frozen=True)
class ClauseResult:
    """One condition: met or not, why (a key and what it is about), on which evidence, and since which day if met.

    Of a group, `parts` are the conditions in it that apply to the account.
    """

    key: str
    met: bool
    reason_key: str
    params: dict[str, Any]
    evidence: list[dict[str, Any]]
    since: date | None
    parts: tuple[ClauseResult, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON takes it: key, met, reason, params, evidence, since; of a group also its parts."""
        plain = {
            "key": self.key,
            "met": self.met,
            "reason": self.reason_key,
            "params": self.params,
            "evidence": self.evidence,
            "since": self.since.isoformat() if self.since else None,
        }
        return plain | {"parts": [part.to_json() for part in self.parts]} if self.parts else plain

    def leaves(self) -> Iterator[ClauseResult]:
        """Yield the plain conditions: itself, or those of its parts."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def counting(self) -> Iterator[ClauseResult]:
        """Yield the plain conditions that decide: of a group that is met only those of its parts that are."""
        if not self.parts:
            yield self
        for part in self.parts:
            if part.met or not self.met:
                yield from part.counting()

    def reopened(self) -> ClauseResult:
        """Return it as not met because a receiver opened it again; what is known of it stays."""
        return replace(self, met=False, reason_key="reopened", since=None)


def nth(days: Iterable[date], number: int) -> date | None:
    """Return the day on which the count of these days reached `number`; None when it did not, or for none at all."""
    return next(islice(sorted(days), number - 1, None), None) if number > 0 else None


def is_whole(value: object) -> bool:
    """Tell whether a value from outside is a whole number from 0 on."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
