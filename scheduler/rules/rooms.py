"""Which lecture a meeting tool speaks of, and when somebody who came and went was in the room."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

# So long before the start and after the end what happens in the room belongs to the lecture.
AROUND = timedelta(hours=2)
# And so long it surely does, whatever else is held in the same room that day.
CLOSE = timedelta(minutes=30)
# Zoom's addresses: /j/ and /s/ for meetings, /w/ for webinars and personal links, /wc/NUMBER/join in the browser.
_NUMBER = re.compile(r"/(?:j|s|w|wc|wc/join|webinar/register)/(\d{9,11})(?:/|$)")
_DOMAINS = (".zoom.us", ".zoom.com", ".zoomgov.com")
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True)
class Held:
    """A lecture as far as the room matters, in aware UTC."""

    id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Stay:
    """A time in the room; None: the tool has not told when it began, or ended."""

    from_at: datetime | None
    to_at: datetime | None


def meeting_number(meeting_id: str, join_url: str) -> str:
    """Return the number of a lecture's meeting, digits only: as entered, else as its address has it; empty: none."""
    entered = "".join(_DIGITS.findall(meeting_id))
    if entered:
        return entered
    parts = urlsplit(join_url)
    own = f".{parts.hostname or ''}".endswith(_DOMAINS)
    found = _NUMBER.search(parts.path) if own else None
    return found[1] if found else ""


def lecture_of(at: datetime, opened_at: datetime | None, lectures: Iterable[Held]) -> Held | None:
    """Return the lecture that something in its room at this moment belongs to; None: none of these is held then.

    `opened_at` is the planned or real start of the meeting: it names the lecture where several are held in one room on
    one day, unless what happened is far from it (one meeting kept open for two lectures).
    """
    around = [one for one in lectures if one.starts_at - AROUND <= at <= one.ends_at + AROUND]
    if not around:
        return None
    meant = min(around, key=lambda one: (abs(one.starts_at - (opened_at or at)), one.id))
    if opened_at is not None and meant.starts_at - CLOSE <= at <= meant.ends_at + CLOSE:
        return meant
    return min(around, key=lambda one: (_away(at, one), abs(one.starts_at - at), one.id))


def stays(joined: Iterable[datetime], left: Iterable[datetime]) -> list[Stay]:
    """Pair comings and goings into times in the room, by time alone: the order in which they were told says nothing.

    A going ends what the last coming before it began; told of the same moment, it comes before a coming unless nothing
    had begun. A coming with no going before the next coming, and a going with no coming since the last going, stand
    alone: nothing says how long.
    """
    comings, goings = set(joined), set(left)
    found: list[Stay] = []
    came: datetime | None = None
    for at in sorted(comings | goings):
        if at in goings and came is None and at in comings:
            found.append(Stay(at, at))
            continue
        if at in goings:
            found.append(Stay(came, at))
            came = None
        if at in comings:
            found += [Stay(came, None)] if came is not None else []
            came = at
    return [*found, Stay(came, None)] if came is not None else found


def _away(at: datetime, one: Held) -> timedelta:
    """Say how far a moment is from a lecture; nothing within it."""
    return max(one.starts_at - at, at - one.ends_at, timedelta())
