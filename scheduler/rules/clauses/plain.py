"""What can be read off an account itself: a field, how long it is in its stage, open tasks, the end of its contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from scheduler.rules.clauses.result import ClauseResult, is_whole
from scheduler.rules.facts import Facts


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


@dataclass(frozen=True)
class DaysInStage:
    """The account has been in its stage for so many days. Reasons: days_in_stage_met, days_in_stage_short."""

    kind: ClassVar[str] = "days_in_stage"
    days: int

    def is_sound(self) -> bool:
        """Tell whether the parameters make sense."""
        return is_whole(self.days)

    def applies(self, facts: Facts) -> bool:
        """Tell that every account is judged by this clause."""
        return True

    def judge(self, facts: Facts) -> ClauseResult:
        """Judge it on these facts; without the day it entered its stage it is not met."""
        since, today = facts.stage_since, facts.today
        passed = (today - since).days if since is not None and today is not None else 0
        met = since is not None and passed >= self.days
        on = since + timedelta(days=self.days) if met and since is not None else None
        reason = "days_in_stage_met" if met else "days_in_stage_short"
        return ClauseResult(self.kind, met, reason, {"days": passed, "days_needed": self.days}, [], on)


@dataclass(frozen=True)
class NoOpenTask:
    """No task of the account is open, or none of these kinds. Reasons: no_open_task, tasks_open."""

    kind: ClassVar[str] = "no_open_task"
    tasks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Take a list as it comes from JSON."""
        if isinstance(self.tasks, list):
            object.__setattr__(self, "tasks", tuple(self.tasks))

    def is_sound(self) -> bool:
        """Tell whether the parameters make sense."""
        return isinstance(self.tasks, tuple) and all(isinstance(one, str) and one for one in self.tasks)

    def applies(self, facts: Facts) -> bool:
        """Tell that every account is judged by this clause."""
        return True

    def judge(self, facts: Facts) -> ClauseResult:
        """Judge it on these facts."""
        left = sorted(one for one in facts.open_tasks if not self.tasks or one in self.tasks)
        reason = "tasks_open" if left else "no_open_task"
        return ClauseResult(self.kind, not left, reason, {"left": len(left), "tasks": left}, [], None)


@dataclass(frozen=True)
class ContractEnds:
    """The contract ends in so many days or fewer. Reasons: contract_ends, contract_ends_later, contract_unknown."""

    kind: ClassVar[str] = "contract_ends"
    days: int = 90

    def is_sound(self) -> bool:
        """Tell whether the parameters make sense."""
        return is_whole(self.days)

    def applies(self, facts: Facts) -> bool:
        """Tell that every account is judged by this clause."""
        return True

    def judge(self, facts: Facts) -> ClauseResult:
        """Judge it on these facts."""
        ends: date | None = facts.contract_ends_on
        if ends is None:
            return ClauseResult(self.kind, False, "contract_unknown", {"days_needed": self.days}, [], None)
        begins = ends - timedelta(days=self.days)
        met = facts.today is not None and facts.today >= begins
        params = {"ends_on": ends.isoformat(), "from": begins.isoformat(), "days_needed": self.days}
        return ClauseResult(
            self.kind, met, "contract_ends" if met else "contract_ends_later", params, [], begins if met else None
        )
