"""The series' pages: the dates shown before anything is made, and the rule in words."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture, Series
from tests.conftest import Client
from tests.factories import a_course

FORM = {
    "course": "basic",
    "starts_at": "2026-04-03T14:00",
    "zone": "Asia/Tokyo",
    "kind": "weekly",
    "days": ["0", "4"],
    "interval": "1",
    "holidays": "skip",
    "capacity": "30",
    "minutes": "60",
    "join_url": "https://meet.example/1",
}


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_preview_shows_the_dates_and_makes_nothing(staff_client: Client) -> None:
    a_course()
    page = staff_client.post("/staff/series/new", data=FORM | {"action": "preview"}).text
    assert "4月3日(金)" in page
    assert "4月6日(月)" in page
    assert count(Series) == count(Lecture) == 0


def test_making_a_series_fills_its_horizon_and_words_its_rule(staff_client: Client) -> None:
    a_course()
    answer = staff_client.post("/staff/series/new", data=FORM | {"action": "create"})
    page = staff_client.get(answer.location).text
    assert "毎週 月・金 14:00" in page
    assert "祝日は休講" in page
    assert count(Lecture) == 25
    assert "毎週 月・金 14:00" in staff_client.get("/staff/series").text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"days": []}, "曜日を一つ以上選んでください"),
        ({"zone": "Asia/Nowhere"}, "そのタイムゾーンはありません"),
        ({"kind": "raw", "rrule": "FREQ=HOURLY"}, "1 日より短い間隔の規則は使えません"),
        ({"kind": "raw", "rrule": "DTSTART:20260401"}, "規則"),
        ({"capacity": "0"}, "定員は 1 から"),
        ({"join_url": "javascript:alert(1)"}, "リンクは https://"),
        ({"starts_at": ""}, "日時として読み取れません"),
    ],
)
def test_what_cannot_be_a_series_is_said_in_words_and_makes_nothing(
    staff_client: Client, change: dict[str, object], sentence: str
) -> None:
    a_course()
    answer = staff_client.post("/staff/series/new", data=FORM | change | {"action": "create"})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert count(Series) == 0


def test_ending_a_series_takes_its_empty_dates_away(staff_client: Client) -> None:
    a_course()
    address = staff_client.post("/staff/series/new", data=FORM | {"action": "create"}).location
    staff_client.post(f"{address}/end")
    assert count(Lecture) == 0
    assert "終了" in staff_client.get(address).text
