"""Which date of a changed rule each dated lecture of a series goes to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime

from scheduler.rules.recurrence import Slot


@dataclass(frozen=True)
class Dated:
    """A lecture: its identity in the old rule and where it is held (both naive local times), and whether by hand."""

    id: int
    slot: datetime
    local: datetime
    moved_by_hand: bool = False


def match(lectures: Iterable[Dated], wanted: Iterable[Slot]) -> dict[int, Slot]:
    """Give lectures the dates of a changed rule; no date twice, what finds none is not in the answer.

    A lecture keeps its slot; else it goes to the date whose rule names the same day; else, unless it was moved by
    hand, to the one held on the day on which it is held.
    """
    left = sorted(lectures, key=lambda one: (one.slot, one.id))
    free = sorted(wanted, key=lambda one: (one.slot, one.local))
    found: dict[int, Slot] = {}
    steps: tuple[tuple[Callable[[Dated], Hashable], Callable[[Slot], Hashable]], ...] = (
        (lambda one: one.slot, lambda slot: slot.slot),
        (lambda one: one.slot.date(), lambda slot: slot.slot.date()),
        (lambda one: None if one.moved_by_hand else one.local.date(), lambda slot: slot.local.date()),
    )
    for of_lecture, of_slot in steps:
        open_slots = {of_slot(slot): slot for slot in reversed(free)}
        for one in left:
            slot = open_slots.pop(of_lecture(one), None)
            if slot is not None:
                found[one.id] = slot
        left = [one for one in left if one.id not in found]
        taken = {slot.slot for slot in found.values()}
        free = [slot for slot in free if slot.slot not in taken]
    return found
