"""How a contact gets into the meeting, and what is noted of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance, Presence
from scheduler.models.db import db
from scheduler.models.registrations import Registration
from scheduler.services import addresses, joining
from scheduler.services.installation import here
from scheduler.services.refusals import JoinNotOpen, LectureCancelled, LectureOver, NotBooked, NotFound
from tests.conftest import Client
from tests.factories import NOW, a_lecture, a_registration

MINUTE = timedelta(minutes=1)
MEETING = "https://meet.example/lecture"


def door_of(row: Registration) -> str:
    return addresses.join(row.id, row.contact).removeprefix(here().base_url)


def clicks() -> list[Presence]:
    return list(db.session.scalars(select(Presence)))


def test_opening_the_link_shows_one_button_and_notes_nothing(client: Client, app: Flask) -> None:
    row = a_registration(lecture=a_lecture(starts_at=NOW + 10 * MINUTE))
    for _scanner in range(3):
        answer = client.get(door_of(row))
        assert answer.status_code == 200
        assert answer.text.count("参加する</button>") == 1
        assert MEETING not in answer.text
    assert clicks() == []
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_before_somebody_enters_a_meeting_the_page_says_who_else_is_there(client: Client, app: Flask) -> None:
    row = a_registration(lecture=a_lecture(starts_at=NOW + 10 * MINUTE, kind="meeting"))
    assert "ほかの会社の方もご参加になります" in client.get(door_of(row)).text
    own = a_lecture(starts_at=NOW + 10 * MINUTE, kind="meeting", account_id=row.contact.account_id)
    assert "ほかの会社の方" not in client.get(door_of(a_registration(row.contact, own))).text


def test_pressing_it_notes_the_click_and_shows_the_way_into_the_meeting(client: Client, database: Flask) -> None:
    row = a_registration(lecture=a_lecture(starts_at=NOW + 10 * MINUTE))
    answer = client.post(door_of(row))
    assert answer.status_code == 200
    assert f'href="{MEETING}"' in answer.text
    (click,) = clicks()
    assert (click.source, click.contact_id, click.lecture_id) == ("join_click", row.contact_id, row.lecture_id)
    assert click.recorded_at == NOW
    assert db.session.scalar(select(Attendance)) is None


def test_a_good_link_passes_whatever_others_at_the_same_address_try(client: Client, app: Flask) -> None:
    row = a_registration(lecture=a_lecture(starts_at=NOW + 10 * MINUTE))
    assert {client.get(f"/join/wrong{number}").status_code for number in range(31)} == {404, 429}
    assert client.get(door_of(row)).status_code == 200
    assert client.post(door_of(row)).status_code == 200


def test_before_the_meeting_opens_only_the_time_is_shown(client: Client, app: Flask) -> None:
    row = a_registration(lecture=a_lecture(starts_at=NOW + 16 * MINUTE))
    answer = client.get(door_of(row))
    assert answer.status_code == 200
    assert "09:01 から、このページに参加ボタン" in answer.text
    assert "<button" not in answer.text.split("<main")[1]
    pressed = client.post(door_of(row))
    assert pressed.status_code == 409
    assert MEETING not in answer.text + pressed.text
    assert clicks() == []


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"starts_at": NOW - 61 * MINUTE}, "booked", "受付を終了しました"),
        ({"starts_at": NOW, "status": "cancelled"}, "booked", "中止となりました"),
        ({"starts_at": NOW}, "cancelled", "すでに取り消されています"),
        ({"starts_at": NOW}, "waitlisted", "キャンセル待ちの日程です"),
    ],
)
def test_where_there_is_nothing_to_join_the_page_says_what_to_do(
    client: Client, app: Flask, fields: dict[str, object], status: str, words: str
) -> None:
    row = a_registration(lecture=a_lecture(**fields), status=status)  # type: ignore[arg-type]
    for answer, expected in ((client.get(door_of(row)), 200), (client.post(door_of(row)), 409)):
        assert answer.status_code == expected
        assert words in answer.text
        assert MEETING not in answer.text
        assert addresses.personal(row.contact) in answer.text
    assert clicks() == []


def test_a_lecture_without_a_meeting_yet_says_whom_to_call(client: Client, app: Flask) -> None:
    row = a_registration(lecture=a_lecture(starts_at=NOW, join_url=""))
    assert "会議室の準備をしています" in client.post(door_of(row)).text


def test_a_link_that_was_tampered_with_or_reset_opens_nothing(client: Client, app: Flask) -> None:
    row = a_registration(lecture=a_lecture(starts_at=NOW))
    door = door_of(row)
    assert client.get(door + "0").status_code == 404
    assert client.post(f"/join/{here().links.sign('me', row.id, 1)}").status_code == 404
    with db.writing():
        db.session.get_one(Contact, row.contact_id).link_version += 1
    assert client.get(door).status_code == 404
    assert client.post(door).status_code == 404
    assert clicks() == []


def test_the_same_attempt_is_noted_once(database: Flask) -> None:
    row = a_registration(lecture=a_lecture(starts_at=NOW))
    for minutes in (0, 1, 9, 10, 11, 25):
        assert joining.click_join(row.id, NOW + minutes * MINUTE) == MEETING
    assert [click.recorded_at for click in clicks()] == [NOW, NOW + 10 * MINUTE, NOW + 25 * MINUTE]


@pytest.mark.parametrize(
    ("fields", "status", "refusal"),
    [
        ({"starts_at": NOW + 16 * MINUTE}, "booked", JoinNotOpen),
        ({"starts_at": NOW - 60 * MINUTE}, "booked", LectureOver),
        ({"status": "cancelled"}, "booked", LectureCancelled),
        ({"starts_at": NOW}, "waitlisted", NotBooked),
        ({"starts_at": NOW}, "cancelled", NotBooked),
    ],
)
def test_who_cannot_join_now_leaves_no_trace(
    app: Flask, fields: dict[str, object], status: str, refusal: type[Exception]
) -> None:
    row = a_registration(lecture=a_lecture(**fields), status=status)  # type: ignore[arg-type]
    with pytest.raises(refusal):
        joining.click_join(row.id, NOW)
    with pytest.raises(NotFound):
        joining.click_join(row.id + 1, NOW)
    assert clicks() == []
