"""Answers what a plot is made of: its lines or groups of bars, each with a cell for every place along the axis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from scheduler.rules.attendance_rates import Rate
from scheduler.rules.reporting import Plot, Spread
from scheduler.web.words.figures.cells import Cell, Line, Sheet

# What can be told apart in one picture, and seen at once; the table has everything.
MOST_SERIES, MOST_BARS = 6, 40


@dataclass(frozen=True)
class Point:
    """One value of a plot, as it is drawn: shares in per cent; None where there is nothing."""

    value: float | None
    low: float | None = None
    high: float | None = None
    text: str = ""
    beside: str = ""
    small: bool = False


@dataclass(frozen=True)
class Series:
    """One line, or one colour of bars: what it is called, and its points in the order of the places."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Drawn:
    """Everything of a part that is drawn: the places along the axis as they read and as they count, and the series."""

    places: tuple[str, ...]
    values: tuple[Any, ...]
    series: tuple[Series, ...]
    # Whether the numbers are per cent.
    percent: bool
    # By place, whether all that is there rests on too few.
    small: tuple[bool, ...]
    # How many places, beyond those that a picture has room for, stand in the table only.
    left_out: int


def drawn(sheet: Sheet, plot: Plot) -> Drawn:
    """Sort a part's rows into places and series; `split` makes a series of each value of its column."""
    every = list(dict.fromkeys(_key(line.cell(plot.x)) for line in sheet.lines))
    if plot.shape == "dots":
        every.sort(key=lambda key: (int(key), "") if key.isdecimal() else (0, key))
    most = MOST_BARS if plot.shape == "bars" else len(every)
    places = every[:most]
    words = {_key(line.cell(plot.x)): line.cell(plot.x) for line in sheet.lines}
    percent = _is_percent(sheet, plot)
    column = plot.split or plot.y
    if column:
        groups: dict[str, list[Line]] = {}
        for line in sheet.lines:
            groups.setdefault(line.cell(column).shown, []).append(line)
        found = list(groups.items()) if plot.y else list(groups.items())[:MOST_SERIES]
        series = [_series(name, lines, plot, plot.series[0], places, percent) for name, lines in found]
    else:
        series = [
            _series(sheet.head(key), sheet.lines, plot, key, places, percent) for key in plot.series[:MOST_SERIES]
        ]
    small = tuple(
        all(line.small for line in sheet.lines if _key(line.cell(plot.x)) == place) for place in places
    )  # fmt: skip
    told = tuple(words[place].shown for place in places)
    return Drawn(
        told, tuple(words[place].value for place in places), tuple(series), percent, small, len(every) - len(places)
    )


def _series(name: str, lines: Iterable[Line], plot: Plot, key: str, places: list[str], percent: bool) -> Series:
    there = {_key(line.cell(plot.x)): (line.cell(key), line.small) for line in lines}
    points = tuple(_point(*there[place], percent) if place in there else Point(None) for place in places)
    return Series(name, points)


def _point(cell: Cell, small: bool, percent: bool) -> Point:
    scale = 100.0 if percent else 1.0
    value = cell.value
    low, high = (value.low, value.high) if isinstance(value, Rate | Spread) else (None, None)
    amount, low, high = (None if one is None else one * scale for one in (cell.amount, low, high))
    if isinstance(value, Rate) and value.share is not None:
        return Point(amount, low, high, cell.shown, f"{value.hits}/{value.base}", small)
    return Point(amount, low, high, f"{amount:.0f}%" if percent and amount is not None else cell.shown, "", small)


def _is_percent(sheet: Sheet, plot: Plot) -> bool:
    """Tell whether the numbers are shares: rates, shares, and the steps of a curve that rises to one."""
    kinds = {column.kind for column in sheet.columns if column.key in plot.series}
    if kinds <= {"rate", "share"}:
        return True
    return plot.shape == "steps" and kinds == {"spread"}


def _key(cell: Cell) -> str:
    value = cell.value
    return value.isoformat() if isinstance(value, date) else str(getattr(value, "key", value))
