"""Which tables of people a report has, and what stands above them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scheduler.readers.moments import Unit, read_duration
from scheduler.readers.reports import mapped
from scheduler.readers.reports.labels import field_of, folded, label, unit_of, words, zone_of
from scheduler.readers.reports.mapped import Layout

# Also the head of a count of people in Zoom's summary, so a name only beside a time.
_PERSON = words("participant participants attendee attendees 参加者 出席者 受講者")
_SECTION = re.compile(
    r"\d\.\s*\S+.*|(?:host|panelist|attendee) details|other attended|(?:ホスト|パネリスト|出席者|参加者)の詳細"
    r"|その他の?(?:出席者?|参加者?)"
)
_HOST_EMAIL = words("useremail hostemail ユーザーメール ユーザーのメール ユーザーのメールアドレス ホストのメール")
_START = words(
    "starttime actualstarttime meetingstarttime actualstartdate/time startzeit horadeinício horadeinicio "
    "開始時刻 開始時間 実際の開始時刻 実際の開始時間"
)
_DAY = words("date 日付")
_YES = words("yes y true はい 1 ○ 〇 ja sim sí sì si oui tak attended 出席 参加")
_NO = words("no n false いいえ 0 × ✕ nein não non nie absent missed noshow no-show 欠席 不参加 未参加")
# Columns that the administrators' export has twice: the meeting's own stand before the person's name.
_TWICE = frozenset({"email", "duration"})
# Header lines stand at the top, after a summary at most.
_SEARCHED = 40
# How Zoom's column of people is named beside those of the meeting.
ORIGINAL = ("originalname", "元の名前", "nomeoriginale")
_VALUE = re.compile(r"[\W\d]*|.*@.*|.*\d[:/.\-]\d.*")


@dataclass
class Block:
    """One table of a report: its section's title, its header's line, its columns, and its rows with their numbers."""

    line: int
    labels: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]
    unit: Unit
    zone: str
    # Somebody said which column is which.
    mapped: bool = False
    title: str = ""
    rows: list[tuple[int, Sequence[str]]] = field(default_factory=list)

    def has(self, *names: str) -> bool:
        """Tell whether every one of these columns is there."""
        return all(name in self.columns for name in names)

    def text(self, row: Sequence[str], *names: str) -> str:
        """Take a row's cell of the first of these columns that the block has, empty when the row is too short.

        Of two columns of one name it is the first, as questions asked at registration stand last; but of two addresses
        or durations the one after the person's name (Zoom's administrators' export has the meeting's own before it).
        """
        for name in names:
            places = self.columns.get(name, ())
            if places:
                person = min(self.columns.get("name", (0,))) if name in _TWICE else 0
                place = next((place for place in places if place >= person), places[0])
                return row[place].strip() if place < len(row) else ""
        return ""

    def seconds(self, row: Sequence[str]) -> int | None:
        """Read a row's duration, in the unit its header names (minutes where it names none)."""
        return read_duration(self.text(row, "duration"), self.unit)


@dataclass(frozen=True)
class About:
    """What stands above the people: the host's addresses (lower case) and when the meeting began, as text."""

    host_emails: frozenset[str] = frozenset()
    started: str = ""


def find_blocks(rows: Sequence[Sequence[str]], layouts: Mapping[str, Layout]) -> list[Block]:
    """Find every table of people, wherever its header stands; blank lines and trailing empty cells mean nothing.

    Where somebody said what the columns of a header line are, that alone counts: other tables of the file are left.
    """
    blocks: list[Block] = []
    title = ""
    for number, row in enumerate(rows, 1):
        filled = [cell for cell in row if cell.strip()]
        if not filled:
            continue
        header = _header(number, row, layouts) if len(filled) > 1 else None
        if header:
            if blocks and blocks[-1].rows and not title:
                title = _popped_title(blocks[-1])
            header.title = title
            blocks.append(header)
            title = ""
        elif len(filled) == 1 and (not blocks or _SECTION.fullmatch(folded(filled[0]).strip())):
            title = folded(filled[0]).strip()
        elif blocks and not title:
            blocks[-1].rows.append((number, row))
    return [block for block in blocks if block.mapped] or blocks


def about(above: Sequence[Sequence[str]]) -> About:
    """Read what stands above the first table of people, as a small table or as one key and value a line."""
    hosts: set[str] = set()
    started = day = ""
    for number, row in enumerate(above):
        below = above[number + 1] if number + 1 < len(above) else ()
        for place, cell in enumerate(row):
            named = label(cell)
            if named in _HOST_EMAIL:
                hosts.update(value.strip().lower() for value in _values(row, below, place) if "@" in value)
            elif named in _START:
                started = started or _dated(_values(row, below, place))
            elif named in _DAY:
                day = day or _dated(_values(row, below, place))
    # Google Meet writes the day and the time of the start apart.
    return About(frozenset(hosts), f"{day} {started}" if day and started else started)


def header_line(rows: Sequence[Sequence[str]]) -> int:
    """Guess which line of an unknown file is its header (from 1): the one with the most cells that are no values."""
    named = [sum(bool(cell.strip()) and not _VALUE.fullmatch(cell) for cell in row) for row in rows[:_SEARCHED]]
    return named.index(max(named)) + 1


def says_yes(text: str) -> bool:
    """Tell whether a cell affirms."""
    return folded(text).strip() in _YES


def says_no(text: str) -> bool:
    """Tell whether a cell denies."""
    return folded(text).strip() in _NO


def _header(number: int, row: Sequence[str], layouts: Mapping[str, Layout]) -> Block | None:
    layout = layouts.get(mapped.header_key(row)) if layouts else None
    if layout is not None:
        zones = filter(None, (zone_of(cell) for cell in row))
        columns = mapped.places(layout, row)
        return Block(number, (), columns, mapped.unit(layout, row), next(zones, ""), mapped=True)
    labels = tuple(label(cell) for cell in row)
    columns = _columns(labels)
    timed = columns.keys() & {"join", "first_join", "timestamp"}
    named = columns.keys() & {"name", "display", "first", "last"} or ("email" in columns and timed)
    if not named or not (timed or "duration" in columns):
        return None
    units = [unit for place in columns.get("duration", ()) if (unit := unit_of(labels[place]))]
    zones = filter(None, (zone_of(cell) for cell in row))
    return Block(number, labels, columns, units[0] if units else "minutes", next(zones, ""))


def _columns(labels: Sequence[str]) -> dict[str, tuple[int, ...]]:
    columns: dict[str, tuple[int, ...]] = {}
    for place, named in enumerate(labels):
        name = field_of(named)
        if name:
            columns[name] = (*columns.get(name, ()), place)
    if "name" not in columns and columns.keys() & {"join", "first_join", "timestamp"}:
        people = tuple(place for place, named in enumerate(labels) if named in _PERSON)
        if people:
            columns["name"] = people
    # The administrators' export may name the meeting's host before the people, who alone have an original name.
    people = tuple(place for place in columns.get("name", ()) if any(word in labels[place] for word in ORIGINAL))
    return columns | {"name": people} if people else columns


def _popped_title(block: Block) -> str:
    """Take back a lone cell that turned out to be the title of the next table."""
    alone = [cell for cell in block.rows[-1][1] if cell.strip()]
    if len(alone) != 1:
        return ""
    block.rows.pop()
    return folded(alone[0]).strip()


def _values(row: Sequence[str], below: Sequence[str], place: int) -> Iterator[str]:
    """Give what may belong to a label: what stands at its right, then what stands below."""
    yield next((cell for cell in row[place + 1 :] if cell.strip()), "")
    yield below[place] if place < len(below) else ""


def _dated(values: Iterable[str]) -> str:
    """Take the first that is no label itself: days and times have digits."""
    return next((value.strip() for value in values if any(character.isdecimal() for character in value)), "")
