"""The pages of accounts: found, decided, exported, read and changed."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.models.setup import Completion
from scheduler.models.staff import Staff
from scheduler.services import readiness, setup, tags, usage
from scheduler.services.actors import Actor
from scheduler.web.staff import accounts as pages
from tests.conftest import NOW, Client, sign_in
from tests.factories import a_contact, a_lecture, a_member, a_registration, a_setup_step, a_store, an_account

API = Actor("api", 1, "api")


def the(account: Account) -> Account:
    return db.session.get_one(Account, account.id, populate_existing=True)


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.text.split())


def test_an_empty_list_says_what_will_stand_there_and_how(staff_client: Client) -> None:
    text = page(staff_client, "/staff/accounts")
    assert "まだ顧客企業がありません" in text
    assert "顧客リストを取り込む" in text


def test_the_list_shows_state_owner_and_way(staff_client: Client, member: Staff) -> None:
    an_account(name="株式会社みほん", onboarding_owner_id=member.id, level="stuck", planned_start_on=date(2026, 4, 20))
    text = page(staff_client, "/staff/accounts")
    for words in ("株式会社みほん", "停滞", member.name, "4月20日(月)", "1 社"):
        assert words in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=みほん", {"みほん"}),
        ("q=ミホン", {"みほん"}),
        ("q=045-111-2222", {"みほん"}),
        ("stage=success", {"さくら"}),
        ("state=stuck", {"あおば"}),
        ("state=follow", {"あおば"}),
        ("state=ready", {"みほん"}),
        ("state=undecided", {"つばめ"}),
        ("whose=mine", {"あおば"}),
        ("q=どこにもない", set()),
        ("state=nonsense&stage=nonsense&sort=nonsense&page=x", {"みほん", "さくら", "あおば", "つばめ"}),
    ],
)
def test_filters_stand_in_the_address(staff_client: Client, member: Staff, query: str, shown: set[str]) -> None:
    sample = an_account(name="みほん", reading="ミホン", ready_since=NOW)
    a_contact(sample, phone="045-111-2222")
    an_account(name="さくら", stage="success")
    an_account(name="あおば", level="stuck", onboarding_owner_id=member.id)
    an_account(name="つばめ", undecided=True)
    text = page(staff_client, f"/staff/accounts?{query}")
    assert {name for name in ("みほん", "さくら", "あおば", "つばめ") if f">{name}</a>" in text} == shown


def test_pages_keep_the_filter(staff_client: Client) -> None:
    for number in range(52):
        an_account(name=f"社{number:02}", level="stuck")
    first = page(staff_client, "/staff/accounts?state=stuck&sort=name")
    assert "1–50 / 52 件" in first
    assert "/staff/accounts?state=stuck&amp;sort=name&amp;page=2" in first
    assert "51–52 / 52 件" in page(staff_client, "/staff/accounts?state=stuck&sort=name&page=2")


def test_ticked_accounts_are_decided_and_the_page_says_how_many(staff_client: Client) -> None:
    first, second = an_account(undecided=True), an_account(undecided=True)
    response = staff_client.post("/staff/accounts/decide/success", data={"account": [first.id, second.id]})
    assert "2 社の対応方針を決めました" in page(staff_client, response.location)
    assert (the(first).stage, the(second).undecided) == ("success", False)
    assert staff_client.post("/staff/accounts/decide/renewal", data={"account": first.id}).status_code == 422


def test_the_export_tells_the_tags_of_each_account_portion_by_portion(
    staff_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "AT_ONCE", 2)
    for number in range(5):
        tags.set_account(an_account(name=f"会社{number}").id, [f"札{number}"], NOW, API)
    lines = staff_client.get("/staff/accounts/export.csv").data.decode("utf-8-sig").splitlines()
    assert [(line.split(",")[1], line.split(",")[-1]) for line in lines[1:]] == [
        (f"会社{n}", f"札{n}") for n in range(5)
    ]


def test_the_export_holds_the_filtered_list_and_no_formula(staff_client: Client) -> None:
    an_account(external_id="=1+1", name="+株式会社", level="stuck")
    an_account(name="別の会社")
    response = staff_client.get("/staff/accounts/export.csv?state=stuck")
    rows = list(csv.reader(StringIO(response.get_data().decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[0][:2] == ["顧客ID", "会社名"]
    assert rows[1][:2] == ["'=1+1", "'+株式会社"]
    assert rows[1][8] == "停滞"


def test_the_account_says_what_is_missing_and_how_many_working_days_remain(staff_client: Client) -> None:
    a_setup_step("menu")
    account = an_account(planned_start_on=date(2026, 4, 30))
    a_contact(account)
    readiness.refresh(account.id, NOW)
    text = page(staff_client, f"/staff/accounts/{account.id}")
    assert "条件未達（残り 3 件）" in text
    assert "受講した方がまだいません。" in text
    assert "必須 1 項目のうち 1 項目が残っています: menuの登録" in text
    assert "まだ利用の記録がありません。" in text
    assert "利用開始予定日まで 20 営業日" in text  # 29 April is a holiday


def test_a_ready_account_shows_the_evidence_of_every_clause(staff_client: Client) -> None:
    a_setup_step("menu")
    account = an_account()
    contact = a_contact(account, (a_store(account),), name="山田 花子")
    lecture = a_lecture(starts_at=NOW.replace(month=3, day=20))
    with db.writing():
        db.session.add(Attendance(lecture_id=lecture.id, contact_id=contact.id, verdict="attended", decided_at=NOW))
    setup.complete(account.id, "menu", NOW, API)
    usage.confirm(account.id, date(2026, 3, 30), "店長から電話で伺った", NOW, API)
    text = page(staff_client, f"/staff/accounts/{account.id}")
    assert "引き継ぎ可" in text
    assert "山田 花子 3月20日(金)" in text
    assert "店長から電話で伺った" in text
    assert f"/staff/accounts/{account.id}/handover" in text


def test_an_account_nobody_knows_is_not_found(staff_client: Client) -> None:
    assert staff_client.get("/staff/accounts/999").status_code == 404


def test_an_edit_is_kept_and_told_in_the_history_without_values(staff_client: Client) -> None:
    account, owner = an_account(), a_member(team="success", name="伊藤 葵")
    form = {"name": "株式会社新社名", "planned_start_on": "2026-06-01", "note": "内密の話", "success_owner": owner.id}
    response = staff_client.post(f"/staff/accounts/{account.id}/edit", data=form)
    text = page(staff_client, response.location)
    assert "保存しました。" in text
    assert (the(account).name, the(account).planned_start_on) == ("株式会社新社名", date(2026, 6, 1))
    assert the(account).success_owner_id == owner.id
    story = page(staff_client, f"/staff/accounts/{account.id}/history")
    assert "顧客企業の情報を変更しました: 名称、備考、利用開始予定日" in story
    assert "自社担当（サクセス）を 伊藤 葵 にしました。" in story
    assert "内密の話" not in story


def test_a_wrong_edit_keeps_what_was_typed_and_says_what_is_wrong(staff_client: Client) -> None:
    account = an_account()
    form = {"name": "", "note": "消えては困る長い備考", "signed_on": "2026-04-01"}
    response = staff_client.post(f"/staff/accounts/{account.id}/edit", data=form)
    assert response.status_code == 422
    assert "必ず入力してください。" in response.text
    assert 'href="#field-name"' in response.text
    assert "消えては困る長い備考" in response.text
    assert the(account).name != ""


def tick(client: Client, account: Account, **form: Any) -> str:
    response = client.post(f"/staff/accounts/{account.id}/setup", data=form)
    assert response.status_code == 302
    return page(client, response.location)


def test_set_up_is_ticked_and_unticked_by_staff(staff_client: Client, member: Staff) -> None:
    a_setup_step("menu")
    account = an_account()
    assert "未完了に戻す" in tick(staff_client, account, step="menu", state="done")
    assert db.session.scalars(select(Completion.by_id)).one() == member.id
    assert "完了にする" in tick(staff_client, account, step="menu", state="open")
    assert "理由を入力してください。" in tick(staff_client, account, step="menu", state="not_needed")
    assert "本部で一括" in tick(staff_client, account, step="menu", state="not_needed", reason="本部で一括")


def test_set_up_per_store_counts_the_stores(staff_client: Client) -> None:
    a_setup_step("logins", per="store")
    account = an_account()
    store = a_store(account, name="横浜店")
    a_store(account)
    text = tick(staff_client, account, step="logins", store=store.code, state="done")
    assert "1 / 2 店舗" in text
    assert "店舗コード「X」はこの顧客企業にありません。" in tick(
        staff_client, account, step="logins", store="X", state="done"
    )


def test_several_stores_are_recorded_with_one_press(staff_client: Client) -> None:
    a_setup_step("logins", per="store")
    account = an_account()
    codes = [a_store(account).code for _number in range(3)]
    assert "店舗を一つ以上選んでください。" in tick(
        staff_client, account, step="logins", chosen="1", state="waiting:third_party"
    )
    text = tick(
        staff_client,
        account,
        step="logins",
        chosen="1",
        store=codes[:2],
        state="waiting:third_party",
        reason="工事待ち",
    )
    assert "対応待ち 2 店舗" in text
    assert "対応待ち（外部の会社）" in text
    assert "工事待ち" in text
    assert "3 / 3 店舗" in tick(staff_client, account, step="logins", chosen="1", store=codes, state="done")


def test_what_staff_may_not_tick_has_no_button_and_a_late_step_is_marked(staff_client: Client) -> None:
    a_setup_step("sign_in", tickers=["api"], due_days=7, guide_url="https://help.example/in")
    account = an_account(planned_start_on=date(2026, 4, 5))
    text = page(staff_client, f"/staff/accounts/{account.id}")
    assert "完了にする" not in text
    assert "期限超過" in text
    assert 'href="https://help.example/in"' in text
    assert "ここからは記録できません" in tick(staff_client, account, step="sign_in", state="done")
    assert "対応待ち（自社）" in tick(staff_client, account, step="sign_in", state="waiting:us")


def test_what_was_recorded_of_a_step_no_longer_asked_stays_on_the_page(staff_client: Client) -> None:
    step, account = a_setup_step("menu"), an_account()
    tick(staff_client, account, step="menu", state="done")
    with db.writing():
        db.session.merge(step).active = False
    assert "いまは求めていない項目の記録" in page(staff_client, f"/staff/accounts/{account.id}")


def test_the_start_of_use_is_confirmed_with_its_day_and_how_one_knows(staff_client: Client, member: Staff) -> None:
    account = an_account()
    path = f"/staff/accounts/{account.id}/usage"
    response = staff_client.post(path, data={"on": "2026-03-30", "source": "電話で店長に確認"})
    text = page(staff_client, response.location)
    assert "利用開始を確認済み" in text
    assert (the(account).started_on, the(account).started_by_id) == (date(2026, 3, 30), member.id)
    staff_client.post(f"{path}/undo")
    assert the(account).started_on is None


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"on": "2026-03-30", "source": ""}, "どのように確認したか"),
        ({"on": "2026-04-30", "source": "電話"}, "未来の日付は入力できません"),
        ({"on": "", "source": "電話"}, "日付として読み取れません"),
        ({"on": "昨日", "source": "電話"}, "日付として読み取れません"),
    ],
)
def test_a_confirmation_that_cannot_be_kept_says_why_beside_its_field(
    staff_client: Client, form: dict[str, str], words: str
) -> None:
    account = an_account()
    response = staff_client.post(f"/staff/accounts/{account.id}/usage", data=form)
    assert response.status_code == 422
    assert words in response.text
    assert '<details class="disclose" open>' in response.text.replace("  ", " ")
    assert the(account).started_on is None


def test_people_to_check_are_listed_until_somebody_checked_them(staff_client: Client) -> None:
    contact = a_contact(name="佐藤 実", email=None, phone="090-1111-2222", checks=["no_email"])
    text = page(staff_client, "/staff/accounts/checks")
    assert "佐藤 実" in text
    assert "メールアドレスがありません（電話で連絡）" in text
    staff_client.post(f"/staff/accounts/people/{contact.id}/checked")
    assert "確認が必要な方はいません" in page(staff_client, "/staff/accounts/checks")


def test_the_history_of_the_telephone_says_so_and_names_who_did_it(staff_client: Client, member: Staff) -> None:
    contact, lecture = a_contact(name="山田 花子"), a_lecture()
    form = {"contact": contact.id, "lecture": lecture.id, "mails": "", "next": f"/staff/accounts/{contact.account_id}"}
    response = staff_client.post("/staff/roster/register", data=form)
    text = page(staff_client, response.location)
    assert "電話での申込を登録しました。" in text
    assert "申込: 山田 花子 – 基本操作編 4月8日(水) 09:00" in text
    assert f"{member.name} · 電話にて" in text


def test_a_long_history_is_read_page_by_page(staff_client: Client) -> None:
    account = an_account()
    with db.writing():
        for number in range(205):
            params = {"fields": ["note"]} if number else {"stage": "onboarding"}
            key = "account_changed" if number else "account_added"
            db.session.add(Event(at=NOW, account_id=account.id, key=key, params=params, actor_kind="cli"))
    first = page(staff_client, f"/staff/accounts/{account.id}/history")
    assert first.count("顧客企業の情報を変更しました: 備考") == 200
    older = first.partition("さらに前の履歴")[0].rpartition('href="')[2].partition('"')[0]
    assert page(staff_client, older).count("顧客企業") >= 5


def test_another_customers_people_never_stand_on_the_page(staff_client: Client) -> None:
    account = an_account()
    a_contact(account, name="山田 花子")
    other = a_contact(name="極秘 太郎")
    a_registration(other, a_lecture())
    assert "極秘 太郎" not in page(staff_client, f"/staff/accounts/{account.id}")


def test_of_many_people_and_stores_ten_stand_in_sight_and_the_rest_folds(staff_client: Client) -> None:
    account = an_account()
    for number in range(12):
        a_contact(account, (a_store(account, name=f"第{number}支店"),), name=f"山田 {number}郎", role="member")
    text = page(staff_client, f"/staff/accounts/{account.id}")
    for name, words, tenth, eleventh in (
        ("people", "ほか 2 名を表示する", "山田 9郎", "山田 10郎"),
        ("stores", "ほか 2 店舗を表示する", "第9支店", "第10支店"),
    ):
        shown, _, folded = text.partition(f'id="{name}"')[2].partition("</section>")[0].partition("<details")
        assert words in folded
        assert (tenth in shown, tenth in folded) == (True, False)
        assert (eleventh in shown, eleventh in folded) == (False, True)


def test_ten_people_do_not_fold(staff_client: Client) -> None:
    account = an_account()
    for _ in range(10):
        a_contact(account)
    text = page(staff_client, f"/staff/accounts/{account.id}").partition('id="people"')[2].partition("</section>")[0]
    assert "<details" not in text


def test_an_address_breaks_after_its_at_sign_and_stands_once(staff_client: Client) -> None:
    account = an_account()
    a_contact(account, name="", email="yokohama@customer.example")
    text = page(staff_client, f"/staff/accounts/{account.id}")
    whole = '<span class="nowrap">yokohama@</span><wbr><span class="nowrap">customer.example</span>'
    assert text.count(whole) == 1


def test_mails_to_several_members_are_told_apart_in_the_history(staff_client: Client) -> None:
    account = an_account()
    told = [a_member(name=f"伊藤 葵{number}").id for number in (1, 2)]
    with db.writing():
        for number in told:
            moments = {"created_at": NOW, "due_at": NOW, "next_try_at": NOW}
            mail = Mail(key=f"k{number}", kind="staff_handover_requested", staff_id=number, account_id=account.id, params={}, **moments)  # fmt: skip
            db.session.add(mail)
            db.session.flush()
            params = {"mail_id": mail.id, "kind": mail.kind}
            db.session.add(Event(at=NOW, account_id=account.id, key="mail_sent", params=params, actor_kind="worker"))
    text = page(staff_client, f"/staff/accounts/{account.id}/history")
    for number in (1, 2):
        assert f"メールを送信しました: 社内: 引き継ぎの依頼 – 伊藤 葵{number}" in text


def test_who_may_only_look_sees_no_buttons(client: Client, app: Flask) -> None:
    a_setup_step("menu")
    account = an_account(ready_since=NOW)
    a_contact(account)
    sign_in(client, a_member(team="sales"))
    text = page(client, f"/staff/accounts/{account.id}")
    for button in ("引き継ぎを依頼する", ">案内を開始<", "完了にする", "電話で申し込む", "先方担当者を追加", ">編集<"):
        assert button not in text
    assert client.get("/staff/accounts/export.csv").status_code == 403
