"""The pages on which accounts pass on: asked, accepted, returned, undone; each by whom it is for, told to everybody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.services import boundaries, handovers, readiness, usage
from scheduler.services.actors import Actor
from tests.conftest import NOW, Client, sign_in
from tests.factories import a_contact, a_lecture, a_member, a_setup_step, a_store, an_account

API = Actor("api", 1, "api")
SEEN = datetime(2026, 3, 25, 5, tzinfo=UTC)


@pytest.fixture
def receiver(app: Flask) -> Staff:
    return a_member(team="success", name="受取 花子")


def as_member(client: Client, member: Staff) -> Client:
    sign_in(client, member)
    return client


def a_ready_account(**fields: Any) -> Account:
    account = an_account(**{"name": "株式会社さくら不動産"} | fields)
    pupil = a_contact(account, (a_store(account, name="渋谷店"),), name="佐藤 一郎", role="member", email=None)
    seen = {"lecture_id": a_lecture(starts_at=SEEN).id, "contact_id": pupil.id, "verdict": "attended"}
    with db.writing():
        db.session.add(Attendance(**seen, decided_at=SEEN))
    usage.confirm(account.id, date(2026, 3, 30), "電話で確認", NOW, API)
    readiness.refresh(account.id, NOW)
    return account


def requested(account: Account, **fields: Any) -> int:
    return handovers.request(account.id, "success", NOW, API, **fields)


def the(number: int) -> Handover:
    return db.session.get_one(Handover, number, populate_existing=True)


def stage(account: Account) -> str:
    return db.session.get_one(Account, account.id, populate_existing=True).stage


def body(response: Any) -> str:
    text: str = response.get_data(as_text=True)
    return text


def test_the_owner_asks_for_a_handover_with_a_note_and_a_receiver(staff_client: Client, receiver: Staff) -> None:
    account = a_ready_account()
    form = staff_client.get(f"/staff/accounts/{account.id}/handover")
    assert form.status_code == 200
    assert "受取 花子" in body(form)
    assert "早めに引き継ぐ理由" not in body(form)
    answer = staff_client.post(
        f"/staff/accounts/{account.id}/handover",
        data={"to": "success", "receiver": receiver.id, "note": "午前中が連絡しやすいです"},
        follow_redirects=True,
    )
    assert answer.status_code == 200
    assert "引き継ぎを依頼しました" in body(answer)
    assert "午前中が連絡しやすいです" in body(answer)
    assert db.session.scalar(select(Mail.staff_id).where(Mail.kind == "staff_handover_requested")) == receiver.id


def test_the_sheet_shows_all_that_is_known(staff_client: Client, receiver: Staff) -> None:
    a_setup_step("menu", required=False)
    account = a_ready_account(note="レジの入れ替えは来月", plan="スタンダード", signed_on=date(2026, 3, 1))
    page = body(staff_client.get(f"/staff/accounts/{account.id}/handover"))
    for known in ("佐藤 一郎", "渋谷店", "出席", "menuの登録", "電話で確認", "レジの入れ替えは来月", "スタンダード"):
        assert known in page


def test_an_account_that_is_not_ready_asks_for_a_reason_and_says_what_is_missing(
    staff_client: Client, receiver: Staff
) -> None:
    account = an_account()
    readiness.refresh(account.id, NOW)
    address = f"/staff/accounts/{account.id}/handover"
    assert "早めに引き継ぐ理由" in body(staff_client.get(address))
    refused = staff_client.post(address, data={"to": "success", "note": "消えないメモ"})
    assert refused.status_code == 409
    assert "引き継ぎ条件が残り" in body(refused)
    assert "消えないメモ" in body(refused)
    assert db.session.scalars(select(Handover)).all() == []
    accepted = staff_client.post(address, data={"to": "success", "reason": "先方のご希望"}, follow_redirects=True)
    assert "先方のご希望" in body(accepted)


def test_asking_again_leads_to_the_request_that_waits(staff_client: Client, receiver: Staff) -> None:
    account = a_ready_account()
    number = requested(account)
    answer = staff_client.get(f"/staff/accounts/{account.id}/handover")
    assert answer.headers["Location"].endswith(f"/staff/handovers/{number}")
    assert staff_client.post(f"/staff/accounts/{account.id}/handover", data={"to": "success"}).status_code == 409


@pytest.mark.parametrize("fields", [{"undecided": True}, {"stage": "renewal"}])
def test_what_cannot_be_handed_on_is_told_on_the_account(client: Client, app: Flask, fields: dict[str, Any]) -> None:
    account = an_account(**fields)
    as_member(client, a_member("operations"))
    answer = client.get(f"/staff/accounts/{account.id}/handover", follow_redirects=True)
    assert answer.status_code == 200
    assert "いまは引き継げません" in body(answer)


def test_the_receiver_accepts_and_reads_the_letter_before_it_goes(client: Client, receiver: Staff) -> None:
    account = a_ready_account()
    a_contact(account, name="山田 花子", role="coordinator")
    a_contact(account, name="Smith Jane", role="coordinator", locale="en")
    number = requested(account)
    as_member(client, receiver)
    assert "引き受ける" in body(client.get(f"/staff/handovers/{number}"))
    page = body(client.post(f"/staff/handovers/{number}/accept", follow_redirects=True))
    assert stage(account) == "success"
    assert "担当者変更のご案内" in page
    assert "Your new contact" in page
    assert 'lang="en"' in page
    assert page.count("受取 花子") >= 3
    assert "引き受けを取り消す" in page


def test_the_receiver_adds_a_sentence_to_the_letter(client: Client, receiver: Staff) -> None:
    account = a_ready_account()
    a_contact(account, role="coordinator")
    number = requested(account)
    handovers.accept(number, NOW, Actor("staff", receiver.id, "page"))
    as_member(client, receiver)
    answer = client.post(
        f"/staff/handovers/{number}/letter", data={"note": "来週 *お伺い* します。"}, follow_redirects=True
    )
    page = body(answer)
    assert page.count("来週 *お伺い* します。") == 2  # in the letter and in the form


def test_returning_without_a_reason_says_so_next_to_the_field(client: Client, receiver: Staff) -> None:
    account = a_ready_account()
    number = requested(account)
    as_member(client, receiver)
    refused = client.post(f"/staff/handovers/{number}/return", data={"reason": " "})
    assert refused.status_code == 422
    assert "理由を入力してください" in body(refused)
    assert the(number).state == "requested"
    answer = client.post(
        f"/staff/handovers/{number}/return", data={"reason": "店舗一覧がありません"}, follow_redirects=True
    )
    assert "店舗一覧がありません" in body(answer)
    assert (the(number).state, stage(account)) == ("returned", "onboarding")


def test_who_asked_withdraws_and_asks_again(staff_client: Client, receiver: Staff) -> None:
    account = a_ready_account()
    number = requested(account)
    page = body(staff_client.post(f"/staff/handovers/{number}/withdraw", follow_redirects=True))
    assert "依頼を取り下げました" in page
    assert "あらためて依頼する" in page
    assert the(number).state == "withdrawn"


def test_accepting_is_undone_until_the_letter_goes(client: Client, receiver: Staff) -> None:
    account = a_ready_account()
    a_contact(account, role="coordinator")
    number = requested(account)
    actor = Actor("staff", receiver.id, "page")
    handovers.accept(number, NOW, actor)
    as_member(client, receiver)
    page = body(client.post(f"/staff/handovers/{number}/undo", follow_redirects=True))
    assert "引き受けを取り消しました" in page
    assert stage(account) == "onboarding"
    handovers.accept(number, NOW - timedelta(days=7), actor)
    page = body(client.get(f"/staff/handovers/{number}"))
    assert "引き受けを取り消す" not in page
    page = body(client.post(f"/staff/handovers/{number}/undo", follow_redirects=True))
    assert "取り消しや変更はできません" in page
    assert stage(account) == "success"


def test_somebody_who_was_quicker_is_told(client: Client, receiver: Staff) -> None:
    number = requested(a_ready_account())
    handovers.accept(number, NOW, API, receiver_id=receiver.id)
    as_member(client, receiver)
    page = body(client.post(f"/staff/handovers/{number}/accept", follow_redirects=True))
    assert "この引き継ぎはすでに処理されています" in page


@pytest.mark.parametrize("action", ["accept", "return", "undo", "letter"])
@pytest.mark.parametrize("team", ["sales", "onboarding", "renewal"])
def test_only_the_receiving_team_decides(client: Client, app: Flask, team: str, action: str) -> None:
    number = requested(a_ready_account())
    as_member(client, a_member(team=team))
    assert client.post(f"/staff/handovers/{number}/{action}", data={"reason": "x"}).status_code == 403
    assert the(number).state == "requested"


def test_sales_looks_but_neither_asks_nor_withdraws(client: Client, app: Flask) -> None:
    account = a_ready_account()
    number = requested(account)
    as_member(client, a_member(team="sales"))
    assert client.get(f"/staff/handovers/{number}").status_code == 200
    assert client.get("/staff/handovers").status_code == 200
    assert client.get(f"/staff/accounts/{account.id}/handover").status_code == 403
    assert client.post(f"/staff/accounts/{account.id}/handover", data={"to": "success"}).status_code == 403
    assert client.post(f"/staff/handovers/{number}/withdraw").status_code == 403


def test_a_manager_may_do_it_all(client: Client, app: Flask) -> None:
    account = a_ready_account()
    as_member(client, a_member(team="operations"))
    client.post(f"/staff/accounts/{account.id}/handover", data={"to": "success"})
    number = db.session.scalars(select(Handover.id)).one()
    client.post(f"/staff/handovers/{number}/accept")
    assert stage(account) == "success"


def test_without_signing_in_every_door_is_closed(client: Client, app: Flask) -> None:
    number = requested(a_ready_account())
    for address in ("/staff/handovers", f"/staff/handovers/{number}", "/staff/accounts/1/handover"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert "/staff/sign-in" in answer.headers["Location"]
    assert client.post(f"/staff/handovers/{number}/accept").status_code == 302
    assert the(number).state == "requested"


def test_the_list_shows_each_state_and_ones_own(client: Client, receiver: Staff) -> None:
    waiting, returned = requested(a_ready_account()), requested(a_ready_account())
    handovers.give_back(returned, "理由", NOW, API)
    as_member(client, receiver)
    page = body(client.get("/staff/handovers"))
    assert f"/staff/handovers/{waiting}" in page
    assert f"/staff/handovers/{returned}" not in page
    assert f"/staff/handovers/{returned}" in body(client.get("/staff/handovers?state=returned"))
    assert f"/staff/handovers/{returned}" in body(client.get("/staff/handovers?state=returned&whose=mine"))
    as_member(client, a_member(team="renewal"))
    assert f"/staff/handovers/{waiting}" not in body(client.get("/staff/handovers?whose=mine"))
    assert client.get("/staff/handovers?state=nothing").status_code == 404


def test_the_list_offers_what_is_ready_and_not_asked_yet(staff_client: Client) -> None:
    account = a_ready_account(name="準備完了株式会社")
    assert f"/staff/accounts/{account.id}/handover" in body(staff_client.get("/staff/handovers"))
    requested(account)
    assert f"/staff/accounts/{account.id}/handover" not in body(staff_client.get("/staff/handovers"))


def test_the_list_offers_each_team_what_it_gives(client: Client, app: Flask) -> None:
    known = {"stage": "sales", "signed_on": date(2026, 3, 1), "planned_start_on": date(2026, 5, 1)}
    account = an_account(name="受注済み株式会社", **known)
    a_contact(account)
    readiness.refresh(account.id, NOW)
    as_member(client, a_member(team="sales"))
    assert f"/staff/accounts/{account.id}/handover" in body(client.get("/staff/handovers"))
    as_member(client, a_member(team="onboarding"))
    assert f"/staff/accounts/{account.id}/handover" not in body(client.get("/staff/handovers"))


def test_an_empty_list_says_what_will_stand_there(staff_client: Client) -> None:
    assert "回答待ちの引き継ぎはありません" in body(staff_client.get("/staff/handovers"))


@pytest.mark.parametrize("address", ["/staff/handovers/999", "/staff/accounts/999/handover"])
def test_what_is_not_there_is_not_found(staff_client: Client, address: str) -> None:
    assert staff_client.get(address).status_code == 404
    assert staff_client.post(address, data={"to": "success"}).status_code in (404, 405)


def test_what_people_wrote_is_shown_as_text(client: Client, receiver: Staff) -> None:
    account = a_ready_account(name="<b>太字</b>株式会社")
    number = requested(account, note="<script>alert(1)</script>")
    as_member(client, receiver)
    page = body(client.get(f"/staff/handovers/{number}"))
    assert "<script>alert(1)</script>" not in page
    assert "<b>太字</b>" not in page


def test_the_receiver_proposed_is_the_one_with_least_to_do_shown_with_her_figures(staff_client: Client) -> None:
    busy, free = a_member(team="success", name="多忙 一郎"), a_member(team="success", name="余裕 花子")
    for _ in range(2):
        an_account(stage="success", success_owner_id=busy.id)
    requested(a_ready_account(), receiver_id=free.id)
    page = body(staff_client.get(f"/staff/accounts/{a_ready_account().id}/handover"))
    assert f'<option value="{free.id}" selected>余裕 花子（担当 0 社 · 依頼中 1 件）' in page
    assert f'<option value="{busy.id}">多忙 一郎（担当 2 社）' in page


def test_the_giver_fills_in_what_the_boundary_demands(staff_client: Client, receiver: Staff) -> None:
    account = a_ready_account()
    rule = boundaries.rules()["onboarding"].to_json() | {"sheet": ["plan", "open_points"]}
    boundaries.save("onboarding", rule, NOW, API)
    address = f"/staff/accounts/{account.id}/handover"
    refused = staff_client.post(address, data={"to": "success", "sheet-promises": "初年度は無料", "sheet-plan": " "})
    assert refused.status_code == 422
    assert body(refused).count("引き継ぎに必要な項目です") == 4
    assert "初年度は無料" in body(refused)
    assert db.session.scalars(select(Handover)).all() == []
    filled = {"sheet-plan": "スタンダード", "sheet-open_points": "開店日が未定", "sheet-promises": "初年度は無料"}
    sent = staff_client.post(address, data={"to": "success"} | filled, follow_redirects=True)
    assert "引き継ぎを依頼しました" in body(sent)
    known = db.session.get_one(Account, account.id, populate_existing=True)
    assert (known.plan, known.open_points, known.promises) == ("スタンダード", "開店日が未定", "初年度は無料")


def test_a_return_opens_conditions_again_until_the_giver_takes_them_back(client: Client, receiver: Staff) -> None:
    account, giver = a_ready_account(), a_member(team="onboarding")
    number = requested(account)
    as_member(client, receiver)
    page = body(client.get(f"/staff/handovers/{number}"))
    assert "未達に戻す条件" in page
    sent = {"reason": "利用がまだのようです", "reopened": ["usage_started"]}
    returned = body(client.post(f"/staff/handovers/{number}/return", data=sent, follow_redirects=True))
    assert "利用開始" in returned
    assert "確認済みにする" not in returned
    as_member(client, giver)
    for address in (f"/staff/handovers/{number}", f"/staff/accounts/{account.id}"):
        assert "差し戻しで未達に戻された条件" in body(client.get(address))
    form = body(client.get(f"/staff/accounts/{account.id}/handover"))
    assert "早めに引き継ぐ理由" in form
    empty = client.post(f"/staff/accounts/{account.id}/conditions", data={"condition": "usage_started", "words": " "})
    assert empty.status_code == 302
    back = {"condition": "usage_started", "words": "店長に電話で確認", "next": f"/staff/accounts/{account.id}/handover"}
    taken = body(client.post(f"/staff/accounts/{account.id}/conditions", data=back, follow_redirects=True))
    assert "確認済みにしました" in taken
    assert "早めに引き継ぐ理由" not in taken
    assert "店長に電話で確認" in taken


def test_only_the_giving_team_takes_conditions_back(client: Client, receiver: Staff) -> None:
    account = a_ready_account()
    as_member(client, receiver)
    sent = {"condition": "usage_started", "words": "確認"}
    assert client.post(f"/staff/accounts/{account.id}/conditions", data=sent).status_code == 403


def test_who_accepts_can_give_the_account_to_a_colleague(client: Client, receiver: Staff) -> None:
    account, colleague = a_ready_account(), a_member(team="success")
    number = requested(account)
    as_member(client, receiver)
    assert "ほかの人を担当にして引き受ける" in body(client.get(f"/staff/handovers/{number}"))
    client.post(f"/staff/handovers/{number}/accept", data={"receiver": colleague.id})
    assert db.session.get_one(Account, account.id, populate_existing=True).success_owner_id == colleague.id


def test_the_sheet_is_printed_with_everything_open(staff_client: Client) -> None:
    a_setup_step("menu", per="store", required=False)
    account = a_ready_account(promises="初年度は無料", open_points="川崎店の開店日が未定")
    for number in range(30):
        a_contact(account, name=f"店員 {number:02}", role="member", note=f"備考{number:02}")
    number = requested(account, note="午前中が連絡しやすいです")
    page = body(staff_client.get(f"/staff/handovers/{number}/sheet"))
    known = (
        "初年度は無料",
        "川崎店の開店日が未定",
        "午前中が連絡しやすいです",
        "佐藤 一郎",
        "店員 29",
        "備考29",
        "渋谷店",
    )
    for words in (*known, "電話で確認", "引き継ぎを依頼しました"):
        assert words in page
    assert "<details" not in page
    own = body(staff_client.get(f"/staff/accounts/{account.id}/sheet"))
    assert "初年度は無料" in own
    assert staff_client.get("/staff/handovers/999999/sheet").status_code == 404
    assert staff_client.get("/staff/accounts/999999/sheet").status_code == 404


def test_the_sheet_keeps_the_conditions_as_they_stood_when_it_was_accepted(client: Client, receiver: Staff) -> None:
    account = a_ready_account()
    number = requested(account)
    handovers.accept(number, NOW, Actor("staff", receiver.id, "page"))
    as_member(client, receiver)
    page = body(client.get(f"/staff/handovers/{number}"))
    assert "基本操作編の受講" in page
