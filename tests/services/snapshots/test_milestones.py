"""On which days accounts reached the knots of their way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask

from scheduler.models.accounts import Account
from scheduler.models.attendance import Attendance
from scheduler.models.db import Base, db
from scheduler.models.lectures import Course
from scheduler.models.snapshots import Milestone
from scheduler.services import accounts, handovers, holding, readiness, setup, stores, usage
from scheduler.services.actors import CLI, Actor
from scheduler.services.attendance import marks
from scheduler.services.introductions import start
from scheduler.services.registrations import booking, changes
from scheduler.services.snapshots import making
from scheduler.services.usage import UsageSignal
from tests import factories as a
from tests.factories import NOW

ADDED = NOW - timedelta(days=60)


def added(*rows: Base) -> None:
    with db.writing():
        db.session.add_all(rows)


def the_milestone(account: Account, now: datetime = NOW) -> Milestone:
    making.make(now)
    return db.session.get_one(Milestone, account.id, populate_existing=True)


def after(days: int) -> datetime:
    return ADDED + timedelta(days=days)


def day(days: int) -> date:
    return after(days).date()


def test_a_new_account_has_only_its_first_day(database: Flask) -> None:
    signed, unsigned = a.an_account(signed_on=date(2026, 1, 5)), a.an_account(created_at=ADDED)
    row = the_milestone(signed)
    assert (row.began_on, row.signed_on, row.came_live) == (date(2026, 1, 5), date(2026, 1, 5), False)
    row = the_milestone(unsigned)
    assert (row.began_on, row.signed_on) == (day(0), None)
    reached = (row.invited_on, row.registered_on, row.attended_on, row.set_up_on, row.in_use_on, row.ready_on)
    assert set(reached) == {None}


def test_the_whole_way_is_told_by_its_days(database: Flask) -> None:
    owner, taker = a.a_member(), a.a_member(team="success")
    account_id, _new = accounts.upsert("A-1", {"name": "全部の道"}, ADDED, CLI)
    accounts.edit(account_id, {}, ADDED, CLI, owners={"onboarding": owner.id})
    account = db.session.get_one(Account, account_id)
    person, course = a.a_contact(account), a.a_course()
    lecture = a.a_lecture(course, starts_at=after(10))
    step = a.a_setup_step()
    start([account_id], "coordinator", after(2), CLI)
    booking.register(person.id, lecture.id, after(3), CLI)
    marks.mark(lecture.id, person.id, "attended", "来ていた", after(11), Actor("staff", owner.id, "page"))
    setup.complete(account_id, step.key, after(20), CLI)
    usage.record(account_id, [UsageSignal(after(25), "login")], after(25), CLI)
    usage.confirm(account_id, day(25), "telephone", after(26), Actor("staff", owner.id, "page"))
    giver = Actor("staff", owner.id, "page")
    number = handovers.request(account_id, "success", after(30), giver, receiver_id=taker.id)
    handovers.accept(number, after(31), Actor("staff", taker.id, "page"))

    row = the_milestone(account)

    assert (row.invited_on, row.registered_on, row.attended_on, row.set_up_on) == (day(2), day(3), day(10), day(20))
    assert (row.in_use_on, row.ready_on, row.handed_over_on) == (day(25), day(25), day(31))
    assert (row.last_used_on, row.advanced_on, row.cancelled_on, row.came_live) == (day(25), None, None, False)


def test_the_first_time_stays_when_it_is_lost_and_won_again(database: Flask) -> None:
    account, owner = a.an_account(created_at=ADDED), a.a_member()
    person, lecture = a.a_contact(account), a.a_lecture(starts_at=after(10))
    seat = booking.register(person.id, lecture.id, after(3), CLI)
    changes.cancel(seat, after(4), CLI)
    by = Actor("staff", owner.id, "page")
    booking.register(person.id, lecture.id, after(5), CLI)
    marks.mark(lecture.id, person.id, "attended", "来ていた", after(11), by)
    usage.confirm(account.id, day(12), "telephone", after(12), by)
    usage.unconfirm(account.id, after(13), by)
    usage.confirm(account.id, day(14), "telephone", after(14), by)
    row = the_milestone(account)
    assert (row.registered_on, row.ready_on, row.in_use_on) == (day(3), day(12), day(14))


def test_days_are_those_of_the_installation(database: Flask) -> None:
    account = a.an_account(created_at=datetime(2026, 1, 31, 15, tzinfo=UTC))
    assert the_milestone(account).began_on == date(2026, 2, 1)


def test_who_came_live_never_stood_in_onboarding(app: Flask) -> None:
    live, decided, walked = a.an_account(stage="success"), a.an_account(undecided=True), a.an_account()
    # Nobody has said yet what it is.
    assert the_milestone(decided).came_live
    accounts.decide([decided.id], "success", NOW, CLI)
    assert [the_milestone(one).came_live for one in (live, decided, walked)] == [True, True, False]


def test_a_company_counts_as_advanced_once_one_of_its_people_was_there(database: Flask) -> None:
    basic, account = a.a_course(), a.an_account()
    advanced = a.a_course("advanced", prerequisite_id=basic.id)
    for course, days, verdict in ((basic, 5, "attended"), (advanced, 9, "missed"), (advanced, 12, "attended")):
        lecture = a.a_lecture(course, starts_at=after(days))
        person = a.a_contact(account)
        added(Attendance(lecture_id=lecture.id, contact_id=person.id, verdict=verdict, decided_at=NOW))
    assert the_milestone(account).advanced_on == day(12)
    assert db.session.get_one(Course, advanced.id).prerequisite_id == basic.id


def test_stores_somebody_attended_for_are_counted_with_companions(database: Flask) -> None:
    account = a.an_account()
    shops = [a.a_store(account, name=name) for name in ("本店", "駅前店", "港店")]
    a.a_store(account, name="閉店", scope="out")
    first, second = a.a_contact(account, stores=(shops[0],)), a.a_contact(account, name="佐藤 次郎", stores=(shops[1],))
    lecture = a.a_lecture(starts_at=after(10))
    a.a_registration(first, lecture)
    added(Attendance(lecture_id=lecture.id, contact_id=first.id, verdict="attended", decided_at=NOW))
    row = the_milestone(account)
    assert (row.stores, row.stores_attended) == (3, 1)

    other = a.a_lecture(starts_at=after(11))
    a.a_registration(first, other, companions=[second.name])
    added(Attendance(lecture_id=other.id, contact_id=first.id, verdict="attended", decided_at=NOW))
    assert the_milestone(account).stores_attended == 2


def test_a_cancelled_contract_ends_the_way(app: Flask) -> None:
    account = a.an_account()
    holding.cancel(account.id, day(40), "閉店", NOW, CLI)
    assert the_milestone(account).cancelled_on == day(40)
    holding.take_back(account.id, NOW, CLI)
    assert the_milestone(account).cancelled_on is None


def test_a_store_added_later_is_counted(app: Flask) -> None:
    account = a.an_account()
    assert the_milestone(account).stores == 0
    fields: dict[str, Any] = {"code": "1", "name": "新店"}
    stores.add(account.id, fields, NOW, CLI)
    readiness.refresh(account.id, NOW)
    assert the_milestone(account).stores == 1
