"""What anybody may see without a link."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask

from scheduler.models.db import db
from scheduler.models.settings import Setting
from tests.conftest import Client
from tests.factories import NOW, a_contact, a_course, a_lecture, a_registration, an_account

DAY = timedelta(days=1)


def test_the_root_leads_to_the_programme(client: Client, app: Flask) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/lectures")


def test_the_programme_shows_coming_dates_by_course_and_day(client: Client, database: Flask) -> None:
    basic = a_course("basic", position=1, summary={"ja": "画面をご覧いただきながら。"})
    a_lecture(a_course("advanced", position=2), starts_at=NOW + 2 * DAY)
    a_lecture(basic, starts_at=NOW + DAY)
    a_lecture(basic, starts_at=NOW + 9 * DAY)
    text = client.get("/lectures").text
    assert "画面をご覧いただきながら。" in text
    order = ["基本操作編レクチャー（60分・オンライン）", "4月2日(木)", "4月10日(金)", "活用編レクチャー", "4月3日(金)"]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
    assert text.count("日本時間") == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_at": NOW - DAY},
        {"starts_at": NOW},
        {"starts_at": NOW + 91 * DAY},
        {"status": "cancelled"},
    ],
)
def test_what_is_over_cancelled_or_far_away_is_not_shown(client: Client, app: Flask, fields: dict[str, object]) -> None:
    a_lecture(**fields)  # type: ignore[arg-type]
    assert "現在、公開している日程はありません" in client.get("/lectures").text


def test_a_lecture_for_one_company_is_nobody_elses_business(client: Client, app: Flask) -> None:
    a_lecture(account_id=an_account().id)
    assert "現在、公開している日程はありません" in client.get("/lectures").text


@pytest.mark.parametrize(
    ("taken", "words"), [(0, "空きあり"), (24, "空きあり"), (25, "残りわずか"), (29, "残りわずか"), (30, "満席")]
)
def test_seats_are_told_roughly_and_never_counted(client: Client, app: Flask, taken: int, words: str) -> None:
    a_lecture(capacity=30, seats_taken=taken)
    main = client.get("/lectures").text.split("<main")[1]
    assert words in main
    assert f"{30 - taken} 席" not in main
    assert "30" not in main


def test_the_programme_follows_every_change_at_once(client: Client, app: Flask) -> None:
    lecture = a_lecture(capacity=1)
    assert "空きあり" not in client.get("/lectures").text
    assert "残りわずか" in client.get("/lectures").text
    a_registration(lecture=lecture)
    assert "満席" in client.get("/lectures").text


def test_nobodys_name_and_no_meeting_stands_in_the_programme(client: Client, app: Flask) -> None:
    a_registration(
        a_contact(an_account(name="株式会社みほん"), name="山田 花子"),
        a_lecture(meeting_id="987 6543", passcode="481516"),
    )
    text = client.get("/lectures").text
    assert "みほん" not in text
    assert "山田" not in text
    assert not [code for code in ("meet.example", "987 6543", "481516") if code in text]


def test_one_course_can_be_chosen(client: Client, app: Flask) -> None:
    a_lecture(a_course("basic"), starts_at=NOW + DAY)
    a_lecture(a_course("advanced"), starts_at=NOW + 2 * DAY)
    text = client.get("/lectures?course=advanced").text
    assert "活用編レクチャー" in text
    assert "基本操作編レクチャー" not in text
    assert 'href="/lectures?course=basic"' in text
    assert client.get("/lectures?course=nothing").status_code == 404


def test_without_courses_the_page_says_what_will_stand_here(client: Client, app: Flask) -> None:
    answer = client.get("/lectures")
    assert answer.status_code == 200
    assert "新しい日程が決まりしだい" in answer.text


def test_it_says_how_to_register_and_whom_to_call(client: Client, app: Flask) -> None:
    with db.writing():
        db.session.add(Setting(key="vendor", value={"name": "たすき", "phone": "03-5555-0100"}, changed_at=NOW))
    a_lecture()
    text = client.get("/lectures").text
    assert "ご案内メールに記載のお客様専用ページから" in text
    assert 'href="tel:0355550100"' in text


def test_a_courses_dates_go_into_every_calendar_program_in_the_readers_language(client: Client, app: Flask) -> None:
    a_lecture()
    for language, asked in (("ja", ""), ("en", "?lang=en")):
        text = client.get("/lectures", headers={"Accept-Language": language}).text
        feed = f"127.0.0.1:8000/calendar/courses/basic.ics{asked}"
        assert f'href="webcal://{feed}"' in text
        assert f'href="https://calendar.google.com/calendar/render?cid={quote(f"webcal://{feed}", safe="")}"' in text
        assert f'href="https://outlook.office.com/calendar/0/addfromweb?url={quote(f"http://{feed}", safe="")}' in text
        assert f'href="http://{feed}" download' in text


def test_it_reads_in_the_browsers_language(client: Client, app: Flask) -> None:
    a_lecture(locale="en")
    text = client.get("/lectures", headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    assert '<html lang="en">' in text
    assert "Wed 8 April" in text
    assert "Basics" in text
    assert "すべて英語で開催します。" in client.get("/lectures", headers={"Accept-Language": "ja"}).text


def test_search_engines_may_read_the_programme_only(client: Client, app: Flask) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert lines[0] == "User-agent: *"
    assert "Allow: /lectures" in lines
    assert lines[-1] == "Disallow: /"


def test_a_meeting_is_marked_in_the_programme(client: Client, app: Flask) -> None:
    a_lecture(starts_at=NOW + DAY)
    assert "ほかの会社の方も参加" not in client.get("/lectures").text
    a_lecture(starts_at=NOW + 2 * DAY, kind="meeting")
    assert client.get("/lectures").text.count("ほかの会社の方も参加") == 1
