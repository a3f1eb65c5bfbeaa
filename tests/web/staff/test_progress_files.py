"""取り込み > 初期設定, 利用状況: looked at, confirmed once, taken back."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.setup import Completion, UsageDay
from scheduler.models.uploads import Upload
from scheduler.services import setup
from scheduler.services.actors import Actor
from tests.conftest import Client, sign_in
from tests.factories import a_contact, a_member, a_setup_step, a_store, an_account

TICKS = "顧客ID,項目,店舗コード,状態,理由\nA-1,logins,Y01,完了,\nA-1,logins,Z99,完了,\nA-1,menu,,対象外,本部で一括\n"
USAGE = "顧客ID,日付,操作\nA-1,2026-03-30,反響\nA-1,2026-03-31,反響\nA-9,2026-03-31,反響\n"


@pytest.fixture
def account(staff_client: Client) -> Account:
    a_setup_step("menu")
    a_setup_step("logins", per="store")
    row = an_account(external_id="A-1", name="株式会社みほん")
    a_contact(row)
    a_store(row, code="Y01", name="横浜店")
    return row


def hand_in(client: Client, kind: str, text: str) -> str:
    answer = client.post(f"/staff/imports/{kind}", data={"file": (BytesIO(text.encode()), "list.csv")})
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def count(model: type[Completion | UsageDay | Mail]) -> int:
    return db.session.scalar(select(func.count(model.id))) or 0


def test_ticks_are_looked_at_recorded_once_and_taken_back(staff_client: Client, account: Account) -> None:
    page = hand_in(staff_client, "setup", TICKS)
    text = staff_client.get(page).text
    assert "1 社の記録 2 件を取り込む" in text
    assert "店舗コード「Z99」はこの顧客企業にありません。" in text
    assert "横浜店" in text
    assert (count(Completion), count(Mail)) == (0, 0)
    for _press in range(2):
        assert staff_client.post(f"{page}/confirm").status_code == 302
    assert (count(Completion), count(Mail)) == (2, 0)
    text = staff_client.get(page).text
    assert "1 社の記録 2 件を取り込みました。" in text
    assert "この取り込みを取り消す" in text
    setup.complete(account.id, "menu", datetime.fromisoformat("2026-04-01T00:00:00Z"), Actor("staff", None, "page"))
    text = staff_client.post(f"{page}/undo", follow_redirects=True).text
    assert "1 件を元に戻しました。取り込みのあとに記録が変わった 1 件は、そのまま残しました。" in text
    assert "すでに取り消されています" in staff_client.post(f"{page}/undo", follow_redirects=True).text
    assert "取り消し済み" in staff_client.get("/staff/imports/setup").text


def test_usage_is_looked_at_recorded_once_and_taken_back(staff_client: Client, account: Account) -> None:
    page = hand_in(staff_client, "usage", USAGE)
    text = staff_client.get(page).text
    assert "1 社の利用 2 日分を取り込む" in text
    assert "顧客ID「A-9」の顧客企業はありません。" in text
    staff_client.post(f"{page}/confirm")
    assert count(UsageDay) == 2
    assert "変更なしで完了する" in staff_client.get(hand_in(staff_client, "usage", USAGE)).text
    assert "2 日分の利用を取り消しました。" in staff_client.post(f"{page}/undo", follow_redirects=True).text
    assert count(UsageDay) == 0


@pytest.mark.parametrize(
    ("kind", "text", "status", "words"),
    [
        ("setup", "", 422, "空のファイル"),
        ("setup", "会社,項目\nA-1,menu\n", 422, "必要な列が見つかりません: 顧客ID"),
        (
            "setup",
            "顧客ID\nA-1\n",
            422,
            "必要な列が見つかりません: 初期設定項目。ファイルにある列: 顧客ID。見出しを直してから",
        ),
        ("usage", "顧客ID\nA-1\n", 422, "必要な列が見つかりません: 日付"),
        ("usage", "顧客ID,日付\n", 422, "1 行もデータがありません"),
    ],
)
def test_what_is_no_such_list_is_refused_with_its_reason(
    staff_client: Client, account: Account, kind: str, text: str, status: int, words: str
) -> None:
    answer = staff_client.post(f"/staff/imports/{kind}", data={"file": (BytesIO(text.encode()), "list.csv")})
    assert (answer.status_code, words in answer.text) == (status, True)
    assert "お選びください" in staff_client.post(f"/staff/imports/{kind}").text
    assert db.session.scalar(select(Upload)) is None


def test_a_list_of_which_no_row_fits_has_no_button(staff_client: Client, account: Account) -> None:
    page = hand_in(staff_client, "usage", "顧客ID,日付\nA-9,2026-03-30\n")
    assert "/confirm" not in staff_client.get(page).text
    staff_client.post(f"{page}/confirm")
    assert count(UsageDay) == 0


def test_a_list_that_waited_too_long_says_so(staff_client: Client, account: Account, app: Flask) -> None:
    page = hand_in(staff_client, "setup", TICKS)
    with db.writing():
        upload = db.session.scalars(select(Upload)).one()
        upload.expires_at = upload.created_at
    assert staff_client.get(page).status_code == 410


def test_what_stands_is_handed_out_and_comes_back_unchanged(staff_client: Client, account: Account) -> None:
    answer = staff_client.get("/staff/imports/setup/list.csv")
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert lines[0] == "顧客ID,会社名,項目,店舗コード,店舗名,状態,対応待ちの相手,日付,理由"
    assert lines[1:] == [
        "A-1,株式会社みほん,menuの登録,,,未完了,,,",
        "A-1,株式会社みほん,loginsの登録,Y01,横浜店,未完了,,,",
    ]
    page = hand_in(staff_client, "setup", "\n".join(lines))
    assert "変更なしで完了する" in staff_client.get(page).text


def test_only_who_may_import_gets_in(client: Client, app: Flask) -> None:
    sign_in(client, a_member(team="sales"))
    assert client.get("/staff/imports/setup").status_code == 403
    assert client.get("/staff/imports/usage/list.csv").status_code == 403
