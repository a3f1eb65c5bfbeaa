"""A number that no database can hold finds nothing, instead of breaking the page."""

from __future__ import annotations

import pytest
from flask import Flask

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.web.ids import number, read_id
from tests.conftest import Client, sign_in
from tests.factories import a_contact, a_lecture, a_member, an_account

HUGE = "9" * 25


@pytest.mark.parametrize(("text", "read"), [("1", 1), ("999999999", 999_999_999), ("１２", 12), ("0", 0)])
def test_an_id_is_read(text: str, read: int) -> None:
    assert number(text) == read_id(text) == read


@pytest.mark.parametrize("text", ["", "-1", "1.0", "x", "1000000000", HUGE, "9" * 5000, "²"])
def test_what_is_no_id_is_not_read(text: str) -> None:
    assert read_id(text) is None
    with pytest.raises(ValueError, match="nine digits"):
        number(text)


def test_every_number_in_an_address_is_bounded(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if "<int" in rule.rule or "<float" in rule.rule]
    assert rules == []


def test_huge_numbers_find_nothing(client: Client, database: Flask) -> None:
    contact, lecture = a_contact(), a_lecture()
    account_id = contact.account_id
    sign_in(client, a_member("operations"))
    for path in (f"/staff/accounts/{HUGE}", f"/staff/lectures/{HUGE}", f"/staff/mails/{HUGE}"):
        assert client.get(path).status_code == 404
    for path in (
        f"/staff/accounts/{account_id}/history?before={HUGE}",
        f"/staff/accounts?page={HUGE}",
        f"/staff/mails?page={HUGE}&account={HUGE}&contact={HUGE}",
        f"/staff/handovers?page={HUGE}",
        f"/staff/imports?page={HUGE}",
    ):
        assert client.get(path).status_code == 200, path
    decided = client.post("/staff/accounts/decide/success", data={"account": [HUGE, str(account_id)]})
    assert decided.status_code == 302
    registered = client.post("/staff/roster/register", data={"lecture": HUGE, "contact": str(contact.id)})
    assert (registered.status_code, "9 桁までの数" in registered.text) == (422, True)
    moved = client.post("/staff/roster/1/move", data={"lecture": HUGE})
    assert moved.status_code == 422
    back = client.post("/staff/roster/1/cancel", data={"lecture": HUGE})
    assert back.status_code == 302
    assert client.post(f"/staff/lectures/{lecture.id}/edit", data={"capacity": HUGE}).status_code == 422


def test_a_huge_owner_is_nobody(client: Client, database: Flask) -> None:
    account = an_account()
    sign_in(client, a_member("operations"))
    client.post(f"/staff/accounts/{account.id}/edit", data={"name": "株式会社みほん", "sales_owner": HUGE})
    assert db.session.get_one(Account, account.id).sales_owner_id is None
