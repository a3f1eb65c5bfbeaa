"""Contracts are entered by their first and last day, as people say them."""

from __future__ import annotations

from datetime import date
from io import BytesIO

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


def test_a_list_of_contracts_is_looked_at_confirmed_once_and_taken_back(staff_client: Client) -> None:
    an_account(external_id="A-1", name="株式会社みほん")
    form = staff_client.get("/staff/imports/contracts").text
    assert "終了日・月額・結果の列があれば読み取ります。" in form
    lines = "顧客ID,開始日,終了日,月額,結果\nA-1,2025-04-01,2026-03-31,80000,更新\n"
    page = _handed_in(staff_client, lines)
    text = staff_client.get(page).text
    assert "1 社の契約 1 件を取り込む" in text
    assert "3月31日(火) · 月額 80,000 · 更新" in text
    assert db.session.scalars(select(Contract)).all() == []
    for _press in range(2):
        assert staff_client.post(f"{page}/confirm").status_code == 302
    assert db.session.scalars(select(Contract.outcome)).all() == ["renewed"]
    assert "1 社の契約 1 件を取り込みました。" in staff_client.get(page).text
    assert "1 件を元に戻しました。" in staff_client.post(f"{page}/undo", follow_redirects=True).text
    assert db.session.scalars(select(Contract)).all() == []


def test_a_list_of_contracts_with_a_row_that_cannot_be_used_offers_no_press(staff_client: Client) -> None:
    an_account(external_id="A-1")
    page = _handed_in(staff_client, "顧客ID,開始日,終了日\nA-1,2025-04-01,2026-03-31\nA-9,2025-04-01,2026-03-31\n")
    text = staff_client.get(page).text
    assert "直す必要のある行があるため、このままでは取り込めません。" in text
    assert "3 行目" in text
    assert "「A-9」" in text
    assert f"{page}/confirm" not in text
    staff_client.post(f"{page}/confirm")
    assert db.session.scalars(select(Contract)).all() == []


def _handed_in(client: Client, text: str) -> str:
    answer = client.post("/staff/imports/contracts", data={"file": (BytesIO(text.encode()), "list.csv")})
    assert answer.status_code == 302, answer.text
    return str(answer.location)
