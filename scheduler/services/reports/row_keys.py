"""Answers what the key of a report's row names, as an address brings it: a number, a month; anything may stand there."""

from __future__ import annotations

from datetime import date, timedelta

from scheduler.services.naming import LARGEST_ID
from scheduler.services.refusals import NotFound


def number(key: str) -> int:
    """Read the id of a row; raise NotFound for what no database holds."""
    if not (key.isascii() and key.isdecimal() and len(key) <= 10 and int(key) <= LARGEST_ID):
        raise NotFound(row=key)
    return int(key)


def month(key: str) -> date:
    """Read a month (2026-04) as its first day; raise NotFound for none, and for one that no other follows."""
    try:
        first = date.fromisoformat(f"{key}-01")
        return first if first + timedelta(days=31) else first
    except (ValueError, OverflowError) as error:
        raise NotFound(row=key) from error
