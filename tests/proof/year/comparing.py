"""Answers in what a report differs from an independent count, number by number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import isclose
from typing import Any

from scheduler.rules.attendance_rates import Rate
from scheduler.rules.reporting import Named, Part, Report, Row, Spread
from tests.proof.year.tables import Told


@dataclass(frozen=True)
class About:
    """A number that the report tells rounded to so many places: at an edge it may be rounded to either side."""

    value: float
    places: int


@dataclass(frozen=True)
class Middle:
    """The middle of a range that was resampled: the range must hold it, and is not counted again. None: nothing is told."""

    value: float | None


# Beside the columns: whether a row rests on too few.
SMALL = "*small"


def differences(report: Report, expected: Told, left_out: Collection[str] = ()) -> list[str]:
    """List what differs; `left_out` are parts, or "part.column", that the count does not know."""
    found = []
    parts = {part.key: part for part in report.parts if part.key not in left_out}
    if parts.keys() != expected.keys():
        return [f"parts {sorted(parts.keys() ^ expected.keys())}"]
    for key, part in parts.items():
        here = {row.key: row for row in part.rows}
        wanted = dict(expected[key])
        if [row.key for row in part.rows] != [name for name, _values in expected[key]]:
            found.append(f"{key}: rows {[row.key for row in part.rows]} wanted {[name for name, _ in expected[key]]}")
        for name in here.keys() & wanted.keys():
            found += _of_row(part, here[name], wanted[name], left_out)
    return found


def numbers(report: Report) -> int:
    """Count the cells that a report holds."""
    return sum(len(part.rows) * len(part.columns) for part in report.parts)


def _of_row(part: Part, row: Row, wanted: dict[str, Any], left_out: Collection[str]) -> list[str]:
    found = []
    columns = {column.key: value for column, value in zip(part.columns, row.values, strict=True)}
    columns[SMALL] = row.small
    for name, value in columns.items():
        if f"{part.key}.{name}" in left_out or (name == SMALL and SMALL not in wanted):
            continue
        if name not in wanted:
            found.append(f"{part.key}/{row.key}/{name}: not counted")
        elif not same(plain(value), wanted[name]):
            found.append(f"{part.key}/{row.key}/{name}: {plain(value)} wanted {wanted[name]}")
    unknown = wanted.keys() - columns.keys()
    return [*found, *(f"{part.key}/{row.key}: no column {name}" for name in unknown)]


def plain(value: Any) -> Any:
    """Return a value as counts write it: rates and spreads as tuples, what has a name by its key."""
    if isinstance(value, Rate):
        return value.hits, value.base, value.share, value.low, value.high
    if isinstance(value, Spread):
        return value.middle, value.low, value.high
    return value.key if isinstance(value, Named) else value


def same(one: Any, other: Any) -> bool:
    """Compare two values, numbers up to rounding."""
    if isinstance(other, About):
        return isinstance(one, int | float) and abs(one - other.value) <= 0.5 / 10**other.places + 1e-6
    if isinstance(other, Middle):
        if one is None or other.value is None:
            return one is None and other.value is None
        middle, low, high = one
        held = (low is None and high is None) or low - 1e-6 <= middle <= high + 1e-6
        return isclose(middle, other.value, rel_tol=1e-7, abs_tol=1e-7) and held
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float) and not isinstance(one, bool):
        return isclose(one, other, rel_tol=1e-7, abs_tol=1e-7)
    return bool(one == other)
