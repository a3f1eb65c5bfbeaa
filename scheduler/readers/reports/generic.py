"""What a report of any other tool says, by the usual names of its columns (FORMATS, section 7: GoTo and the like)."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.readers.reports.columns import About, Block, says_no
from scheduler.readers.reports.display import full_name
from scheduler.readers.reports.shapes import Line, Tool
from scheduler.readers.reports.zoom import identity

TOOL: Tool = "generic"


def recognises(blocks: Sequence[Block]) -> bool:
    """Take any table of people with times."""
    return bool(blocks)


def lines(blocks: Sequence[Block], top: About) -> list[Line]:
    """Read one line a join, or a person where there is a duration only."""
    return [_line(block, number, row) for block in blocks for number, row in block.rows]


def _line(block: Block, number: int, row: Sequence[str]) -> Line:
    name = block.text(row, "name", "display") or full_name(block.text(row, "first"), block.text(row, "last"))
    original, same = identity(name)
    return Line(
        row=number,
        name=name,
        original_name=original,
        identity=same,
        email=block.text(row, "email"),
        personal_key=block.text(row, "personal_key"),
        joined=block.text(row, "join", "first_join"),
        left=block.text(row, "leave", "last_leave"),
        lasted=block.seconds(row),
        # Nobody knows whether a tool writes a line a join, or one a person and how long she was there of that.
        spans=None if block.has("join") else True,
        zone=block.zone,
        why="no_show" if says_no(block.text(row, "attended")) else None,
    )
