"""Answers how fast reports are read, and how much memory the reading takes at most."""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from scheduler.readers.reports.read import read_report
from scheduler.readers.reports.shapes import Report
from scheduler.readers.tables import Unreadable

RUNS = 3
START = datetime(2026, 4, 15, 5, 0, tzinfo=UTC)
END = START + timedelta(minutes=60)
HEADER = "名前 (元の名前),ユーザーメール,参加時刻,退出時刻,所要時間（分）,ゲスト,待機室内"


def lines() -> list[str]:
    """Measure: 500 people with rejoins; 20,000 rows; 50,000 rows, which are refused; and the memory of the last two."""
    people, rows, too_many = written(750), written(20_000), written(50_000)
    return [
        f"report_read_500 {_seconds(lambda: _read(people)):.3f} s people={_people(people)} goal=0.5",
        f"report_read_20000 {_seconds(lambda: _read(rows)):.2f} s peak={_peak(rows):.0f}MiB goal=5",
        f"report_read_50000 {_seconds(lambda: _read(too_many)):.2f} s peak={_peak(too_many):.0f}MiB {_refusal(too_many)}",
    ]


def written(rows: int) -> bytes:
    """Write a report of so many rows: every second person rejoins, every third has no email."""
    report = [HEADER]
    for number in range(rows):
        person = number * 2 // 3
        joined = datetime(2026, 4, 15, 14, 0) + timedelta(seconds=person % 900 + 1500 * (number % 3 // 2))
        left = joined + timedelta(minutes=28)
        email = f"p{person}@customer.example.jp" if person % 3 else ""
        times = f"{joined:%Y/%m/%d %I:%M:%S %p},{left:%Y/%m/%d %I:%M:%S %p}"
        report.append(f"iPhone (試験 {chr(0x4E00 + person)}),{email},{times},29,はい,いいえ")
    return "\r\n".join(report).encode("utf-8-sig")


def _read(data: bytes) -> Report | None:
    try:
        return read_report(data, "report.csv", starts_at=START, ends_at=END, zone="Asia/Tokyo")
    except Unreadable:
        return None


def _people(data: bytes) -> int:
    report = _read(data)
    return len(report.people) if report else 0


def _refusal(data: bytes) -> str:
    try:
        read_report(data, "report.csv", starts_at=START, ends_at=END, zone="Asia/Tokyo")
    except Unreadable as error:
        return f"refused={error.key}"
    return "read"


def _seconds(act: Callable[[], object]) -> float:
    took = []
    for _run in range(RUNS):
        started = time.perf_counter()
        act()
        took.append(time.perf_counter() - started)
    return statistics.median(took)


def _peak(data: bytes) -> float:
    """Measure the most that reading holds at once, beside the file itself, in MiB."""
    tracemalloc.start()
    _read(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20
