"""How many lines of each list are shown where all of them together have room for so many."""

from __future__ import annotations

from collections.abc import Mapping


def shown(counts: Mapping[str, int], room: int) -> dict[str, int]:
    """Return how many of each list's lines are shown, all of them where they fit, else as evenly as their lengths allow.

    A list that is cut takes a line more, which says how many are left out; an empty one takes the line that says so.
    """
    needs = {key: max(count, 1) for key, count in counts.items()}
    level = max((n for n in range(1, room + 1) if sum(min(need, n) for need in needs.values()) <= room), default=1)
    given = {key: min(need, level) for key, need in needs.items()}
    left = room - sum(given.values())
    for key, need in needs.items():
        if left > 0 and given[key] < need:
            given[key], left = given[key] + 1, left - 1
    return {key: count if needs[key] <= given[key] else given[key] - 1 for key, count in counts.items()}
