"""Staff put accounts on hold, note cancelled contracts, and decide on what is booked, each on one page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.registrations import Registration
from tests.conftest import Client
from tests.factories import NOW, a_contact, a_lecture, a_registration, an_account


def state(account: Account) -> Account:
    db.session.rollback()
    return db.session.get_one(Account, account.id, populate_existing=True)


def test_an_account_is_held_shown_as_such_and_goes_on(staff_client: Client) -> None:
    account = an_account()
    page = f"/staff/accounts/{account.id}"
    assert "保留にする" in staff_client.get(page).text
    answer = staff_client.post(f"{page}/hold", data={"until": "2026-06-01", "reason": "繁忙期"})
    assert answer.location == page
    shown = staff_client.get(page).text
    assert "6月1日(月) まで保留中です。 理由: 繁忙期" in shown
    assert "保留明けのご連絡" in shown
    staff_client.post(f"{page}/hold/end")
    assert "保留中です" not in staff_client.get(page).text


@pytest.mark.parametrize(
    ("until", "told"), [("", "入力してください"), ("2026-04-01", "明日以降"), ("2036-04-01", "3 年先")]
)
def test_a_day_that_cannot_be_is_asked_for_again(staff_client: Client, until: str, told: str) -> None:
    answer = staff_client.post(f"/staff/accounts/{an_account().id}/hold", data={"until": until, "reason": "繁忙期"})
    assert answer.status_code == 422
    assert told in answer.text
    assert "繁忙期" in answer.text


def test_a_cancelled_contract_leads_to_the_seats_which_are_decided_on(staff_client: Client) -> None:
    account = an_account()
    contact = a_contact(account)
    seats = [a_registration(contact, a_lecture(starts_at=NOW + timedelta(days=days))) for days in (2, 9)]
    page = f"/staff/accounts/{account.id}"
    answer = staff_client.post(f"{page}/cancellation", data={"on": "2026-04-01", "reason": "閉店"})
    assert answer.location == f"{page}/seats"
    assert staff_client.get(f"{page}/seats").text.count("申込を取り消す</label>") == 2
    assert "まだ決まっていません" in staff_client.get(page).text
    data = {f"seat_{seats[0].id}": "keep", f"seat_{seats[1].id}": "cancel", "mails": "1"}
    staff_client.post(f"{page}/seats", data=data)
    db.session.rollback()
    rows = [db.session.get_one(Registration, seat.id, populate_existing=True).status for seat in seats]
    assert rows == ["booked", "cancelled"]
    assert "まだ決まっていません" not in staff_client.get(page).text
    assert "決める日程はありません" in staff_client.get(f"{page}/seats").text
    staff_client.post(f"{page}/cancellation/undo")
    assert state(account).cancelled_on is None


def test_a_contract_that_ends_later_says_so(staff_client: Client) -> None:
    account = an_account(cancelled_on=date(2026, 6, 30))
    assert "6月30日(火) に解約の予定です。" in staff_client.get(f"/staff/accounts/{account.id}").text
