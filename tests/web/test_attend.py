"""The short form at a lecture, on the public page and on one's own: a code, how it went, and nothing said of who is known."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.attendance import Attendance, Feedback, Presence
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.models.tasks import Task
from scheduler.services import addresses
from scheduler.services.actors import Actor
from scheduler.services.attendance import codes
from scheduler.services.installation import here
from tests.conftest import Client
from tests.factories import NOW, a_contact, a_lecture, a_registration

MINUTE = timedelta(minutes=1)


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Registration:
    request.getfixturevalue("database" if "database" in request.fixturenames else "app")
    return a_registration(a_contact(name="青葉 花子"), a_lecture(starts_at=NOW - 10 * MINUTE))


@pytest.fixture
def code(row: Registration) -> str:
    return codes.show(row.lecture_id, NOW, Actor("staff", None, "page"))


def me(row: Registration) -> str:
    return addresses.personal(row.contact).removeprefix(here().base_url)


def kept() -> list[tuple[Any, ...]]:
    return [
        tuple(one) for one in db.session.execute(select(Presence.source, Presence.contact_id, Presence.display_name))
    ]


def test_the_code_in_the_address_is_filled_in(client: Client, code: str) -> None:
    assert f'value="{code}"' in client.get(f"/attend?code={code}").text
    assert 'value="1234"' in client.get("/attend?code=12a34<b>").text
    assert kept() == []


def test_known_and_unknown_people_get_the_same_answer(client: Client, row: Registration, code: str) -> None:
    answers = []
    for name, email in (
        ("青葉 花子", row.contact.email),
        ("見知らぬ 人", "nobody@elsewhere.example"),
        ("青葉 花子", ""),
    ):
        form = {"code": code, "name": name, "email": email, "understanding": "understood"}
        answer = client.post("/attend", data=form)
        shown = re.sub(r'value="[^"]{40,}"', "", client.get(answer.location).text)
        answers.append((answer.status_code, answer.location, shown))
    assert answers[0] == answers[1] == answers[2]
    assert kept() == [("code", row.contact_id, ""), ("code", None, "見知らぬ 人"), ("code", None, "青葉 花子")]
    assert db.session.scalars(select(Attendance.contact_id)).all() == [row.contact_id]


@pytest.mark.parametrize(
    ("form", "words", "status"),
    [
        ({"name": "青葉 花子", "code": "000000", "comment": "質問です"}, "この参加コードは使えません", 409),
        ({"name": "", "comment": "質問です"}, "必ず入力してください", 422),
        ({"name": "x", "comment": "質問です", "email": "no address"}, "メールアドレスの形式", 422),
        ({"name": "x", "comment": "質問です", "understanding": "so-so"}, "選べません", 422),
    ],
)
def test_what_is_wrong_is_named_and_what_was_typed_stays(
    client: Client, code: str, form: dict[str, str], words: str, status: int
) -> None:
    if form.get("code") == code:
        form["code"] = "000001"
    answer = client.post("/attend", data={"code": code} | form)
    assert answer.status_code == status
    assert words in answer.text
    assert "質問です</textarea>" in answer.text
    assert kept() == []


def test_guessing_codes_is_slowed_down_but_never_who_has_the_right_one(client: Client, code: str) -> None:
    wrong = "000000" if code != "000000" else "000001"
    answers = [client.post("/attend", data={"code": wrong, "name": "x"}).status_code for _ in range(31)]
    assert (answers[0], answers[-1]) == (409, 429)
    assert client.post("/attend", data={"code": code, "name": "x"}).status_code == 303


def test_programs_that_fill_in_every_field_leave_nothing(client: Client, code: str) -> None:
    assert client.post("/attend", data={"code": code, "name": "x", "topic": "x"}).status_code == 303
    assert kept() == []


def test_who_wants_to_talk_is_a_task_whether_known_or_not(client: Client, row: Registration, code: str) -> None:
    for name, email in (("青葉 花子", row.contact.email), ("見知らぬ 人", "")):
        client.post("/attend", data={"code": code, "name": name, "email": email, "understanding": "talk"})
    assert sorted(db.session.scalars(select(Task.kind))) == ["attendee", "talk"]


def test_the_own_page_asks_for_the_code_once_it_was_shown(client: Client, row: Registration) -> None:
    assert "参加コード" not in client.get(me(row)).text
    codes.show(row.lecture_id, NOW, Actor("staff", None, "page"))
    for door in (me(row), addresses.join(row.id, row.contact).removeprefix(here().base_url)):
        shown = client.get(door).text
        assert "参加コードを入力する" in shown
        assert f'action="{addresses.personal(row.contact)}/attend"' in shown or f'action="{me(row)}/attend"' in shown
    assert kept() == []


def test_typing_it_on_the_own_page_notes_it_and_can_be_changed(
    database: Flask, client: Client, row: Registration
) -> None:
    code = codes.show(row.lecture_id, NOW, Actor("staff", None, "page"))
    form = {"code": f"{code[:3]} {code[3:]}", "understanding": "unsure", "comment": "在庫"}
    answer = client.post(f"{me(row)}/attend", data=form)
    assert (answer.status_code, answer.location) == (303, me(row))
    shown = client.get(me(row)).text
    assert "ご参加を確認しました" in shown
    change = client.get(f"{me(row)}/attend").text
    assert "在庫</textarea>" in change
    client.post(f"{me(row)}/attend", data=form | {"understanding": "talk"})
    said = db.session.scalars(select(Feedback)).one()
    assert (said.understanding, said.comment) == ("talk", "在庫")
    assert db.session.scalars(select(Attendance.sources)).one() == ["code"]
    assert len(kept()) == 1


def test_a_wrong_code_on_the_own_page_loses_nothing(client: Client, row: Registration, code: str) -> None:
    wrong = "000000" if code != "000000" else "000001"
    answer = client.post(f"{me(row)}/attend", data={"code": wrong, "comment": "在庫"})
    assert answer.status_code == 409
    assert "この参加コードは使えません" in answer.text
    assert "在庫</textarea>" in answer.text
    assert client.get(f"{me(row)}/attend?code={wrong}").status_code == 200
    assert kept() == []


def test_the_meetings_address_stands_on_no_page_before_the_room_opens(client: Client, app: Flask) -> None:
    row = a_registration(
        lecture=a_lecture(starts_at=NOW + 16 * MINUTE, passcode="secret-271828", meeting_id="81234567890")
    )
    codes.show(row.lecture_id, NOW, Actor("staff", None, "page"))
    for door in (me(row), f"{me(row)}/attend", addresses.join(row.id, row.contact).removeprefix(here().base_url)):
        shown = client.get(door).text
        for told in ("https://meet.example/lecture", "81234567890", "secret-271828"):
            assert told not in shown, door


def test_reading_changes_nothing(client: Client, row: Registration, code: str) -> None:
    lecture = db.session.get_one(Lecture, row.lecture_id)
    before = (lecture.code, kept())
    for door in ("/attend", "/attend/thanks", f"{me(row)}/attend", me(row)):
        assert client.get(door).status_code == 200
        assert client.head(door).status_code == 200
    assert (db.session.get_one(Lecture, row.lecture_id).code, kept()) == before
