"""Which columns a report has, found by their names in any of the languages and versions seen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from scheduler.readers.moments import Unit, read_duration

# Labels as `_label` leaves them; FORMATS, sections 1 to 8, says where each was seen.
_ALIASES = {
    "name": (
        "name username fullname participantname attendeename nome 名前 ユーザー名 氏名 お名前 参加者名 参加者氏名 "
        "出席者名 受講者名"
    ),
    "display": "displayname nomedeexibição 表示名",
    "first": "firstname givenname 名",
    "last": "lastname surname familyname sobrenome 姓",
    "email": (
        "email emailaddress useremail mail mailaddress attendeeemail participantemail emaildoconvidado "
        "ユーザーメール ユーザーのメール ユーザーのメールアドレス メールアドレス メール eメール"
    ),
    "join": (
        "jointime joined joinedat timejoined entrytime horadaentrada "
        "参加時刻 参加時間 参加日時 入室時刻 入室時間 入室日時 入室"
    ),
    "leave": (
        "leavetime left leftat timeexited exittime horadasaída "
        "退出時刻 退出時間 退出日時 退出 退室時刻 退室時間 退室日時 退室"
    ),
    "first_join": "firstjoin firstjointime 初めての参加",
    "last_leave": "lastleave lastleavetime lastexittime 最終退出",
    "duration": (
        "duration totalduration inmeetingduration attendanceduration insessionduration timeinsession totaltimespent "
        "duraçãodapresença 所要時間 期間 時間 合計時間 会議の長さ 滞在時間 視聴時間 セッション時間"
    ),
    "guest": "guest isguest ゲスト",
    "waiting": "inwaitingroom 待機室 待機室内",
    "attended": "attended 出席 参加",
    "approval": "approvalstatus 承認ステータス",
    "role": "role função 役割",
    "participation": "participation",
    "action": "useraction",
    "timestamp": "timestamp",
    "upn": "participantid 参加者id",
    "personal_key": "registrantid registrationid 登録者id",
    "session": "sessionname nomedasessão",
}
_FIELD_OF = {alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()}
# Also the head of a count of people in Zoom's summary, so a name only beside a time.
_PERSON = frozenset({"participant", "participants", "attendee", "attendees", "参加者", "出席者", "受講者"})
_UNITS: dict[str, Unit] = {
    **dict.fromkeys(("minutes", "minute", "mins", "min", "分"), "minutes"),
    **dict.fromkeys(("seconds", "second", "secs", "sec", "秒"), "seconds"),
    **dict.fromkeys(("hours", "hour", "hrs", "時間"), "hours"),
}
_NOISE = re.compile(r"[\s*\"'.:_\-]+")
_BRACKET = re.compile(r"\(([^()]*)\)$")
_ZONE = re.compile(r"[(\uff08]([A-Za-z]+(?:/[A-Za-z_+\-0-9]+)+|(?:UTC|GMT)(?:[+-]\d{1,2}(?::\d{2})?)?)[)\uff09]")
_SECTION = re.compile(
    r"\d\.\s*\S+.*|(?:host|panelist|attendee) details|other attended|(?:ホスト|パネリスト|出席者|参加者)の詳細"
)
_HOST_EMAIL = frozenset({"useremail", "hostemail", "ユーザーメール", "ユーザーのメール", "ホストのメール"})
_START = frozenset({"starttime", "actualstarttime", "meetingstarttime", "開始時刻", "開始時間"})


@dataclass
class Block:
    """One table of a report: its section's title, its columns, and its rows with their numbers (from 1)."""

    title: str
    labels: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]
    unit: Unit
    zone: str
    rows: list[tuple[int, Sequence[str]]] = field(default_factory=list)

    def has(self, *names: str) -> bool:
        """Tell whether every one of these columns is there."""
        return all(name in self.columns for name in names)

    def text(self, row: Sequence[str], *names: str) -> str:
        """Take a row's cell of the first of these columns that the block has, empty when the row is too short.

        Of two columns of one name it is the one after the person's name: before it stand the meeting's own (Zoom's
        administrators' export repeats `User Email` and `Duration`).
        """
        for name in names:
            places = self.columns.get(name, ())
            if places:
                person = min(self.columns.get("name", (0,)))
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


def find_blocks(rows: Sequence[Sequence[str]]) -> list[Block]:
    """Find every table of people, wherever its header stands; blank lines and trailing empty cells mean nothing."""
    blocks: list[Block] = []
    title = ""
    for number, row in enumerate(rows, 1):
        filled = [cell for cell in row if cell.strip()]
        if not filled:
            continue
        header = _header(row) if len(filled) > 1 else None
        if header:
            if blocks and blocks[-1].rows and not title:
                title = _popped_title(blocks[-1])
            header.title = title
            blocks.append(header)
            title = ""
        elif len(filled) == 1 and (not blocks or _SECTION.fullmatch(_folded(filled[0]).strip())):
            title = _folded(filled[0]).strip()
        elif blocks and not title:
            blocks[-1].rows.append((number, row))
    return blocks


def about(rows: Sequence[Sequence[str]]) -> About:
    """Read what stands above the first table of people, as a small table or as one key and value a line."""
    hosts: set[str] = set()
    started = ""
    for number, row in enumerate(rows):
        if _header(row):
            break
        tabular = sum(bool(cell.strip()) for cell in row) > 2
        values = (rows[number + 1] if number + 1 < len(rows) else []) if tabular else row[1:]
        for cell, value in zip(row, values, strict=False):
            if _label(cell) in _HOST_EMAIL and "@" in value:
                hosts.add(value.strip().lower())
            elif _label(cell) in _START and not started:
                started = value.strip()
    return About(frozenset(hosts), started)


def headers_seen(rows: Sequence[Sequence[str]]) -> list[str]:
    """Name the columns a reader of the file would take for its header: the fullest of its first rows."""
    first = [[cell.strip() for cell in row if cell.strip()] for row in rows[:20]]
    return max(first, key=len, default=[])


def says_yes(text: str) -> bool:
    """Tell whether a cell affirms."""
    return _folded(text).strip() in {"yes", "y", "true", "はい", "1", "○", "〇"}


def says_no(text: str) -> bool:
    """Tell whether a cell denies."""
    return _folded(text).strip() in {"no", "n", "false", "いいえ", "0", "×"}


def _header(row: Sequence[str]) -> Block | None:
    labels = tuple(_label(cell) for cell in row)
    columns: dict[str, tuple[int, ...]] = {}
    for place, label in enumerate(labels):
        name = _field(label)
        if name:
            columns[name] = (*columns.get(name, ()), place)
    timed = columns.keys() & {"join", "first_join", "timestamp"}
    if timed and "name" not in columns:
        places = tuple(place for place, label in enumerate(labels) if label in _PERSON)
        if places:
            columns["name"] = places
    named = columns.keys() & {"name", "display", "first", "last"} or ("email" in columns and timed)
    if not named or not (timed or "duration" in columns):
        return None
    zones = (_ZONE.search(cell) for cell in row)
    return Block(
        title="",
        labels=labels,
        columns=columns,
        unit=next((unit for label in labels if _field(label) == "duration" and (unit := _unit(label))), "minutes"),
        zone=next((zone[1] for zone in zones if zone), ""),
    )


def _popped_title(block: Block) -> str:
    """Take back a lone cell that turned out to be the title of the next table."""
    alone = [cell for cell in block.rows[-1][1] if cell.strip()]
    if len(alone) != 1:
        return ""
    block.rows.pop()
    return _folded(alone[0]).strip()


@lru_cache(maxsize=4096)
def _field(label: str) -> str | None:
    if label.startswith("参加時間(") and _unit(label):
        return "duration"
    return _FIELD_OF.get(label) or _FIELD_OF.get(_BRACKET.sub("", label))


def _unit(label: str) -> Unit | None:
    bracket = _BRACKET.search(label)
    return _UNITS.get(bracket[1]) if bracket else None


def _label(cell: str) -> str:
    return _NOISE.sub("", _folded(cell)) if len(cell) <= 80 else ""


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
