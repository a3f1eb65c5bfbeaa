"""Every usual way to write a day is read; what is impossible or open says so."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.readers.dates import DateReading, file_order, parse_date

FORMS = [
    *[
        "2026/4/1",
        "2026-04-01",
        "2026.4.1",
        "20260401",
        "2026年4月1日",
        "2026/04/01",
        " 2026 / 4 / 1 ",
        "2026年 4月 1日",
    ],
    *["R8.4.1", "r8.4.1", "R8/4/1", "R080401", "令和8年4月1日", "令和８年４月１日", "㋿8年4月1日", "２０２６／４／１"],
    *[
        "2026‐04‐01",
        "2026−04−01",
        "46113",
        "46113.75",
        "2026年4月1日(水)",
        "2026年4月1日水曜日",
        "2026-04-01T00:00:00Z",
    ],
    *["2026-04-01T09:30:00+09:00", "2026/4/1 10:00", "2026-04-01 00:00:00", "2026年4月1日 午前10時"],
    *["01.04.2026", "1-Apr-2026", "Apr 1, 2026", "April 1st, 2026 9:00 AM", "1 April 2026", "Wednesday, April 1, 2026"],
]


@pytest.mark.parametrize("text", FORMS)
def test_every_form_of_the_first_of_april_2026_is_that_day(text: str) -> None:
    assert parse_date(text) == DateReading("date", date(2026, 4, 1))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R元.5.1", date(2019, 5, 1)),
        ("H31.4.30", date(2019, 4, 30)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("S63-12-1", date(1988, 12, 1)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("2028-02-29", date(2028, 2, 29)),
        ("2026/12/31 23:59:59", date(2026, 12, 31)),
    ],
)
def test_eras_leap_days_and_times(text: str, day: date) -> None:
    assert parse_date(text).value == day


@pytest.mark.parametrize(
    "text", ["2026/2/30", "2026-13-01", "R8.2.30", "2026年4月31日", "20260431", "13/13/2026", "R0.1.1"]
)
def test_a_day_that_no_calendar_has_is_impossible(text: str) -> None:
    assert parse_date(text).state == "impossible"


@pytest.mark.parametrize("text", ["4月下旬", "2026/4", "来月", "12345", "9999-12-31", "0202/4/1", "26/4/1", "A10001"])
def test_what_is_no_day_is_unreadable_rather_than_guessed(text: str) -> None:
    assert parse_date(text) == DateReading("unreadable")


@pytest.mark.parametrize("text", ["", "  ", "-", "－", "未定", "なし", "TBD", "0000-00-00"])
def test_what_people_write_for_nothing_is_empty(text: str) -> None:
    assert parse_date(text) == DateReading("empty")


def test_month_and_day_that_may_be_swapped_are_told_and_settled_by_an_order() -> None:
    reading = parse_date("04/01/2026")
    assert reading == DateReading("ambiguous", None, date(2026, 4, 1), date(2026, 1, 4))
    assert reading.settled("mdy").value == date(2026, 4, 1)
    assert reading.settled("dmy").value == date(2026, 1, 4)
    assert reading.settled(None) == reading
    assert parse_date("05/05/2026").value == date(2026, 5, 5)


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["04/01/2026", "04/13/2026"], "mdy"),
        (["04/01/2026", "13/04/2026 10:00"], "dmy"),
        (["04/01/2026", "05/05/2026", "2026-04-01"], None),
        (["04/13/2026", "13/04/2026", "04/01/2026"], None),
    ],
)
def test_one_day_above_twelve_settles_a_file_unless_another_contradicts_it(texts: list[str], order: str | None) -> None:
    assert file_order(map(parse_date, texts)) == order


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_all_forms_of_one_day_agree(day: date) -> None:
    era = f"R{day.year - 2018}.{day.month}.{day.day}" if day >= date(2019, 5, 1) else f"{day:%Y%m%d}"
    serial = str((day - date(1899, 12, 30)).days)
    forms = [day.isoformat(), f"{day.year}/{day.month}/{day.day}", f"{day.year}年{day.month}月{day.day}日", era, serial]
    assert {parse_date(form).value for form in forms} == {day}
    assert parse_date(f"{day:%m/%d/%Y}").settled("mdy").value == day
    assert parse_date(f"{day:%d/%m/%Y}").settled("dmy").value == day


@given(st.text(max_size=20))
def test_no_text_is_worse_than_unreadable(text: str) -> None:
    assert parse_date(text).state in {"empty", "date", "ambiguous", "impossible", "unreadable"}
