"""When something happened and how long it lasted, read from the text that meeting tools and spreadsheets write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Literal

DayOrder = Literal["mdy", "dmy", "ymd"]
Unit = Literal["hours", "minutes", "seconds"]

_ORDERS: tuple[DayOrder, ...] = ("mdy", "dmy", "ymd")
_UNIT_SECONDS: dict[Unit, int] = {"hours": 3600, "minutes": 60, "seconds": 1}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# RFC 5322, section 4.3 fixes the American abbreviations; JST is what Japanese tools write.
_ZONE_HOURS = {
    **{"z": 0, "ut": 0, "utc": 0, "gmt": 0, "jst": 9},
    **{"edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8},
}
_LONGEST = 80
# Nothing that a meeting tool writes lies outside; a calendar's last day could not be shown in another zone.
_YEARS = range(1970, 2200)
_LONGEST_SPAN = 31 * 86_400
_MINUS = re.compile("^[\u2212\u2010-\u2013](?=\\d)")
_WRAPPED = re.compile(r'^[="\']+|["\']+$')
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_DATE = rf"""
    (?: (?P<y1>\d{{4}})\s?[-/.年]\s?(?P<m1>\d{{1,2}})\s?[-/.月]\s?(?P<d1>\d{{1,2}})日?
      | (?P<a>\d{{1,2}})(?P<dash>[-/.])(?P<b>\d{{1,2}})(?P=dash)(?P<c>\d{{4}}|\d{{2}})
      | {_WEEKDAY}(?P<n3>[a-z]{{3,9}})\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y3>\d{{4}})
      | {_WEEKDAY}(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?[\s-](?P<n4>[a-z]{{3,9}})\.?,?[\s-](?P<y4>\d{{4}})
    )(?:\s*\([月火水木金土日]\))?"""
_TIME = r"""
    (?:(?P<before>午前|午後|am|pm)\s*)?
    (?P<hour>\d{1,2})[:時](?P<minute>\d{2})(?:分)?(?::?(?P<second>\d{2})(?:[.,]\d+)?秒?)?
    \s*(?P<after>[ap]\.?m\b\.?|午前|午後)?
    \s*\(?(?P<zone>[a-z]{1,4}(?![a-z]))?\s*(?P<offset>[+-]\d{1,2}(?::?\d{2})?)?\)?"""
_WHEN = re.compile(rf"(?:{_DATE})?(?:(?:^|[\s,]+|(?<=\d)t|\s+at\s+)(?:{_TIME}))?", re.VERBOSE)
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{2})(?:\.\d+)?")
_SPAN = re.compile(r"(-?\d+(?:[.,]\d+)?)\s*([^\W\d_]*)\.?,?\s*")
_UNIT_OF: tuple[tuple[tuple[str, ...], Unit], ...] = (
    (("h", "std", "godz", "時"), "hours"),
    (("m", "分"), "minutes"),
    (("s", "秒"), "seconds"),
)
# Excel counts days so that 1 March 1900 is 61 (ECMA-376 part 1, section 18.17.4.1); a moment is a day and a part of one.
_SERIAL = re.compile(r"[34567]\d{4}\.\d+")
_SERIAL_EPOCH = date(1899, 12, 30)


def read_moment(text: str, order: DayOrder, near: datetime) -> datetime | None:
    """Read a date-time as an aware moment, or None when the text is not one.

    `near` is the lecture's start in the file's zone: it gives the zone where the text names none, and the day where
    the text has only a time (the day on which that time is nearest). `order` settles dates such as 04/05/2026; where
    it gives no real date another order is tried. Twelve o'clock follows the usual reading: 12 PM is noon.
    """
    plain = _plain(text)
    if _SERIAL.fullmatch(plain):
        return _at(_SERIAL_EPOCH, timedelta(seconds=round(float(plain) * 86_400)), near.tzinfo or UTC)
    match = _WHEN.fullmatch(plain)
    if match is None or not (match["hour"] or match["dash"] or match["y1"] or match["y3"] or match["y4"]):
        return None
    zone = _zone(match, near.tzinfo)
    clock = _clock(match)
    if zone is None or clock is None:
        return None
    if not (match["dash"] or match["y1"] or match["y3"] or match["y4"]):
        days = (near.astimezone(zone).date() + timedelta(days=shift) for shift in (0, -1, 1))
        return min((_at(day, clock, zone) for day in days), key=lambda moment: abs(_apart(moment, near)))
    day = _date(match, order)
    return _at(day, clock, zone) if day else None


def day_order(texts: Iterable[str], near: datetime) -> DayOrder:
    """Choose the order of day and month that reads the most of a file's dates and among equals comes nearest to `near`.

    One order holds for a whole file; month first where nothing tells.
    """
    dates = {match["a"] + match["dash"] + match["b"] + match["dash"] + match["c"] for match in _numeric(texts)}

    def strangeness(order: DayOrder) -> tuple[int, float]:
        days = [_date(match, order, strictly=True) for match in _numeric(dates)]
        known = [abs((day - near.date()).days) for day in days if day]
        return len(days) - len(known), min(known, default=0)

    return min(_ORDERS, key=strangeness)


def read_duration(text: str, unit: Unit = "minutes") -> int | None:
    """Read a span of time as seconds, or None; a bare number counts in `unit`, `32:14` is minutes and seconds.

    More than 31 days is none.
    """
    seconds = _span_seconds(_plain(text), unit)
    return seconds if seconds is not None and abs(seconds) <= _LONGEST_SPAN else None


def _span_seconds(plain: str, unit: Unit) -> int | None:
    clock = _CLOCK.fullmatch(plain)
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    total, end = 0.0, 0
    for part in _SPAN.finditer(plain):
        if part.start() != end:
            return None
        named = _unit(part[2], unit)
        if named is None:
            return None
        total += float(part[1].replace(",", ".")) * _UNIT_SECONDS[named]
        end = part.end()
    return round(total) if end and end == len(plain) else None


def _plain(text: str) -> str:
    if len(text) > _LONGEST:
        return ""
    # Spreadsheets wrap dates as ="…"; NFKC also turns the narrow space before AM (U+202F) into a plain one.
    plain = _WRAPPED.sub("", unicodedata.normalize("NFKC", text).strip()).strip().casefold()
    return _MINUS.sub("-", plain)


def _numeric(texts: Iterable[str]) -> list[re.Match[str]]:
    matches = (_WHEN.fullmatch(_plain(text)) for text in texts)
    return [match for match in matches if match and match["dash"]]


def _unit(word: str, default: Unit) -> Unit | None:
    if not word:
        return default
    return next((unit for starts, unit in _UNIT_OF if word.startswith(starts)), None)


def _date(match: re.Match[str], order: DayOrder, strictly: bool = False) -> date | None:
    if match["y1"]:
        return _day(match["y1"], match["m1"], match["d1"])
    if match["n3"] or match["n4"]:
        name = (match["n3"] or match["n4"])[:3]
        month = _MONTHS.index(name) + 1 if name in _MONTHS else 0
        return _day(match["y3"] or match["y4"], month, match["d3"] or match["d4"])
    parts = (match["a"], match["b"], match["c"])
    for tried in (order,) if strictly else (order, *_ORDERS):
        # Four digits are a year wherever they stand, so the year can only be last.
        if tried == "ymd" and len(parts[2]) == 4:
            continue
        by_letter = dict(zip(tried, parts, strict=True))
        day = _day(by_letter["y"], by_letter["m"], by_letter["d"])
        if day:
            return day
    return None


def _day(year: str, month: str | int, day: str) -> date | None:
    try:
        found = date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def _clock(match: re.Match[str]) -> timedelta | None:
    if not match["hour"]:
        return timedelta()
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    half = (match["before"] or match["after"] or "").replace(".", "")
    if half and hour <= 12:
        hour = hour % 12 + (12 if half in ("pm", "午後") else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _zone(match: re.Match[str], default: tzinfo | None) -> tzinfo | None:
    name, offset = match["zone"], match["offset"]
    if name and name not in _ZONE_HOURS:
        return None
    if offset:
        digits = offset[1:].replace(":", "")
        hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
        if hours > 14 or minutes > 59:
            return None
        return timezone((-1 if offset[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))
    return timezone(timedelta(hours=_ZONE_HOURS[name])) if name else default


def _at(day: date, clock: timedelta, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone) + clock


def _apart(one: datetime, other: datetime) -> float:
    return (one.astimezone(UTC) - other.astimezone(UTC)).total_seconds()
