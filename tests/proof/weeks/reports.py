"""Answers what four meeting tools report of a lecture: two with addresses, two with names only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.proof.weeks.town import Visit

TOKYO = ZoneInfo("Asia/Tokyo")
Writer = Callable[[datetime, Sequence[Visit]], tuple[str, bytes]]


def zoom(starts_at: datetime, visits: Sequence[Visit]) -> tuple[str, bytes]:
    """Zoom's participants in English, one line a join, with addresses."""
    lines = ["Name (original name),Email,Join time,Leave time,Duration (minutes),Guest"]
    for visit, begins, ends in _joins(starts_at, visits):
        times = f"{begins:%m/%d/%Y %I:%M:%S %p},{ends:%m/%d/%Y %I:%M:%S %p}"
        lines.append(f"{visit.person.name},{visit.person.email.upper()},{times},{_minutes(begins, ends)},Yes")
    return "participants.csv", ("\ufeff" + "\r\n".join(lines)).encode()


def zoom_ja(starts_at: datetime, visits: Sequence[Visit]) -> tuple[str, bytes]:
    """Zoom's participants in Japanese, guests' addresses withheld, as Excel saves it (CP932)."""
    lines = ["名前 (元の名前),ユーザーメール,参加時刻,退出時刻,所要時間（分）"]
    for visit, begins, ends in _joins(starts_at, visits):
        times = f"{begins:%Y/%m/%d %H:%M:%S},{ends:%Y/%m/%d %H:%M:%S}"
        lines.append(f"{visit.person.name},,{times},{_minutes(begins, ends)}")
    return "participants_ja.csv", "\r\n".join(lines).encode("cp932")


def teams(starts_at: datetime, visits: Sequence[Visit]) -> tuple[str, bytes]:
    """Teams' attendance report in English: UTF-16, tabs, activities."""
    stamp = "%-m/%-d/%y, %-I:%M:%S %p"
    lines = ["1. Summary", f"Start time\t{starts_at.astimezone(TOKYO).strftime(stamp)}", "", "3. In-Meeting Activities"]
    lines.append("Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole")
    for visit, begins, ends in _joins(starts_at, visits):
        times = f"{begins.strftime(stamp)}\t{ends.strftime(stamp)}"
        seconds = int((ends - begins).total_seconds())
        name = f"{visit.person.name} (External)"
        lines.append(f"{name}\t{times}\t{seconds // 60}m {seconds % 60}s\t{visit.person.email}\tAttendee")
    return "attendance.csv", "\r\n".join(lines).encode("utf-16")


def webex(starts_at: datetime, visits: Sequence[Visit]) -> tuple[str, bytes]:
    """Webex' attendance report: times as Excel formulas, no addresses of guests."""
    head = "Meeting Name,Meeting Start Time,Meeting End Time,Display Name,Attendee Email,Join Time,Leave Time,Attendance Duration,Session Name"
    begun = starts_at.astimezone(TOKYO)
    lines = [head]
    for visit, begins, ends in _joins(starts_at, visits):
        cells = [f'"=""{moment:%Y-%m-%d %H:%M:%S}"""' for moment in (begun, begun + timedelta(hours=1), begins, ends)]
        duration = f"{_minutes(begins, ends)} mins"
        lines.append(f"Basic,{cells[0]},{cells[1]},{visit.person.name},,{cells[2]},{cells[3]},{duration},Basic")
    return "webex.csv", "\r\n".join(lines).encode()


TOOLS: tuple[Writer, ...] = (zoom, zoom_ja, teams, webex)


def _joins(starts_at: datetime, visits: Sequence[Visit]) -> list[tuple[Visit, datetime, datetime]]:
    begun = starts_at.astimezone(TOKYO)
    return [
        (visit, begun + timedelta(minutes=begins), begun + timedelta(minutes=ends))
        for visit in visits
        for begins, ends in visit.minutes
    ]


def _minutes(begins: datetime, ends: datetime) -> int:
    return -int(-(ends - begins).total_seconds() // 60)
