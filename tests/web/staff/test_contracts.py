"""Contracts are entered by their first and last day, as people say them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from scheduler.models.accounts import Contract
from scheduler.models.db import db
from tests.conftest import Client
from tests.factories import an_account


def test_a_contract_is_entered_shown_and_changed_by_its_last_day(staff_client: Client) -> None:
    account = an_account(stage="success")
    page = f"/staff/accounts/{account.id}/contracts"
    answer = staff_client.post(page, data={"starts_on": "2026-02-01", "ends_on": "2027-01-31", "monthly_fee": "30000"})
    assert answer.status_code == 302
    assert db.session.scalars(select(Contract.ends_on)).one() == date(2027, 2, 1)
    assert "2027年1月31日(日)" in staff_client.get(page).text
    assert 'value="2027-01-31"' in staff_client.get(f"{page}?on=2026-02-01").text
    told = staff_client.get(f"/staff/accounts/{account.id}").text
    assert "契約は 2027年1月31日(日) に終わります。" in told
    assert "2027年2月1日" not in told


def test_a_contract_that_ends_before_it_begins_is_refused(staff_client: Client) -> None:
    account = an_account()
    page = f"/staff/accounts/{account.id}/contracts"
    answer = staff_client.post(page, data={"starts_on": "2026-02-01", "ends_on": "2026-01-30"})
    assert answer.status_code == 422
    assert db.session.scalars(select(Contract)).all() == []
