"""Who cannot find our mail gets the link again, and nobody learns from the page whose addresses we know."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.mails import Mail
from tests.conftest import Client
from tests.factories import a_contact, a_course, a_lecture
from tests.statements import noted

PAGE = "/lectures/find-mail"


def mails() -> list[Mail]:
    return list(db.session.scalars(select(Mail).order_by(Mail.id)))


def test_the_programme_leads_to_the_form_which_says_what_to_let_in(client: Client) -> None:
    a_lecture(a_course())
    assert f'href="{PAGE}"' in client.get("/lectures").text
    page = client.get(PAGE).text
    assert "からのメールを受信できるように設定してください" in page
    assert "迷惑メールのフォルダ" in page


def test_a_known_address_gets_each_of_its_people_the_own_link(client: Client) -> None:
    people = [a_contact(name=name, email="yokohama@mihon.example") for name in ("山田 花子", "佐藤 恵")]
    a_contact(email="another@mihon.example")
    answer = client.post(PAGE, data={"email": " Yokohama@Mihon.example "}, follow_redirects=True)
    assert "数分のうちにお客様専用ページのリンクをお送りします" in answer.text
    assert [(mail.kind, mail.contact_id) for mail in mails()] == [("link_again", person.id) for person in people]


def test_known_and_unknown_addresses_get_the_same_answer_by_the_same_statements(client: Client) -> None:
    a_contact(email="known1@mihon.example")
    seen = []
    for address in ("known1@mihon.example", "nobody@mihon.example"):
        with noted() as statements:
            answer = client.post(PAGE, data={"email": address})
        shown = client.get(answer.headers["Location"]).text
        name = address.partition("@")[0]
        seen.append(
            (answer.status_code, statements, re.sub(r'"csrf_token" value="[^"]*"', "", shown.replace(name, "")))
        )
    assert seen[0] == seen[1]
    assert len(mails()) == 1


def test_the_same_address_gets_one_mail_an_hour(client: Client) -> None:
    a_contact(email="hanako@mihon.example")
    for _again in range(3):
        client.post(PAGE, data={"email": "hanako@mihon.example"})
    assert len(mails()) == 1


@pytest.mark.parametrize(("address", "words"), [("", "メールアドレスをご入力ください"), ("hanako", "メールアドレス")])
def test_what_is_no_address_is_said_beside_the_field(client: Client, address: str, words: str) -> None:
    answer = client.post(PAGE, data={"email": address})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_program_that_fills_in_everything_gets_nothing_sent(client: Client) -> None:
    a_contact(email="hanako@mihon.example")
    answer = client.post(PAGE, data={"email": "hanako@mihon.example", "topic": "x"})
    assert answer.status_code == 303
    assert mails() == []


def test_nobody_can_ask_without_end(client: Client) -> None:
    answers = [client.post(PAGE, data={"email": f"x{number}@mihon.example"}).status_code for number in range(21)]
    assert answers == [303] * 20 + [429]
