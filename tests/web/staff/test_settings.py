"""What operations decide on pages: the vendor's details, keys, courses, members."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from scheduler.models.db import db
from scheduler.models.staff import ApiToken, Staff
from scheduler.services import staff as staff_service
from scheduler.services import vendor
from tests.conftest import NOW, Client, sign_in
from tests.factories import a_member


@pytest.fixture
def operations(client: Client, app: Flask) -> Client:
    sign_in(client, a_member(team="operations", name="小林 美咲"))
    return client


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.text.split())


def test_the_vendors_details_are_kept(operations: Client) -> None:
    form = {"name": "株式会社たすき", "phone": "03-1234-5678", "hours": "平日 9:30–18:00", "address": "東京都",
            "reply_to": "cs@vendor.example", "closed": "2026-08-13\n\n 12-29..01-03 \n"}  # fmt: skip
    response = operations.post("/staff/settings", data=form)
    assert "保存しました。" in page(operations, response.location)
    known = vendor.get()
    assert (known.name, known.closed) == ("株式会社たすき", ("2026-08-13", "12-29..01-03"))
    assert known.promotes_until == "17:00"
    operations.post("/staff/settings", data=form | {"promotes_until": "12:30"})
    assert vendor.get().promotes_until == "12:30"
    assert 'value="12:30"' in page(operations, "/staff/settings")
    refused = operations.post("/staff/settings", data=form | {"promotes_until": "noon"})
    assert (refused.status_code, "「noon」は時刻として読み取れません" in refused.text) == (422, True)


def test_where_replies_go_and_whether_answers_are_read_is_chosen(operations: Client, client: Client) -> None:
    form = {"name": "株式会社たすき", "address": "東京都千代田区", "hours": "平日", "phone": "03-1234-5678"}
    form |= {"reply_to": "cs@vendor.example"}
    operations.post("/staff/settings", data=form | {"replies_to": "owner", "answers_read": "1"})
    assert (vendor.get().replies_to, vendor.get().answers_read) == ("owner", True)
    shown = page(operations, "/staff/settings")
    assert re.search(r'name="answers_read"[^>]* checked', shown)
    foot = page(client, "/lectures").partition('class="foot"')[2]
    assert [words for words in ("mailto:cs@vendor.example", *form.values()) if words not in foot] == []
    operations.post("/staff/settings", data=form)
    assert (vendor.get().replies_to, vendor.get().answers_read) == ("team", False)


def test_a_closed_day_that_cannot_be_read_is_named_and_nothing_is_saved(operations: Client) -> None:
    response = operations.post("/staff/settings", data={"name": "新しい名前", "closed": "お盆"})
    assert response.status_code == 422
    assert "お盆" in response.text
    assert "新しい名前" in response.text
    assert vendor.get().name == ""


def test_a_token_is_shown_once_and_can_be_taken_back(operations: Client) -> None:
    shown = operations.post("/staff/settings/tokens", data={"name": "CRM連携", "scope": "write"}).text
    token = re.search(r"tsk_[\w-]+", shown)
    assert token
    listing = page(operations, "/staff/settings/tokens")
    assert "CRM連携" in listing
    assert token[0] not in listing
    headers = {"Authorization": f"Bearer {token[0]}"}
    assert operations.get("/api/v1/accounts", headers=headers).status_code == 200
    row = db.session.query(ApiToken).one()
    assert row.scopes == ["read", "write"]
    operations.post(f"/staff/settings/tokens/{row.id}/revoke")
    assert operations.get("/api/v1/accounts", headers=headers).status_code == 401
    assert "無効" in page(operations, "/staff/settings/tokens")


@pytest.mark.parametrize(
    "form", [{"name": "", "scope": "write"}, {"name": "CRM", "scope": ""}, {"name": "CRM", "scope": "all"}]
)
def test_a_token_needs_a_name_and_a_scope(operations: Client, form: dict[str, str]) -> None:
    assert operations.post("/staff/settings/tokens", data=form).status_code == 422
    assert db.session.query(ApiToken).count() == 0


def test_a_new_member_gets_a_link_that_sets_the_password(operations: Client, app: Flask) -> None:
    form = {"email": "new@vendor.example", "name": "新人 太郎", "team": "success", "phone": "03-1111-2222"}
    text = page(operations, operations.post("/staff/members", data=form).location)
    link = re.search(r"http://127\.0\.0\.1:8000(/staff/password/[\w.-]+)", text)
    assert link
    other = app.test_client()
    assert other.post(link[1], data={"password": "a good long one", "again": "a good long one"}).status_code == 302
    assert staff_service.authenticate("new@vendor.example", "a good long one")
    assert "新人 太郎" in page(operations, "/staff/members")


def test_who_has_left_is_out_at_once_and_can_be_brought_back(operations: Client, app: Flask) -> None:
    member, other = a_member(name="退職 花子"), app.test_client()
    sign_in(other, member)
    assert other.get("/staff/today").status_code == 200
    text = page(operations, operations.post(f"/staff/members/{member.id}/leave").location)
    assert "退職しています" in text
    assert other.get("/staff/today").status_code == 302
    assert "退職 花子" in page(operations, "/staff/members")
    assert "退職しています" not in page(operations, operations.post(f"/staff/members/{member.id}/come-back").location)
    assert other.get("/staff/today").status_code == 200


def test_the_last_to_leave_is_not_oneself(operations: Client) -> None:
    me = db.session.query(Staff).one()
    assert "退職にする" not in page(operations, f"/staff/members/{me.id}")
    assert "ご自身を退職にすることはできません" in page(
        operations, operations.post(f"/staff/members/{me.id}/leave").location
    )


def test_an_answer_address_that_cannot_be_is_told_at_its_field(operations: Client) -> None:
    response = operations.post("/staff/settings", data={"name": "たすき", "reply_to": "support at example"})
    assert response.status_code == 422
    assert "メールアドレスの形式" in response.text


def test_a_member_known_by_name_only_is_adopted_and_not_doubled(operations: Client) -> None:
    number = staff_service.by_name("佐藤 健", "onboarding", NOW)
    assert "名前のみ" in page(operations, "/staff/members")
    assert "メールアドレスがないためサインインできません" in page(operations, f"/staff/members/{number}")
    operations.post("/staff/members", data={"email": "sato@vendor.example", "name": "佐藤健", "team": "onboarding"})
    member = db.session.get_one(Staff, number, populate_existing=True)
    assert member.email == "sato@vendor.example"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"email": "no address", "name": "x", "team": "success"}, "メールアドレスの形式"),
        ({"email": "a@vendor.example", "name": "x", "team": "kitchen"}, "チームをお選びください"),
    ],
)
def test_a_member_that_cannot_be_added_is_told_why(operations: Client, form: dict[str, str], words: str) -> None:
    response = operations.post("/staff/members", data=form)
    assert response.status_code == 422
    assert words in response.text


@pytest.mark.parametrize(
    "path",
    ["/staff/settings", "/staff/settings/tokens", "/staff/courses/new", "/staff/settings/steps", "/staff/members"],
)
def test_administration_is_for_operations_alone(staff_client: Client, path: str) -> None:
    response = staff_client.get(path)
    assert response.status_code == 403
    assert "この操作の権限がありません" in response.text
    assert "管理</a>" not in staff_client.get("/staff/today").text
