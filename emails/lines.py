"""Answers how the lines of a mail's lists read: what is done of how much, how a store stands, what a day brings."""

from __future__ import annotations


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
