"""Visitors nobody recognised: the staff see who it may be, and decide."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.applications import Application
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from tests.browsing import forms
from tests.conftest import Client, sign_in
from tests.factories import NOW, a_contact, a_course, a_lecture, a_member, a_store, an_account, an_application

LIST = "/staff/applications"


def a_visitor(**fields: object) -> Application:
    values = {"company": "みほん", "store": "横浜店", "name": "山田 花子", "email": "hanako@mihon.example"}
    return an_application(**values | {"state": "waiting", "confirmed_at": NOW} | fields)  # type: ignore[arg-type]


def state_of(row: Application) -> str:
    return db.session.get_one(Application, row.id, populate_existing=True).state


def test_the_list_is_found_from_today_and_from_the_schedule(staff_client: Client) -> None:
    a_visitor()
    an_application()
    today = staff_client.get("/staff/today?whose=all").text
    assert "公開フォームからの申込<b>1</b>" in today
    for page in (today, staff_client.get("/staff/lectures").text):
        assert f'href="{LIST}"' in page


def test_it_lists_who_waits_with_what_they_wrote_and_the_account_their_address_points_to(staff_client: Client) -> None:
    account = an_account(name="株式会社みほん")
    a_visitor(phone="045-000-0000", proposed_account_id=account.id)
    an_application(company="まだ確かめられていない会社")
    page = staff_client.get(LIST).text
    for words in (
        "みほん",
        "横浜店",
        "山田 花子",
        "hanako@",
        "045-000-0000",
        "株式会社みほん",
        "4月8日(水)",
    ):
        assert words in page
    assert "まだ確かめられていない会社" not in page


def test_nothing_waiting_says_what_would_stand_here(staff_client: Client) -> None:
    assert "確認を待っている申込はありません" in staff_client.get(LIST).text
    assert "対応済みの申込はありません" in staff_client.get(f"{LIST}?state=decided").text


def test_a_known_person_is_chosen_and_registered(staff_client: Client, member: object) -> None:
    account = an_account(name="株式会社みほん")
    contact = a_contact(account, name="山田 花子", email=None)
    row = a_visitor(proposed_account_id=account.id)
    page = staff_client.get(f"{LIST}/{row.id}").text
    assert "メールアドレスの登録なし" in page
    (form,) = [form for form in forms(page) if form.action == f"{LIST}/{row.id}/accept"]
    answer = staff_client.post(
        form.action, data=dict(form.fields) | {"contact": str(contact.id)}, follow_redirects=True
    )
    assert "申込を登録しました。確認メールを送ります。" in answer.text
    assert state_of(row) == "done"
    assert db.session.get_one(Contact, contact.id, populate_existing=True).email == "hanako@mihon.example"
    decided = staff_client.get(f"{LIST}?state=decided").text
    assert f"/staff/accounts/{account.id}/people/{contact.id}" in decided
    assert "公開フォームからの申込を受け付けました" in staff_client.get(f"/staff/accounts/{account.id}").text


def test_a_new_person_is_added_to_the_account_that_was_searched(staff_client: Client) -> None:
    account = an_account(name="株式会社さくら不動産")
    a_store(account, name="横浜店")
    row = a_visitor()
    assert "該当する顧客企業が見つかりません" in staff_client.get(f"{LIST}/{row.id}").text
    assert "株式会社さくら不動産" in staff_client.get(f"{LIST}/{row.id}?q=さくら").text
    answer = staff_client.post(f"{LIST}/{row.id}/new?q=さくら", data={"account": account.id}, follow_redirects=True)
    assert "申込を登録しました" in answer.text
    contact = db.session.scalars(select(Contact)).one()
    assert (contact.account_id, [store.name for store in contact.stores]) == (account.id, ["横浜店"])


@pytest.mark.parametrize(("data", "mails"), [({"mails": "1"}, ["application"]), ({}, [])])
def test_who_is_nobodys_customer_is_refused(staff_client: Client, data: dict[str, str], mails: list[str]) -> None:
    row = a_visitor()
    answer = staff_client.post(f"{LIST}/{row.id}/refuse", data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, LIST)
    assert state_of(row) == "refused"
    assert list(db.session.scalars(select(Mail.kind))) == mails


@pytest.mark.parametrize(
    ("path", "words"), [("accept", "先方担当者を一人お選びください"), ("new", "顧客企業を一つお選びください")]
)
def test_choosing_nobody_is_told(staff_client: Client, path: str, words: str) -> None:
    row = a_visitor()
    answer = staff_client.post(f"{LIST}/{row.id}/{path}", data={})
    assert answer.status_code == 422
    assert words in answer.text
    assert state_of(row) == "waiting"


def test_whoever_lacks_the_prerequisite_needs_a_reason(staff_client: Client) -> None:
    row = a_visitor(lecture=a_lecture(a_course("advanced", prerequisite_id=a_course("basic").id)))
    contact = a_contact(name="山田 花子")
    answer = staff_client.post(f"{LIST}/{row.id}/accept", data={"contact": contact.id})
    assert answer.status_code == 409
    assert "受講していない方を受け付ける理由" in answer.text
    staff_client.post(f"{LIST}/{row.id}/accept", data={"contact": contact.id, "exception": "他社で受講済み"})
    assert db.session.scalars(select(Registration.exception)).all() == ["他社で受講済み"]


def test_what_somebody_else_decided_meanwhile_is_said(staff_client: Client) -> None:
    row, contact = a_visitor(), a_contact()
    staff_client.post(f"{LIST}/{row.id}/refuse", data={})
    for path, data in (("accept", {"contact": contact.id}), ("new", {"account": contact.account_id}), ("refuse", {})):
        answer = staff_client.post(f"{LIST}/{row.id}/{path}", data=data)
        assert answer.status_code == 409
        assert "すでに手続きが済んでいる" in answer.text


def test_an_address_nobody_has_proven_has_no_page(staff_client: Client) -> None:
    assert staff_client.get(f"{LIST}/{an_application().id}").status_code == 404


def test_who_may_only_look_sees_no_buttons(client: Client, app: Flask) -> None:
    row = a_visitor()
    sign_in(client, a_member(team="sales"))
    page = client.get(f"{LIST}/{row.id}").text
    assert "山田 花子" in page
    assert not [form for form in forms(page) if form.action.startswith(LIST)]
