"""When each line of a report was in the room, and whether that was this lecture at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from scheduler.readers.moments import DayOrder, day_order, read_moment
from scheduler.readers.reports.people import Row
from scheduler.readers.reports.shapes import Complaint, Line
from scheduler.readers.tables import Unreadable
from scheduler.rules.attendance import union_seconds

# People come early and stay for questions; a report of another day or hour has nobody in this span.
_AROUND = timedelta(hours=2)
# Durations are rounded to minutes, in either direction.
_ROUNDED = timedelta(seconds=90)
_EMPTY = frozenset({"", "-", "--", "---", "—", "n/a", "na"})
_OFFSET = re.compile(r"(?:UTC|GMT)(?:([+-])(\d{1,2})(?::(\d{2}))?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Window:
    """The lecture's time (aware UTC) and the zone of the file's times (IANA name)."""

    starts_at: datetime
    ends_at: datetime
    zone: str

    def covers(self, interval: tuple[datetime, datetime]) -> bool:
        """Tell whether somebody was there within two hours of the lecture."""
        return interval[0] <= self.ends_at + _AROUND and interval[1] >= self.starts_at - _AROUND

    def overlaps(self, interval: tuple[datetime, datetime]) -> bool:
        """Tell whether somebody was there during the lecture itself."""
        return interval[0] < self.ends_at and interval[1] > self.starts_at

    def share(self, intervals: Iterable[tuple[datetime, datetime]]) -> float:
        """Give the part of the lecture (0 to 1) during which anybody was there."""
        length = (self.ends_at - self.starts_at).total_seconds()
        return union_seconds(intervals, self.starts_at, self.ends_at) / length if length > 0 else 0


def timed(lines: Sequence[Line], started: str, window: Window) -> tuple[list[Row], list[Complaint]]:
    """Read every line's times; raises Unreadable("unknown_zone") for a zone that is none.

    Times without a day are of the day on which the meeting `started`, where the file says that, else of the lecture's.
    """
    complaints: list[Complaint] = []
    zones = {name: _zone(name) for name in {line.zone or window.zone for line in lines}}
    texts = {line.joined for line in lines} | {line.left for line in lines}
    order = day_order(texts, window.starts_at.astimezone(_zone(window.zone)))
    around = _started(started, window) or window.starts_at
    near = {name: around.astimezone(zone) for name, zone in zones.items()}
    rows = [_row(line, order, near[line.zone or window.zone], window, complaints) for line in lines]
    return rows, complaints


def placed(rows: Iterable[Row], window: Window) -> list[Row]:
    """Set aside the lines of another hour, as exports of several meetings have them."""
    return [
        replace(row, why="other_time") if row.why is None and row.interval and not window.covers(row.interval) else row
        for row in rows
    ]


def span_near(rows: Sequence[Row], started: str, window: Window, filename: str) -> tuple[datetime, datetime] | None:
    """Give the first join and last leave near the lecture; raises Unreadable("other_lecture") when nobody is near it.

    A report without times of its people is judged by when its meeting `started`; None when it does not say that either.
    """
    intervals = [row.interval for row in rows if row.interval]
    if not intervals:
        moment = _started(started, window)
        intervals = [(moment, moment)] if moment else []
    around = [interval for interval in intervals if window.covers(interval)]
    if intervals and not around:
        first_at, last_at = _span(intervals)
        raise Unreadable("other_lecture", {"filename": filename, "first_at": first_at, "last_at": last_at})
    return _span(around) if around else None


def _row(line: Line, order: DayOrder, near: datetime, window: Window, complaints: list[Complaint]) -> Row:
    joined = _moment(line.joined, line.row, order, near, complaints)
    # A leave may be a time only: then of the day on which the person joined.
    left = _moment(line.left, line.row, order, joined.astimezone(near.tzinfo) if joined else near, complaints)
    flags: frozenset[str] = frozenset()
    if joined and left and left < joined:
        complaints.append(Complaint(line.row, "leave_before_join", {"name": line.name}))
        return Row(line, flags=frozenset({"leave_before_join"}), why=line.why or "leave_before_join")
    lasted = timedelta(seconds=max(0, line.lasted or 0))
    if joined and not left:
        # Still in the room when the report was taken, unless the tool counted the time itself.
        left = joined + lasted if line.lasted is not None else max(joined, window.ends_at)
        flags = frozenset({"no_leave"})
    if left and not joined and line.lasted is not None:
        joined = left - lasted
    if joined and left:
        away = line.lasted is not None and lasted + _ROUNDED < left - joined
        return Row(replace(line, spans=away) if line.spans is None else line, (joined, left), flags, line.why)
    return Row(line, flags=flags, why=line.why or (None if line.lasted is not None else "no_times"))


def _moment(text: str, row: int, order: DayOrder, near: datetime, complaints: list[Complaint]) -> datetime | None:
    if text.strip().casefold() in _EMPTY:
        return None
    moment = read_moment(text, order, near)
    if moment is None:
        complaints.append(Complaint(row, "unreadable_time", {"text": text}))
        return None
    return moment.astimezone(UTC)


def _started(text: str, window: Window) -> datetime | None:
    near = window.starts_at.astimezone(_zone(window.zone))
    moment = read_moment(text, day_order([text], near), near)
    return moment.astimezone(UTC) if moment else None


def _span(intervals: Sequence[tuple[datetime, datetime]]) -> tuple[datetime, datetime]:
    return min(begins for begins, _ in intervals), max(ends for _, ends in intervals)


def _zone(name: str) -> tzinfo:
    offset = _OFFSET.fullmatch(name)
    if offset:
        ahead = timedelta(hours=int(offset[2] or 0), minutes=int(offset[3] or 0))
        return timezone(-ahead if offset[1] == "-" else ahead)
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise Unreadable("unknown_zone", {"zone": name}) from None
