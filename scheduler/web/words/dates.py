"""Answers how days and moments read in the reader's language and zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from emails.words import zone_name as named_zone
from scheduler.web import edge

_WEEKDAYS = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day(value: date | datetime | None, year: bool | None = None) -> str:
    """Write a day: 12月1日(火) / Tue 1 December; with the year when it is not the present one, or when asked."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = value.astimezone(edge.zone()).date()
    with_year = value.year != edge.now().astimezone(edge.zone()).year if year is None else year
    weekday = _WEEKDAYS[edge.locale()][value.weekday()]
    if edge.locale() == "ja":
        return (
            f"{value.year}年{value.month}月{value.day}日({weekday})"
            if with_year
            else f"{value.month}月{value.day}日({weekday})"
        )
    text = f"{weekday} {value.day} {_MONTHS[value.month - 1]}"
    return f"{text} {value.year}" if with_year else text


def day_before(value: date) -> date:
    """Return the last day of a term that is kept by the first day after it."""
    return value - timedelta(days=1)


def last_day(value: date | None) -> str:
    """Write the last day of a term that is kept by the first day after it."""
    return day(day_before(value)) if value is not None else day(None)


def iso_day(value: str | None) -> str:
    """Write a day that is kept as YYYY-MM-DD, or as the beginning of a longer text of a moment."""
    return day(date.fromisoformat(value[:10])) if value else "–"


def clock_time(value: datetime, zone: str | None = None) -> str:
    """Write a time of day, 14:00, in the reader's zone or the one given."""
    return value.astimezone(ZoneInfo(zone) if zone else edge.zone()).strftime("%H:%M")


def moment(value: datetime | None) -> str:
    """Write a moment: 12月1日(火) 14:00 / Tue 1 December, 14:00, in the reader's zone."""
    if value is None:
        return "–"
    comma = " " if edge.locale() == "ja" else ", "
    return f"{day(value)}{comma}{clock_time(value)}"


def span(starts_at: datetime, ends_at: datetime) -> str:
    """Write a lecture's time: 12月1日(火) 14:00–15:00, in the reader's zone (name it once with `zone_name`)."""
    return f"{moment(starts_at)}–{clock_time(ends_at)}"


def zone_name() -> str:
    """Name the reader's zone: 日本時間 / Japan time."""
    return named_zone(str(edge.zone()), edge.locale())
