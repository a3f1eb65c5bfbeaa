"""Staff see to whom no mail leaves and why, and lift it for a reason that the history keeps."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Suppression
from scheduler.models.staff import Staff
from scheduler.services import mailbox, suppressions
from scheduler.services.suppressions import ALL, Closing
from tests.conftest import Client, sign_in
from tests.factories import NOW, a_contact, a_member, an_account

PAGE = "/staff/mails/suppressions"


def a_closed(address: str, reason: str = "bounced", wanted_list: str = ALL, detail: str = "") -> int:
    with db.writing():
        suppressions.add([Closing(address, wanted_list, reason, detail)], NOW)
    return db.session.scalars(select(Suppression.id).where(Suppression.address == address)).one()


def lifted() -> list[tuple[int | None, str, str]]:
    rows = db.session.scalars(select(Event).where(Event.key == "suppression_lifted").order_by(Event.id))
    return [(row.contact_id, row.params["suppressed"], row.params["words"]) for row in rows]


def test_the_list_says_who_it_is_and_why(staff_client: Client) -> None:
    contact = a_contact(an_account(name="株式会社みほん"), name="山田 花子", email="hanako@mihon.example")
    a_closed("hanako@mihon.example", detail="550 5.1.1 no such user …")
    a_closed("nobody@mihon.example", "complained")
    a_closed("left@mihon.example", "unsubscribed", "invitations")
    page = staff_client.get(PAGE).text
    for words in ("株式会社みほん", "山田 花子", "550 5.1.1 no such user", "nobody@mihon.example", "登録なし"):
        assert words in page
    assert "届かなかったため" in page
    assert "迷惑メールとして報告された" in page
    assert "「レクチャー日程のご案内」の配信を停止" in page
    assert f"/staff/accounts/{contact.account_id}/people/{contact.id}" in page


@pytest.mark.parametrize("search", ["HANAKO@", "山田", "みほん"])
def test_an_address_is_found_by_any_part_of_it_by_person_and_by_company(staff_client: Client, search: str) -> None:
    a_contact(an_account(name="株式会社みほん"), name="山田 花子", email="hanako@mihon.example")
    a_closed("hanako@mihon.example")
    a_closed("other@elsewhere.example")
    page = staff_client.get(PAGE, query_string={"q": search}).text
    assert "hanako@mihon.example" in page
    assert "other@elsewhere.example" not in page
    assert "該当する配信停止はありません" in staff_client.get(PAGE, query_string={"q": "%_"}).text


def test_who_lifts_says_why_and_the_history_of_every_account_keeps_it(staff_client: Client, member: Staff) -> None:
    people = [a_contact(email="shop@mihon.example", name=name) for name in ("山田 花子", "鈴木 一郎")]
    number = a_closed("shop@mihon.example")
    door = f"{PAGE}/{number}/lift"
    assert "アドレスが正しいことを、電話などで確認してから" in staff_client.get(door).text
    for reason in ("", "  ", "x" * 301):
        answer = staff_client.post(door, data={"reason": reason})
        assert (answer.status_code, "error-reason" in answer.text) == (422, True)
    assert lifted() == []
    answer = staff_client.post(door, data={"reason": "電話で確認しました"})
    assert answer.location == PAGE
    assert mailbox.suppressions_of("shop@mihon.example") == []
    assert lifted() == [(person.id, "bounced", "電話で確認しました") for person in people]
    history = staff_client.get(f"/staff/accounts/{people[0].account_id}").text
    assert "解除の理由: 電話で確認しました" in history
    assert staff_client.get(door).status_code == 404
    assert staff_client.post(door, data={"reason": "もう一度"}).status_code == 404


def test_what_nobody_has_any_more_can_be_lifted_too(staff_client: Client) -> None:
    staff_client.post(f"{PAGE}/{a_closed('gone@mihon.example')}/lift", data={"reason": "整理"})
    assert lifted() == [(None, "bounced", "整理")]


def test_with_sendgrid_its_own_list_is_named(app: Flask, staff_client: Client) -> None:
    door = f"{PAGE}/{a_closed('hanako@mihon.example')}/lift"
    assert "SendGrid" not in staff_client.get(door).text
    app.extensions["tasuki"].mail = "sendgrid:"
    assert "SendGrid の Suppressions" in staff_client.get(door).text


def test_an_empty_list_says_what_will_stand_there(staff_client: Client) -> None:
    assert "配信を停止しているアドレスはありません" in staff_client.get(PAGE).text


def test_who_may_not_send_mails_may_look_but_not_lift(client: Client) -> None:
    sign_in(client, a_member(team="sales"))
    number = a_closed("hanako@mihon.example")
    page = client.get(PAGE)
    assert (page.status_code, "/lift" in page.text) == (200, False)
    assert client.get(f"{PAGE}/{number}/lift").status_code == 403
    assert client.post(f"{PAGE}/{number}/lift", data={"reason": "x"}).status_code == 403


def test_many_are_cut_into_pages(staff_client: Client) -> None:
    with db.writing():
        suppressions.add([Closing(f"p{n}@mihon.example", ALL, "bounced") for n in range(51)], NOW)
    assert staff_client.get(PAGE).text.count("/lift") == 50
    assert staff_client.get(PAGE, query_string={"page": 2}).text.count("/lift") == 1
