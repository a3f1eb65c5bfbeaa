"""The page of the mails to come: by day, narrowed, and with another timing before that is saved."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services import mail_rules
from scheduler.services.outbox.owe import owe
from tests.conftest import Client, sign_in
from tests.factories import NOW, a_contact, a_member, a_setup_step, an_account

PLAN = "/staff/mails/plan"


@pytest.fixture
def account(member: Staff) -> Account:
    """A company that leaves its set-up undone: nudges on 6, 13 and 20 April."""
    a_setup_step()
    account = an_account(name="株式会社みほん", external_id="C-7", introduced_at=NOW, onboarding_owner_id=member.id)
    a_contact(account, name="山田 花子", email="hanako@mihon.example")
    return account


def test_it_says_what_leaves_to_whom_on_which_day(staff_client: Client, account: Account) -> None:
    page = staff_client.get(PLAN, query_string={"days": 31}).text
    for words in ("4月6日(月)", "4月13日(月)", "4月20日(月)", "山田 花子", "hanako@mihon.example", "株式会社みほん"):
        assert words in page
    assert "4月20日(月)" not in staff_client.get(PLAN).text


def test_nothing_to_come_says_what_will_stand_there(staff_client: Client) -> None:
    assert "この期間に送る予定のメールはありません" in staff_client.get(PLAN).text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kind": "setup_nudge"}, True),
        ({"kind": "thanks"}, False),
        ({"account": "みほん"}, True),
        ({"account": "C-7"}, True),
        ({"account": "さくら"}, False),
        ({"days": "0"}, False),
        ({"days": "999", "page": "0"}, True),
        ({"days": "x", "page": "x", "kind": "nothing", "change": "x"}, False),
    ],
    ids=str,
)
def test_it_can_be_narrowed(staff_client: Client, account: Account, query: dict[str, str], found: bool) -> None:
    assert ("hanako@mihon.example" in staff_client.get(PLAN, query_string=query).text) is found


def test_another_timing_shows_its_differences_and_is_saved_by_a_press(client: Client, account: Account) -> None:
    sign_in(client, a_member(team="operations"))
    changed = {"rule.setup_nudge.after_days": "7", "rule.setup_nudge.at_most": "1"}
    page = client.get(PLAN, query_string={"days": 31} | changed).text
    for words in ("5 → 7", "3 → 1", "日時が変わる", "いまは 4月6日(月) 10:00", "なくなる", "このタイミングで保存する"):
        assert words in page
    assert mail_rules.get().days("setup_nudge", "after_days") == 5
    only = client.get(PLAN, query_string={"days": 31, "change": "moved"} | changed).text
    assert "4月8日(水)" in only
    assert "4月13日(月)" not in only
    client.post("/staff/settings/mails", data=changed)
    assert mail_rules.get().days("setup_nudge", "after_days") == 7


def test_a_timing_that_cannot_be_is_told_and_the_present_plan_shown(staff_client: Client, account: Account) -> None:
    page = staff_client.get(PLAN, query_string={"rule.setup_nudge.after_days": "0", "rule.nothing": "1"}).text
    assert "4月6日(月)" in page
    assert "から" in page
    assert "試しているタイミング" not in page


def test_a_switch_and_a_weekday_are_told_in_words(staff_client: Client, account: Account) -> None:
    query = {"rule.setup_nudge.on": "off", "rule.weekly_state.weekday": "2"}
    page = staff_client.get(PLAN, query_string=query).text
    assert "送信する → 送信しない" in page
    assert "月曜 → 水曜" in page
    # Only who may change settings is offered to save it.
    assert "このタイミングで保存する" not in page


def test_hundreds_of_mails_are_turned_over_page_by_page(staff_client: Client) -> None:
    account = an_account()
    with db.writing():
        for number in range(120):
            person = a_contact(account, name=f"受講 {number:03}")
            db.session.flush()
            due_at = NOW + timedelta(minutes=number)
            owe("welcome", f"k{number}", now=NOW, due_at=due_at, contact_id=person.id, account_id=account.id)
    first, second = (staff_client.get(PLAN, query_string={"page": number}).text for number in (1, 2))
    assert ("受講 099" in first, "受講 100" in first) == (True, False)
    assert ("受講 099" in second, "受講 119" in second) == (False, True)
    # The last two are the weekly packs of the Mondays to come.
    assert "101–122 / 122" in second
