"""What Microsoft Teams' attendance report says, in the versions and languages seen (FORMATS, sections 4 and 5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from scheduler.readers.reports.columns import About, Block
from scheduler.readers.reports.shapes import Line, Tool

TOOL: Tool = "teams"
_SECTION = re.compile(r"[123]\.\s*\S")
_MARK = re.compile(r"(?:\s*\((?:external|unverified|guest|anonymous|外部|未確認|ゲスト|匿名)\))+\s*$", re.IGNORECASE)
_ORGANIZERS = ("organizer", "organiser", "co-organizer", "coorganizer", "開催者", "共同開催者", "主催者")
_PRESENTERS = ("presenter", "発表者")


def recognises(blocks: Sequence[Block]) -> bool:
    """Tell the report by its numbered sections, its participant ids, or joins and leaves written as actions."""
    return any(_SECTION.match(block.title) or block.has("upn") or block.has("action", "timestamp") for block in blocks)


def lines(blocks: Sequence[Block], top: About) -> list[Line]:
    """Read one line a join from the activities; where they are missing, one a person from the participants."""
    filled = [block for block in blocks if block.rows]
    read: list[Line] = []
    actions = [block for block in filled if block.has("action", "timestamp")]
    joins = [block for block in filled if block.has("join")]
    if actions:
        read = [line for block in actions for line in _from_actions(block)]
    else:
        read = [_line(block, number, row) for block in joins or filled for number, row in block.rows]
    organizers = {_domain(line) for line in read if line.why == "host"} - {""}
    # Everybody may present by default, so only a presenter from the organizer's own company is no customer.
    return [replace(line, why="presenter") if line.presenter and _domain(line) in organizers else line for line in read]


def _line(block: Block, number: int, row: Sequence[str]) -> Line:
    name = block.text(row, "name", "display")
    role = unicodedata.normalize("NFKC", block.text(row, "role")).casefold()
    return Line(
        row=number,
        name=name,
        original_name=_unmarked(name),
        # The mark says whether Teams knows the person: a name with and one without it may be two people.
        identity=name,
        email=block.text(row, "email"),
        joined=block.text(row, "join", "first_join"),
        left=block.text(row, "leave", "last_leave"),
        lasted=block.seconds(row),
        spans=not block.has("join"),
        zone=block.zone,
        why="host" if role in _ORGANIZERS else None,
        presenter=role in _PRESENTERS,
    )


def _from_actions(block: Block) -> list[Line]:
    """Pair the joins and leaves of the oldest version, which writes one line for each."""
    read: list[Line] = []
    inside: dict[str, int] = {}
    for number, row in block.rows:
        name, moment = block.text(row, "name", "display"), block.text(row, "timestamp")
        if block.text(row, "action").casefold().startswith("left"):
            place = inside.pop(name, None)
            if place is not None:
                read[place] = replace(read[place], left=moment)
        else:
            inside[name] = len(read)
            read.append(Line(number, name, _unmarked(name), name, joined=moment, zone=block.zone))
    return read


def _unmarked(name: str) -> str:
    plain = _MARK.sub("", name).strip()
    return "" if plain == name else plain


def _domain(line: Line) -> str:
    return line.email.lower().partition("@")[2]
