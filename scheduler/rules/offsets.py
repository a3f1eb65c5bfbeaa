"""How far the clocks of a zone stand from UTC, and from when to when, for arithmetic where no zones are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

#: Clocks are looked at this often; no zone ever changed them twice within it.
_STEP = timedelta(days=1)


@dataclass(frozen=True)
class Offset:
    """A stretch of time (aware UTC, its end not in it) in which a zone's clocks are so many seconds ahead of UTC."""

    since: datetime
    until: datetime
    seconds: int


def offsets(zone: ZoneInfo, since: datetime, until: datetime) -> list[Offset]:
    """List the stretches of equal offset that make up the time from `since` to `until` (aware), oldest first."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    found: list[Offset] = []
    began, at = since, since
    while at < until:
        then = min(at + _STEP, until)
        if _ahead(zone, then) != _ahead(zone, at):
            change = _change(zone, at, then)
            found.append(Offset(began, change, _ahead(zone, at)))
            began = change
        at = then
    if began < until:
        found.append(Offset(began, until, _ahead(zone, began)))
    return found


def _ahead(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return round(offset.total_seconds()) if offset is not None else 0


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Find the second at which the offset changes between two moments, by halving."""
    first = _ahead(zone, before)
    low, high = 0, round((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _ahead(zone, before + timedelta(seconds=middle)) == first:
            low = middle
        else:
            high = middle
    # Clocks change on whole seconds.
    return (before + timedelta(seconds=high)).replace(microsecond=0)
