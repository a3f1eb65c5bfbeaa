"""Answers whether an account's contracts follow one another and are kept once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.services import contracts
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound
from tests.conftest import Client, sign_in
from tests.factories import a_member, an_account

STAFF = Actor("staff", None, "page")
FIRST: dict[str, Any] = {"starts_on": date(2025, 5, 1), "ends_on": date(2026, 5, 1), "monthly_fee": 80000}


@pytest.fixture(autouse=True)
def _application(app: Flask) -> None:
    """Everything here needs a database."""


def test_a_contract_is_known_by_its_first_day_and_the_same_again_changes_nothing(now: datetime) -> None:
    account = an_account()
    assert contracts.put(account.id, FIRST, now, STAFF)
    assert not contracts.put(account.id, FIRST, now, STAFF)
    assert contracts.put(account.id, {"starts_on": FIRST["starts_on"], "outcome": "renewed"}, now, STAFF)
    assert contracts.put(account.id, {"starts_on": date(2026, 5, 1), "ends_on": date(2027, 5, 1)}, now, STAFF)
    found = [(row.starts_on, row.monthly_fee, row.outcome) for row in contracts.of_account(account.id)]
    assert found == [(date(2026, 5, 1), None, None), (date(2025, 5, 1), 80000, "renewed")]


def test_the_end_of_the_contract_makes_an_account_ready_for_renewal(now: datetime) -> None:
    account = an_account(stage="success")
    contracts.put(account.id, FIRST, now, STAFF)
    assert db.session.get_one(Account, account.id, populate_existing=True).ready_since == now
    contracts.remove(account.id, contracts.of_account(account.id)[0].id, now, STAFF)
    assert db.session.get_one(Account, account.id, populate_existing=True).ready_since is None


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "missing"),
        ({"starts_on": date(2027, 1, 1)}, "missing"),
        ({"starts_on": date(2027, 1, 1), "ends_on": date(2027, 1, 1)}, "ends_before_it_starts"),
        ({"starts_on": date(2026, 4, 30), "ends_on": date(2027, 1, 1)}, "contracts_overlap"),
        ({"starts_on": date(2027, 1, 1), "ends_on": date(2028, 1, 1), "monthly_fee": -1}, "fee_out_of_range"),
        ({"starts_on": date(2027, 1, 1), "ends_on": date(2028, 1, 1), "outcome": "lost"}, "not_a_choice"),
    ],
)
def test_what_cannot_be_a_contract_is_refused(now: datetime, fields: dict[str, Any], why: str) -> None:
    account = an_account()
    contracts.put(account.id, FIRST, now, STAFF)
    with pytest.raises(Invalid) as refused:
        contracts.put(account.id, fields, now, STAFF)
    assert refused.value.params["why"] == why
    assert len(contracts.of_account(account.id)) == 1


def test_another_accounts_contract_is_not_found(now: datetime) -> None:
    account, other = an_account(), an_account()
    contracts.put(account.id, FIRST, now, STAFF)
    with pytest.raises(NotFound):
        contracts.remove(other.id, contracts.of_account(account.id)[0].id, now, STAFF)


def test_contracts_are_entered_changed_and_taken_out_on_a_page(client: Client) -> None:
    account = an_account()
    sign_in(client, a_member(team="success"))
    page = f"/staff/accounts/{account.id}/contracts"
    form = {"starts_on": "2026-04-01", "ends_on": "2027-04-01", "monthly_fee": "80000", "outcome": ""}
    assert client.post(page, data=form).status_code == 302
    assert "80,000" in client.get(page).text
    assert 'value="2027-04-01"' in client.get(page, query_string={"on": "2026-04-01"}).text
    refused = client.post(page, data=form | {"ends_on": "2026-01-01"})
    assert (refused.status_code, "開始日より後" in refused.text) == (422, True)
    client.post(f"{page}/{contracts.of_account(account.id)[0].id}/remove")
    assert contracts.of_account(account.id) == []
    assert f'href="{page}"' in client.get(f"/staff/accounts/{account.id}").text
