"""Google Meet's report in every version that FORMATS describes (section 6), a sample each."""

from __future__ import annotations

import pytest

from tests.readers.reports.reading import people, read, refused, table

ABOVE = "Meeting title,Date,Start time,End time\nx,{day},14:00,15:00\n\n"


@pytest.mark.parametrize(
    ("header", "line"),
    [
        (
            "First name,Last name,Email,Duration,Time joined,Time exited",
            "花子,山田,h@m.example.jp,{lasted},14:00,15:00",
        ),
        ("Name,Email,Duration,Time joined,Time exited", "山田 花子,h@m.example.jp,{lasted},2:00 PM,3:00 PM"),
        ("Name,Email,Duration", "山田 花子,h@m.example.jp,{lasted}"),
        ("名前,メールアドレス,期間,参加時刻,退出時刻", "山田 花子,h@m.example.jp,{lasted},14:00,15:00"),
    ],
)
@pytest.mark.parametrize("above", ["", ABOVE.format(day="2026-04-15"), ABOVE.format(day="2026/04/15")])
@pytest.mark.parametrize(
    ("lasted", "seconds"),
    [("42 min", 2520), ("42m", 2520), ("0:42:00", 2520), ("42:00", 2520), ("42", 2520), ("0 hr 42 min", 2520), ("42 分", 2520)],
)  # fmt: skip
def test_the_duration_counts_and_not_the_time_between_first_join_and_last_exit(
    header: str, line: str, above: str, lasted: str, seconds: int
) -> None:
    report = above + table(header, line.format(lasted=lasted))
    assert people(report) == [("山田 花子", "h@m.example.jp", seconds)]


def test_a_telephone_is_somebody() -> None:
    report = read(
        table("First name,Last name,Email,Duration,Time joined,Time exited", "81300000000,,,1 hr,14:00,15:00")
    )
    assert [(one.name, one.phone_like) for one in report.people] == [("81300000000", True)]


def test_the_report_of_another_day_is_refused_though_its_times_have_no_day() -> None:
    report = ABOVE.format(day="2026-04-08") + table(
        "Name,Email,Duration,Time joined,Time exited", "花子,,42m,14:00,15:00"
    )
    assert refused(report).key == "other_lecture"
