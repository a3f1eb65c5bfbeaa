"""Answers which values no lecture can have."""

from __future__ import annotations

from datetime import datetime, timedelta

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services import weblinks
from scheduler.services.refusals import Invalid

# Local wall time as it is kept.
LOCAL = "%Y-%m-%dT%H:%M"
LONGEST = timedelta(hours=12)
LARGEST = 10_000
# Whether the others of a lecture are seen: in a webinar nobody is, in a meeting other companies take part.
KINDS = ("webinar", "meeting")
# How people get into the meeting: its link, and its number and passcode for whoever joins without the link.
MEETING = ("join_url", "meeting_id", "passcode")
# Whoever is registered is told when one of these changes; the host alone is no news.
TELLING = frozenset({"starts_at", "ends_at", *MEETING})
LONGEST_CODE = 60


def check_values(
    *,
    capacity: int | None = None,
    account_limit: int | None = None,
    kind: str | None = None,
    minutes: int | None = None,
    join_url: str | None = None,
    meeting_id: str | None = None,
    passcode: str | None = None,
    host_id: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> None:
    """Raise Invalid(field, why) for a value no lecture can have."""
    if capacity is not None and not 0 < capacity <= LARGEST:
        raise Invalid(field="capacity", why="capacity_out_of_range", value=capacity, largest=LARGEST)
    if account_limit is not None and not 0 < account_limit <= LARGEST:
        raise Invalid(field="account_limit", why="limit_out_of_range", value=account_limit, largest=LARGEST)
    if kind is not None and kind not in KINDS:
        raise Invalid(field="kind", why="unknown_kind", value=kind)
    if minutes is not None and not 0 < minutes <= LONGEST.total_seconds() / 60:
        raise Invalid(field="minutes", why="minutes_out_of_range", value=minutes)
    if join_url:
        weblinks.check(join_url, "join_url")
    for field, code in (("meeting_id", meeting_id or ""), ("passcode", passcode or "")):
        if len(code) > LONGEST_CODE or not code.isprintable():
            raise Invalid(field=field, why="code_unusable", value=code, maximum=LONGEST_CODE)
    if host_id is not None and db.session.get(Staff, host_id) is None:
        raise Invalid(field="host", why="unknown_member", value=host_id)
    if starts_at is not None and ends_at is not None and not timedelta() < ends_at - starts_at <= LONGEST:
        raise Invalid(field="ends_at", why="ends_before_start", value=ends_at.isoformat())
