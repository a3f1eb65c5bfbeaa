"""Answers how moments, zones and people are written in a mail, in Japanese and in English."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LOCALES = ("ja", "en")

_WEEKDAYS = {"ja": "月火水木金土日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# Zones with a name of their own; every other zone is called by the city in its key.
_ZONES = {
    "Asia/Tokyo": {"ja": "日本時間", "en": "Japan time"},
    "Japan": {"ja": "日本時間", "en": "Japan time"},
    "Asia/Seoul": {"ja": "韓国時間", "en": "Korea time"},
    "UTC": {"ja": "協定世界時", "en": "UTC"},
    "Etc/UTC": {"ja": "協定世界時", "en": "UTC"},
}
_CITIES_JA = {
    "Asia/Taipei": "台北",
    "Asia/Shanghai": "上海",
    "Asia/Hong_Kong": "香港",
    "Asia/Singapore": "シンガポール",
    "Asia/Bangkok": "バンコク",
    "Asia/Ho_Chi_Minh": "ホーチミン",
    "Asia/Jakarta": "ジャカルタ",
    "Asia/Manila": "マニラ",
    "Asia/Kolkata": "コルカタ",
    "Asia/Dubai": "ドバイ",
    "Australia/Sydney": "シドニー",
    "Europe/London": "ロンドン",
    "Europe/Paris": "パリ",
    "Europe/Berlin": "ベルリン",
    "America/New_York": "ニューヨーク",
    "America/Chicago": "シカゴ",
    "America/Los_Angeles": "ロサンゼルス",
    "Pacific/Honolulu": "ホノルル",
}


def zone_name(zone: str, locale: str) -> str:
    """Name an IANA zone for a reader: 日本時間, Japan time, New York time."""
    if zone in _ZONES:
        return _ZONES[zone][locale]
    city = zone.rpartition("/")[2].replace("_", " ")
    return f"{_CITIES_JA.get(zone, city)}時間" if locale == "ja" else f"{city} time"


def when(starts_at: datetime, ends_at: datetime, zone: str, locale: str) -> str:
    """Write a span of aware moments in the reader's zone (IANA name), with the zone named."""
    words = day_and_time(starts_at, ends_at, zone, locale)
    return f"{words}（{zone_name(zone, locale)}）" if locale == "ja" else f"{words} ({zone_name(zone, locale)})"


def day_and_time(starts_at: datetime, ends_at: datetime, zone: str, locale: str) -> str:
    """Write a span of aware moments in the reader's zone (IANA name), for where the zone is named once beside it.

    Where the clock is set back and an hour comes twice, the offset from UTC says which of the two is meant.
    """
    start, end = _local(starts_at, zone), _local(ends_at, zone)
    offsets = _comes_twice(start) or _comes_twice(end)
    begin, finish = _clock(start, offsets), _clock(end, offsets)
    if start.date() == end.date():
        return f"{day(start, locale)} {begin}–{finish}" if locale == "ja" else f"{day(start, locale)}, {begin}–{finish}"
    if locale == "ja":
        return f"{day(start, locale)} {begin}–{day(end, locale)} {finish}"
    return f"{day(start, locale)}, {begin} – {day(end, locale)}, {finish}"


def until(at: datetime, zone: str, locale: str) -> str:
    """Write an aware moment up to which something lasts in the reader's zone (IANA name), with the zone named."""
    local = _local(at, zone)
    clock, name = _clock(local, _comes_twice(local)), zone_name(zone, locale)
    return f"{day(local, locale)} {clock}（{name}）" if locale == "ja" else f"{day(local, locale)}, {clock} ({name})"


def day(on: date, locale: str) -> str:
    """Write a date with its weekday and year: 2026年12月1日(火), Tue 1 December 2026."""
    weekday = _WEEKDAYS[locale][on.weekday()]
    if locale == "ja":
        return f"{on.year}年{on.month}月{on.day}日({weekday})"
    return f"{weekday} {on.day} {_MONTHS[on.month - 1]} {on.year}"


def short_day(on: date, locale: str) -> str:
    """Write a date with its weekday, for where the year is clear: 12月1日(火), Tue 1 December."""
    weekday = _WEEKDAYS[locale][on.weekday()]
    return f"{on.month}月{on.day}日({weekday})" if locale == "ja" else f"{weekday} {on.day} {_MONTHS[on.month - 1]}"


def salutation(company: str, store: str | None, name: str | None, locale: str) -> str:
    """Compose the lines that open a letter; without a name (shared or unnamed mailbox) the shop's team is addressed.

    The name stands in the reader's order already: family name first in Japanese, given name first in English.
    """
    if locale == "ja":
        if name:
            return "\n".join(line for line in (company, store, f"{name} 様") if line)
        return f"{company}\n{store} ご担当者様" if store else f"{company}\nご担当者様"
    place = ", ".join(part for part in (store, company) if part)
    return f"{place}\nDear {name}," if name else f"To the team at {place},"


def _local(moment: datetime, zone: str) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment in a mail must know its zone")
    return moment.astimezone(ZoneInfo(zone))


def _clock(local: datetime, with_offset: bool) -> str:
    return f"{local:%H:%M} ({_offset(local)})" if with_offset else f"{local:%H:%M}"


def _comes_twice(local: datetime) -> bool:
    # A moment turned into local time is never in the hour left out in spring: a difference means the doubled hour.
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _offset(local: datetime) -> str:
    offset = local.utcoffset() or timedelta(0)
    hours, minutes = divmod(abs(int(offset.total_seconds())) // 60, 60)
    sign = "-" if offset < timedelta(0) else "+"
    return f"UTC{sign}{hours}:{minutes:02d}" if minutes else f"UTC{sign}{hours}"
