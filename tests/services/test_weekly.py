"""The 窓口 learns once a week how far the company has come, as long as something is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from emails import Entry
from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.mails import Mail, Suppression
from scheduler.services import history, mail_rules, weekly
from scheduler.services.actors import CLI
from scheduler.services.almanac import Almanac
from scheduler.services.outbox import about, content, facts_weekly
from scheduler.services.outbox.wanted import unwanted
from tests.factories import NOW, a_contact, a_course, a_lecture, a_registration, a_store, an_account

DAY = timedelta(days=1)
# Monday 6 April 2026, 10:00 in Tokyo; the tests' moment is the Wednesday before.
MONDAY = datetime(2026, 4, 6, 1, tzinfo=UTC)


@pytest.fixture
def head(request: pytest.FixtureRequest) -> Contact:
    """The 窓口 of a company with three shops, the people of which are in nobody's audience."""
    request.getfixturevalue("database" if "database" in request.fixturenames else "app")
    a_course()
    account = an_account(introduced_at=NOW, introduced_to="coordinator")
    stores = [a_store(account, name=name) for name in ("千葉店", "川崎店", "横浜店")]
    head = a_contact(account)
    for store in stores:
        a_contact(account, (store,), role="manager")
    return head


def manager(shop: str) -> Contact:
    return next(one for one in db.session.scalars(select(Contact)) if [store.name for store in one.stores] == [shop])


def attend(person: Contact) -> None:
    lecture = a_lecture(a_course(), NOW - DAY)
    with db.writing():
        db.session.add(Attendance(lecture_id=lecture.id, contact_id=person.id, verdict="attended", decided_at=NOW))


def due() -> list[datetime]:
    return list(db.session.scalars(select(Mail.due_at).order_by(Mail.due_at)))


@pytest.mark.usefixtures("database")
def test_the_coordinator_is_told_on_monday_morning_once(head: Contact) -> None:
    assert [weekly.plan(at) for at in (MONDAY - 2 * DAY, MONDAY, MONDAY + timedelta(hours=5))] == [0, 1, 0]
    mail = db.session.scalars(select(Mail)).one()
    assert mail.key == f"weekly_state:{head.id}:2026-W15"
    assert (mail.contact_id, mail.account_id, mail.due_at) == (head.id, head.account_id, MONDAY)
    # Until the end of the next day.
    assert mail.expires_at == datetime(2026, 4, 7, 15, tzinfo=UTC)
    assert weekly.plan(MONDAY + 7 * DAY) == 1


def test_a_day_late_is_still_news_two_days_late_is_none(head: Contact) -> None:
    assert weekly.plan(MONDAY + 2 * DAY) == 0
    assert weekly.plan(MONDAY + 1 * DAY + timedelta(hours=1)) == 1
    assert due() == [MONDAY + 1 * DAY + timedelta(hours=1)]


def test_a_worker_that_slept_for_a_month_tells_of_this_week_only(head: Contact) -> None:
    assert weekly.plan(MONDAY + 42 * DAY) == 1


def test_on_a_holiday_it_waits_for_the_next_working_day_of_the_week(head: Contact) -> None:
    # 4, 5 and 6 May 2026 are holidays: Thursday, at the same time of day.
    told = weekly.upcoming(MONDAY + 27 * DAY, MONDAY + 33 * DAY, Almanac.read())
    assert [(one.when, one.reason) for one in told] == [(MONDAY + 31 * DAY, "not_a_working_day")]


def test_no_week_is_told_twice_after_a_closure(head: Contact) -> None:
    mail_rules.save({"weekly_state.weekday": "4"}, NOW, CLI)
    # Friday 1 January 2027 is within the closure: the week after tells for itself.
    told = weekly.upcoming(datetime(2026, 12, 26, tzinfo=UTC), datetime(2027, 1, 9, tzinfo=UTC), Almanac.read())
    assert [one.key.rpartition(":")[2] for one in told] == ["2027-W01"]


def test_weekday_and_hour_are_what_operations_decided_on_the_readers_wall(app: Flask, head: Contact) -> None:
    mail_rules.save({"weekly_state.weekday": "2", "weekly_state.at": "14:30"}, NOW, CLI)
    with db.writing():
        db.session.execute(update(Contact).values(zone="America/New_York"))
    told = weekly.upcoming(MONDAY, MONDAY + 6 * DAY, Almanac.read())
    assert [one.when for one in told] == [datetime(2026, 4, 8, 18, 30, tzinfo=UTC)]


@pytest.mark.parametrize(
    "fields", [{"stage": "success"}, {"mails_paused_at": NOW}, {"undecided": True}, {"introduced_at": None}], ids=str
)
def test_some_accounts_are_not_told(head: Contact, fields: dict[str, object]) -> None:
    with db.writing():
        db.session.execute(update(Account).values(**fields))
    assert weekly.plan(MONDAY) == 0


def test_whoever_was_only_greeted_is_not_told_whom_to_have_register(head: Contact) -> None:
    with db.writing():
        history.record("greeted", now=NOW, actor=CLI, account_id=head.account_id, audience="coordinator")
    assert weekly.plan(MONDAY) == 0
    # Once invited: the account counts as introduced from that moment on.
    with db.writing():
        db.session.get_one(Account, head.account_id).introduced_at = NOW + timedelta(hours=1)
    assert weekly.plan(MONDAY) == 1


def test_whoever_left_the_list_is_not_told(head: Contact) -> None:
    with db.writing():
        db.session.add(Suppression(address=head.email, list="nudges", reason="unsubscribed", created_at=NOW))
    assert weekly.plan(MONDAY) == 0


def test_on_the_day_of_the_invitation_itself_nobody_is_told(head: Contact) -> None:
    with db.writing():
        db.session.execute(update(Account).values(introduced_at=MONDAY - timedelta(hours=1)))
    assert weekly.plan(MONDAY) == 0


@pytest.mark.usefixtures("database")
def test_it_counts_stores_by_what_has_come_of_them(head: Contact) -> None:
    attend(manager("横浜店"))
    a_registration(manager("川崎店"), a_lecture(a_course(), MONDAY + 3 * DAY))
    a_registration(manager("千葉店"), a_lecture(a_course(), MONDAY + 3 * DAY, status="cancelled"))
    state = facts_weekly.states([head.account_id], MONDAY)[head.account_id]
    assert (state.attended, state.booked, state.open) == (1, 1, 1)
    weekly.plan(MONDAY)
    mail = db.session.scalars(select(Mail)).one()
    told = facts_weekly.values(mail, head, MONDAY)
    assert told["stores"] == [
        Entry("千葉店", "未申込"),
        Entry("川崎店", "申込済み 1名"),
        Entry("横浜店", "受講済み 1名"),
    ]
    text = content.preview(mail, MONDAY).text
    assert "川崎店: 申込済み 1名" in text
    assert "受講済み: 1店舗" in text


def test_when_every_store_has_attended_nothing_is_told_any_more(head: Contact) -> None:
    weekly.plan(MONDAY)
    for shop in ("千葉店", "川崎店", "横浜店"):
        attend(manager(shop))
    mail = db.session.scalars(select(Mail)).one()
    found = about.read(mail.id)
    assert found is not None
    assert unwanted(found, MONDAY) == ("dropped", "nothing_open")
    assert weekly.plan(MONDAY + 7 * DAY) == 0


@pytest.mark.parametrize(("audience", "told"), [("coordinator", 0), ("manager", 1), ("everyone", 1)])
def test_a_company_of_one_store_is_told_of_people_if_more_than_one_is_concerned(
    app: Flask, audience: str, told: int
) -> None:
    a_course()
    account = an_account(introduced_at=NOW, introduced_to=audience)
    store = a_store(account)
    head = a_contact(account, (store,))
    a_contact(account, (store,), role="manager")
    assert weekly.plan(MONDAY) == told
    state = facts_weekly.states([account.id], MONDAY)[account.id]
    assert (state.stores, state.open) == ((), 1 + told)
    attend(head)
    assert facts_weekly.states([account.id], MONDAY)[account.id].attended == 1


def test_a_company_of_many_stores_gets_a_list_that_ends(app: Flask) -> None:
    a_course()
    account = an_account(introduced_at=NOW, introduced_to="coordinator")
    for number in range(120):
        a_store(account, name=f"{number:03}号店")
    head = a_contact(account)
    weekly.plan(MONDAY)
    told = facts_weekly.values(db.session.scalars(select(Mail)).one(), head, MONDAY)
    assert isinstance(told["stores"], list)
    assert len(told["stores"]) == 100
    assert told["stores"][-1] == Entry("ほか 21 店舗", "専用ページでご確認いただけます")
    assert told["open_count"] == 120
