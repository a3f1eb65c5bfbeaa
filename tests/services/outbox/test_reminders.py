"""Reminders: planned late, once for a start, for whoever is to be reminded then, in a few statements for everybody."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Contact, Store
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.rules.workdays import to_utc
from scheduler.services import mail_rules
from scheduler.services.actors import Actor
from scheduler.services.lectures import changing
from scheduler.services.outbox.reminders import plan_reminders
from tests.factories import a_contact, a_lecture, a_registration, a_store, an_account
from tests.statements import noted

STAFF = Actor("staff", 1, "page")

pytestmark = pytest.mark.usefixtures("database")


def tokyo(text: str) -> datetime:
    return to_utc(datetime.fromisoformat(f"2026-{text}"), "Asia/Tokyo")


# A Thursday.
AFTERNOON = tokyo("04-09T14:00")
MORNING = tokyo("04-09T10:00")


def someone(*closed: list[int], **fields: object) -> Contact:
    account = an_account()
    return a_contact(account, tuple(a_store(account, closed_days=days) for days in closed), **fields)


def reminded() -> list[tuple[str, int | None]]:
    rows = db.session.execute(select(Mail.kind, Mail.contact_id).order_by(Mail.contact_id, Mail.id))
    return [(kind, number) for kind, number in rows]


@pytest.mark.parametrize(
    ("closed", "moment"),
    [
        ([], "04-08T14:00"),
        ([[2]], "04-07T14:00"),
        ([[1, 2]], "04-06T14:00"),
        # Of several shops one that is open is enough.
        ([[2], []], "04-08T14:00"),
        ([[2, 1], [2, 6]], "04-07T14:00"),
        ([[0, 1, 2, 3, 4, 5, 6]], "04-08T14:00"),
        ([[0, 1, 2, 4, 5, 6]], "04-02T14:00"),
    ],
)
def test_each_is_reminded_on_the_last_day_the_own_shop_is_open(closed: list[list[int]], moment: str) -> None:
    contact = someone(*closed)
    a_registration(contact, a_lecture(starts_at=AFTERNOON))
    assert plan_reminders(tokyo(moment) - timedelta(minutes=1)) == 0
    assert plan_reminders(tokyo(moment)) == 1
    assert reminded() == [("reminder_day", contact.id)]


def test_everybody_of_many_lectures_is_reminded_by_as_many_statements_as_one_is() -> None:
    closed = [[], [2], [1, 2], [6]]
    lectures = [a_lecture(starts_at=AFTERNOON + timedelta(minutes=30 * n)) for n in range(3)]
    contacts = [someone(closed[n % 4], zone=["Asia/Tokyo", "Asia/Seoul"][n % 2]) for n in range(24)]
    for number, contact in enumerate(contacts):
        a_registration(contact, lectures[number % 3])
    with noted() as first:
        assert plan_reminders(tokyo("04-08T16:00")) == 24
    a_registration(someone(), lectures[0])
    with noted() as second:
        assert plan_reminders(tokyo("04-08T16:01")) == 1
    assert len(first) == len(second) <= 6
    with noted() as nothing_new:
        assert plan_reminders(tokyo("04-08T16:02")) == 0
    assert not [statement for statement in nothing_new if "INSERT" in statement]


def test_a_reminder_says_what_it_is_about_and_when_it_is_too_late() -> None:
    row = a_registration(someone(), a_lecture(starts_at=MORNING))
    plan_reminders(tokyo("04-08T18:00"))
    day, hour = db.session.scalars(select(Mail).order_by(Mail.kind))
    assert day.key == f"reminder_day:{row.id}:{MORNING.isoformat()}"
    assert hour.key == f"reminder_hour:{row.id}:{MORNING.isoformat()}"
    assert day.params == {"starts_at": MORNING.isoformat()}
    assert hour.params == {"starts_at": MORNING.isoformat(), "evening_before": True}
    assert (day.expires_at, hour.expires_at) == (MORNING - timedelta(hours=3), MORNING)
    assert day.account_id == row.contact.account_id
    assert (day.registration_id, day.lecture_id, day.state) == (row.id, row.lecture_id, "queued")
    assert day.created_at == day.due_at == day.next_try_at == tokyo("04-08T18:00")


def test_whom_the_evening_did_not_reach_is_reminded_an_hour_before() -> None:
    lecture = a_lecture(starts_at=MORNING)
    early, late = someone(), someone()
    a_registration(early, lecture)
    assert plan_reminders(tokyo("04-08T18:00")) == 2
    a_registration(late, lecture, revised_at=tokyo("04-08T19:00"))
    assert plan_reminders(tokyo("04-08T21:00")) == 0
    assert plan_reminders(tokyo("04-09T09:00")) == 1
    assert reminded()[-1] == ("reminder_hour", late.id)


def test_rules_and_closed_days_that_change_remind_nobody_twice(now: datetime) -> None:
    contact = someone([2])
    a_registration(contact, a_lecture(starts_at=AFTERNOON))
    assert plan_reminders(tokyo("04-07T14:00")) == 1
    with db.writing():
        store = db.session.scalars(select(Store)).one()
        store.closed_days = []
    mail_rules.save({"reminder_day.days_before": "2", "reminder_hour.minutes_before": "90"}, now, STAFF)
    assert plan_reminders(tokyo("04-08T14:00")) == 0
    assert plan_reminders(tokyo("04-09T12:30")) == 1
    mail_rules.save({"reminder_hour.minutes_before": "30"}, now, STAFF)
    assert plan_reminders(tokyo("04-09T13:30")) == 0


def test_the_rules_of_operations_are_followed(now: datetime) -> None:
    a_registration(someone(), a_lecture(starts_at=AFTERNOON))
    changes = {"reminder_day.days_before": "3", "reminder_hour.on": "off"}
    mail_rules.save(changes, now, STAFF)
    assert plan_reminders(tokyo("04-06T13:59")) == 0
    assert plan_reminders(tokyo("04-06T14:00")) == 1
    assert plan_reminders(tokyo("04-09T13:30")) == 0


def test_who_is_not_to_be_written_to_is_not_reminded() -> None:
    lecture = a_lecture(starts_at=AFTERNOON)
    a_registration(someone(email=None), lecture)
    a_registration(someone(), lecture, mails=False)
    a_registration(someone(), lecture, status="waitlisted")
    a_registration(someone(), lecture, revised_at=tokyo("04-08T15:00"))
    a_registration(someone(), a_lecture(starts_at=AFTERNOON, status="cancelled"))
    assert plan_reminders(tokyo("04-08T16:00")) == 0


def test_a_zone_that_nobody_knows_holds_up_no_one() -> None:
    lecture = a_lecture(starts_at=AFTERNOON)
    a_registration(someone(zone="Asia/Nowhere"), lecture)
    a_registration(someone(), lecture)
    assert plan_reminders(tokyo("04-08T16:00")) == 2


def test_after_a_night_without_a_worker_reminders_wait_for_the_morning_and_the_useless_stay_away() -> None:
    a_registration(someone(), a_lecture(starts_at=AFTERNOON))
    past = a_lecture(starts_at=tokyo("04-08T17:00"))
    a_registration(someone(), past)
    assert plan_reminders(tokyo("04-08T22:00")) == 0
    assert plan_reminders(tokyo("04-09T08:00")) == 1


def test_a_lecture_that_moves_reminds_of_its_new_start(now: datetime) -> None:
    lecture = a_lecture(starts_at=AFTERNOON)
    a_registration(someone([2]), lecture)
    assert plan_reminders(tokyo("04-07T14:00")) == 1
    changing.change(lecture.id, {"starts_at": AFTERNOON + timedelta(days=7)}, tokyo("04-07T15:00"), STAFF)
    assert plan_reminders(tokyo("04-08T14:00")) == 0
    assert plan_reminders(tokyo("04-14T14:00")) == 1
    starts = db.session.scalars(select(Mail.params["starts_at"].as_string()).where(Mail.kind == "reminder_day"))
    assert set(starts) == {AFTERNOON.isoformat(), db.session.get_one(Lecture, lecture.id).starts_at.isoformat()}
