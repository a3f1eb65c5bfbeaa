"""Answers how the lines of a mail's lists read: what is done of how much, how a store stands, what a day brings."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from emails.words import short_day


def of_stores(done: int, total: int, locale: str) -> str:
    """Say in how many stores something is done: 23 / 31 店舗."""
    return f"{done} / {total} 店舗" if locale == "ja" else f"{done} of {total} stores"


def store_state(attended: int, booked: int, locale: str) -> str:
    """Say how a store stands with a course: how many of its people attended, else how many are registered."""
    if attended:
        return f"受講済み {attended}名" if locale == "ja" else f"{attended} attended"
    if booked:
        return f"申込済み {booked}名" if locale == "ja" else f"{booked} registered"
    return "未申込" if locale == "ja" else "not registered yet"


def more_stores(count: int, locale: str) -> tuple[str, str]:
    """Say how many stores a list leaves out, and where they are found."""
    if locale == "ja":
        return f"ほか {count} 店舗", "専用ページでご確認いただけます"
    return f"{count} more stores", "see your own page"


def held_today(starts_at: datetime, ends_at: datetime, course: str, zone: str) -> str:
    """Say when on a day known already a lecture is held, in the reader's zone (IANA name): 14:00–15:00 基本操作編."""
    begins, ends = (moment.astimezone(ZoneInfo(zone)) for moment in (starts_at, ends_at))
    return f"{begins:%H:%M}–{ends:%H:%M} {course}"


def held_on(starts_at: datetime, course: str, zone: str, locale: str) -> str:
    """Say on which day and when a lecture begins, in the reader's zone (IANA name): 12月4日(金) 10:00 基本操作編."""
    begins = starts_at.astimezone(ZoneInfo(zone))
    on = short_day(begins.date(), locale)
    return f"{on} {begins:%H:%M} {course}" if locale == "ja" else f"{on}, {begins:%H:%M}, {course}"


def seats(taken: int, capacity: int, locale: str) -> str:
    """Say how many seats are taken: 18 / 30 名."""
    return f"{taken} / {capacity} 名" if locale == "ja" else f"{taken} of {capacity}"


def people(count: int, locale: str) -> str:
    """Say how many people there are: 22名."""
    if locale == "ja":
        return f"{count}名"
    return "1 person" if count == 1 else f"{count} people"


def since(on: date, locale: str) -> str:
    """Say since which day something is so: 12月4日(金)から."""
    return f"{short_day(on, locale)}から" if locale == "ja" else f"since {short_day(on, locale)}"


def due(on: date, locale: str) -> str:
    """Say by which day something was to be done: 12月4日(金)まで."""
    return f"{short_day(on, locale)}まで" if locale == "ja" else f"due {short_day(on, locale)}"


def days(first: date, last: date, locale: str) -> str:
    """Write the days of a week: 11月30日(月)–12月6日(日)."""
    return f"{short_day(first, locale)}–{short_day(last, locale)}"


def who_when(on: date, who: str, locale: str) -> str:
    """Say when something was and who had to do with it: 12月1日(火) 小林 美咲."""
    return (" " if locale == "ja" else ", ").join(part for part in (short_day(on, locale), who) if part)


def came(booked: int, attended: int, known: int, locale: str) -> str:
    """Say how many were booked for a lecture, and of how many of whom it is known attended."""
    if locale == "ja":
        return f"申込 {booked}名、受講 {attended} / {known} 名" if known else f"申込 {booked}名"
    return f"{booked} booked, {attended} of {known} attended" if known else f"{booked} booked"


def lost(state: str, locale: str) -> str:
    """Say what became of a mail that did not arrive: failed before it left, or came back."""
    if locale == "ja":
        return "送信失敗" if state == "failed" else "届きませんでした"
    return "failed" if state == "failed" else "came back"


def more(count: int, locale: str) -> str:
    """Say how many lines a list leaves out."""
    return f"ほか {count} 件" if locale == "ja" else f"{count} more"
