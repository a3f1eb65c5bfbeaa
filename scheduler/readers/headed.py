"""Which rows a plain list has below its header, each cell by the field its column's header stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from scheduler.readers.customer_cells import cell_text
from scheduler.readers.customer_columns import header_key
from scheduler.readers.dates import DateOrder, DateReading, file_order, parse_date
from scheduler.readers.tables import Unreadable, read_table

_HEADER_WITHIN = 20


@dataclass(frozen=True)
class HeadedList:
    """A list's encoding, the fields it has a column for, its rows by the number a spreadsheet shows, and columns not read."""

    encoding: str
    fields: frozenset[str]
    lines: list[tuple[int, dict[str, str]]]
    unread: tuple[str, ...] = ()


def read_headed(data: bytes, filename: str, aliases: Mapping[str, str], required: Sequence[str]) -> HeadedList:
    """Read a list whose columns are found by header; `aliases` name the headers of each field, spaces between them.

    Raises Unreadable: what `read_table` finds, columns_missing (`missing`, `columns`) and no_rows.
    """
    table = read_table(data, filename)
    keys = {field: [header_key(alias) for alias in words.split()] for field, words in aliases.items()}
    rows = [number for number, row in enumerate(table.rows[:_HEADER_WITHIN]) if row]
    found = {number: _columns(table.rows[number], keys) for number in rows}
    header = max(rows, key=lambda number: (sum(field in found[number] for field in required), len(found[number])))
    columns = found[header]
    headers = [cell.strip() for cell in table.rows[header] if cell.strip()]
    missing = [field for field in required if field not in columns]
    if missing:
        raise Unreadable("columns_missing", {"missing": missing, "columns": headers})
    lines = []
    for number, row in enumerate(table.rows[header + 1 :], header + 2):
        values = {field: cell_text(row[at]) if at < len(row) else "" for field, at in columns.items()}
        # Lists joined from several exports repeat their header.
        if any(values.values()) and row != table.rows[header]:
            lines.append((number, values))
    if not lines:
        raise Unreadable("no_rows", {"filename": filename, "columns": headers})
    used = set(columns.values())
    unread = tuple(cell.strip() for at, cell in enumerate(table.rows[header]) if cell.strip() and at not in used)
    return HeadedList(table.encoding, frozenset(columns), lines, unread)


class Days:
    """Reads the days of one column: the file as a whole tells whether the month or the day comes first."""

    def __init__(self, texts: Sequence[str], zone: tzinfo) -> None:
        self._zone = zone
        self._order: DateOrder | None = file_order([parse_date(text) for text in texts])

    def read(self, text: str) -> DateReading:
        """Read a cell's day; a moment that names its offset counts for the day it has in the zone."""
        moment = _moment(text)
        if moment is not None:
            return DateReading("date", moment.astimezone(self._zone).date())
        return parse_date(text).settled(self._order)


def day_complaint(reading: DateReading) -> str:
    """Name what is wrong with a day: date_open, date_impossible, date_unreadable; empty: nothing, or there is none."""
    return {"ambiguous": "date_open", "impossible": "date_impossible", "unreadable": "date_unreadable"}.get(
        reading.state, ""
    )


def _moment(text: str) -> datetime | None:
    """Read ISO 8601 with an offset, as programs write it; None for anything else."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _columns(row: Sequence[str], keys: Mapping[str, Sequence[str]]) -> dict[str, int]:
    positions: dict[str, int] = {}
    for at, cell in enumerate(row):
        positions.setdefault(header_key(cell), at)
    found: dict[str, int] = {}
    for field, names in keys.items():
        at_first = next((positions[name] for name in names if name in positions), None)
        if at_first is not None and at_first not in found.values():
            found[field] = at_first
    return found
