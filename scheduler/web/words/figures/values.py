"""Answers how a value of a report reads: a rate with its base and interval, a range, an amount with its unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from scheduler.rules.attendance_rates import Rate
from scheduler.rules.reporting import Named, Spread
from scheduler.web import edge
from scheduler.web.words import dates, texts

NOTHING = "–"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def text(kind: str, value: Any, codes: Mapping[str, str]) -> str:
    """Write a value of a column of this kind in one line."""
    shown, beside = pair(kind, value, codes)
    return _("%(value)s（%(detail)s）", value=shown, detail=beside) if beside else shown


def pair(kind: str, value: Any, codes: Mapping[str, str]) -> tuple[str, str]:
    """Write a value as what is seen first, and what stands small beside it: base and interval of a rate, a range."""
    if value is None:
        return NOTHING, ""
    if isinstance(value, Rate):
        return _rate(value)
    if isinstance(value, Spread):
        return _spread(value)
    if isinstance(value, Named):
        return name(value, codes), ""
    if isinstance(value, date):
        return (month(value) if kind == "month" else dates.day(value)), ""
    key = str(value)
    if key in codes or kind in ("code", "text"):
        return str(codes.get(key, key)), ""
    return _amount(kind, value), ""


def name(value: Named, codes: Mapping[str, str]) -> str:
    """Write what something is called; nobody and none as the report words them."""
    if not value.key:
        return str(codes.get("", "")) or called(value) or _("なし")
    return called(value) or str(codes.get(value.key, value.key))


def called(value: Named) -> str:
    """Return the name in the reader's language."""
    return value.name if isinstance(value.name, str) else texts.plain(value.name)


def month(value: date) -> str:
    """Write a month: 2026年4月 / Apr 2026."""
    return f"{value.year}年{value.month}月" if edge.locale() == "ja" else f"{MONTHS[value.month - 1]} {value.year}"


def number(value: float, places: int = 1) -> str:
    """Write a number with as many decimals at most as asked, thousands apart."""
    written = f"{value:,.{places}f}"
    written = written.rstrip("0").rstrip(".") if "." in written else written
    return "0" if written == "-0" else written.replace("-", "−")


def percent(share: float) -> str:
    """Write a share (0 to 1) in whole per cent."""
    return f"{number(share * 100, 0)}%"


def _rate(value: Rate) -> tuple[str, str]:
    if value.share is None or value.low is None or value.high is None:
        return NOTHING, f"{value.hits}/{value.base}"
    low, high = number(value.low * 100, 0), number(value.high * 100, 0)
    told = _("%(hits)s/%(base)s、95%% 区間 %(low)s–%(high)s", hits=number(value.hits), base=number(value.base), low=low, high=high)  # fmt: skip
    return percent(value.share), told


def _spread(value: Spread) -> tuple[str, str]:
    middle, low, high = (NOTHING if end is None else number(end) for end in (value.middle, value.low, value.high))
    if value.low is None or value.high is None:
        return middle, f"≥ {low}" if value.low is not None else f"≤ {high}" if value.high is not None else ""
    return middle, f"{low}–{high}"


def _amount(kind: str, value: float) -> str:
    if kind == "share":
        return percent(value)
    written = number(value, 0 if kind in ("count", "money", "index") else 1)
    if kind == "hours":
        return _("%(n)s 時間", n=written)
    if kind == "days":
        return _("%(n)s 日", n=written)
    return _("%(n)s 分", n=written) if kind == "minutes" else written
