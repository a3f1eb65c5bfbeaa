"""The pages on which many accounts change owner or stage together: shown first, done, looked at, brought back."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.mails import Mail
from tests.conftest import Client, sign_in
from tests.factories import a_contact, a_member, an_account
from tests.statements import noted


@pytest.fixture
def manager(client: Client, app: Flask) -> Client:
    sign_in(client, a_member(team="operations"))
    return client


def body(response: Any) -> str:
    text: str = response.get_data(as_text=True)
    return text


def the(account: Account) -> Account:
    return db.session.get_one(Account, account.id, populate_existing=True)


def address(*accounts: Account, **more: object) -> str:
    words = [f"account={account.id}" for account in accounts] + [f"{key}={value}" for key, value in more.items()]
    return "/staff/waves?" + "&".join(words)


def test_ticked_accounts_are_shown_moved_and_brought_back(manager: Client) -> None:
    receiver = a_member(team="success", name="受取 花子")
    accounts = [an_account(name=f"株式会社移管{number}") for number in (1, 2)]
    contact = a_contact(accounts[0])
    page = body(manager.get(address(*accounts, to="success", letter=1)))
    for known in ("株式会社移管1", "株式会社移管2", "受取 花子", "1 人に担当者変更のご案内が届きます", "2 社を移す"):
        assert known in page
    assert [the(account).stage for account in accounts] == ["onboarding", "onboarding"]
    pairs = " ".join(f"{account.id}:{receiver.id}" for account in accounts)
    sent = {"to": "success", "letter": "1", "chosen": pairs, "note": "春からもよろしくお願いします。"}
    done = manager.post("/staff/waves", data=sent, follow_redirects=True)
    assert "2 社を移しました" in body(done)
    assert "2 社を元に戻す" in body(done)
    assert {the(account).success_owner_id for account in accounts} == {receiver.id}
    letter = db.session.scalars(select(Mail).where(Mail.kind == "handover_letter")).one()
    assert (letter.contact_id, letter.params["note"]) == (contact.id, "春からもよろしくお願いします。")
    wave = db.session.scalars(select(Handover.wave)).first()
    one = db.session.scalars(select(Handover.id)).first()
    draft = body(manager.get(f"/staff/handovers/{one}"))
    assert "春からもよろしくお願いします。" in draft
    assert f"/staff/waves/{wave}" in draft
    back = manager.post(f"/staff/waves/{wave}/undo", follow_redirects=True)
    assert "2 社を元に戻しました" in body(back)
    assert [the(account).stage for account in accounts] == ["onboarding", "onboarding"]


def test_a_large_waves_page_asks_no_more_than_a_small_ones(manager: Client) -> None:
    receiver, counts = a_member(team="success"), []
    for size in (1, 6):
        accounts = [an_account() for _ in range(size)]
        a_contact(accounts[0])
        pairs = " ".join(f"{account.id}:{receiver.id}" for account in accounts)
        shown = manager.post("/staff/waves", data={"to": "success", "letter": "1", "chosen": pairs}).location
        with noted() as statements:
            assert f"{size} 社を元に戻す" in body(manager.get(shown))
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_whole_list_can_be_moved_by_its_filter(manager: Client) -> None:
    a_member(team="success")
    an_account(name="株式会社さくら一号"), an_account(name="株式会社さくら二号"), an_account(name="株式会社あおば")
    page = body(manager.get("/staff/waves?every=1&q=さくら&to=success"))
    assert "さくら一号" in page
    assert "さくら二号" in page
    assert "あおば" not in page


def test_the_list_offers_it_to_who_may(client: Client, app: Flask) -> None:
    an_account()
    sign_in(client, a_member(team="success"))
    assert "担当・フェーズを変える" in body(client.get("/staff/accounts"))
    sign_in(client, a_member(team="sales"))
    assert "担当・フェーズを変える" not in body(client.get("/staff/accounts"))
    assert client.get(address(an_account())).status_code == 403
    assert client.post("/staff/waves", data={}).status_code == 403
    assert client.post("/staff/waves/abc/undo").status_code == 403


def test_what_stays_says_why(manager: Client) -> None:
    a_member(team="success")
    account = an_account(name="未決定株式会社", undecided=True)
    page = body(manager.get(address(account, to="success")))
    assert "対応方針が未決定です" in page
    assert "社を移す</button>" not in page


def test_a_note_that_is_too_long_is_kept_and_nothing_moves(manager: Client) -> None:
    receiver, account = a_member(team="success"), an_account()
    a_contact(account)
    sent = {"to": "success", "letter": "1", "chosen": f"{account.id}:{receiver.id}", "note": "長" * 4001}
    refused = manager.post("/staff/waves", data=sent)
    assert refused.status_code == 422
    assert the(account).stage == "onboarding"
    assert "長長長" in body(refused)


@pytest.mark.parametrize("query", ["", "account=999999", "account=x&to=nowhere&receiver=y"])
def test_an_address_that_names_nothing_says_what_to_do(manager: Client, query: str) -> None:
    page = manager.get(f"/staff/waves?{query}")
    assert page.status_code == 200
    assert "顧客企業が選ばれていません" in body(page)


def test_a_press_with_nothing_to_move_says_so(manager: Client) -> None:
    answer = manager.post("/staff/waves", data={"to": "success", "chosen": "x 1: :2 999999:1"}, follow_redirects=True)
    assert "移せる顧客企業がありませんでした" in body(answer)


def test_a_wave_that_is_not_there_is_not_found(manager: Client) -> None:
    assert manager.get("/staff/waves/none").status_code == 404
    assert manager.post("/staff/waves/none/undo").status_code == 404
