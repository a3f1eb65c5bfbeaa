"""Answers how an axis of a plot is called, its unit with it, and how the places along it read in little room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from re import search
from typing import Any

from flask_babel import gettext as _

from scheduler.rules.reporting import Plot
from scheduler.web import edge
from scheduler.web.words.figures import values
from scheduler.web.words.figures.cells import Sheet


def of_axis(sheet: Sheet, plot: Plot, percent: bool) -> str:
    """Name what the numbers of a plot are, with their unit; of several lines of one kind the unit alone."""
    kind = next(column.kind for column in sheet.columns if column.key == plot.series[0])
    named = {"hours": _("時間"), "days": _("日間"), "minutes": _("分")}
    unit = "%" if percent else named.get(kind, "")
    whole = {"count": _("数"), "money": _("金額"), "index": _("指数")}.get(kind, "")
    name = sheet.head(plot.series[0]) if len(plot.series) == 1 else "" if unit else whole
    if not name and not unit and not whole:
        name = _common([sheet.head(key) for key in plot.series])
    if name and unit and unit != name:
        return _("%(value)s（%(detail)s）", value=name, detail=unit)
    return name or unit


def _common(heads: Sequence[str]) -> str:
    """Return what stands in brackets at the end of every heading, the unit of them all; "" where they differ."""
    ends = {found[1] if (found := search(r"[（(]([^（()）]+)[)）]$", head)) else "" for head in heads}
    return ends.pop() if len(ends) == 1 else ""


def of_places(sheet: Sheet, plot: Plot) -> str:
    """Name what stands along a plot."""
    kind = next(column.kind for column in sheet.columns if column.key == plot.x)
    head = sheet.head(plot.x)
    unit = {"hours": _("時間"), "days": _("日間"), "minutes": _("分")}.get(kind, "")
    return _("%(value)s（%(detail)s）", value=head, detail=unit) if unit and unit != head else head


def short(found: Sequence[Any], words: Sequence[str], is_month: bool) -> list[str]:
    """Write places in little room: of months the year only where it begins; anything else as it reads."""
    told: list[str] = []
    year = 0
    for value, word in zip(found, words, strict=True):
        if not isinstance(value, date):
            told.append(word)
            continue
        told.append(_month(value, value.year != year) if is_month else _day(value))
        year = value.year
    return told


def _month(value: date, with_year: bool) -> str:
    if edge.locale() == "ja":
        return f"{value.year % 100:02d}年{value.month}月" if with_year else f"{value.month}月"
    name = values.MONTHS[value.month - 1]
    return f"{name} {value.year % 100:02d}" if with_year else name


def _day(value: date) -> str:
    return f"{value.month}/{value.day}" if edge.locale() == "ja" else f"{value.day} {values.MONTHS[value.month - 1]}"
