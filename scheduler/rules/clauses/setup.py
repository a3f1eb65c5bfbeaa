"""Whether what an account must set up is done."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from scheduler.rules.clauses.result import ClauseResult
from scheduler.rules.facts import Facts, SetupItem, asked


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
        wanted: dict[str, list[SetupItem]] = defaultdict(list)
        for item in asked(facts):
            wanted[item.step].append(item)
        steps = [_step_progress(step, wanted[step]) for step in sorted(wanted)]
        left = [step for step in steps if step["done"] < step["total"]]
        days = [step["on"] for step in steps if step["on"]]
        return ClauseResult(
            key=self.kind,
            met=not left,
            reason_key="setup_open" if left else "setup_met" if wanted else "setup_nothing_required",
            params={"done": len(steps) - len(left), "total": len(steps), "left": len(left), "steps": left},
            evidence=[step for step in steps if step["done"]],
            since=date.fromisoformat(max(days)) if days and not left else None,
        )


def _step_progress(step: str, items: list[SetupItem]) -> dict[str, Any]:
    settled = [item.done_on for item in items if item.settled]
    last = max({on for on in settled if on}, default=None)
    return {"step": step, "done": len(settled), "total": len(items), "on": last.isoformat() if last else None}
