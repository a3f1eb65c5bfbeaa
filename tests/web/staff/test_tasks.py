"""What staff must do: listed for one, the team or all, on today's page and the account's; written down, done, reopened."""

from __future__ import annotations

from datetime import date

import pytest

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.models.tasks import Task
from scheduler.services import tasks
from tests.conftest import NOW, Client, sign_in
from tests.factories import a_contact, a_member, an_account


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.text.split())


def a_task(account_id: int, words: str, **of: object) -> int:
    return tasks.add(words, "by_hand", now=NOW, account_id=account_id, words=words, **of)  # type: ignore[arg-type]


def test_a_task_is_written_down_on_the_accounts_page_and_pressing_twice_writes_it_once(
    staff_client: Client, member: Staff
) -> None:
    account = an_account()
    form = f"/staff/accounts/{account.id}/tasks/new"
    assert form in page(staff_client, f"/staff/accounts/{account.id}")
    assert 'name="key"' in page(staff_client, form)
    body = {"words": "店長に電話する", "owner": member.id, "due_on": "2026-04-09", "key": "a"}
    for _ in range(2):
        assert staff_client.post(form, data=body).location == f"/staff/accounts/{account.id}#tasks"
    assert tasks.count_open() == 1
    text = page(staff_client, f"/staff/accounts/{account.id}")
    assert "店長に電話する" in text
    assert "期限 4月9日(木)" in text
    assert "タスクを追加しました: 店長に電話する" in text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"words": " "}, "必ず入力してください。"),
        ({"words": "電話", "due_on": "あした"}, "「あした」は日付として読み取れません"),
        ({"words": "電話", "owner": "99999"}, "その自社担当は登録されていません"),
    ],
)
def test_what_cannot_be_written_down_is_told_beside_the_field(
    staff_client: Client, body: dict[str, str], words: str
) -> None:
    account = an_account()
    response = staff_client.post(f"/staff/accounts/{account.id}/tasks/new", data=body | {"key": "a"})
    assert response.status_code == 422
    assert words in response.text
    assert tasks.count_open() == 0


def test_a_task_is_done_and_reopened_where_it_is_seen(staff_client: Client) -> None:
    account = an_account()
    task = a_task(account.id, "電話する")
    for path in ("/staff/tasks?whose=all", "/staff/today?whose=all", f"/staff/accounts/{account.id}"):
        assert f"/staff/tasks/{task}/done" in page(staff_client, path)
    done = staff_client.post(f"/staff/tasks/{task}/done", data={"next": "/staff/today"})
    assert done.location == "/staff/today"
    assert "電話する" not in page(staff_client, "/staff/tasks?whose=all")
    assert f"/staff/tasks/{task}/reopen" in page(staff_client, "/staff/tasks?whose=all&state=done")
    staff_client.post(f"/staff/tasks/{task}/reopen")
    assert "電話する" in page(staff_client, "/staff/tasks?whose=all")
    story = page(staff_client, f"/staff/accounts/{account.id}/history")
    assert "タスクを完了にしました: 電話する" in story
    assert "タスクを未完了に戻しました: 電話する" in story


def test_the_list_is_the_own_the_teams_or_everybodys(staff_client: Client, member: Staff) -> None:
    account = an_account()
    a_task(account.id, "わたしの件", owner_id=member.id)
    a_task(account.id, "同僚の件", owner_id=a_member().id)
    a_task(account.id, "ほかのチームの件", owner_id=a_member("success").id)
    seen = {
        whose: [words for words in ("わたしの件", "同僚の件", "ほかのチームの件") if words in text]
        for whose in ("mine", "team", "all")
        if (text := page(staff_client, f"/staff/tasks?whose={whose}"))
    }
    assert seen == {
        "mine": ["わたしの件"],
        "team": ["わたしの件", "同僚の件"],
        "all": ["わたしの件", "同僚の件", "ほかのチームの件"],
    }
    # Who has any sees the own ones first.
    assert "同僚の件" not in page(staff_client, "/staff/tasks")


def test_what_is_late_says_so(staff_client: Client) -> None:
    account = an_account()
    a_task(account.id, "昨日の件", due_on=date(2026, 3, 31))
    a_task(account.id, "今日の件", due_on=date(2026, 4, 1))
    text = page(staff_client, "/staff/tasks?whose=all")
    assert text.index("期限超過") < text.index("昨日の件") < text.index("本日まで") < text.index("今日の件")


def test_a_long_list_is_cut_into_pages(staff_client: Client) -> None:
    account = an_account()
    for number in range(51):
        a_task(account.id, f"件{number:03}")
    assert "1–50 / 51 件" in page(staff_client, "/staff/tasks?whose=all")
    assert "件050" in page(staff_client, "/staff/tasks?whose=all&page=2")


def test_who_may_only_look_ticks_off_what_was_given_to_her_alone(client: Client) -> None:
    seller = a_member("sales")
    sign_in(client, seller)
    account = an_account(stage="sales", sales_owner_id=seller.id)
    own, other = a_task(account.id, "わたしの件"), a_task(account.id, "同僚の件", owner_id=a_member().id)
    text = page(client, "/staff/tasks?whose=all")
    assert f"/staff/tasks/{own}/done" in text
    assert f"/staff/tasks/{other}/done" not in text
    assert client.post(f"/staff/tasks/{other}/done").status_code == 403
    assert client.post(f"/staff/tasks/{own}/done").status_code == 302
    assert db.session.get_one(Task, own).done_at == NOW


def test_a_task_names_whom_to_call(staff_client: Client) -> None:
    contact = a_contact(name="山田 花子", phone="03-1111-2222")
    tasks.add("k", "wish", now=NOW, account_id=contact.account_id, contact_id=contact.id, params={"phone": "090-1"})
    text = page(staff_client, "/staff/tasks?whose=all")
    assert "山田 花子" in text
    assert 'href="tel:0901"' in text
    assert "03-1111-2222" not in text


def test_a_task_that_is_not_there_is_not_found(staff_client: Client) -> None:
    assert staff_client.post("/staff/tasks/999/done").status_code == 404
