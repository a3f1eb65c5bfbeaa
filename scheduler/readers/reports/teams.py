"""What Microsoft Teams' attendance report says, in the versions and languages seen (FORMATS, sections 4 and 5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from scheduler.readers.reports.columns import About, Block
from scheduler.readers.reports.labels import words
from scheduler.readers.reports.shapes import Line, Tool
from scheduler.rules.names import name_key

TOOL: Tool = "teams"
_SECTION = re.compile(r"[123]\.\s*\S")
_MARK = re.compile(
    r"(?:\s*\((?:external|unverified|guest|anonymous|externo|externe|extern|convidado|invitado|gast"
    r"|外部|未確認|ゲスト|匿名)\))+\s*$",
    re.IGNORECASE,
)
_ORGANIZERS = words(
    "organizer organiser co-organizer coorganizer organisator mitorganisator organizador coorganizador organisateur "
    "organizzatore organizator 開催者 共同開催者 主催者"
)
_PRESENTERS = words("presenter referent apresentador moderador présentateur relatore prezenter 発表者")
_LEFT = re.compile(r"left|退出|verlassen|saiu|salió|abandon|parti|uscit", re.IGNORECASE)


def recognises(blocks: Sequence[Block]) -> bool:
    """Tell the report by its numbered sections, its participant ids, or joins and leaves written as actions."""
    return any(_SECTION.match(block.title) or block.has("upn") or block.has("action", "timestamp") for block in blocks)


def lines(blocks: Sequence[Block], top: About) -> list[Line]:
    """Read one line a join from the activities; who is not in them, one a person from the participants."""
    actions = [block for block in blocks if block.has("action", "timestamp")]
    if actions:
        read = [line for block in actions for line in _from_actions(block)]
    else:
        joins = [block for block in blocks if block.has("join")]
        read = [_line(block, number, row) for block in joins for number, row in block.rows]
        known = {who for line in read for who in _who(line)}
        people = (_line(block, number, row) for block in blocks if block not in joins for number, row in block.rows)
        # A file that was cut off in its activities still names everybody among the participants.
        read += [line for line in people if known.isdisjoint(_who(line))]
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
    inside: dict[str, list[int]] = {}
    for number, row in block.rows:
        name, moment = block.text(row, "name", "display"), block.text(row, "timestamp")
        line = Line(number, name, _unmarked(name), name, zone=block.zone)
        if _LEFT.search(block.text(row, "action")) is None:
            inside.setdefault(name, []).append(len(read))
            read.append(replace(line, joined=moment))
        elif inside.get(name):
            place = inside[name].pop(0)
            read[place] = replace(read[place], left=moment)
        else:
            read.append(replace(line, left=moment))
    return read


def _who(line: Line) -> set[str]:
    """Tell by what a line of one section means the same person as one of the other: address or name."""
    return {line.email.casefold(), name_key(line.original_name or line.name)} - {""}


def _unmarked(name: str) -> str:
    plain = _MARK.sub("", name).strip()
    return "" if plain == name else plain


def _domain(line: Line) -> str:
    return line.email.lower().partition("@")[2]
