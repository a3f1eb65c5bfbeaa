"""What Zoom's reports of a webinar say: the sectioned one, and the flat one of Zoom Events (FORMATS, section 3)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scheduler.readers.reports.columns import About, Block, says_no
from scheduler.readers.reports.display import full_name
from scheduler.readers.reports.shapes import Line, Tool, Why
from scheduler.readers.reports.zoom import identity

TOOL: Tool = "zoom_webinar"
_SECTIONS: tuple[tuple[tuple[str, ...], Why], ...] = (
    (("host", "ホスト"), "host"),
    (("panelist", "パネリスト"), "panelist"),
)
_REGISTRATION_ID = re.compile(r"^\d{6,}_")


def recognises(blocks: Sequence[Block]) -> bool:
    """Tell the report by its sections, or by who attended beside an approval or a guest column."""
    return any(
        _section(block) or block.title.startswith("attendee details") or block.has("attended", "approval")
        for block in blocks
    ) or any(block.has("attended", "guest") for block in blocks)


def lines(blocks: Sequence[Block], top: About) -> list[Line]:
    """Read one line a join; who is listed among hosts or panelists is one of them wherever else he is listed."""
    speakers = {
        block.text(row, "email").lower(): why for block in blocks if (why := _section(block)) for _, row in block.rows
    }
    speakers.pop("", None)
    return [_line(block, number, row, speakers) for block in blocks for number, row in block.rows]


def _section(block: Block) -> Why | None:
    return next((why for starts, why in _SECTIONS if block.title.startswith(starts)), None)


def _line(block: Block, number: int, row: Sequence[str], speakers: dict[str, Why]) -> Line:
    name, email = block.text(row, "name"), block.text(row, "email")
    original, same = identity(_REGISTRATION_ID.sub("", name))
    registered = full_name(block.text(row, "first"), block.text(row, "last"))
    why = _section(block) or speakers.get(email.lower())
    if why is None and says_no(block.text(row, "attended")):
        why = "no_show"
    if why is None and says_no(block.text(row, "guest")):
        why = "own_people"
    return Line(
        row=number,
        name=name,
        original_name=registered or original or ("" if same == name else same),
        identity=same,
        email=email,
        personal_key=block.text(row, "personal_key"),
        joined=block.text(row, "join"),
        left=block.text(row, "leave"),
        lasted=block.seconds(row),
        zone=block.zone,
        why=why,
    )
