from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.readers.moments import DayOrder, Unit, day_order, read_duration, read_moment

TOKYO = ZoneInfo("Asia/Tokyo")
LECTURE = datetime(2026, 4, 15, 14, 0, tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        # Zoom, English and Japanese, old and new
        ("04/15/2026 01:45:12 PM", "2026-04-15 13:45:12"),
        ("Apr 15, 2026 2:00 PM", "2026-04-15 14:00:00"),
        ("Apr 15, 2026 13:50:02", "2026-04-15 13:50:02"),
        ("15/04/2026 14:05", "2026-04-15 14:05:00"),
        ("2026/04/15 01:45:12 PM", "2026-04-15 13:45:12"),
        ("2026/4/15 8:35", "2026-04-15 08:35:00"),
        ("2026-04-15 19:32:31", "2026-04-15 19:32:31"),
        # Twelve o'clock
        ("2026/04/15 12:01:00 PM", "2026-04-15 12:01:00"),
        ("2026/04/15 12:01:00 AM", "2026-04-15 00:01:00"),
        ("2026/04/15 午後0:05", "2026-04-15 12:05:00"),
        ("2026/04/15 13:50 PM", "2026-04-15 13:50:00"),
        # Teams, with a narrow space before AM and PM, in English, Portuguese, German, Japanese
        ("4/15/26, 1:50:02\u202fPM", "2026-04-15 13:50:02"),
        ("15/04/26, 10:00:00", "2026-04-15 10:00:00"),
        ("15.04.26, 18:01:00", "2026-04-15 18:01:00"),
        ("2026/4/15 19:00:00", "2026-04-15 19:00:00"),
        # Webex writes formulas
        ('="2026-04-15 09:00:00"', "2026-04-15 09:00:00"),
        # Written Japanese
        ("2026年4月15日 14時05分30秒", "2026-04-15 14:05:30"),
        ("2026/4/15(水) 午後 2:05:20", "2026-04-15 14:05:20"),
        ("２０２６／４／１５　１４：０５", "2026-04-15 14:05:00"),
        ("26/04/15 14:05", "2026-04-15 14:05:00"),
        # Other spellings
        ("Wed, 15 April 2026 at 2:05 p.m.", "2026-04-15 14:05:00"),
        ("15-Apr-2026 14:05", "2026-04-15 14:05:00"),
        ("2026-04-15T14:05:00.250", "2026-04-15 14:05:00"),
        ("2026-04-15", "2026-04-15 00:00:00"),
        # A spreadsheet's number of a moment
        ("46127.5833333333", "2026-04-15 14:00:00"),
        # Time only: the lecture's day
        ("18:02", "2026-04-15 18:02:00"),
        ("10:00 AM", "2026-04-15 10:00:00"),
        ("11:02:00 a.m.", "2026-04-15 11:02:00"),
    ],
)
def test_a_date_is_read_as_its_tool_means_it(text: str, local: str) -> None:
    moment = read_moment(text, day_order([text], LECTURE), LECTURE)
    assert moment is not None
    assert moment.astimezone(TOKYO).replace(tzinfo=None).isoformat(" ") == local


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-04-15T05:00:00Z", "2026-04-15T05:00:00"),
        ("2026-04-15T05:00:00+05:30", "2026-04-14T23:30:00"),
        ("2026-04-15 05:00:00 +0545", "2026-04-14T23:15:00"),
        ("May 29, 2012 01:36 PM PDT", "2012-05-29T20:36:00"),
        ("Apr 15, 2026 02:05:20 PM (UTC+09:00)", "2026-04-15T05:05:20"),
        ("2:05 PM GMT+9", "2026-04-15T05:05:00"),
        ("2026/04/15 14:00 JST", "2026-04-15T05:00:00"),
    ],
)
def test_a_zone_in_the_text_wins(text: str, utc: str) -> None:
    moment = read_moment(text, "mdy", LECTURE)
    assert moment is not None
    assert moment.astimezone(UTC).replace(tzinfo=None).isoformat() == utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "--",
        "63",
        "1/15",
        "2/30/2026 10:00",
        "25:00",
        "10:61",
        "10:00 XYZ",
        "Foo 15, 2026 10:00",
        "12/31/9999 23:00",
        "0001-01-01",
        "x" * 500,
        "1 hr",
    ],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert read_moment(text, "mdy", LECTURE) is None


def test_a_time_alone_takes_the_day_it_is_nearest_to_around_midnight() -> None:
    late = datetime(2026, 4, 15, 23, 30, tzinfo=TOKYO)
    moments = [read_moment(text, "mdy", late) for text in ("11:25 PM", "12:20 AM")]
    assert [moment.date() for moment in moments if moment] == [date(2026, 4, 15), date(2026, 4, 16)]


def test_half_hour_zones_count() -> None:
    near = LECTURE.astimezone(ZoneInfo("Asia/Kolkata"))
    moment = read_moment("10:30 AM", "mdy", near)
    assert moment == LECTURE


@pytest.mark.parametrize(
    ("texts", "lecture", "order"),
    [
        (["04/05/2026 10:00"], date(2026, 4, 5), "mdy"),
        (["04/05/2026 10:00"], date(2026, 5, 4), "dmy"),
        (["04/05/2026 10:00", "15/05/2026 10:00"], date(2026, 4, 5), "dmy"),
        (["04/05/2026 10:00", "05/15/2026 10:00"], date(2026, 5, 4), "mdy"),
        (["26/04/15 10:00"], date(2026, 4, 15), "ymd"),
        (["26/04/15 10:00"], date(2015, 4, 26), "dmy"),
        (["10:00", "Apr 15, 2026"], date(2026, 4, 15), "mdy"),
    ],
)
def test_the_order_of_day_and_month_is_settled_by_the_file_and_then_by_the_lecture(
    texts: list[str], lecture: date, order: DayOrder
) -> None:
    near = datetime(lecture.year, lecture.month, lecture.day, 10, tzinfo=TOKYO)
    assert day_order(texts, near) == order


FORMATS: tuple[tuple[str, DayOrder], ...] = (
    ("%m/%d/%Y %I:%M:%S %p", "mdy"),
    ("%d/%m/%Y %H:%M:%S", "dmy"),
    ("%y/%m/%d %H:%M:%S", "ymd"),
    ("%Y/%m/%d %I:%M:%S %p", "mdy"),
    ("%b %d, %Y %H:%M:%S", "mdy"),
    ("%d %B %Y %H:%M:%S", "mdy"),
    ("%Y年%m月%d日 %H時%M分%S秒", "mdy"),
)


@given(st.datetimes(datetime(2001, 1, 1), datetime(2099, 12, 31)), st.sampled_from(FORMATS))
def test_every_format_reads_back_what_it_wrote(moment: datetime, written: tuple[str, DayOrder]) -> None:
    moment = moment.replace(microsecond=0)
    form, order = written
    read = read_moment(moment.strftime(form), order, LECTURE)
    assert read is not None
    assert read.replace(tzinfo=None) == moment


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    read_moment(text, "mdy", LECTURE)
    read_duration(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h 2m 3s", 3723),
        ("1h 7s", 3607),
        ("55m", 3300),
        ("8s", 8),
        ("1 h 1 min 55 s", 3715),
        ("59 Min. 0 Sek.", 3540),
        ("1 godz. 2 min 3 sek", 3723),
        ("3 時間 2 分 1 秒", 10921),
        ("1 時間 5 秒", 3605),
        ("1 hr 2 min", 3720),
        ("42m", 2520),
        ("300 mins", 18000),
        ("1:00:00", 3600),
        ("32:14", 1934),
        ("63", 3780),
        ("58.53", 3512),
        ("-3", -180),
        ("−178", -10680),
        ("0 時間 5 分", 300),
        ("1 godz. 2 min 3 sek.", 3723),
        ("--", None),
        ("", None),
        ("soon", None),
        ("5 bananas", None),
        ("99999999999", None),
        ("9999999:00:00", None),
    ],
)
def test_a_span_is_read_as_seconds(text: str, seconds: int | None) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize(("unit", "seconds"), [("hours", 5400), ("minutes", 90), ("seconds", 2)])
def test_a_bare_number_counts_in_the_columns_unit(unit: Unit, seconds: int) -> None:
    assert read_duration("1.5", unit) == seconds


def test_a_skipped_hour_moves_forward() -> None:
    near = datetime(2026, 3, 8, 1, 0, tzinfo=ZoneInfo("America/New_York"))
    moment = read_moment("03/08/2026 02:30 AM", "mdy", near)
    assert moment is not None
    assert moment.astimezone(UTC) == near.astimezone(UTC) + timedelta(hours=1, minutes=30)
