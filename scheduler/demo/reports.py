"""Answers what a meeting tool says of who was in the room: participant reports in the form of Zoom's."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from scheduler.models.lectures import Lecture
from scheduler.rules.workdays import to_local

_MOMENT = "%Y/%m/%d %H:%M:%S"
_HEAD = ("ミーティング ID", "トピック", "開始時刻", "終了時刻", "ユーザーメール", "所要時間（分）", "参加者")
_COLUMNS = ("名前 (元の名前)", "ユーザーメール", "参加時刻", "退出時刻", "所要時間（分）", "ゲスト")
# The row, as a spreadsheet counts, of the first guest's first line: below the head, the columns and the host.
_FIRST_ROW = 6

Interval = tuple[datetime, datetime]


@dataclass(frozen=True)
class Guest:
    """One person in the room as the tool shows them; `contact_id` None: nobody knows who it was."""

    contact_id: int | None
    name: str
    email: str
    intervals: tuple[Interval, ...]
    # Whether the address alone says who it is.
    certain: bool = True


def in_room(outcome: str, lecture: Lecture, dice: Random) -> tuple[Interval, ...]:
    """Choose when somebody was in the room, so that the lecture comes out like this; missed: not at all."""
    if outcome == "missed":
        return ()
    length = int((lecture.ends_at - lecture.starts_at).total_seconds())
    joined, left = dice.randint(-420, 240), length + dice.randint(-60, 360)
    if outcome == "partial":
        joined = dice.randint(length // 2, length * 5 // 6)
    spans = [(joined, left)]
    if outcome == "attended" and dice.random() < 0.15:
        away = dice.randint(600, 1800)
        spans = [(joined, away), (away + dice.randint(20, 150), left)]
    return tuple(
        (lecture.starts_at + timedelta(seconds=begins), lecture.starts_at + timedelta(seconds=ends))
        for begins, ends in spans
    )


def rows_of(guests: Sequence[Guest]) -> list[int]:
    """Return the row of each guest's first line."""
    rows, row = [], _FIRST_ROW
    for guest in guests:
        rows.append(row)
        row += len(guest.intervals)
    return rows


def as_file(lecture: Lecture, guests: Sequence[Guest]) -> bytes:
    """Write the report of a lecture: the host first, then a line for each time a guest came in."""
    host = lecture.host
    opened, closed = lecture.starts_at - timedelta(minutes=12), lecture.ends_at + timedelta(minutes=7)
    email = (host.email if host is not None else None) or ""
    topic = f"{lecture.course.name['ja']}レクチャー"
    minutes = _minutes(opened, closed)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEAD)
    writer.writerow(
        ("812 0000 0000", topic, _at(opened, lecture), _at(closed, lecture), email, minutes, len(guests) + 1)
    )
    writer.writerow(())
    writer.writerow(_COLUMNS)
    name = host.name if host is not None else topic
    writer.writerow((name, email, _at(opened, lecture), _at(closed, lecture), minutes, "いいえ"))
    for guest in guests:
        for joined, left in guest.intervals:
            moments = (_at(joined, lecture), _at(left, lecture))
            writer.writerow((guest.name, guest.email, *moments, _minutes(joined, left), "はい"))
    return text.getvalue().encode("utf-8-sig")


def _at(moment: datetime, lecture: Lecture) -> str:
    return to_local(moment, lecture.zone).strftime(_MOMENT)


def _minutes(joined: datetime, left: datetime) -> int:
    return -int((joined - left).total_seconds() // 60)
