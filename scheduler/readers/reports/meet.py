"""What Google Meet's attendance report says (FORMATS, section 6)."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.readers.reports.columns import About, Block
from scheduler.readers.reports.display import full_name
from scheduler.readers.reports.shapes import Line, Tool

TOOL: Tool = "google_meet"
_TIMES = frozenset({"timejoined", "timeexited"})
_OLD = ("name", "email", "duration")


def recognises(blocks: Sequence[Block]) -> bool:
    """Tell the report by the names of its times, or by the three columns it once had."""
    return any(
        not _TIMES.isdisjoint(block.labels) or tuple(label for label in block.labels if label) == _OLD
        for block in blocks
    )


def lines(blocks: Sequence[Block], top: About) -> list[Line]:
    """Read one line a person: first join, last exit, and the duration, which leaves out the time away between them."""
    return [_line(block, number, row) for block in blocks for number, row in block.rows]


def _line(block: Block, number: int, row: Sequence[str]) -> Line:
    name = block.text(row, "name") or full_name(block.text(row, "first"), block.text(row, "last"))
    return Line(
        row=number,
        name=name,
        identity=name,
        email=block.text(row, "email"),
        joined=block.text(row, "join"),
        left=block.text(row, "leave"),
        lasted=block.seconds(row),
        spans=True,
        zone=block.zone,
    )
