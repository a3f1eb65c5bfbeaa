"""The outbox: owed once, claimed by one, checked again before leaving, and never silent about what became of a mail."""

from __future__ import annotations

import email
import email.policy
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlalchemy import select

from emails import Message, Refused, Sent, TransportDown, TryAgain
from emails.transports.base import OneByOne
from emails.transports.setting import transport_from
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail, Suppression
from scheduler.models.registrations import Registration
from scheduler.services import introductions
from scheduler.services.actors import Actor
from scheduler.services.lectures import changing
from scheduler.services.outbox.batch import LEASE, TransportStopped
from scheduler.services.outbox.deliver import retry
from scheduler.services.outbox.owe import owe
from scheduler.services.outbox.reminders import plan_reminders
from scheduler.services.registrations import booking, changes
from tests.factories import a_contact, a_course, a_lecture, a_store, an_account
from tests.services.outbox.answering import Answering, deliver

PAGE = Actor("contact", 1, "page")

pytestmark = pytest.mark.usefixtures("database")


def the_mail() -> Mail:
    return db.session.scalars(select(Mail).execution_options(populate_existing=True)).one()


@pytest.fixture
def booked(now: datetime) -> int:
    account = an_account(name="株式会社みほん")
    store = a_store(account, name="横浜店")
    contact = a_contact(account, (store,), name="山田 花子", email="hanako@mihon.example")
    return booking.register(contact.id, a_lecture().id, now, PAGE)


def test_a_confirmation_arrives_with_its_invitation(booked: int, now: datetime, tmp_path: Path) -> None:
    assert deliver(now, transport_from(f"folder:{tmp_path}/out")) == 1
    (file,) = (tmp_path / "out").glob("*.eml")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",)).get_content()
    assert message["To"].addresses[0].addr_spec == "hanako@mihon.example"
    assert "株式会社みほん" in body
    assert "横浜店" in body
    assert "山田 花子 様" in body
    (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REQUEST"
    event = Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")[0]
    assert event["SEQUENCE"] == 0
    assert str(event["ATTENDEE"]) == "mailto:hanako@mihon.example"
    mail = the_mail()
    assert (mail.state, mail.to_address, mail.attempts) == ("sent", "hanako@mihon.example", 1)
    assert mail.subject == message["Subject"]
    assert mail.text
    assert mail.template_version


def test_what_was_sent_is_not_sent_again(booked: int, now: datetime) -> None:
    transport = Answering()
    deliver(now, transport)
    deliver(now + timedelta(days=1), transport)
    assert len(transport.given) == 1


def test_owing_the_same_thing_twice_owes_it_once(now: datetime) -> None:
    contact = a_contact()
    for _ in range(2):
        with db.writing():
            owe("invitation", "invitation:x", now=now, contact_id=contact.id, account_id=contact.account_id)
    assert the_mail().key == "invitation:x"


def test_after_a_fault_it_is_tried_again_later_as_the_same_message(booked: int, now: datetime) -> None:
    transport = Answering(TryAgain("450 busy"))
    assert deliver(now, transport) == 0
    mail = the_mail()
    assert (mail.state, mail.reason) == ("queued", "450 busy")
    assert now < mail.next_try_at < now + timedelta(seconds=10)
    assert deliver(now + timedelta(seconds=1), transport) == 0
    assert deliver(now + timedelta(seconds=10), transport) == 1
    assert transport.given[0].message_id == transport.given[1].message_id
    assert the_mail().state == "sent"


def test_the_other_sides_retry_after_wins(booked: int, now: datetime) -> None:
    deliver(now, Answering(TryAgain("429", after_seconds=300)))
    assert timedelta(seconds=299) < the_mail().next_try_at - now < timedelta(seconds=302)


def test_after_a_day_of_faults_it_has_failed_and_can_be_retried_by_hand(booked: int, now: datetime) -> None:
    moment = now
    for _ in range(40):
        deliver(moment, Answering(TryAgain("still busy")))
        moment = the_mail().next_try_at
        if the_mail().state == "failed":
            break
    assert (the_mail().state, the_mail().reason) == ("failed", "still busy")
    retry(the_mail().id, moment, PAGE)
    assert deliver(moment, Answering()) == 1
    assert the_mail().state == "sent"


@pytest.mark.parametrize("after_seconds", [None, 1])
def test_what_had_to_wait_for_days_is_tried_for_a_day_like_any_other(
    booked: int, now: datetime, after_seconds: int | None
) -> None:
    begin = moment = now + timedelta(days=3)
    for _ in range(40):
        deliver(moment, Answering(TryAgain("450 greylisted", after_seconds=after_seconds)))
        if the_mail().state == "failed":
            break
        assert the_mail().state == "queued"
        moment = the_mail().next_try_at
    assert the_mail().state == "failed"
    assert timedelta(hours=12) < moment - begin < timedelta(days=1)


def test_a_refusal_is_final_and_the_history_says_so(booked: int, now: datetime) -> None:
    deliver(now, Answering(Refused("550 no such user")))
    assert (the_mail().state, the_mail().reason) == ("failed", "550 no such user")
    assert db.session.scalar(select(Event.key).where(Event.key == "mail_failed"))


def test_a_closed_transport_stops_the_round_and_loses_nothing(booked: int, now: datetime) -> None:
    with pytest.raises(TransportStopped):
        deliver(now, Answering(TransportDown("401 wrong key")))
    assert (the_mail().state, the_mail().attempts) == ("queued", 0)
    assert deliver(now + timedelta(minutes=4), Answering()) == 0
    assert deliver(now + timedelta(minutes=6), Answering()) == 1


def test_a_dead_workers_mail_is_taken_up_when_its_lease_ends(booked: int, now: datetime) -> None:
    class Dying(OneByOne):
        concurrency = 1

        def send(self, message: Message) -> Sent:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(now, Dying())
    db.session.rollback()
    transport = Answering()
    assert deliver(now + timedelta(seconds=30), transport) == 0
    assert deliver(now + LEASE + timedelta(seconds=1), transport) == 1


def test_a_confirmation_for_a_cancelled_booking_is_dropped_with_its_reason(booked: int, now: datetime) -> None:
    changes.cancel(booked, now, PAGE)
    transport = Answering()
    assert deliver(now, transport) == 2
    states = {mail.kind: (mail.state, mail.reason) for mail in db.session.scalars(select(Mail))}
    assert states == {"confirmation": ("dropped", "superseded"), "cancelled": ("sent", "")}
    assert [message.calendar.method for message in transport.given if message.calendar] == ["CANCEL"]
    assert b"SEQUENCE:1" in transport.given[0].calendar.ics  # type: ignore[union-attr]


def test_who_has_no_address_or_left_the_list_gets_nothing_and_the_row_says_why(now: datetime) -> None:
    course = a_course()
    account = an_account()
    nobody, left = a_contact(account, email=None), a_contact(account, email="left@example.jp")
    with db.writing():
        db.session.add(
            Suppression(address="left@example.jp", list="invitations", reason="unsubscribed", created_at=now)
        )
        for contact in (nobody, left):
            owe(
                "invitation",
                f"invitation:{contact.id}",
                now=now,
                contact_id=contact.id,
                account_id=account.id,
                params={"course_id": course.id},
            )
    transport = Answering()
    deliver(now, transport)
    assert transport.given == []
    assert sorted(db.session.scalars(select(Mail.reason))) == ["no_address", "unsubscribed"]


def test_reminders_go_once_each_and_not_to_whoever_registered_after_the_moment(booked: int, now: datetime) -> None:
    registration = db.session.get_one(Registration, booked)
    starts_at = registration.lecture.starts_at
    assert plan_reminders(starts_at - timedelta(days=2)) == 0
    day_before = starts_at - timedelta(days=1)
    late = a_contact()
    booking.register(late.id, registration.lecture_id, day_before + timedelta(minutes=30), PAGE)
    assert plan_reminders(day_before + timedelta(hours=1)) == 1
    assert plan_reminders(day_before + timedelta(hours=1)) == 0
    assert plan_reminders(starts_at - timedelta(minutes=59)) == 2
    assert plan_reminders(starts_at - timedelta(minutes=58)) == 0
    assert plan_reminders(starts_at) == 0


def test_a_reminder_for_a_moved_lecture_is_dropped_and_the_new_time_reminds_anew(booked: int, now: datetime) -> None:
    registration = db.session.get_one(Registration, booked)
    starts_at = registration.lecture.starts_at
    deliver(now, Answering())
    moment = starts_at - timedelta(minutes=50)
    assert plan_reminders(moment) >= 1
    changing.change(registration.lecture_id, {"starts_at": starts_at + timedelta(days=7)}, moment, PAGE)
    transport = Answering()
    deliver(moment, transport)
    assert [message.kind for message in transport.given] == ["changed"]
    assert plan_reminders(starts_at + timedelta(days=7, minutes=-30)) >= 1


def test_an_invitation_after_the_person_has_booked_is_not_sent(now: datetime) -> None:
    a_course()
    account = an_account()
    contact = a_contact(account)
    lecture = a_lecture()
    introductions.start([account.id], "coordinator", now, PAGE)
    booking.register(contact.id, lecture.id, now, PAGE)
    transport = Answering()
    deliver(now, transport)
    assert [message.kind for message in transport.given] == ["confirmation"]


def test_one_mail_that_cannot_be_made_holds_up_no_other(booked: int, now: datetime) -> None:
    broken = a_contact(zone="Asia/Nowhere")
    booking.register(broken.id, a_lecture().id, now - timedelta(minutes=1), PAGE)
    transport = Answering()
    deliver(now, transport)
    states = {mail.contact_id: mail.state for mail in db.session.scalars(select(Mail))}
    assert states[broken.id] == "queued"
    assert len(transport.given) == 1


def test_one_mail_whose_facts_are_gone_holds_up_no_other(booked: int, now: datetime) -> None:
    contact = a_contact()
    with db.writing():
        about = {"contact_id": contact.id, "account_id": contact.account_id, "params": {"course_id": 404}}
        owe("invitation", "invitation:x", now=now, due_at=now - timedelta(minutes=1), **about)
    transport = Answering()
    deliver(now, transport)
    states = {mail.kind: mail.state for mail in db.session.scalars(select(Mail))}
    assert states == {"invitation": "queued", "confirmation": "sent"}


def test_a_confirmation_that_comes_after_the_start_is_not_sent(booked: int, now: datetime) -> None:
    transport = Answering()
    deliver(now + timedelta(days=8), transport)
    assert transport.given == []
    assert (the_mail().state, the_mail().reason) == ("missed", "too_late")


def test_new_dates_are_not_offered_to_whoever_has_taken_one(now: datetime) -> None:
    contact, past = a_contact(), a_lecture(starts_at=now - timedelta(days=1))
    with db.writing():
        db.session.add(Attendance(lecture_id=past.id, contact_id=contact.id, verdict="missed", decided_at=now))
        owe(
            "missed",
            "missed:x",
            now=now,
            due_at=now + timedelta(hours=1),
            contact_id=contact.id,
            account_id=contact.account_id,
            lecture_id=past.id,
        )
    booking.register(contact.id, a_lecture().id, now, PAGE)
    transport = Answering()
    deliver(now + timedelta(hours=2), transport)
    assert [message.kind for message in transport.given] == ["confirmation"]


def test_whoever_moves_up_after_the_moment_is_not_reminded_of_the_day(now: datetime) -> None:
    # Friday 10:00: reminded on Thursday at 10:00; moving up is possible until Thursday 17:00.
    lecture = a_lecture(capacity=1, starts_at=datetime.fromisoformat("2026-04-10T10:00:00+09:00"))
    first = booking.register(a_contact().id, lecture.id, now, PAGE)
    booking.register(a_contact().id, lecture.id, now, PAGE, waitlist=True)
    changes.cancel(first, datetime.fromisoformat("2026-04-09T15:30:00+09:00"), PAGE)
    assert plan_reminders(datetime.fromisoformat("2026-04-09T15:31:00+09:00")) == 0
    assert plan_reminders(datetime.fromisoformat("2026-04-10T09:01:00+09:00")) == 1
