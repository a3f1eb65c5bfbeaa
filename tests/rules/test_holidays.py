"""Which days are national holidays or the vendor's closed days."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import holidays
import pytest

from scheduler.rules.holidays import (
    CalendarRefused,
    countries,
    is_within,
    national_holidays,
    read_closed_days,
    weekend,
)
from tests import servers


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 1), "元日"),
        (date(2026, 5, 3), "憲法記念日"),
        (date(2026, 5, 6), "振替休日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2026, 11, 3), "文化の日"),
        (date(2026, 11, 24), None),
    ],
)
def test_japanese_holidays_have_their_names(day: date, name: str | None) -> None:
    assert national_holidays("JP", day.year).get(day) == name


def test_years_without_a_known_law_have_no_holidays() -> None:
    assert national_holidays("JP", 2150) == {}


@pytest.mark.parametrize(("country", "days"), [("JP", {5, 6}), ("SA", {4, 5})])
def test_each_country_has_its_own_weekend(country: str, days: set[int]) -> None:
    assert weekend(country) == days


def test_every_country_is_what_the_library_itself_says() -> None:
    # Of each what it does today, and all of them, so that a new release of the library is noticed.
    assert countries() <= set(holidays.list_supported_countries())
    assert len(countries()) > 200
    for country in sorted(countries()):
        whole = holidays.country_holidays(country, years=2026)
        named = holidays.country_holidays(country, years=2026, language=whole.default_language)
        assert dict(national_holidays(country, 2026)) == dict(named), country
        assert weekend(country) == whole.weekend, country


def test_one_country_is_loaded_not_all_of_them() -> None:
    words = "import sys; from scheduler.rules.holidays import national_holidays as n; print(len(n('JP', 2026)))"
    counted = f"{words}; print(len([name for name in sys.modules if name.startswith('holidays.countries')]))"
    done = subprocess.run([sys.executable, "-c", counted], capture_output=True, text=True, check=True, cwd=servers.ROOT)
    assert done.stdout.split() == ["18", "0"]


def test_an_unknown_country_is_refused_by_name() -> None:
    for ask in (lambda: national_holidays("XX", 2026), lambda: weekend("XX")):
        with pytest.raises(CalendarRefused) as refused:
            ask()
        assert (refused.value.key, refused.value.params) == ("unknown_country", {"value": "XX"})


@pytest.mark.parametrize(
    ("text", "closed", "open_"),
    [
        ("2026-08-13", [date(2026, 8, 13)], [date(2026, 8, 12), date(2027, 8, 13)]),
        ("10-01", [date(2026, 10, 1), date(2027, 10, 1)], [date(2026, 10, 2)]),
        ("08-13..08-16", [date(2026, 8, 13), date(2027, 8, 16)], [date(2026, 8, 12), date(2026, 8, 17)]),
        (
            "12-29..01-03",
            [date(2026, 12, 29), date(2027, 1, 3), date(2026, 1, 1)],
            [date(2026, 12, 28), date(2027, 1, 4)],
        ),
        ("02-29", [date(2028, 2, 29)], [date(2027, 2, 28), date(2027, 3, 1)]),
    ],
)
def test_closed_days_are_dates_or_yearly_spans(text: str, closed: list[date], open_: list[date]) -> None:
    (pattern,) = read_closed_days([f" {text} "])
    assert all(is_within(day, pattern) for day in closed)
    assert not any(is_within(day, pattern) for day in open_)


@pytest.mark.parametrize(
    "text", ["", "13-01", "02-30", "2026-02-29", "12/29", "12-29..", "12-29..13-01", "年末年始", "12-29..01-03x"]
)
def test_an_unreadable_closed_day_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(CalendarRefused) as refused:
        read_closed_days(["2026-08-13", text])
    assert refused.value.key == "closed_day_unreadable"
    assert str(refused.value) == text
