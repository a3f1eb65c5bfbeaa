"""What a mail would say can be passed on by LINE, by SMS and on the telephone, in the language of whoever gets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emails.by_hand import SMS, Facts, Occasion, passed, spoken
from emails.values import Span

BEGIN = datetime(2026, 4, 8, 5, tzinfo=UTC)
DATE = Span(BEGIN, BEGIN + timedelta(minutes=90))
FACTS = Facts(
    occasion="invitation",
    locale="ja",
    zone="Asia/Tokyo",
    company="株式会社みほん",
    name="山田 花子",
    vendor="株式会社たすき",
    owner="小林 美咲",
    phone="03-1234-5678",
    course="基本操作編",
    minutes=60,
    dates=(DATE,),
    url="https://tasuki.example/me/AAAA1.1",
)


@pytest.mark.parametrize(
    ("zone", "locale", "words"),
    [
        ("Asia/Tokyo", "ja", "4月8日、水曜日、午後2時から午後3時30分まで"),
        ("Asia/Tokyo", "en", "Wednesday the 8th of April, from 2 pm to 3:30 pm"),
        ("Europe/London", "ja", "4月8日、水曜日、午前6時から午前7時30分まで"),
        ("America/New_York", "en", "Wednesday the 8th of April, from 1 am to 2:30 am"),
    ],
)
def test_dates_are_said_as_people_say_them(zone: str, locale: str, words: str) -> None:
    assert spoken(DATE, zone, locale) == words


@pytest.mark.parametrize(
    ("hour", "ja", "en"),
    [(0, "午前0時", "12 am"), (3, "正午", "noon"), (4, "午後1時", "1 pm"), (15, "午前0時", "12 am")],
)
def test_noon_and_midnight_are_named(hour: int, ja: str, en: str) -> None:
    zone = "Asia/Tokyo" if hour else "UTC"
    begin = datetime(2026, 4, 1, hour, tzinfo=UTC)
    span = Span(begin, begin + timedelta(hours=2))
    assert f"{ja}から" in spoken(span, zone, "ja")
    assert f"from {en} to" in spoken(span, zone, "en")


def test_an_invitation_names_who_writes_what_it_is_and_the_way() -> None:
    words = passed(FACTS)
    assert words.line.splitlines() == [
        "山田 花子 様",
        "株式会社たすきの小林 美咲です。",
        "「基本操作編」（約60分、オンライン）のご案内です。",
        "・2026年4月8日(水) 14:00–15:30",
        "（日本時間）",
        "ご都合のよい日程をお選びください。",
        "https://tasuki.example/me/AAAA1.1",
    ]
    assert words.sms == "株式会社たすきです。「基本操作編」の日程をお選びください。\nhttps://tasuki.example/me/AAAA1.1"
    assert "4月8日、水曜日、午後2時から午後3時30分まで。" in words.aloud
    assert "お電話 03-1234-5678 まで" in words.aloud
    assert "https://" not in words.aloud


def test_who_has_no_name_is_addressed_as_the_companys_people() -> None:
    words = passed(replace(FACTS, name="", dates=()))
    assert words.line.startswith("ご担当者様\n")
    assert "株式会社みほんの方でいらっしゃいますか。" in words.aloud
    assert "日程を申し上げます" not in words.aloud


@pytest.mark.parametrize("occasion", get_args(Occasion))
@pytest.mark.parametrize("locale", ["ja", "en"])
def test_every_occasion_reads_in_both_languages(occasion: Occasion, locale: str) -> None:
    words = passed(replace(FACTS, occasion=occasion, locale=locale, vendor="TASUKI", course="BASICS"))
    assert words.line.endswith(FACTS.url)
    assert words.sms.endswith(FACTS.url)
    assert "03-1234-5678" in words.aloud
    japanese = [letter for letter in words.line + words.sms if "ぁ" <= letter <= "ん"]
    assert bool(japanese) == (locale == "ja")


@given(
    occasion=st.sampled_from(get_args(Occasion)),
    locale=st.sampled_from(["ja", "en"]),
    vendor=st.text(max_size=80),
    course=st.text(max_size=80),
)
def test_an_sms_holds_at_most_its_seventy_characters_beside_the_link(
    occasion: Occasion, locale: str, vendor: str, course: str
) -> None:
    words = passed(replace(FACTS, occasion=occasion, locale=locale, vendor=vendor, course=course))
    assert len(words.sms.removesuffix(f"\n{FACTS.url}")) <= SMS
