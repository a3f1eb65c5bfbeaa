"""レポート > 試行: set up, shown, changed, removed; and the monthly figures handed in for it."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.models.trials import Figure, Trial
from scheduler.services import tags
from scheduler.services.actors import CLI
from tests.conftest import Client, sign_in
from tests.factories import NOW, a_member, an_account

REPORT = "/staff/reports/trial"
IMPORT = "/staff/imports/figures"


@pytest.fixture
def manager(client: Client) -> Staff:
    row = a_member(team="operations", name="管理 花子")
    sign_in(client, row)
    return row


@pytest.fixture
def groups(manager: Staff) -> dict[str, int]:
    """Add twelve accounts, six bearing 新 and six bearing 旧; return the tags' ids."""
    made = [an_account(external_id=f"T-{n:02}", name=f"会社{n:02}").id for n in range(12)]
    tags.tag_accounts(made[:6], ["新"], NOW, CLI)
    tags.tag_accounts(made[6:], ["旧"], NOW, CLI)
    return {tag.name: tag.id for tag in tags.every()}


def entered(groups: dict[str, int], **values: str) -> dict[str, object]:
    form: dict[str, object] = {
        "name": "納品担当を付ける", "subjects": "accounts", "baseline_from": "2025-10", "baseline_to": "2025-12",
        "trial_from": "2026-01", "trial_to": "2026-03", "measures": ["meetings", "contacts"], "note": "",
        f"group-{groups['新']}": "tried", f"group-{groups['旧']}": "compared",
    }  # fmt: skip
    return form | values


def a_list(amount: int = 20) -> str:
    lines = [
        f"{month},T-{n:02},{amount if n < 6 and month == '2026-01' else 10}"
        for month in ("2025-12", "2026-01")
        for n in range(12)
    ]
    return "\n".join(["月,顧客企業,商談数", *lines])


def hand_in(client: Client, text: str) -> str:
    answer = client.post(IMPORT, data={"file": (BytesIO(text.encode()), "list.csv")})
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def count(model: type[Figure | Trial]) -> int:
    return db.session.scalar(select(func.count(model.id))) or 0


def test_before_the_first_trial_the_page_says_what_will_stand_here(client: Client, manager: Staff) -> None:
    page = client.get(REPORT)
    assert page.status_code == 200
    assert "試行はまだありません" in page.text
    assert "試行を登録する" in page.text
    assert "タグがまだありません" in client.get(f"{REPORT}/new").text


def test_a_trial_is_set_up_read_changed_and_removed(client: Client, groups: dict[str, int]) -> None:
    answer = client.post(f"{REPORT}/new", data=entered(groups))
    number = db.session.scalars(select(Trial.id)).one()
    assert (answer.status_code, answer.location) == (302, f"{REPORT}?trial={number}")
    client.post(hand_in(client, a_list()) + "/confirm")
    page = client.get(f"{REPORT}?trial={number}")
    assert "「新」の商談数は基準の 200%（95% 区間 200–200、6 社）。" in page.text
    assert "商談数は良くなりました。" in page.text
    assert "「旧」（6 社）との差は 100 ポイント" in page.text
    assert f"/staff/accounts?tag={groups['新']}" in page.text
    listed = client.get(REPORT).text
    assert "納品担当を付ける" in listed
    assert "良くなった" in listed
    form = client.get(f"{REPORT}/{number}/edit").text
    assert 'value="2025-10"' in form
    client.post(f"{REPORT}/{number}/edit", data=entered(groups, name="名前を変えた", trial_to="2026-06"))
    assert db.session.scalars(select(Trial.name)).one() == "名前を変えた"
    client.post(f"{REPORT}/{number}/remove")
    assert (count(Trial), count(Figure)) == (0, 24)


def test_the_page_reads_in_english(client: Client, groups: dict[str, int]) -> None:
    client.post(f"{REPORT}/new", data=entered(groups))
    client.post(hand_in(client, a_list()) + "/confirm")
    client.post("/language", data={"locale": "en", "next": REPORT})
    page = client.get(f"{REPORT}?trial=1").text
    assert "Meetings of “新”: 200% of the baseline (95% interval 200–200; accounts: 6)." in page


def test_a_refusal_stands_at_its_field_and_what_was_entered_stays(client: Client, groups: dict[str, int]) -> None:
    for values, sentence in (
        ({"name": ""}, "必ず入力してください。"),
        ({"baseline_to": "2026-02"}, "基準と試行の両方に入っている月があります: 2026-01, 2026-02。"),
        ({"trial_to": "いつか"}, "「いつか」は月として読み取れません。"),
        ({f"group-{groups['新']}": "compared"}, "新しいやり方を試すグループがありません。"),
    ):
        answer = client.post(f"{REPORT}/new", data=entered(groups, **values))
        assert answer.status_code == 422
        assert sentence in answer.text
        assert 'value="2025-10"' in answer.text
    assert count(Trial) == 0


def test_who_stands_in_both_groups_is_named_with_a_link(client: Client, groups: dict[str, int]) -> None:
    both = an_account(name="両方商店").id
    tags.tag_accounts([both], ["新", "旧"], NOW, CLI)
    answer = client.post(f"{REPORT}/new", data=entered(groups))
    assert "両方商店（全部で 1）" in answer.text
    assert f'href="/staff/accounts/{both}"' in answer.text


def test_figures_are_looked_at_recorded_once_and_taken_back(client: Client, groups: dict[str, int]) -> None:
    page = hand_in(client, a_list())
    text = client.get(page).text
    assert "数字 24 件を取り込む" in text
    assert count(Figure) == 0
    assert "取り込みました" in client.post(page + "/confirm", follow_redirects=True).text
    assert count(Figure) == 24
    again = client.get(hand_in(client, a_list())).text
    assert "すべて記録済みです" in again
    assert "24 件の数字を元に戻しました。" in client.post(page + "/undo", follow_redirects=True).text
    assert count(Figure) == 0
    assert "取り消し済み" in client.get(IMPORT).text


def test_a_row_that_cannot_be_used_is_told_and_nothing_goes_in(client: Client, groups: dict[str, int]) -> None:
    page = hand_in(client, a_list() + "\n2026-02,T-01,多数\n2026-02,T-99,1\n2026-01,T-01,5\n2026-02,T-02,-4\n")
    text = client.get(page).text
    for sentence in (
        "26 行目",
        "商談数「多数」は数ではありません。",
        "「T-99」という顧客企業はありません。",
        "商談数の 2026-01 は、15 行目にもあります。",
        "商談数「-4」がマイナスです。",
    ):
        assert sentence in text
    assert "/confirm" not in text
    client.post(page + "/confirm")
    assert count(Figure) == 0


def test_gaps_and_columns_left_out_are_told_on_the_preview(client: Client, groups: dict[str, int]) -> None:
    text = client.get(hand_in(client, "月,顧客企業,商談数,備考\n2025-10,T-01,3,x\n2026-01,T-01,4,\n")).text
    assert "読み取らない列: 備考" in text
    assert "2025-11, 2025-12" in text
    assert "数字 2 件を取り込む" in text


@pytest.mark.parametrize("text", ["", "月,備考\n2026-01,x\n"])
def test_a_file_that_is_no_such_list_is_refused(client: Client, manager: Staff, text: str) -> None:
    answer = client.post(IMPORT, data={"file": (BytesIO(text.encode()), "list.csv")} if text else {})
    assert answer.status_code == 422
    assert ("必要な列が見つかりません: 自社担当または顧客企業" in answer.text) is bool(text)


def test_who_may_not_change_settings_reads_only(staff_client: Client) -> None:
    assert staff_client.get(REPORT).status_code == 200
    assert "試行を登録する" not in staff_client.get(REPORT).text
    assert staff_client.get(f"{REPORT}/new").status_code == 403
    assert staff_client.get(IMPORT).status_code == 403
    assert "月次の数字" not in staff_client.get("/staff/imports").text
