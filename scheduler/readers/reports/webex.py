"""What Webex's attendance report says (FORMATS, section 8)."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.readers.reports.columns import About, Block
from scheduler.readers.reports.display import full_name
from scheduler.readers.reports.shapes import Line, Tool

TOOL: Tool = "webex"
_OWN_LABELS = frozenset({"attendeeemail", "emaildoconvidado", "attendanceduration", "duraçãodapresença"})
_HOSTS = ("host", "cohost", "co-host", "anfitrião", "coanfitrião", "主催者", "共同主催者")


def recognises(blocks: Sequence[Block]) -> bool:
    """Tell the report by its own words for email and duration, or its column for the session."""
    return any(not _OWN_LABELS.isdisjoint(block.labels) or block.has("session") for block in blocks)


def lines(blocks: Sequence[Block], top: About) -> list[Line]:
    """Read one line a join; rooms that people were sent to are lines of their own and overlap the main one."""
    return [_line(block, number, row) for block in blocks for number, row in block.rows]


def _line(block: Block, number: int, row: Sequence[str]) -> Line:
    named = full_name(block.text(row, "first", "name"), block.text(row, "last"))
    name = block.text(row, "display") or named
    return Line(
        row=number,
        name=name,
        original_name="" if named == name else named,
        identity=name,
        email=block.text(row, "email"),
        joined=block.text(row, "join"),
        left=block.text(row, "leave"),
        lasted=block.seconds(row),
        zone=block.zone,
        why="host" if block.text(row, "role").casefold() in _HOSTS else None,
    )
