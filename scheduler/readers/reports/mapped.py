"""Which column is what in a report that no tool we know wrote, once somebody has said so for its header line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import count
from typing import get_args

from scheduler.readers.moments import Unit
from scheduler.readers.reports.labels import folded, label, unit_of

# A layout is {field: name of its column}; `unit` says what a bare number in the duration's column counts.
Layout = Mapping[str, str]
PERSON = ("name", "last", "first", "email")
TIMES = ("join", "duration")
FIELDS = (*PERSON, "join", "leave", "duration", "attended", "personal_key")
UNITS: tuple[Unit, ...] = get_args(Unit)
# An index entry in the database holds no more than a page's part; header lines with many questions are longer.
_LONGEST_KEY = 500


def header_key(row: Sequence[str]) -> str:
    """Return what two header lines have in common when they are the same but for width, case, spaces and padding."""
    key = "|".join("".join(folded(cell).split()) for cell in row).rstrip("|")
    return key if len(key) <= _LONGEST_KEY else sha256(key.encode()).hexdigest()


def column_names(row: Sequence[str]) -> dict[str, int]:
    """Name a header line's columns so that each name is one column's, with their places.

    A name that stands there again carries its count (`Email (2)`), and a column without a name its place (`#3`).
    """
    names: dict[str, int] = {}
    for place, cell in enumerate(row):
        name = " ".join(cell.split()) or f"#{place + 1}"
        again = (f"{name} ({number})" for number in count(2))
        names[name if name not in names else next(one for one in again if one not in names)] = place
    return names


def faults(layout: Layout, row: Sequence[str]) -> dict[str, str]:
    """Say why people cannot be read by a layout, as keys by field; empty when they can.

    `column_unknown` and `column_twice` name the column's field; `person_missing` (nobody is named) stands at `name`,
    `time_missing` (neither a join nor a duration) at `join`, `unit_unknown` at `unit`.
    """
    names = column_names(row)
    chosen = {field: layout[field] for field in FIELDS if layout.get(field)}
    found = {field: "column_unknown" for field, column in chosen.items() if column not in names}
    taken: dict[str, str] = {}
    for field, column in chosen.items():
        if taken.setdefault(column, field) != field:
            found.setdefault(field, "column_twice")
    if not chosen.keys() & set(PERSON):
        found.setdefault("name", "person_missing")
    if not chosen.keys() & set(TIMES):
        found.setdefault("join", "time_missing")
    if layout.get("unit", "minutes") not in UNITS:
        found["unit"] = "unit_unknown"
    return found


def places(layout: Layout, row: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Find the columns of a layout in the header line it was made for."""
    names = column_names(row)
    return {field: (names[layout[field]],) for field in FIELDS if layout.get(field) in names}


def unit(layout: Layout, row: Sequence[str]) -> Unit:
    """Tell what a bare number in the duration's column counts: what was said, else what its header says, else minutes."""
    said = next((unit for unit in UNITS if unit == layout.get("unit")), None)
    return said or unit_of(label(layout.get("duration", ""))) or "minutes"
