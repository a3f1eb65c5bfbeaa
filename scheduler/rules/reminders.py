"""When somebody is reminded of a lecture, and whether the reminder is still worth sending."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Literal

from scheduler.rules.workdays import to_local, to_utc

Kind = Literal["reminder_day", "reminder_hour"]

EARLIEST = time(8, 0)
LATEST = time(20, 0)
HOUR_BEFORE = timedelta(minutes=60)
# Closer to the start than this, "tomorrow" is no news: the reminder an hour before follows soon.
DAY_BEFORE_ENDS = timedelta(hours=3)


def due_moments(starts_at: datetime, zone: str) -> dict[Kind, datetime]:
    """Return when each reminder of a lecture falls due, as aware UTC.

    `reminder_day`: the day before in the reader's zone, at the lecture's own wall-clock time but never before 08:00
    or after 20:00 there. `reminder_hour`: 60 minutes before the start.
    """
    local = to_local(starts_at, zone)
    at = min(max(local.time(), EARLIEST), LATEST)
    day_before = datetime.combine(local.date() - timedelta(days=1), at)
    return {"reminder_day": to_utc(day_before, zone), "reminder_hour": (starts_at - HOUR_BEFORE).astimezone(UTC)}


def useful_until(kind: Kind, starts_at: datetime) -> datetime:
    """Return the moment from which a reminder is too late to be useful."""
    return starts_at - DAY_BEFORE_ENDS if kind == "reminder_day" else starts_at


def wanted(kind: Kind, moment: datetime, registered_at: datetime, now: datetime, starts_at: datetime) -> bool:
    """Tell whether a reminder that falls due at `moment` is to be sent now.

    Not before its moment, not to somebody who registered after it (the confirmation has just said it all), and not
    when it is too late to be useful: from three hours before the start for `reminder_day`, from the start on for
    `reminder_hour`.
    """
    return registered_at <= moment <= now < useful_until(kind, starts_at)
