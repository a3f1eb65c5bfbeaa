"""What the flat attendee report of Zoom Events and Webinars Plus says (FORMATS, section 3)."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.readers.reports.columns import About, Block
from scheduler.readers.reports.display import full_name
from scheduler.readers.reports.shapes import Line, Tool, Why

TOOL: Tool = "zoom_events"
_NOT_LIVE: tuple[tuple[str, Why], ...] = (("lobby", "lobby_only"), ("recording", "recording_only"))


def recognises(blocks: Sequence[Block]) -> bool:
    """Tell the report by its column for the way of taking part."""
    return any(block.has("participation") for block in blocks)


def lines(blocks: Sequence[Block], top: About) -> list[Line]:
    """Read one line a person: first join, last exit, and the time between that was really spent there."""
    return [_line(block, number, row) for block in blocks for number, row in block.rows]


def _line(block: Block, number: int, row: Sequence[str]) -> Line:
    name = full_name(block.text(row, "first"), block.text(row, "last")) or block.text(row, "name", "display")
    return Line(
        row=number,
        name=name,
        identity=name,
        email=block.text(row, "email"),
        personal_key=block.text(row, "personal_key"),
        joined=block.text(row, "first_join", "join"),
        left=block.text(row, "last_leave", "leave"),
        lasted=block.seconds(row),
        spans=True,
        zone=block.zone,
        why=_why(block.text(row, "participation").casefold()),
    )


def _why(participation: str) -> Why | None:
    if "live" in participation:
        return None
    return next((why for word, why in _NOT_LIVE if word in participation), "no_show")
