"""What Zoom's participant report of a meeting says (FORMATS, sections 1 and 2)."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.readers.reports.columns import ORIGINAL, About, Block, says_no, says_yes
from scheduler.readers.reports.display import is_full_name, names_behind
from scheduler.readers.reports.shapes import Line, Tool, Why
from scheduler.rules.names import clean_name

TOOL: Tool = "zoom_meeting"
_OWN_LABELS = frozenset({"useremail", "ユーザーメール", "ユーザーのメール", "ユーザーのメールアドレス"})


def recognises(blocks: Sequence[Block]) -> bool:
    """Tell the report by its columns for the original name, the waiting room, guests, or the user's email."""
    return any(
        block.has("guest")
        or block.has("waiting")
        or any(word in label for label in block.labels for word in ORIGINAL)
        or not _OWN_LABELS.isdisjoint(block.labels)
        for block in blocks
    )


def lines(blocks: Sequence[Block], top: About) -> list[Line]:
    """Read one line a join; in the administrators' export every line names its meeting's host."""
    return [_line(block, number, row, top) for block in blocks for number, row in block.rows]


def identity(display: str) -> tuple[str, str]:
    """Give the original name, and the name by which two lines without an email are the same person's.

    That is the original name where it is a person's full name: a bracket may also hold a department or a shop, which
    colleagues share.
    """
    shown, original = names_behind(display)
    if original:
        return original, original if is_full_name(original) else display
    return "" if shown == clean_name(display) else shown, shown


def _line(block: Block, number: int, row: Sequence[str], top: About) -> Line:
    name, email = block.text(row, "name"), block.text(row, "email")
    original, same = identity(name)
    return Line(
        row=number,
        name=name,
        original_name=original,
        identity=same,
        email=email,
        personal_key=block.text(row, "personal_key"),
        joined=block.text(row, "join"),
        left=block.text(row, "leave"),
        lasted=block.seconds(row),
        zone=block.zone,
        why=_why(block, row, email.lower(), top),
    )


def _why(block: Block, row: Sequence[str], email: str, top: About) -> Why | None:
    name, emails = min(block.columns.get("name", (0,))), block.columns.get("email", ())
    # Of two columns of addresses the one before the name is the meeting's host's.
    host_places = [place for place in emails if len(emails) > 1 and place < min(name, len(row))]
    hosts = {row[place].strip().lower() for place in host_places}
    if email and email in top.host_emails | hosts:
        return "host"
    if says_no(block.text(row, "guest")):
        return "own_people"
    return "waiting_room" if says_yes(block.text(row, "waiting")) else None
