"""Answers what a report's cells hold, worded for readers and plain for programs: every way out is written from these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from itertools import takewhile
from typing import Any

from flask_babel import gettext as _

from scheduler.rules.attendance_rates import Rate
from scheduler.rules.reporting import Asked, Behind, Column, Named, Note, Part, Plot, Report, Row, Spread
from scheduler.web.words.figures import registry, values
from scheduler.web.words.figures.common import ReportWords

# What stands in several cells of a CSV file, each with its heading.
_NAMED = ("named", "account", "lecture", "person", "member")
# RFC 3339 in UTC, whole seconds.
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
# Kinds of columns that tell what a row is about.
WORDED = (*_NAMED, "code", "text", "month", "day")
# Parameters of notes that tell a month by its first day.
_MONTHS = ("month", "first", "last", "trial_first", "trial_last")


@dataclass(frozen=True)
class Cell:
    """One value: as it was counted, and in the reader's language: what is seen first, and what stands small beside it."""

    column: Column
    value: Any
    shown: str
    beside: str

    @property
    def text(self) -> str:
        """Return the whole in one line: 72%（36/50、95% 区間 58–83）."""
        return _("%(value)s（%(detail)s）", value=self.shown, detail=self.beside) if self.beside else self.shown

    @property
    def amount(self) -> float | None:
        """Return the number by which the cell is drawn and ranked; None without one."""
        if isinstance(self.value, Rate):
            return self.value.share
        if isinstance(self.value, Spread):
            return self.value.middle
        return float(self.value) if isinstance(self.value, int | float) else None

    @property
    def base(self) -> int | None:
        """Return how many rows stand behind the cell, when it says so: a count, or the base of a rate."""
        if isinstance(self.value, Rate):
            return self.value.base
        return self.value if isinstance(self.value, int) and self.column.kind == "count" else None

    @property
    def is_linked(self) -> bool:
        """Tell whether the cell leads to the rows behind it: nothing stands behind a zero."""
        return self.column.rows and self.value is not None and self.base != 0

    def flat(self) -> list[object]:
        """Return what stands in the cells of a CSV file, as many for each value of a column."""
        one = self.value
        if self.column.kind == "rate":
            return (
                [one.hits, one.base, *map(_rounded, (one.share, one.low, one.high))] if one is not None else [None] * 5
            )
        if self.column.kind == "spread":
            return [*map(_rounded, (one.middle, one.low, one.high))] if one is not None else [None] * 3
        if self.column.kind in _NAMED:
            return [self.shown if one and one.key else None, one.key if one else None]
        return [self.shown if self.column.kind in ("code", "text") and one is not None else _rounded(one)]


@dataclass(frozen=True)
class Line:
    """One row with its cells; `small` when it rests on too few."""

    key: str
    cells: tuple[Cell, ...]
    small: bool

    @property
    def label(self) -> str:
        """Return what the row is called: its first cells, as far as they hold no number."""
        heads = [cell.shown for cell in takewhile(lambda cell: cell.column.kind in WORDED, self.cells)]
        return " · ".join(heads) or self.cells[0].shown

    def cell(self, column: str) -> Cell:
        """Return the cell of a column; raise KeyError."""
        for cell in self.cells:
            if cell.column.key == column:
                return cell
        raise KeyError(column)


@dataclass(frozen=True)
class Sheet:
    """A part of a report in the reader's language."""

    report: str
    key: str
    title: str
    about: str
    measured: str
    plot: Plot | None
    columns: tuple[Column, ...]
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]

    @property
    def is_drawn(self) -> bool:
        """Tell whether there is anything to be seen in the part's plot."""
        wanted = self.plot.series if self.plot is not None else ()
        return any(line.cell(key).amount is not None for line in self.lines for key in wanted)

    @property
    def numbers(self) -> frozenset[str]:
        """Return the columns whose figures line up."""
        return frozenset(column.key for column in self.columns if column.kind not in WORDED)

    @property
    def has_small(self) -> bool:
        """Tell whether a row rests on too few."""
        return any(line.small for line in self.lines)

    def head(self, column: str) -> str:
        """Return what a column is called; raise KeyError."""
        return dict(zip((one.key for one in self.columns), self.heads, strict=True))[column]

    def csv(self) -> tuple[list[str], list[list[object]]]:
        """Return the headings and the rows of a CSV file."""
        heads = [
            name for column, head in zip(self.columns, self.heads, strict=True) for name in _heads(column.kind, head)
        ]
        marked = self.has_small
        rows = [
            [value for cell in line.cells for value in cell.flat()] + ([_("少数") if line.small else None] * marked)
            for line in self.lines
        ]
        return heads + [_("少数")] * marked, rows


def sheet(report: str, part: Part) -> Sheet:
    """Word a part of the report of this name."""
    words = registry.of(report)
    title, about = words.parts[part.key]
    lines = tuple(_line(part.columns, row, words) for row in part.rows)
    heads = tuple(_head(words, part.key, column) for column in part.columns)
    notes = tuple(note(words, one) for one in part.notes)
    return Sheet(report, part.key, title, about, part.measured, part.plot, part.columns, heads, lines, notes)


def behind(report: str, part: str, found: Behind) -> Sheet:
    """Word the rows behind a number."""
    words = registry.of(report)
    lines = tuple(_line(found.columns, row, words) for row in found.rows)
    heads = tuple(_head(words, part, column) for column in found.columns)
    return Sheet(report, part, words.parts[part][0], "", "actual", None, found.columns, heads, lines, ())


def note(words: ReportWords, one: Note) -> str:
    """Word a note with its values."""
    sentence = str(words.notes[one.key] if one.key in words.notes else _shared()[one.key])
    return (
        sentence % {key: _param(key, value, words.codes.get(key, {})) for key, value in one.params.items()}
        if one.params
        else sentence
    )


def plain(report: Report, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report as programs get it: keys and numbers; `asked` as they would ask for it again."""
    return {
        "name": report.name,
        "asked": dict(asked),
        "zone": report.zone,
        "counted_at": None if report.counted_at is None else report.counted_at.astimezone(UTC).strftime(MOMENT),
        "parts": [_plain_part(part) for part in report.parts],
        "notes": [_plain_note(one) for one in report.notes],
    }


def query(asked: Asked) -> dict[str, str]:
    """Return what was asked for as the address says it."""
    told = {
        "from": asked.since.isoformat(),
        "to": asked.until.isoformat(),
        "stage": asked.stage,
        "owner": "" if asked.owner_id is None else str(asked.owner_id),
        "tag": "" if asked.tag_id is None else str(asked.tag_id),
        **asked.more,
    }
    return {key: value for key, value in told.items() if value}


def _line(columns: tuple[Column, ...], row: Row, words: ReportWords) -> Line:
    return Line(row.key, tuple(_cells(columns, row, words)), row.small)


def _cells(columns: tuple[Column, ...], row: Row, words: ReportWords) -> Iterator[Cell]:
    for column, value in zip(columns, row.values, strict=True):
        yield Cell(column, value, *values.pair(column.kind, value, words.codes.get(column.key, {})))


def _head(words: ReportWords, part: str, column: Column) -> str:
    return words.columns.get(f"{part}.{column.key}") or words.columns[column.key]


def _heads(kind: str, head: str) -> list[str]:
    """Return the headings under which a column stands in a CSV file."""
    if kind == "rate":
        ends = (_("該当"), _("母数"), _("割合"), _("下限"), _("上限"))
    elif kind == "spread":
        return [head, *(_("%(value)s（%(detail)s）", value=head, detail=end) for end in (_("下限"), _("上限")))]
    elif kind in _NAMED:
        return [head, _("%(value)s（%(detail)s）", value=head, detail=_("キー"))]
    else:
        return [head]
    return [_("%(value)s（%(detail)s）", value=head, detail=end) for end in ends]


def _shared() -> dict[str, str]:
    """Return the sentences that every report may say."""
    return {"no_data": _("この期間には、ここに数える記録がありません。期間を広げるか、絞り込みを解除してください。")}


def _param(key: str, value: Any, codes: Mapping[str, str]) -> Any:
    """Word a parameter of a note; a key as the column of its name does."""
    if isinstance(value, str):
        return str(codes.get(value, value))
    if isinstance(value, Named | Spread | Rate):
        return values.text("named", value, codes)
    if isinstance(value, date):
        return values.month(value) if value.day == 1 and key in _MONTHS else values.text("day", value, {})
    return values.number(value) if isinstance(value, int | float) else value


def _rounded(value: Any) -> Any:
    """Return a number without the noise of its last bits; anything else as it is."""
    return round(value, 6) if isinstance(value, float) else value


def _plain_part(part: Part) -> dict[str, Any]:
    return {
        "key": part.key,
        "measured": part.measured,
        "columns": [{"key": column.key, "kind": column.kind} for column in part.columns],
        "rows": [_plain_row(part.columns, row) for row in part.rows],
        "notes": [_plain_note(one) for one in part.notes],
    }


def _plain_row(columns: tuple[Column, ...], row: Row) -> dict[str, Any]:
    named = {column.key: _plain(value) for column, value in zip(columns, row.values, strict=True)}
    return {"key": row.key, "small": row.small} | named


def _plain_note(one: Note) -> dict[str, Any]:
    return {"key": one.key, "params": {key: _plain(value) for key, value in one.params.items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, Rate):
        ends = {"share": value.share, "low": value.low, "high": value.high}
        return {"hits": value.hits, "base": value.base} | {key: _rounded(end) for key, end in ends.items()}
    if isinstance(value, Spread):
        return {"middle": _rounded(value.middle), "low": _rounded(value.low), "high": _rounded(value.high)}
    if isinstance(value, Named):
        return {"key": value.key, "name": value.name if isinstance(value.name, str) else dict(value.name)}
    return value.isoformat() if isinstance(value, date) else _rounded(value)
