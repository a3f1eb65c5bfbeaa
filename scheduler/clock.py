"""Answers what time it is, at the edge only: everything below is handed `now`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from scheduler.settings import Settings, parse_clock


def read(settings: Settings) -> datetime:
    """Read the clock in UTC; `TASUKI_CLOCK` replaces it (a moment stands still, an offset runs)."""
    if not settings.clock:
        return datetime.now(UTC)
    replaced = parse_clock(settings.clock)
    if isinstance(replaced, timedelta):
        return datetime.now(UTC) + replaced
    return replaced.astimezone(UTC)
