"""For whom no date suits: up to three wishes, a number and a line of text, and what happens next."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.tasks import Task
from tests.conftest import Client
from tests.factories import a_contact, a_course, a_lecture, a_member, an_account
from tests.web.customer.pages import page_of

BODY = {
    "on_1": "2026-04-07",
    "part_1": "morning",
    "words_2": "平日の18時以降",
    "phone": "090-1111",
    "words": "急ぎです",
}


def the() -> Task:
    return db.session.scalars(select(Task)).one()


def test_wishes_are_sent_and_the_page_says_what_happens_next(client: Client) -> None:
    owner = a_member(name="小林 美咲")
    contact = a_contact(an_account(onboarding_owner_id=owner.id), phone="03-2222")
    a_lecture()
    page = page_of(contact)
    form = f"{page}/wishes/basic"
    assert form in client.get(page).text
    text = client.get(form).text
    assert "担当の小林 美咲が確認し、翌営業日までに" in text
    assert 'value="03-2222"' in text
    for _ in range(2):
        assert client.post(form, data=BODY).location == page
    task = the()
    assert (task.owner_id, task.contact_id, task.words) == (owner.id, contact.id, "急ぎです")
    text = client.get(page).text
    assert "ご希望を承りました。担当が確認し、4月2日(木) までにご連絡いたします。" in text
    assert "日程のご希望を承っております。" in text
    again = client.get(form).text
    for shown in ('value="2026-04-07"', "平日の18時以降", 'value="090-1111"', 'value="morning" selected'):
        assert shown in again


def test_where_there_is_no_date_at_all_wishes_can_be_sent_too(client: Client) -> None:
    contact = a_contact()
    a_course()
    text = client.get(page_of(contact)).text
    assert "ただいまご案内できる日程がありません" in text
    assert f"{page_of(contact)}/wishes/basic" in text


def test_the_task_reads_as_it_was_wished(staff_client: Client) -> None:
    contact = a_contact(name="山田 花子")
    a_course()
    staff_client.post(f"{page_of(contact)}/wishes/basic", data=BODY)
    text = staff_client.get("/staff/today?whose=all").text
    for words in (
        "日程のご希望への対応",
        "第1希望: 4月7日(火) 午前",
        "第2希望: 平日の18時以降",
        "急ぎです",
        "tel:0901111",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"part_1": "morning"}, "ご希望の日をお選びいただくか"),
        ({"on_2": "2026-03-01"}, "過ぎた日は選べません"),
        ({"on_1": "あした"}, "「あした」は日付として読み取れません"),
        ({"words_1": "字" * 101}, "100 文字以内"),
        ({"on_1": "2026-04-07", "phone": "0" * 41}, "40 文字以内"),
    ],
)
def test_what_cannot_be_wished_is_told_and_what_was_written_stays(
    client: Client, body: dict[str, str], words: str
) -> None:
    contact = a_contact()
    a_course()
    response = client.post(f"{page_of(contact)}/wishes/basic", data=body | {"words": "急ぎです"})
    assert response.status_code == 422
    assert words in response.text
    assert "急ぎです" in response.text
    assert db.session.scalars(select(Task)).all() == []


def test_a_course_that_is_not_taught_is_not_found(client: Client) -> None:
    contact = a_contact()
    for method in ("GET", "POST"):
        assert client.open(f"{page_of(contact)}/wishes/none", method=method, data=BODY).status_code == 404
