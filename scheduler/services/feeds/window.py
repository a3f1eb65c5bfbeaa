"""Answers how far back feeds reach, and how their revisions are written."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

# How long past dates stay in a feed, and how long what was cancelled does, counted from its start.
PAST = timedelta(days=30)
CANCELLED = timedelta(days=60)

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def window(now: datetime) -> dict[str, datetime]:
    """Return the first starts that are shown, as the statements' parameters; they move once a day (UTC)."""
    today = midnight(now)
    return {"past": today - PAST, "cancelled": today - CANCELLED}


def midnight(now: datetime) -> datetime:
    """Return the moment since which the window has not moved."""
    return datetime.combine(now.date(), time(), UTC)


def stamp(moment: datetime | None) -> str:
    """Write a moment to the microsecond, short."""
    return f"{(moment - BEGINNING) // timedelta(microseconds=1):x}" if moment else "0"
