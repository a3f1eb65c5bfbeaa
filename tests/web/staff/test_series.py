"""The series' pages: the dates shown before anything is made, and the rule in words."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture, Series
from scheduler.models.staff import Staff
from tests.conftest import Client
from tests.factories import a_course, a_lecture, an_account

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
    "meeting_id": "987 6543 2100",
    "passcode": "481516",
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
    assert [code for code in ("987 6543 2100", "481516") if code not in page] == []


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


def shown(page: str) -> str:
    """Return the words of a page in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_preview_says_at_once_that_a_series_cannot_begin_in_the_past(staff_client: Client) -> None:
    a_course()
    past = FORM | {"starts_at": "2026-03-02T14:00", "action": "preview"}
    assert "これから先の日時" in staff_client.post("/staff/series/new", data=past).text
    assert "これから先の日時" in staff_client.post("/staff/series/preview", data=past).text


@pytest.mark.parametrize(
    ("change", "sentence", "dates"),
    [
        ({"kind": "monthly_on_weekday", "nth": "2", "weekday": "1"}, "毎月 第2 火 14:00", ["04-14", "05-12", "06-09"]),
        ({"kind": "monthly_on_date", "monthday": "-1"}, "毎月 末日 14:00", ["04-30", "05-31", "06-30"]),
        ({"ends": "count", "count": "2"}, "毎週 月・金 14:00（全 2 回）", ["04-03", "04-06"]),
        ({"ends": "until", "until": "2026-04-10"}, "（4月10日(金) まで）", ["04-03", "04-06", "04-10"]),
        ({"interval": "2", "days": ["0"]}, "2 週ごと 月 14:00", ["04-13", "04-27", "05-11", "05-25", "06-08", "06-22"]),
        ({"kind": "raw", "rrule": "FREQ=YEARLY;BYMONTH=6;BYDAY=1MO"}, "規則", ["06-01"]),
    ],
)  # fmt: skip
def test_a_form_says_weeks_months_and_ends(
    staff_client: Client, change: dict[str, object], sentence: str, dates: list[str]
) -> None:
    a_course()
    answer = staff_client.post("/staff/series/new", data=FORM | change | {"action": "create"})
    assert sentence in staff_client.get(answer.location).text
    starts = db.session.scalars(select(Lecture.local_start).order_by(Lecture.starts_at))
    assert [start[5:10] for start in starts] == dates


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ends": "count", "count": "1000000"}, "日程が多すぎます"),
        ({"ends": "count", "count": "many"}, "数ではありません"),
        ({"ends": "until", "until": ""}, "日付として読み取れません"),
        ({"ends": "until", "until": "2026-04-01"}, "10 年先まで開催日がありません"),
        ({"interval": "9999"}, "規則の INTERVAL=9999 は使えません"),
        ({"kind": "monthly_on_date", "monthday": "40"}, "31日まで"),
        ({"starts_at": "2026-03-02T14:00"}, "これから先の日時"),
        ({"account": "nobody"}, "顧客ID「nobody」の顧客企業はありません"),
        ({"kind": "raw", "rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "10 年先まで開催日がありません"),
    ],
)
def test_what_gives_no_series_is_said_in_words(staff_client: Client, change: dict[str, object], sentence: str) -> None:
    a_course()
    answer = staff_client.post("/staff/series/new", data=FORM | change | {"action": "create"})
    assert (answer.status_code, sentence in answer.text, count(Series)) == (422, True, 0)


def test_the_live_preview_marks_holidays_closed_days_and_clashes_and_makes_nothing(
    staff_client: Client, member: Staff
) -> None:
    course = a_course()
    a_lecture(course, datetime(2026, 4, 6, 5, 30, tzinfo=UTC), host_id=member.id)
    fragment = staff_client.post("/staff/series/preview", data=FORM | {"host": member.id}).text
    assert "<html" not in fragment
    words = shown(fragment)
    assert "90日先までに 25 件開催します。 休講は 1 件です。" in words
    assert "5月4日(月) みどりの日のため休講" in words
    assert "4月6日(月) 14:00–15:00 ホストが重複: 基本操作編 4月6日(月) 14:30–15:30" in words
    moved = shown(staff_client.post("/staff/series/preview", data=FORM | {"holidays": "next"}).text)
    assert "5月7日(木) 14:00–15:00 5月4日(月)（みどりの日）から振り替え" in moved
    kept = shown(staff_client.post("/staff/series/preview", data=FORM | {"holidays": "keep"}).text)
    assert "5月4日(月) 14:00–15:00 みどりの日" in kept
    assert count(Series) == 0


def test_the_live_preview_of_an_empty_form_teaches_and_of_a_faulty_one_says_why(staff_client: Client) -> None:
    a_course()
    assert "90日先までの日程がここに表示されます" in staff_client.post("/staff/series/preview", data={}).text
    faulty = staff_client.post("/staff/series/preview", data=FORM | {"days": []})
    assert (faulty.status_code, "曜日を一つ以上" in faulty.text) == (200, True)


def test_a_series_for_one_account_is_its_own(staff_client: Client) -> None:
    a_course()
    account = an_account(name="株式会社さくら")
    assert f'value="{account.external_id}"' in staff_client.get(f"/staff/series/new?account={account.external_id}").text
    answer = staff_client.post("/staff/series/new", data=FORM | {"account": account.external_id, "action": "create"})
    assert "株式会社さくら" in staff_client.get(answer.location).text
    assert set(db.session.scalars(select(Lecture.account_id))) == {account.id}


def test_a_series_given_a_last_date_says_so_and_can_go_on_again(staff_client: Client) -> None:
    a_course()
    address = staff_client.post("/staff/series/new", data=FORM | {"action": "create"}).location
    staff_client.post(f"{address}/end", data={"until": "2026-04-10"})
    assert count(Lecture) == 3
    assert "4月10日(金)" in staff_client.get(address).text
    assert "今日以降" in staff_client.post(f"{address}/end", data={"until": "2026-03-01"}, follow_redirects=True).text
    staff_client.post(f"{address}/resume")
    assert count(Lecture) == 25


def test_a_last_date_nobody_means_ends_nothing(staff_client: Client) -> None:
    a_course()
    staff_client.post("/staff/series/new", data=FORM | {"action": "create"})
    row = db.session.scalars(select(Series)).one()
    page = staff_client.post(f"/staff/series/{row.id}/end", data={"until": "9999-12-31"}, follow_redirects=True)
    assert "9999-12-31" in page.text
    db.session.refresh(row)
    assert (row.ends_before, row.ended_at) == (None, None)
