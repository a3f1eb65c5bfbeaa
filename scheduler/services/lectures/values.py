"""Answers which values no lecture can have."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services.refusals import Invalid

# Local wall time as it is kept.
LOCAL = "%Y-%m-%dT%H:%M"
LONGEST = timedelta(hours=12)
LARGEST = 10_000


def check_values(
    *,
    capacity: int | None = None,
    minutes: int | None = None,
    join_url: str | None = None,
    host_id: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> None:
    """Raise Invalid(field, why) for a value no lecture can have."""
    if capacity is not None and not 0 < capacity <= LARGEST:
        raise Invalid(field="capacity", why="capacity_out_of_range", value=capacity, largest=LARGEST)
    if minutes is not None and not 0 < minutes <= LONGEST.total_seconds() / 60:
        raise Invalid(field="minutes", why="minutes_out_of_range", value=minutes)
    if join_url and (urlsplit(join_url).scheme not in ("http", "https") or not urlsplit(join_url).hostname):
        raise Invalid(field="join_url", why="link_malformed", value=join_url)
    if host_id is not None and db.session.get(Staff, host_id) is None:
        raise Invalid(field="host", why="unknown_member", value=host_id)
    if starts_at is not None and ends_at is not None and not timedelta() < ends_at - starts_at <= LONGEST:
        raise Invalid(field="ends_at", why="ends_before_start", value=ends_at.isoformat())
