"""What the link of a form completes, and what it leaves as it is."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.services import addresses
from scheduler.services.applications import completing, deciding
from scheduler.services.applications.completing import Completed
from scheduler.services.lectures.cancelling import cancel as cancel_lecture
from scheduler.services.refusals import (
    ApplicationClosed,
    LectureCancelled,
    LectureFull,
    LectureOver,
    NotFound,
    PrerequisiteMissing,
)
from tests.factories import (
    a_contact,
    a_course,
    a_lecture,
    a_registration,
    an_account,
)
from tests.services.applications.asking import DAY, HOUR, MINUTE, press, registrations, send, staff, the_only
from tests.services.together import at_once

pytestmark = pytest.mark.usefixtures("database")


def test_whoever_is_known_by_the_address_alone_is_registered_once(now: datetime) -> None:
    contact = a_contact(email="hanako@mihon.example", name="別の名前")
    lecture = a_lecture()
    send(lecture, now)
    done = press(the_only(), now + HOUR)
    assert (done.contact and done.contact.id, done.status) == (contact.id, "booked")
    (registration,) = registrations()
    assert (registration.contact_id, registration.lecture_id, registration.status) == (contact.id, lecture.id, "booked")
    kinds = db.session.scalars(select(Mail.kind).where(Mail.contact_id == contact.id)).all()
    assert list(kinds) == ["confirmation"]
    assert (the_only().state, the_only().contact_id) == ("done", contact.id)
    with pytest.raises(ApplicationClosed):
        press(the_only(), now + HOUR)
    assert len(registrations()) == 1


def test_whoever_was_registered_already_is_told_so(now: datetime) -> None:
    lecture = a_lecture()
    a_registration(a_contact(email="hanako@mihon.example"), lecture)
    send(lecture, now)
    assert press(the_only(), now).status == "already"
    assert the_only().state == "done"


def test_a_full_date_is_refused_until_the_waiting_list_is_chosen(now: datetime) -> None:
    contact = a_contact(email="hanako@mihon.example")
    lecture = a_lecture(capacity=1, seats_taken=1)
    send(lecture, now)
    with pytest.raises(LectureFull):
        press(the_only(), now)
    assert (the_only().state, registrations()) == ("sent", [])
    assert press(the_only(), now, waitlist=True).status == "waitlisted"
    assert [row.contact_id for row in registrations()] == [contact.id]


def test_a_missing_prerequisite_is_refused_and_the_link_stays(now: datetime) -> None:
    a_contact(email="hanako@mihon.example")
    send(a_lecture(a_course("advanced", prerequisite_id=a_course("basic").id)), now)
    with pytest.raises(PrerequisiteMissing):
        press(the_only(), now)
    assert (the_only().state, registrations()) == ("sent", [])


def test_nothing_is_completed_for_a_date_that_has_begun_or_was_cancelled(now: datetime) -> None:
    lecture = a_lecture(starts_at=now + DAY)
    send(lecture, now)
    with pytest.raises(LectureOver):
        press(the_only(), now + DAY)
    cancel_lecture(lecture.id, {"ja": "都合により"}, now, staff())
    with pytest.raises(LectureCancelled):
        press(the_only(), now)
    assert the_only().state == "sent"


def test_nothing_is_completed_while_it_is_not_decided_whether_a_date_is_held(now: datetime) -> None:
    lecture = a_lecture()
    send(lecture, now)
    with db.writing():
        db.session.get_one(Lecture, lecture.id).stray_since = now
    with pytest.raises(NotFound):
        press(the_only(), now)
    assert (the_only().state, registrations()) == ("sent", [])


def test_a_link_ends_after_seven_days(now: datetime) -> None:
    lecture = a_lecture(starts_at=now + 30 * DAY)
    send(lecture, now)
    assert completing.is_open(the_only(), now + 7 * DAY - MINUTE)
    assert not completing.is_open(the_only(), now + 7 * DAY)
    with pytest.raises(ApplicationClosed):
        press(the_only(), now + 7 * DAY)
    send(lecture, now + 8 * DAY)
    assert press(the_only(), now + 8 * DAY) == Completed()


def test_whoever_is_unknown_waits_for_the_staff(now: datetime) -> None:
    lecture = a_lecture()
    send(lecture, now)
    assert press(the_only(), now + HOUR) == Completed()
    row = the_only()
    assert (row.state, row.confirmed_at, row.proposed_account_id) == ("waiting", now + HOUR, None)
    assert registrations() == []
    assert [one.id for one in deciding.waiting()] == [row.id]
    # The same form again neither starts anew nor changes what the staff look at.
    send(lecture, now + 2 * HOUR, name="ほかの名前")
    assert (the_only().state, the_only().name) == ("waiting", "山田 花子")


@pytest.mark.parametrize("people", [("佐藤 恵", "山田 花子"), ("",)])
def test_at_a_shared_address_nobody_is_registered_by_the_form(now: datetime, people: tuple[str, ...]) -> None:
    account = an_account()
    for name in people:
        a_contact(
            account, email="hanako@mihon.example", name=name, checks=["shared_address"] if len(people) == 1 else []
        )
    send(a_lecture(), now)
    assert press(the_only(), now) == Completed()
    assert (the_only().state, the_only().proposed_account_id) == ("waiting", account.id)


@pytest.mark.parametrize(
    ("known", "email", "proposed"),
    [
        (["a@mihon.example"], "new@mihon.example", True),
        (["a@gmail.com"], "new@gmail.com", False),
        (["a@sub.mihon.example"], "new@mihon.example", False),
        (["a@xmihon.example"], "new@mihon.example", False),
        (["a@mihon.example", "other:b@mihon.example"], "new@mihon.example", True),
        (["other:a@mihon.example", "third:b@mihon.example"], "new@mihon.example", False),
        ([], "new@mihon.example", False),
    ],
)
def test_a_companys_domain_proposes_its_account(now: datetime, known: list[str], email: str, proposed: bool) -> None:
    account = an_account(name="㈱みほん 株式会社みほん") if not known else an_account(name="株式会社 みほん")
    for address in known:
        owner, _, plain = address.rpartition(":")
        a_contact(an_account(name=owner) if owner else account, email=plain)
    send(a_lecture(), now, email=email)
    press(the_only(), now)
    assert the_only().proposed_account_id == (account.id if proposed else None)


def test_a_link_pressed_twice_at_once_registers_once(database: Flask, now: datetime) -> None:
    a_contact(email="hanako@mihon.example")
    lecture = a_lecture()
    send(lecture, now)
    number, version = the_only().id, addresses.application_version(the_only())
    refused = at_once(database, *[lambda: completing.complete(number, version, now)] * 4)
    assert refused == ["application_closed"] * 3
    assert len(registrations()) == 1
    assert db.session.get_one(Lecture, lecture.id, populate_existing=True).seats_taken == 1
