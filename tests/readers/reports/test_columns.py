from __future__ import annotations

import pytest

from scheduler.readers.reports.columns import about, header_line


@pytest.mark.parametrize(
    ("above", "started"),
    [
        ([["Start Time", "End Time"], ["04/15/2026 01:50 PM", "04/15/2026 03:00 PM"]], "04/15/2026 01:50 PM"),
        ([["Meeting title", "Date", "Start time"], ["x", "2026-04-15", "14:00"]], "2026-04-15 14:00"),
        ([["開始時刻", "2026/4/15 13:50"], ["終了時刻", "2026/4/15 15:00"]], "2026/4/15 13:50"),
        ([["Actual Start Date/Time", "", "Actual Duration (minutes) "], ["Apr 14, 2026 09:50 PM PDT", "", "75"]], "Apr 14, 2026 09:50 PM PDT"),
        ([["Start Time"]], ""),
        ([["Date", "2026-04-15"]], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_when_a_meeting_began_stands_beside_or_below_its_label(above: list[list[str]], started: str) -> None:
    assert about(above).started == started


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([["受講者一覧", "2026年4月15日"], [], ["お客様", "入", "出"], ["林 健太", "14:00", "14:50"]], 3),
        ([["a", "b"], ["c", "d"]], 1),
        ([["1", "2"], ["2026-04-15", "x@y.example"]], 1),
        ([["title"], ["Who", "", "In*"], ["Hana", "", "2:00 PM"]], 2),
    ],
)
def test_the_header_of_an_unknown_file_is_the_line_with_the_most_names(rows: list[list[str]], line: int) -> None:
    assert header_line(rows) == line
