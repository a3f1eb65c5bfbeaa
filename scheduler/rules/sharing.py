"""Who of a team takes which accounts over, so that all of them carry about the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush


def share_out(
    items: Iterable[tuple[int, int | None]], loads: Mapping[int, int], kept: Mapping[int, int] | None = None
) -> dict[int, int]:
    """Give each item to whoever carries least at that moment, and return who gets what.

    `items` are (item, who must not get it, or None), taken in their order; `loads` is what each member carries already;
    `kept` names items that stay with a member, and count there from the beginning. Of two who carry the same, the first
    in the order of `loads` gets it. Where the only member is the one who must not, the item goes to nobody.
    """
    carried, order = dict(loads), {member: place for place, member in enumerate(loads)}
    taken: dict[int, int] = {}
    for item, member in (kept or {}).items():
        taken[item] = member
        if member in carried:
            carried[member] += 1
    queue = [(load, order[member], member) for member, load in carried.items()]
    heapify(queue)
    for item, barred in items:
        if item in taken or not queue:
            continue
        aside = heappop(queue) if queue[0][2] == barred else None
        if queue:
            load, place, member = heappop(queue)
            taken[item] = member
            heappush(queue, (load + 1, place, member))
        if aside is not None:
            heappush(queue, aside)
    return taken
