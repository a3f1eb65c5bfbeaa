"""The import's pages: what a list would do is seen and corrected first, and one press brings it in."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.uploads import Upload
from scheduler.services import accounts
from scheduler.services.actors import Actor
from tests.conftest import NOW, Client, sign_in
from tests.factories import a_member
from tests.services.imports.lists import SAMPLE, a_list, account, how_many

STAFF = Actor("staff", None, "page")


def handed_in(client: Client, data: bytes, filename: str = "顧客リスト.csv") -> tuple[str, str]:
    """Hand a list in and return its page's address and text."""
    answer = client.post("/staff/imports", data={"file": (io.BytesIO(data), filename)})
    assert answer.status_code == 302, answer.text
    return answer.location, client.get(answer.location).text


def confirmed(client: Client, address: str, **form: str) -> str:
    """Press the button and return the page after it."""
    return client.post(f"{address}/confirm", data=form, follow_redirects=True).text


def test_the_page_tells_what_the_sample_comes_to_and_writes_nothing(staff_client: Client) -> None:
    _address, page = handed_in(staff_client, SAMPLE)
    assert "112 社・1,028 店舗・1,241 名を取り込む（メールは送られません）" in page
    assert "これから導入する顧客企業" in page
    assert "すでに利用中の顧客企業" in page
    assert "契約日「2026/2/30」は存在しない日付です。" in page
    assert "595 行目" in page
    assert "中村 涼平 様と同じメールアドレス" in page
    assert "Shift_JIS" in page
    assert "小林 美咲" in page
    assert how_many(Account) == 0


def test_one_press_brings_it_in_and_mails_nobody(staff_client: Client) -> None:
    address, _page = handed_in(staff_client, SAMPLE)
    done = confirmed(staff_client, address)
    assert "112 社・1,028 店舗・1,241 名を取り込みました。メールは送られていません。" in done
    assert "/staff/accounts?stage=onboarding" in done
    assert (how_many(Account), how_many(Contact), how_many(Mail)) == (112, 1241, 0)
    listed = staff_client.get("/staff/imports").text
    assert "顧客リスト.csv" in listed
    assert "取り込めなかった行 3" in listed


def test_a_second_press_shows_the_same_result(staff_client: Client) -> None:
    address, _page = handed_in(staff_client, a_list({}))
    assert confirmed(staff_client, address) == confirmed(staff_client, address)
    assert how_many(Account) == 1


def test_the_same_list_again_has_nothing_to_bring_in(staff_client: Client) -> None:
    confirmed(staff_client, handed_in(staff_client, a_list({"店舗名": "横浜店"}))[0])
    _address, page = handed_in(staff_client, a_list({"店舗名": "横浜店"}))
    assert "このリストの内容は、すべて取り込み済みです。" in page
    assert "変更なしで完了する" in page


def test_what_a_hand_has_changed_is_shown_beside_the_list(staff_client: Client) -> None:
    confirmed(staff_client, handed_in(staff_client, a_list({"プラン": "ライト", "契約日": "2026/4/1"}))[0])
    accounts.edit(account().id, {"plan": "特別"}, NOW, STAFF)
    _address, page = handed_in(staff_client, a_list({"プラン": "プロ", "契約日": "2026/4/2"}))
    assert "手で直したため、上書きしない項目" in page
    kept, changes = page.split('id="changes"')
    assert "特別" in kept
    assert "プロ" in kept
    assert "2026年4月1日(水)" in changes
    assert "2026年4月2日(木)" in changes


def test_what_is_left_open_can_be_decided_for_one_account_and_for_the_rest(staff_client: Client) -> None:
    rows = [{"顧客ID": name, "会社名": f"会社{name}"} for name in ("U1", "U2", "U3")]
    address, page = handed_in(staff_client, a_list(*rows))
    assert page.count("フェーズと利用開始予定日から判断できません") == 3
    confirmed(staff_client, address, rest="success", **{"decision:U1": "onboarding", "decision:U2": ""})
    stages = {name: (account(name).stage, account(name).undecided) for name in ("U1", "U2", "U3")}
    assert stages == {"U1": ("onboarding", False), "U2": ("success", False), "U3": ("success", False)}


def test_deciding_can_wait(staff_client: Client) -> None:
    address, _page = handed_in(staff_client, a_list({}))
    done = confirmed(staff_client, address, rest="")
    assert account().undecided
    assert "/staff/accounts?state=undecided" in done


def test_a_list_with_ambiguous_dates_asks_before_it_can_go_in(staff_client: Client) -> None:
    address, page = handed_in(staff_client, a_list({"契約日": "04/01/2026"}))
    assert "月/日/年（04/01/2026 は 2026年4月1日(水)）" in page
    assert "を取り込む（メール" not in page
    assert "日付の順序を教えてください" in confirmed(staff_client, address)
    without = staff_client.post(f"{address}/choices", follow_redirects=True)
    assert "日付の順序をお選びください。" in without.text
    answered = staff_client.post(f"{address}/choices", data={"date_order": "dmy"}, follow_redirects=True)
    assert "1 社・0 店舗・0 名を取り込む" in answered.text


def test_a_missing_column_is_named_and_can_be_chosen(staff_client: Client) -> None:
    answer = staff_client.post(
        "/staff/imports",
        data={"file": (io.BytesIO("番号,会社名,担当の人\nA1,みほん,山田".encode()), "list.csv")},
        follow_redirects=True,
    )
    assert answer.status_code == 422
    assert "必要な列が見つかりません: 顧客ID。ファイルにある列: 番号、会社名、担当の人。" in answer.text
    assert '<option value="会社名" selected>' in answer.text
    address = answer.request.path
    form = {"account_id": "番号", "account_name": "会社名", "name": "", "email": ""}
    assert "1 社・0 店舗・0 名を取り込む" in staff_client.post(
        f"{address}/choices", data=form, follow_redirects=True
    ).text  # fmt: skip
    wrong = staff_client.post(f"{address}/choices", data=form | {"email": "ない列"})
    assert wrong.status_code == 422
    assert "メールアドレスに指定した列「ない列」はファイルにありません。" in wrong.text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "空のファイルです"),
        (b"PK\x03\x04 no workbook", "Excel ファイルとして壊れています"),
        ("顧客ID,会社名\nA1,みほん".encode("euc_jp"), "文字コードが分かりません"),
        ("顧客ID,会社名\n".encode(), "1 行もデータがありません"),
        (bytes(20 * 1024 * 1024) + b"x", "大きすぎます"),
    ],
)
def test_what_is_no_list_is_refused_in_words(staff_client: Client, data: bytes, sentence: str) -> None:
    answer = staff_client.post("/staff/imports", data={"file": (io.BytesIO(data), "list.csv")})
    assert answer.status_code in (413, 422)
    assert sentence in answer.text
    assert how_many(Upload) == 0


def test_a_request_beyond_all_measure_gets_413_in_words(staff_client: Client) -> None:
    data = {"file": (io.BytesIO(bytes(22 * 1024 * 1024)), "list.csv")}
    answer = staff_client.post("/staff/imports", data=data)
    assert answer.status_code == 413
    assert "20 MB まで" in answer.text


def test_no_file_chosen_says_so(staff_client: Client) -> None:
    answer = staff_client.post("/staff/imports", data={})
    assert (answer.status_code, "ファイルをお選びください" in answer.text) == (422, True)


def test_a_list_of_which_no_row_fits_has_no_button(staff_client: Client) -> None:
    address, page = handed_in(staff_client, a_list({"顧客ID": ""}))
    assert "取り込める行が 1 行もありません" in page
    assert "confirm" not in page
    assert "取り込める行が 1 行もありません" in confirmed(staff_client, address)


def test_the_refused_rows_can_be_saved_and_handed_in_again(staff_client: Client) -> None:
    rows = [{"顧客ID": "", "備考": '=HYPERLINK("x")'}, {"契約日": "2026/2/30"}, {"顧客ID": "B1"}]
    address, _page = handed_in(staff_client, a_list(*rows))
    for _before_and_after in range(2):
        answer = staff_client.get(f"{address}/refused.csv")
        assert answer.mimetype == "text/csv"
        head, first, second = csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")))
        assert head == ["行", "取り込めなかった理由", "顧客ID", "会社名", "備考", "契約日"]
        assert first == ["2", "顧客IDがありません。", "", "株式会社みほん", '\'=HYPERLINK("x")', ""]
        assert (second[0], second[5]) == ("3", "2026/2/30")
        confirmed(staff_client, address)
    corrected = answer.get_data().decode("utf-8-sig").replace("2026/2/30", "2026/2/28")
    _address, page = handed_in(staff_client, corrected.encode())
    assert "1 社・0 店舗・0 名を取り込む" in page


def test_what_nobody_confirmed_says_so_after_a_day(staff_client: Client) -> None:
    address, _page = handed_in(staff_client, a_list({}))
    with db.writing():
        db.session.execute(update(Upload).values(expires_at=NOW - timedelta(seconds=1)))
    answer = staff_client.get(address)
    assert (answer.status_code, "この取り込みは期限切れです" in answer.text) == (410, True)
    assert "この取り込みは期限切れです" in confirmed(staff_client, address)
    assert "確定されませんでした" in staff_client.get("/staff/imports").text
    assert how_many(Account) == 0


def test_an_account_that_came_in_says_so_in_its_history(staff_client: Client) -> None:
    confirmed(staff_client, handed_in(staff_client, a_list({"プラン": "ライト", "氏名": "山田", "TEL": "0311"}))[0])
    confirmed(staff_client, handed_in(staff_client, a_list({"プラン": "プロ", "氏名": "山田", "TEL": "0322"}))[0])
    history = staff_client.get(f"/staff/accounts/{account().id}/history").text
    assert "顧客リストから取り込みました。" in history
    assert "顧客リストから取り込みました（変更: プラン、先方担当者 1 名）。" in history


def test_only_teams_that_may_import_get_in(app: Flask, client: Client) -> None:
    for method, path in (
        ("GET", "/staff/imports"),
        ("POST", "/staff/imports"),
        ("GET", "/staff/imports/1"),
        ("POST", "/staff/imports/1/choices"),
        ("POST", "/staff/imports/1/confirm"),
        ("GET", "/staff/imports/1/refused.csv"),
    ):
        assert client.open(path, method=method).status_code == 302
        sign_in(client, a_member(team="sales"))
        assert client.open(path, method=method).status_code == 403
        client = app.test_client()  # type: ignore[assignment]


def test_an_upload_that_is_none_is_not_found(staff_client: Client) -> None:
    assert staff_client.get("/staff/imports/77").status_code == 404
    assert staff_client.post("/staff/imports/77/confirm").status_code == 404


def test_an_import_is_taken_back_after_a_look_at_what_goes_and_what_stays(staff_client: Client) -> None:
    data = a_list({"氏名": "山田 花子"}, {"顧客ID": "A2", "会社名": "株式会社ほか", "氏名": "森 太郎"})
    address, _page = handed_in(staff_client, data)
    done = confirmed(staff_client, address)
    assert f'href="{address}/undo"' in done
    accounts.edit(account().id, {"plan": "特別"}, NOW, STAFF)
    page = staff_client.get(f"{address}/undo").text
    assert "顧客企業 1 社、店舗 0 件、先方担当者 1 名を削除します。" in page
    assert "あとから変更されています" in page.split("株式会社みほん")[1].split("</li>")[0]
    assert how_many(Account) == 2
    after = staff_client.post(f"{address}/undo", follow_redirects=True).text
    assert "取り込みを取り消しました。" in after
    assert f'href="{address}/undo"' not in after
    assert (how_many(Account), how_many(Contact)) == (1, 1)
    assert "取り消し済み" in staff_client.get("/staff/imports").text
    assert "取り消し済みです" in staff_client.post(f"{address}/undo", follow_redirects=True).text
    assert staff_client.get(f"{address}/undo").location == address


def test_fields_that_were_changed_since_are_named(staff_client: Client) -> None:
    confirmed(staff_client, handed_in(staff_client, a_list({"プラン": "基本", "備考": "前"}))[0])
    address, _page = handed_in(staff_client, a_list({"プラン": "上位", "備考": "後"}))
    confirmed(staff_client, address)
    accounts.edit(account().id, {"plan": "特別"}, NOW, STAFF)
    page = staff_client.get(f"{address}/undo").text
    assert "1 件を、取り込む前の内容に戻します。" in page
    assert "プラン" in page.split('id="edited"')[1].split("</section>")[0]
    assert "備考" not in page.split('id="edited"')[1].split("</section>")[0]
