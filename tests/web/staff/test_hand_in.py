"""Sales hands in what it signed, by page and by API, and sees how its accounts are going."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.mails import Mail
from tests.conftest import Client, sign_in
from tests.factories import a_member, a_token, an_account

PAGE = "/staff/hand-in"
FORM = {
    "external_id": "S-1",
    "name": "株式会社みほん",
    "signed_on": "2026-03-20",
    "planned_start_on": "2026-05-11",
    "contact_name": "山田 花子",
    "contact_email": "hanako@mihon.example",
    "stores": "Y01, 横浜店\nK01、川崎店\n",
    "promises": "開店前に店長研修を一度行う。",
    "handover_note": "店長様が詳しい方です。",
}


@pytest.fixture
def sales(client: Client, app: Flask) -> Client:
    sign_in(client, a_member(team="sales"))
    return client


def the(external_id: str) -> Account:
    query = select(Account).where(Account.external_id == external_id)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def handovers() -> list[tuple[str, str, str]]:
    rows = db.session.execute(select(Handover.to_stage, Handover.state, Handover.note).order_by(Handover.id))
    return [tuple(row) for row in rows]


def test_a_signed_account_is_saved_and_handed_over_in_one_press(sales: Client) -> None:
    onboarding = a_member(team="onboarding")
    answer = sales.post(f"{PAGE}/new", data=FORM)
    assert answer.status_code == 302
    account = the("S-1")
    assert (account.stage, account.promises, account.sales_owner is not None) == ("sales", FORM["promises"], True)
    assert handovers() == [("onboarding", "requested", "店長様が詳しい方です。")]
    assert {row.name for row in db.session.scalars(select(Store))} == {"横浜店", "川崎店"}
    assert db.session.scalars(select(Contact.role)).all() == ["coordinator"]
    told = db.session.scalars(select(Mail.kind).where(Mail.staff_id == onboarding.id)).all()
    assert told == ["staff_handover_requested"]
    assert db.session.scalar(select(func.count()).select_from(Mail).where(Mail.contact_id.is_not(None))) == 0
    sales.post(f"{PAGE}/new", data=FORM)
    assert len(handovers()) == 1
    number = db.session.scalars(select(Handover.id)).one()
    for page in (PAGE, "/staff/board?whose=all"):
        shown = sales.get(page).text
        assert ("株式会社みほん" in shown, f"/staff/handovers/{number}" in shown) == (True, True)
        assert "内容を補って引き渡す" not in shown
        assert "引き継ぎを依頼する" not in shown


def test_what_is_missing_is_told_and_nothing_is_lost(sales: Client) -> None:
    answer = sales.post(f"{PAGE}/new", data=FORM | {"contact_email": "", "planned_start_on": ""})
    page = sales.get(answer.location).text
    assert "次がそろうと引き継げます" in page
    assert "利用開始予定日" in page
    assert 'value="S-1"' in page
    assert handovers() == []
    sales.post(f"{PAGE}/new", data=FORM | {"contact_email": "", "planned_start_on": "", "reason": "お急ぎのため"})
    assert [state for _to, state, _note in handovers()] == ["requested"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"external_id": ""}, "必ず入力してください"),
        ({"name": ""}, "必ず入力してください"),
        ({"signed_on": "3月20日"}, "日付として読み取れません"),
        ({"contact_email": "hanako"}, "メールアドレス"),
        ({"stores": "Y01,\n"}, "1 行目"),
    ],
)
def test_a_slip_is_told_and_changes_nothing(sales: Client, changed: dict[str, str], told: str) -> None:
    answer = sales.post(f"{PAGE}/new", data=FORM | changed)
    assert (answer.status_code, told in answer.text) == (422, True)
    assert db.session.scalar(select(func.count()).select_from(Account)) == 0


def test_an_account_past_sales_is_not_changed_by_it(sales: Client) -> None:
    an_account(external_id="S-1", name="前からの会社")
    answer = sales.post(f"{PAGE}/new", data=FORM)
    assert (answer.status_code, "すでに次のチームが担当しています" in answer.text) == (422, True)
    assert the("S-1").name == "前からの会社"


def test_sales_sees_its_own_accounts_and_may_not_change_them(client: Client, app: Flask) -> None:
    mine, colleague = a_member(team="sales"), a_member(team="sales")
    sign_in(client, mine)
    own = an_account(name="わたしの会社", sales_owner_id=mine.id)
    an_account(name="同僚の会社", sales_owner_id=colleague.id)
    assert "わたしの会社" in client.get(PAGE).text
    assert "同僚の会社" not in client.get(PAGE).text
    assert "同僚の会社" in client.get(PAGE, query_string={"whose": "all"}).text
    assert client.get(f"/staff/accounts/{own.id}").status_code == 200
    assert client.post(f"/staff/accounts/{own.id}/edit", data={"name": "別の名"}).status_code == 403


def test_a_program_hands_in_with_one_request(client: Client) -> None:
    token: Any = a_token()
    body = {
        "external_id": "S-2",
        "account": {
            "name": "株式会社みほん",
            "signed_on": "2026-03-20",
            "planned_start_on": "2026-05-11",
            "contacts": [{"name": "山田 花子", "email": "hanako@mihon.example", "role": "coordinator"}],
        },
    }
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one"}
    first = client.post("/api/v1/hand-ins", json=body, headers=headers)
    assert (first.status_code, first.json["account"], first.json["missing"]) == (201, "S-2", [])
    assert client.post("/api/v1/hand-ins", json=body, headers=headers).json == first.json
    assert len(handovers()) == 1
    short = {"external_id": "S-3", "account": {"name": "株式会社まだ"}}
    answer = client.post("/api/v1/hand-ins", json=short, headers={"Authorization": f"Bearer {token}"})
    assert answer.json == {
        "account": "S-3",
        "handover": None,
        "missing": ["signed_on", "contact_email", "planned_start_on"],
    }
