"""Any table with a name or an address and times or a duration, by the usual names of its columns."""

from __future__ import annotations

import pytest

from tests.readers.reports.reading import left_out, people, read, table


@pytest.mark.parametrize(
    ("header", "line", "found"),
    [
        ("参加者,入室日時,退室日時", "山田 花子,2026/4/15 14:00,2026/4/15 14:40", ("山田 花子", "", 2400)),
        ("姓,名,メールアドレス,参加時刻,退出時刻", "山田,花子,h@m.example.jp,14:00,14:40", ("山田 花子", "h@m.example.jp", 2400)),
        ("Email,Joined at,Left at", "h@m.example.jp,2026-04-15T05:00:00Z,2026-04-15T05:40:00Z", ("", "h@m.example.jp", 2400)),
        ("お名前,滞在時間（秒）", "山田 花子,2400", ("山田 花子", "", 2400)),
        ("Attendee name,Duration (hours)", "Hana,0.5", ("Hana", "", 1800)),
        ("Name,Join Time (America/Los_Angeles),Leave Time (America/Los_Angeles)",
         "Hana,04/14/2026 10:00:00 PM,04/14/2026 10:40:00 PM", ("Hana", "", 2400)),
        # GoTo's layout of today, as far as is known
        ("Attended,Interest Rating,Last Name,First Name,Email Address,Registration Date/Time,Join Time,Leave Time,Time in Session",
         'Yes,5,Yamada,Hana,h@m.example.jp,x,"Apr 14, 2026 10:00 PM PDT","Apr 14, 2026 10:40 PM PDT",40 minutes',
         ("Hana Yamada", "h@m.example.jp", 2400)),
        # Excel's own number of a moment
        ("氏名,参加時刻,退出時刻", "山田 花子,46127.5833333333,46127.6041666667", ("山田 花子", "", 1800)),
    ],
)  # fmt: skip
def test_usual_names_of_columns_are_read(header: str, line: str, found: tuple[str, str, int]) -> None:
    assert read(table(header, line)).tool == "generic"
    assert people(table(header, line)) == [found]


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        # A line a join, with minutes rounded up or down.
        (["花子 山田,14:00:00,14:20:10,21", "花子 山田,14:30:00,14:40:50,10"], 1860),
        # A line a person, who was away in between.
        (["花子 山田,14:00:00,15:00:00,25"], 1500),
        (["花子 山田,14:00:00,15:00:00,25", "花子 山田,14:00:00,14:10:00,10"], 2100),
    ],
)
def test_a_duration_counts_where_it_is_clearly_less_than_the_time_between_join_and_leave(
    lines: list[str], seconds: int
) -> None:
    assert people(table("氏名,参加時刻,退出時刻,時間（分）", *lines)) == [("花子 山田", "", seconds)]


@pytest.mark.parametrize("said", ["No", "いいえ", "欠席", "不参加", "×", "absent", "FALSE"])
def test_who_did_not_come_is_left_out(said: str) -> None:
    assert left_out(table("氏名,出席,参加時刻,退出時刻", f"花子,{said},,")) == [("花子", "no_show")]
