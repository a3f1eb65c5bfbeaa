"""What staff note on the roster while a lecture runs, and what the host shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.attendance import Attendance, Presence
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.readers.zoom_hooks import Passage
from scheduler.services.actors import Actor
from scheduler.services.attendance import codes, webhooks
from scheduler.web.staff import rooms
from tests.conftest import NOW, Client, sign_in
from tests.factories import a_contact, a_lecture, a_member, a_registration

MINUTE = timedelta(minutes=1)
ROOM = "81234567890"


@pytest.fixture
def lecture(app: Flask) -> Lecture:
    return a_lecture(starts_at=NOW - 10 * MINUTE, meeting_id=ROOM)


@pytest.fixture
def rows(lecture: Lecture) -> list[Registration]:
    return [a_registration(a_contact(name=name), lecture) for name in ("青木 花", "石田 健", "上田 空")]


def page(lecture: Lecture) -> str:
    return f"/staff/lectures/{lecture.id}"


def sources(source: str) -> set[int | None]:
    return set(db.session.scalars(select(Presence.contact_id).where(Presence.source == source)))


def verdicts() -> dict[int, str]:
    return dict(db.session.execute(select(Attendance.contact_id, Attendance.verdict)).all())


def come(name: str, way: str = "joined", person: str = "p", email: str = "") -> None:
    at = NOW - 5 * MINUTE
    webhooks.take(Passage(way, ROOM, "o", at, person, at, name, email, "", False), NOW)  # type: ignore[arg-type]


def test_one_tap_checks_one_in_and_ticks_check_in_several(
    staff_client: Client, lecture: Lecture, rows: list[Registration]
) -> None:
    ann, ben, cid = (row.contact_id for row in rows)
    answer = staff_client.post(f"{page(lecture)}/check-in", data={"only": ann, "contact": [ben]})
    assert (answer.status_code, answer.location) == (303, f"{page(lecture)}#person-{ann}")
    assert sources("checkin") == {ann}
    staff_client.post(f"{page(lecture)}/check-in", data={"contact": [ben, cid]})
    assert sources("checkin") == {ann, ben, cid}
    shown = staff_client.get(page(lecture)).text
    assert "2 名をチェックインしました。" in shown
    assert shown.count("チェックイン済み") == 3
    staff_client.post(f"{page(lecture)}/check-in/undo", data={"only": ann})
    assert verdicts() == dict.fromkeys((ben, cid), "attended")


def test_nothing_ticked_says_what_to_do(staff_client: Client, lecture: Lecture, rows: list[Registration]) -> None:
    staff_client.post(f"{page(lecture)}/check-in")
    assert "チェックを入れてください" in staff_client.get(page(lecture)).text
    assert sources("checkin") == set()


def test_the_list_for_phones_says_whom_to_expect_and_leads_back_to_the_line(
    staff_client: Client, lecture: Lecture, rows: list[Registration]
) -> None:
    listed = f"{page(lecture)}/check-in"
    a_registration(a_contact(name="来ない 人"), lecture, status="cancelled")
    shown = staff_client.get(listed).text
    assert "青木 花" in shown
    assert "来ない 人" not in shown
    answer = staff_client.post(listed, data={"only": rows[0].contact_id, "next": listed})
    assert answer.location == f"{listed}#person-{rows[0].contact_id}"
    assert "チェックイン済み" in staff_client.get(listed).text


def test_before_the_room_opens_nobody_is_checked_in(staff_client: Client, app: Flask) -> None:
    row = a_registration(lecture=a_lecture(starts_at=NOW + 16 * MINUTE))
    way = f"/staff/lectures/{row.lecture_id}"
    assert "チェックイン</button>" not in staff_client.get(way).text
    staff_client.post(f"{way}/check-in", data={"only": row.contact_id})
    assert "まだ始まっていない" in staff_client.get(way).text
    assert sources("checkin") == set()


def test_the_roster_says_who_is_in_now(staff_client: Client, lecture: Lecture, rows: list[Registration]) -> None:
    assert "いま参加中" not in staff_client.get(page(lecture)).text
    come("青木 花", person="a", email=rows[0].contact.email or "")
    come("iPhone", person="b")
    shown = staff_client.get(page(lecture)).text
    assert 'いま参加中 <b class="num">2</b>' in shown
    assert "live.js" in shown
    assert "どなたかわからない参加者" in shown


def test_afterwards_the_page_counts_who_attended_and_leaves_who_is_unknown_to_the_report(
    staff_client: Client, lecture: Lecture, rows: list[Registration]
) -> None:
    come("iPhone")
    lecture.starts_at, lecture.ends_at = NOW - 130 * MINUTE, NOW - 70 * MINUTE
    db.session.scalars(select(Presence)).one().from_at = NOW - 120 * MINUTE
    db.session.commit()
    shown = staff_client.get(page(lecture)).text
    assert "いま参加中" not in shown
    assert "どなたかわからない参加者" in shown
    upload = staff_client.post(f"{page(lecture)}/report/heard", data={}).location
    staff_client.post(upload, data={"shown": ["2"], "rest": "1", "person-2": ""})
    assert "どなたかわからない参加者" not in staff_client.get(page(lecture)).text


def test_who_somebody_in_the_room_is_can_be_said_and_taken_back(
    staff_client: Client, lecture: Lecture, rows: list[Registration]
) -> None:
    come("あおき")
    row = db.session.scalars(select(Presence)).one()
    named = f"{page(lecture)}/room/{row.id}"
    staff_client.post(named, data={"contact": rows[0].contact_id})
    shown = staff_client.get(page(lecture)).text
    assert "画面の名前: あおき" in shown
    assert "どなたかわからない参加者" not in shown
    staff_client.post(named, data={})
    assert "どなたかわからない参加者" in staff_client.get(page(lecture)).text
    staff_client.post(f"{page(lecture)}/room/98765", data={"contact": rows[0].contact_id})
    assert "対象が見つかりません" in staff_client.get(page(lecture)).text


def test_a_page_that_is_read_anew_all_the_time_stays_small(
    staff_client: Client, lecture: Lecture, rows: list[Registration], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "MOST_STRANGERS", 2)
    monkeypatch.setattr(rooms, "MOST_NAMES", 1)
    for number in range(5):
        come(f"iPhone {number}", person=str(number))
    text = staff_client.get(page(lecture)).text
    assert text.count('name="contact" aria-label') == 2
    assert text.count("この方です") == 2
    assert "ほか 3 名" in text
    # Each select: the question, and one of three who are booked.
    assert sum(text.count(f'<option value="{row.contact_id}">') for row in rows) == 2


def test_the_code_is_shown_large_with_the_way_to_the_form(staff_client: Client, lecture: Lecture) -> None:
    way = f"{page(lecture)}/code"
    assert staff_client.get(way).location == page(lecture)
    assert staff_client.get(f"{way}.svg").status_code == 404
    assert staff_client.post(way).location == way
    code = db.session.get_one(Lecture, lecture.id).code or ""
    shown = staff_client.get(way).text
    assert f"{code[:3]} {code[3:]}" in shown
    assert "127.0.0.1:8000/attend" in shown
    # What customers see on the host's screen says nothing of others.
    assert "<nav" not in shown
    picture = staff_client.get(f"{way}.svg")
    assert (picture.mimetype, picture.headers["Cache-Control"]) == ("image/svg+xml", "private, no-store")


def test_a_cancelled_lecture_gets_no_code(staff_client: Client, app: Flask) -> None:
    off = a_lecture(starts_at=NOW, status="cancelled")
    assert staff_client.post(f"{page(off)}/code").location == page(off)
    assert db.session.get_one(Lecture, off.id).code is None


def test_the_recording_is_noted_on_the_roster_and_on_the_persons_page(staff_client: Client, app: Flask) -> None:
    row = a_registration(lecture=a_lecture(starts_at=NOW - timedelta(days=1)))
    lecture, contact = row.lecture, row.contact
    assert "選んだ方の録画視聴を記録する" in staff_client.get(page(lecture)).text
    staff_client.post(f"{page(lecture)}/recordings", data={"contact": [contact.id]})
    assert sources("recording") == {contact.id}
    person = f"/staff/accounts/{contact.account_id}/people/{contact.id}"
    assert "録画視聴</span>" in staff_client.get(person).text
    answer = staff_client.post(f"{page(lecture)}/recordings/undo", data={"only": contact.id, "next": person})
    assert answer.location == f"{person}#person-{contact.id}"
    assert sources("recording") == set()
    assert "録画視聴を記録する" in staff_client.get(person).text


def test_somebody_never_registered_may_have_watched_the_latest_recording(staff_client: Client, app: Flask) -> None:
    lecture = a_lecture(starts_at=NOW - timedelta(days=1))
    contact = a_contact()
    person = f"/staff/accounts/{contact.account_id}/people/{contact.id}"
    assert "申し込んでいないレクチャーの録画視聴" in staff_client.get(person).text
    staff_client.post(f"{page(lecture)}/recordings", data={"only": contact.id, "next": person})
    assert f"{page(lecture)}/recordings/undo" in staff_client.get(person).text


def test_feedback_stands_on_the_roster(staff_client: Client, lecture: Lecture, rows: list[Registration]) -> None:
    code = codes.show(lecture.id, NOW, Actor("staff", None, "page"))
    contact_id = rows[0].contact_id
    said = codes.Said("talk", "<在庫>の画面")
    codes.take(contact_id, code, said, NOW, Actor("contact", contact_id, "page"))
    shown = staff_client.get(page(lecture)).text
    assert "個別に相談したい" in shown
    assert "&lt;在庫&gt;の画面" in shown


def test_who_may_only_look_gets_no_button(client: Client, lecture: Lecture, rows: list[Registration]) -> None:
    sign_in(client, a_member(team="sales"))
    come("iPhone")
    shown = client.get(page(lecture)).text
    assert "iPhone" in shown
    for words in ("チェックイン</button>", "この方です", "参加コードを表示する"):
        assert words not in shown
    assert client.get(f"{page(lecture)}/check-in").status_code == 403


@pytest.mark.parametrize("moment", [NOW - 91 * MINUTE, NOW + 16 * MINUTE])
def test_long_after_or_before_the_page_stands_still(staff_client: Client, app: Flask, moment: object) -> None:
    row = a_registration(lecture=a_lecture(starts_at=moment))  # type: ignore[arg-type]
    assert "live.js" not in staff_client.get(f"/staff/lectures/{row.lecture_id}").text
