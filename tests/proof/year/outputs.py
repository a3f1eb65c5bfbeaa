"""Answers what programs, the command line and CSV files say of a report, laid beside what was built."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date
from math import isclose
from typing import Any

from scheduler.rules.attendance_rates import Rate
from scheduler.rules.reporting import Named, Report, Spread

NAMED = ("named", "account", "lecture", "person", "member")
WORDED = ("code", "text")


def plain(report: Report) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of what was built as JSON must say them, by part."""
    return {
        part.key: [
            {"key": row.key, "small": row.small}
            | {column.key: _json(value) for column, value in zip(part.columns, row.values, strict=True)}
            for row in part.rows
        ]
        for part in report.parts
    }


def parts(told: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a JSON answer by part."""
    return {part["key"]: part["rows"] for part in told["parts"]}


def sheets(text: str) -> dict[str, list[list[str]]]:
    """Read the CSV files that the command line prints below one another: by part its rows without the headings."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("# "):
            name = line[2:]
            found[name] = []
        elif line or not name:
            found[name].append(line)
    return {key: list(csv.reader(io.StringIO("\n".join(lines))))[1:] for key, lines in found.items()}


def csv_differences(report: Report, files: Mapping[str, list[list[str]]]) -> list[str]:
    """List where the cells of CSV files are not the numbers that were built."""
    found = []
    for part in report.parts:
        rows = files.get(part.key, [])
        if len(rows) != len(part.rows):
            found.append(f"{part.key}: {len(rows)} rows, built {len(part.rows)}")
            continue
        for row, cells in zip(part.rows, rows, strict=True):
            wanted = [
                one for column, value in zip(part.columns, row.values, strict=True) for one in _flat(column.kind, value)
            ]
            pairs = zip(wanted, cells[: len(wanted)], strict=True)
            found += [f"{part.key}/{row.key}: {cell!r} of {one!r}" for one, cell in pairs if not _same(one, cell)]
    return found


def same(one: Any, other: Any) -> bool:
    """Compare two JSON values, numbers up to the six places that are told."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) or isinstance(other, float):
        return one is not None and other is not None and isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)
    return bool(one == other)


def _json(value: Any) -> Any:
    if isinstance(value, Rate):
        return {name: getattr(value, name) for name in ("hits", "base", "share", "low", "high")}
    if isinstance(value, Spread):
        return {name: getattr(value, name) for name in ("middle", "low", "high")}
    if isinstance(value, Named):
        return {"key": value.key, "name": value.name}
    return value.isoformat() if isinstance(value, date) else value


def _flat(kind: str, value: Any) -> Iterator[Any]:
    """Give the cells of a value; `...` stands for words in the reader's language."""
    if kind in ("rate", "spread"):
        names = ("hits", "base", "share", "low", "high") if kind == "rate" else ("middle", "low", "high")
        yield from (getattr(value, name) if value is not None else None for name in names)
    elif kind in NAMED:
        yield ...
        yield value.key if value is not None and not value.key.startswith("=") else ...
    else:
        yield ... if kind in WORDED else value


def _same(one: Any, cell: str) -> bool:
    if one is ...:
        return True
    if one is None or one == "":
        return cell == ""
    if isinstance(one, int | float):
        return cell != "" and isclose(float(cell), one, rel_tol=1e-9, abs_tol=1e-6)
    return str(one) == cell
