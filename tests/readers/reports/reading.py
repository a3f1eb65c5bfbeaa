"""Reading a report in a test: the lecture is 2026-04-15 14:00 to 15:00 in Tokyo."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from openpyxl import Workbook

from scheduler.readers.reports.read import read_report
from scheduler.readers.reports.shapes import Report, ReportPerson
from scheduler.readers.tables import Unreadable
from scheduler.rules.attendance import union_seconds

START = datetime(2026, 4, 15, 5, 0, tzinfo=UTC)
END = START + timedelta(minutes=60)
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def read(data: bytes | str, **said: Any) -> Report:
    data = data.encode() if isinstance(data, str) else data
    return read_report(data, "report.csv", **{"starts_at": START, "ends_at": END, "zone": "Asia/Tokyo"} | said)


def refused(data: bytes | str, **said: Any) -> Unreadable:
    try:
        read(data, **said)
    except Unreadable as error:
        return error
    raise AssertionError("was read")


def seconds(person: ReportPerson) -> int:
    """Count the time in the room, as the tool counts it where that is what counts."""
    return person.summed_seconds if person.summed_seconds is not None else union_seconds(person.intervals, *EVER)


def people(data: bytes | str, **said: Any) -> list[tuple[str, str, int]]:
    return [(one.name, one.email, seconds(one)) for one in read(data, **said).people]


def left_out(data: bytes | str, **said: Any) -> list[tuple[str, str]]:
    return [(one.name, one.why) for one in read(data, **said).left_out]


def table(header: str, *lines: str) -> str:
    return "\n".join((header, *lines))


def teams(*lines: str) -> bytes:
    """Write a file as Teams does: UTF-16 with a mark, tabs, CR LF."""
    return "\r\n".join(lines).encode("utf-16")


def workbook(*rows: Sequence[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()
