"""What a report is made of: parts with columns and rows, the plot each part asks for, and what stands behind each number.

Every way out (page, CSV, JSON, command line) is written from these values, so all of them say the same. They hold keys and
numbers, never sentences: the edge words them in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

# How a column's values are read:
#   code (a key that the edge words), named (Named), text; count, number, hours, days, minutes, money, share (0 to 1),
#   index (100 = before), month (a date, its first day), day (a date), rate (rules.attendance_rates.Rate), spread (Spread);
#   account, lecture, person, member (Named whose key is the id of the row).
Kind = Literal[
    "code", "named", "text", "count", "number", "hours", "days", "minutes", "money", "share", "index", "month", "day",
    "rate", "spread", "account", "lecture", "person", "member",
]  # fmt: skip
# Counted from what happened (実績), or reckoned from it (見込み).
Measured = Literal["actual", "estimate"]


@dataclass(frozen=True)
class Named:
    """Something with a name of its own: its key (or id) and the name, also as {"ja", "en"}; key "" is nobody or none."""

    key: str
    name: str | Mapping[str, str] = ""


@dataclass(frozen=True)
class Spread:
    """A number that is not known for certain: the middle, and the range in which it most likely lies (None: no telling)."""

    middle: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Column:
    """One column of a part; `key` is worded by the edge. `rows` tells whether its numbers lead to the rows behind them."""

    key: str
    kind: Kind = "count"
    rows: bool = False


@dataclass(frozen=True)
class Row:
    """One row: a value per column, the key by which the rows behind it are asked for, and whether it rests on too few."""

    key: str
    values: tuple[Any, ...]
    # Fewer than rules.attendance_rates.SMALL people: marked, not ranked.
    small: bool = False


@dataclass(frozen=True)
class Plot:
    """How a part is drawn: `shape` over the column `x`, one line or bar for each of `series` (columns of the part).

    bars, stacked, lines, steps (Kaplan-Meier), dots (a punch card: `x` across, `y` down, size by the one series).
    `split` draws a line for each value of that column instead.
    """

    shape: Literal["bars", "stacked", "lines", "steps", "dots"]
    x: str
    series: tuple[str, ...]
    y: str = ""
    split: str = ""


@dataclass(frozen=True)
class Note:
    """Something to be said under a part, worded by the edge."""

    key: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One table of a report with its plot and notes."""

    key: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    measured: Measured = "actual"
    plot: Plot | None = None
    notes: tuple[Note, ...] = ()

    def column(self, key: str) -> int:
        """Return the place of a column; raise KeyError."""
        for place, column in enumerate(self.columns):
            if column.key == key:
                return place
        raise KeyError(key)


@dataclass(frozen=True)
class Asked:
    """What a report is asked for: the days from `since` to `until` (both count), and which accounts.

    `more` are the report's own choices by name (which trial, which seed).
    """

    since: date
    until: date
    stage: str = ""
    owner_id: int | None = None
    tag_id: int | None = None
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def narrowed(self) -> bool:
        """Tell whether only some accounts are asked for."""
        return bool(self.stage) or self.owner_id is not None or self.tag_id is not None


@dataclass(frozen=True)
class Report:
    """A report as it was asked for; `zone` is the one of its days, `counted_at` when its snapshot was last made (UTC)."""

    name: str
    asked: Asked
    zone: str
    counted_at: datetime | None
    parts: tuple[Part, ...]
    notes: tuple[Note, ...] = ()

    def part(self, key: str) -> Part:
        """Return a part by its key; raise KeyError."""
        for part in self.parts:
            if part.key == key:
                return part
        raise KeyError(key)


@dataclass(frozen=True)
class Behind:
    """One page of the rows behind a number, and how many there are altogether."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: int


def months_before(day: date, months: int) -> date:
    """Return the first day of the month that lies so many months before a day's own."""
    place = day.year * 12 + day.month - 1 - months
    return date(place // 12, place % 12 + 1, 1)
