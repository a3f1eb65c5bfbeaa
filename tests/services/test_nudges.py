"""Nobody is urged more often than the rule says, one person an account, and then it is a person's turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.mails import Mail, Suppression
from scheduler.models.setup import Completion, UsageDay
from scheduler.models.tasks import Task
from scheduler.services import introductions, mail_holding, mail_rules, nudges
from scheduler.services.actors import CLI
from scheduler.services.almanac import Almanac
from tests.factories import NOW, a_contact, a_course, a_lecture, a_member, a_setup_step, a_store, an_account
from tests.statements import noted

DAY = timedelta(days=1)
# Wednesday 1 April 2026 09:00 in Tokyo is the tests' moment; nudges leave from 10:00 to 17:00.
TEN = datetime(2026, 4, 1, 1, tzinfo=UTC)


def introduced(**fields: Any) -> Account:
    a_setup_step("menu")
    return an_account(introduced_at=NOW, introduced_to="coordinator", **fields)


def done(account: Account, at: datetime = NOW) -> None:
    step = a_setup_step("menu")
    with db.writing():
        db.session.add(Completion(account_id=account.id, step_id=step.id, done_at=at, by_kind="staff"))


def attended(contact: Contact, at: datetime = NOW) -> None:
    lecture = a_lecture(a_course(), at)
    with db.writing():
        db.session.add(Attendance(lecture_id=lecture.id, contact_id=contact.id, verdict="attended", decided_at=at))


def sent() -> None:
    """Let everything that is owed leave at its time."""
    with db.writing():
        db.session.execute(update(Mail).where(Mail.state == "queued").values(state="sent", sent_at=Mail.due_at))


def days_until(days: int, every: int = 1) -> list[tuple[int, str]]:
    """Run the job each day, mails leaving at once; return on which days after the introduction which kind left."""
    for number in range(0, days, every):
        nudges.plan(TEN + number * DAY)
        sent()
    rows = db.session.execute(select(Mail.due_at, Mail.kind).where(Mail.kind.in_(nudges.KINDS)).order_by(Mail.due_at))
    return [((at - TEN).days, kind) for at, kind in rows]


def test_what_is_open_after_five_days_is_asked_for_three_times_a_week_apart(database: Flask) -> None:
    account = introduced(onboarding_owner_id=a_member().id)
    person = a_contact(account)
    assert days_until(40) == [(5, "setup_nudge"), (12, "setup_nudge"), (19, "setup_nudge")]
    mail = db.session.scalars(select(Mail).order_by(Mail.id)).first()
    assert mail is not None
    assert (mail.contact_id, mail.account_id, mail.due_at) == (person.id, account.id, TEN + 5 * DAY)
    assert mail.expires_at == mail.due_at + 3 * DAY
    task = db.session.scalars(select(Task)).one()
    assert (task.kind, task.account_id, task.owner_id) == ("nudges_used_up", account.id, account.onboarding_owner_id)
    assert task.created_at == TEN + 26 * DAY
    assert task.params == {"kind": "setup_nudge", "times": 3, "since": "2026-04-01"}


def test_progress_begins_it_anew(app: Flask) -> None:
    account = introduced()
    a_setup_step("slots")
    a_contact(account)
    assert days_until(10) == [(5, "setup_nudge")]
    done(account, TEN + 9 * DAY)
    assert days_until(30)[1:3] == [(14, "setup_nudge"), (21, "setup_nudge")]


def test_a_run_twice_or_late_changes_nothing(database: Flask) -> None:
    a_contact(introduced())
    assert [nudges.plan(TEN + 5 * DAY) for _again in range(3)] == [1, 0, 0]
    assert [nudges.plan(TEN + days * DAY) for days in (6, 7)] == [0, 0]


def test_a_worker_that_slept_for_a_month_urges_once(app: Flask) -> None:
    a_contact(introduced())
    nudges.plan(TEN + 5 * DAY)
    # The one that was owed is of no use any more: it is missed, whether that was noted or not.
    assert nudges.plan(TEN + 35 * DAY) == 1
    assert nudges.plan(TEN + 36 * DAY) == 0
    due = db.session.scalars(select(Mail.due_at).order_by(Mail.id)).all()
    # 6 May 2026 is a holiday.
    assert due == [TEN + 5 * DAY, TEN + 36 * DAY]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"stage": "success"}, "handed over"),
        ({"introduced_at": None}, "not introduced"),
        ({"undecided": True}, "undecided"),
        ({"mails_paused_at": NOW}, "paused"),
        ({"ready_since": NOW}, "ready"),
    ],
)
def test_some_accounts_are_left_alone(app: Flask, fields: dict[str, Any], why: str) -> None:
    account = introduced()
    a_contact(account)
    with db.writing():
        db.session.execute(update(Account).values(**fields))
    assert (nudges.plan(TEN + 30 * DAY), why) == (0, why)
    assert db.session.scalars(select(Task)).all() == []


def test_nothing_is_owed_while_everything_is_paused(app: Flask) -> None:
    a_contact(introduced())
    mail_holding.pause_everything(NOW, CLI)
    assert nudges.plan(TEN + 5 * DAY) == 0


def test_one_person_of_an_account_is_written_to(database: Flask) -> None:
    account = introduced()
    a_contact(account, role="member")
    a_contact(account, role="coordinator", email=None, phone="03-1111-2222")
    left = a_contact(account, role="coordinator", email="left@customer.example")
    bounced = a_contact(account, role="coordinator", email="gone@customer.example")
    manager = a_contact(account, role="manager")
    a_contact(account, role="manager")
    with db.writing():
        db.session.add(Suppression(address=left.email, list="nudges", reason="unsubscribed", created_at=NOW))
        db.session.add(Suppression(address=bounced.email, list="all", reason="bounced", created_at=NOW))
    nudges.plan(TEN + 5 * DAY)
    assert db.session.scalars(select(Mail.contact_id)).all() == [manager.id]


def test_nobody_is_urged_on_a_day_on_which_she_is_written_to_anyway(database: Flask) -> None:
    account = introduced()
    for _number in range(2):
        a_store(account)
    person, course = a_contact(account), a_course()
    with db.writing():
        db.session.add(
            Mail(
                kind="invitation",
                key=introductions.key(course.key, person.id),
                contact_id=person.id,
                account_id=account.id,
                params={"course_id": course.id},
                state="sent",
                created_at=NOW,
                due_at=NOW,
                sent_at=NOW,
                next_try_at=NOW,
            )
        )
    told = [(mail.kind, mail.when) for mail in nudges.upcoming(NOW, NOW + 14 * DAY, Almanac.read())]
    # Monday is the day of the weekly state; on Wednesday 8 April the invitation is repeated, on the 13th the next state.
    assert told == [("setup_nudge", TEN + 6 * DAY), ("setup_nudge", TEN + 13 * DAY)]
    mail_rules.save({"weekly_state.weekday": "1", "setup_nudge.every_days": "2"}, NOW, CLI)
    told = [(mail.kind, mail.when) for mail in nudges.upcoming(NOW, NOW + 14 * DAY, Almanac.read())]
    assert [when - TEN for _kind, when in told] == [5 * DAY, 8 * DAY, 12 * DAY]


def test_what_is_not_the_customers_own_or_not_required_is_nobodys_nudge(app: Flask) -> None:
    a_contact(an_account(introduced_at=NOW))
    a_setup_step("ours", doer="us")
    a_setup_step("nice", required=False)
    assert nudges.plan(TEN + 30 * DAY) == 0


def test_a_step_per_store_is_open_until_it_is_done_in_each_store_in_scope(database: Flask) -> None:
    step = a_setup_step("slots", per="store")
    account = an_account(introduced_at=NOW)
    a_contact(account)
    stores = [a_store(account), a_store(account), a_store(account, scope="out")]
    for store, open_still in zip(stores, (True, False), strict=False):
        with db.writing():
            row = {"account_id": account.id, "step_id": step.id, "store_id": store.id, "by_kind": "staff"}
            db.session.add(Completion(**row, done_at=NOW))
        almanac = Almanac.read()
        assert bool(nudges.upcoming(NOW, NOW + 10 * DAY, almanac)) is open_still


def test_who_is_all_set_up_and_never_begins_is_asked_twice(database: Flask) -> None:
    account = introduced(planned_start_on=datetime(2026, 4, 10).date())
    done(account)
    attended(a_contact(account), TEN + 2 * DAY)
    # From the planned start on, for nobody is late before.
    assert days_until(40) == [(14, "usage_nudge"), (21, "usage_nudge")]
    assert [task.params["kind"] for task in db.session.scalars(select(Task))] == ["usage_nudge"]


def test_who_uses_the_product_or_did_not_attend_is_not_asked_to_use_it(app: Flask) -> None:
    absent, user, told = introduced(), introduced(), introduced(started_on=NOW.date())
    for account in (absent, user, told):
        done(account)
        person = a_contact(account)
        if account is not absent:
            attended(person)
    with db.writing():
        db.session.add(UsageDay(account_id=user.id, day=NOW.date(), event="login", recorded_at=NOW))
    assert nudges.plan(TEN + 30 * DAY) == 0


def test_kinds_that_are_switched_off_make_neither_mails_nor_tasks(app: Flask) -> None:
    a_contact(introduced())
    mail_rules.save({"setup_nudge.on": "off"}, NOW, CLI)
    assert days_until(40) == []
    assert db.session.scalars(select(Task)).all() == []


def test_nothing_leaves_on_closed_days_and_the_first_working_days_share_what_waited(app: Flask) -> None:
    # Five days after 24 December 2026 is within the closure of the turn of the year.
    begins = datetime(2026, 12, 24, 1, tzinfo=UTC)
    a_setup_step("menu")
    for _number in range(30):
        a_contact(an_account(introduced_at=begins))
    for number in range(14):
        nudges.plan(begins + number * DAY)
        sent()
    days = [at.date().isoformat() for at in db.session.scalars(select(Mail.due_at))]
    assert {day: days.count(day) for day in days} == {"2027-01-04": 10, "2027-01-05": 10, "2027-01-06": 10}


def test_what_is_to_come_is_what_then_comes(database: Flask) -> None:
    account = introduced()
    a_contact(account)
    almanac = Almanac.read()
    told = [(one.kind, one.key, one.when) for one in nudges.upcoming(NOW, NOW + 30 * DAY, almanac)]
    days_until(30)
    came = db.session.execute(select(Mail.kind, Mail.key, Mail.due_at).order_by(Mail.id)).all()
    assert told == [tuple(row) for row in came]


def test_the_number_of_statements_does_not_grow_with_the_accounts(app: Flask) -> None:
    counts = []
    for _round in range(2):
        for _number in range(5):
            a_contact(introduced())
        with noted() as seen:
            nudges.plan(TEN + 5 * DAY)
        counts.append(len(seen))
    assert counts[0] == counts[1]
