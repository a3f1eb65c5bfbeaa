"""Answers how a punch card reads as a table: two things crossed, each field shaded in five steps beside its number."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.web.words.figures.cells import Cell, Line, Sheet

STEPS = 5


@dataclass(frozen=True)
class Field:
    """One field of the table: its row and cell in the part, and how dark it is, 1 to STEPS (0: nothing to shade)."""

    line: Line
    cell: Cell
    step: int


@dataclass(frozen=True)
class Heat:
    """The table: what stands at its top, and each row with its fields (None: nothing there)."""

    across: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Field | None, ...]], ...]


def table(sheet: Sheet) -> Heat | None:
    """Cross the two columns of a part that is drawn as a punch card; None for every other part."""
    plot = sheet.plot
    if plot is None or plot.shape != "dots" or not sheet.lines:
        return None
    fields = {
        (_place(line.cell(plot.x)), _place(line.cell(plot.y))): (line, line.cell(plot.series[0]))
        for line in sheet.lines
    }
    across, down = sorted({x for x, _y in fields}), sorted({y for _x, y in fields})
    known = [cell.amount for line, cell in fields.values() if cell.amount is not None and not line.small]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    rows = tuple(
        (y[-1], tuple(_field(*fields[x, y], low, high) if (x, y) in fields else None for x in across)) for y in down
    )
    return Heat(tuple(x[-1] for x in across), rows)


def _place(cell: Cell) -> tuple[int, str, str]:
    """Return by what a row or column of the table is put in order: the number that its key is, else the key; and its words."""
    key = str(cell.value)
    return int(key) if key.isdecimal() else 0, key, cell.shown


def _field(line: Line, cell: Cell, low: float, high: float) -> Field:
    """Shade a field by where it lies between the lowest and the highest that rest on enough."""
    if cell.amount is None:
        return Field(line, cell, 0)
    part = (min(max(cell.amount, low), high) - low) / (high - low) if high > low else 1.0
    return Field(line, cell, min(int(part * STEPS) + 1, STEPS))
