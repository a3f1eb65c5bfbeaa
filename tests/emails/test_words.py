"""Answers whether moments and people are written as readers expect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emails import LOCALES, day_and_time, salutation, when, zone_name


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "zone", "locale", "words"),
    [
        (utc(2026, 12, 1, 1), utc(2026, 12, 1, 2), "Asia/Tokyo", "ja", "2026年12月1日(火) 10:00–11:00（日本時間）"),
        (utc(2026, 12, 1, 1), utc(2026, 12, 1, 2), "Asia/Tokyo", "en", "Tue 1 December 2026, 10:00–11:00 (Japan time)"),
        # 08:00 in Tokyo is the day before in UTC.
        (utc(2026, 11, 30, 23), utc(2026, 12, 1, 0), "Asia/Tokyo", "ja", "2026年12月1日(火) 08:00–09:00（日本時間）"),
        (
            utc(2026, 12, 1, 14, 30),
            utc(2026, 12, 1, 15, 30),
            "Asia/Tokyo",
            "ja",
            "2026年12月1日(火) 23:30–2026年12月2日(水) 00:30（日本時間）",
        ),
        (
            utc(2026, 12, 1, 14, 30),
            utc(2026, 12, 1, 15, 30),
            "Asia/Tokyo",
            "en",
            "Tue 1 December 2026, 23:30 – Wed 2 December 2026, 00:30 (Japan time)",
        ),
        # The same moment of two lectures, before and after New York's clocks go back.
        (utc(2026, 10, 30, 18), utc(2026, 10, 30, 19), "America/New_York", "ja", "2026年10月30日(金) 14:00–15:00（ニューヨーク時間）"),
        (utc(2026, 11, 6, 18), utc(2026, 11, 6, 19), "America/New_York", "en", "Fri 6 November 2026, 13:00–14:00 (New York time)"),
        # The hour that comes twice says which one it is.
        (
            utc(2026, 11, 1, 5, 30),
            utc(2026, 11, 1, 6, 30),
            "America/New_York",
            "en",
            "Sun 1 November 2026, 01:30 (UTC-4)–01:30 (UTC-5) (New York time)",
        ),
        (utc(2026, 12, 1, 4, 30), utc(2026, 12, 1, 5), "Asia/Kolkata", "en", "Tue 1 December 2026, 10:00–10:30 (Kolkata time)"),
    ],
)  # fmt: skip
def test_a_date_is_written_in_the_readers_zone_with_the_zone_named(
    starts_at: datetime, ends_at: datetime, zone: str, locale: str, words: str
) -> None:
    assert when(starts_at, ends_at, zone, locale) == words


@pytest.mark.parametrize(
    ("zone", "ja", "en"),
    [
        ("Asia/Tokyo", "日本時間", "Japan time"),
        ("Asia/Seoul", "韓国時間", "Korea time"),
        ("America/New_York", "ニューヨーク時間", "New York time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires時間", "Buenos Aires time"),
        ("UTC", "協定世界時", "UTC"),
    ],
)
def test_a_zone_is_called_by_its_country_or_its_city(zone: str, ja: str, en: str) -> None:
    assert (zone_name(zone, "ja"), zone_name(zone, "en")) == (ja, en)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        when(datetime(2026, 12, 1, 10), datetime(2026, 12, 1, 11), "Asia/Tokyo", "ja")


@given(
    starts_at=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)),
    zone=st.sampled_from(["Asia/Tokyo", "America/New_York", "Europe/London", "Australia/Sydney", "America/Sao_Paulo"]),
    from_zone=st.sampled_from(["Asia/Tokyo", "America/Los_Angeles", "Asia/Kolkata"]),
    locale=st.sampled_from(LOCALES),
)
def test_the_zone_a_moment_is_kept_in_never_shows(starts_at: datetime, zone: str, from_zone: str, locale: str) -> None:
    ends_at = starts_at + timedelta(hours=1)
    elsewhere = ZoneInfo(from_zone)
    words = day_and_time(starts_at, ends_at, zone, locale)
    assert words == day_and_time(starts_at.astimezone(elsewhere), ends_at.astimezone(elsewhere), zone, locale)


@given(
    first=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)),
    minutes=st.integers(min_value=1, max_value=600),
    zone=st.sampled_from(["America/New_York", "Europe/London", "Australia/Lord_Howe"]),
)
def test_two_different_moments_never_read_the_same(first: datetime, minutes: int, zone: str) -> None:
    second = first + timedelta(minutes=minutes)
    hour = timedelta(hours=1)
    assert day_and_time(first, first + hour, zone, "ja") != day_and_time(second, second + hour, zone, "ja")


@pytest.mark.parametrize(
    ("company", "store", "name", "ja", "en"),
    [
        ("Mihon", "Ginza", "Hanako", "Mihon\nGinza\nHanako 様", "Ginza, Mihon\nDear Hanako,"),
        ("Mihon", None, "Hanako", "Mihon\nHanako 様", "Mihon\nDear Hanako,"),
        ("Mihon", "Ginza", None, "Mihon\nGinza ご担当者様", "To the team at Ginza, Mihon,"),
        ("Mihon", "", "", "Mihon\nご担当者様", "To the team at Mihon,"),
    ],
)
def test_a_letter_opens_with_company_store_and_name_or_the_shops_team(
    company: str, store: str | None, name: str | None, ja: str, en: str
) -> None:
    assert salutation(company, store, name, "ja") == ja
    assert salutation(company, store, name, "en") == en
