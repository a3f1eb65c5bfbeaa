"""Whether accounts are handed over too early or too late, told by what became of them and how long they waited."""

from __future__ import annotations

from typing import Literal

from scheduler.rules.attendance_rates import Rate
from scheduler.rules.survival import Quantile

Place = Literal["too_early", "too_late", "fine", "unclear"]

#: Days after the handover by which it is judged.
AFTER = 60
#: More returned than this, or fewer still in use, and it comes too early; longer waits than this, and it comes too late.
MOST_RETURNED = 0.1
LEAST_IN_USE = 0.8
LONGEST_WAIT = 14


def place(returned: Rate, in_use: Rate, wait: Quantile) -> Place:
    """Tell where the boundary lies, only as far as the 95 % intervals carry it.

    `returned` and `in_use` are of the handovers AFTER days old, `wait` is the median of the days from ready to handed over.
    Too early: surely more than MOST_RETURNED came back, or surely fewer than LEAST_IN_USE are in use. Too late: surely
    fewer came back, and the median wait is surely longer than LONGEST_WAIT days. Fine: surely fewer came back, surely
    enough are in use, and the wait is surely no longer. Otherwise unclear; a rate with a small base tells nothing.
    """
    if _low(returned) > MOST_RETURNED or _high(in_use) < LEAST_IN_USE:
        return "too_early"
    hardly_any = _high(returned) < MOST_RETURNED
    if hardly_any and wait.low is not None and wait.low > LONGEST_WAIT:
        return "too_late"
    prompt = wait.high is not None and wait.high <= LONGEST_WAIT
    return "fine" if hardly_any and prompt and _low(in_use) > LEAST_IN_USE else "unclear"


def _low(found: Rate) -> float:
    return 0.0 if found.low is None or found.small else found.low


def _high(found: Rate) -> float:
    return 1.0 if found.high is None or found.small else found.high
