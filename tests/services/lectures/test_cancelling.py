"""A lecture called off at short notice: everybody is told at once, and somebody calls them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Call, Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services.actors import Actor
from scheduler.services.lectures import calls, cancelling
from scheduler.services.refusals import Invalid, LectureHeld, LectureOver, NotFound
from tests.factories import a_contact, a_lecture, a_member, a_registration

STAFF = Actor("staff", None, "page")
REASON = {"ja": "講師の急病のため", "en": "The host is ill."}
SOON = timedelta(minutes=30)

pytestmark = pytest.mark.usefixtures("database")


def owed() -> list[tuple[str, datetime]]:
    return list(db.session.execute(select(Mail.kind, Mail.due_at).order_by(Mail.id)))


def fresh(lecture: Lecture) -> Lecture:
    return db.session.get_one(Lecture, lecture.id, populate_existing=True)


def test_calling_off_tells_everybody_at_once_those_who_wait_too(now: datetime) -> None:
    lecture = a_lecture(starts_at=now + SOON, capacity=1)
    row = a_registration(lecture=lecture)
    a_registration(lecture=lecture, status="waitlisted")
    a_registration(a_contact(email=None), lecture, status="waitlisted")
    assert cancelling.call_off(lecture.id, REASON, now, STAFF) == 2
    assert owed() == [("called_off", now), ("called_off", now)]
    lecture = fresh(lecture)
    assert (lecture.status, lecture.called_off_at, lecture.reason) == ("cancelled", now, REASON)
    assert db.session.get_one(Registration, row.id, populate_existing=True).sequence == 1


def test_calling_off_again_changes_nothing_and_needs_a_reason_and_a_lecture_that_is_not_over(now: datetime) -> None:
    lecture = a_lecture(starts_at=now + SOON)
    a_registration(lecture=lecture)
    with pytest.raises(Invalid):
        cancelling.call_off(lecture.id, {"ja": " "}, now, STAFF)
    cancelling.call_off(lecture.id, REASON, now, STAFF)
    assert cancelling.call_off(lecture.id, REASON, now, STAFF) == 0
    assert len(owed()) == 1
    with pytest.raises(LectureOver):
        cancelling.call_off(a_lecture(starts_at=now - timedelta(days=1)).id, REASON, now, STAFF)
    with pytest.raises(NotFound):
        cancelling.call_off(lecture.id + 999, REASON, now, STAFF)


def test_one_that_was_cancelled_before_gets_its_call_list_without_another_mail(now: datetime) -> None:
    lecture = a_lecture(starts_at=now + SOON)
    a_registration(lecture=lecture)
    cancelling.cancel(lecture.id, REASON, now, STAFF)
    assert cancelling.call_off(lecture.id, REASON, now, STAFF) == 0
    assert [kind for kind, _ in owed()] == ["lecture_cancelled"]
    assert len(calls.of(lecture.id)) == 1


def test_a_tick_says_who_called_and_when_once_and_can_be_taken_back(now: datetime) -> None:
    lecture, contact, member = a_lecture(starts_at=now + SOON), a_contact(), a_member(name="小林 美咲")
    a_registration(contact, lecture)
    cancelling.call_off(lecture.id, REASON, now, STAFF)
    first = Actor("staff", member.id, "phone")
    calls.tick(lecture.id, contact.id, True, now, first)
    calls.tick(lecture.id, contact.id, True, now + SOON, STAFF)
    (line,) = calls.of(lecture.id)
    assert (line.called_at, line.caller) == (now, "小林 美咲")
    assert db.session.scalars(select(Event.contact_id).where(Event.key == "called")).all() == [contact.id]
    calls.tick(lecture.id, contact.id, False, now, STAFF)
    assert calls.of(lecture.id)[0].called_at is None


def test_whoever_has_no_mail_is_called_first_and_whoever_was_reached_stands_last(now: datetime) -> None:
    lecture = a_lecture(starts_at=now + SOON)
    mailed, by_phone, reached = a_contact(), a_contact(email=None), a_contact(email=None)
    for contact in (reached, mailed, by_phone):
        a_registration(contact, lecture)
    cancelling.call_off(lecture.id, REASON, now, STAFF)
    calls.tick(lecture.id, reached.id, True, now, STAFF)
    assert [line.contact.id for line in calls.of(lecture.id)] == [by_phone.id, mailed.id, reached.id]
    assert [line.mail for line in calls.of(lecture.id)] == [None, "queued", None]


def test_nobody_is_ticked_who_is_not_on_the_list_or_whose_lecture_is_held(now: datetime) -> None:
    lecture, held = a_lecture(starts_at=now + SOON), a_lecture()
    row = a_registration(lecture=held)
    left = a_registration(lecture=lecture, status="cancelled")
    cancelling.call_off(lecture.id, REASON, now, STAFF)
    for contact_id in (row.contact_id, left.contact_id, 99_999):
        with pytest.raises(NotFound):
            calls.tick(lecture.id, contact_id, True, now, STAFF)
    with pytest.raises(LectureHeld):
        calls.tick(held.id, row.contact_id, True, now, STAFF)


def test_a_list_matters_while_somebody_is_left_to_call_and_for_a_day(now: datetime) -> None:
    lecture, empty = a_lecture(starts_at=now + SOON), a_lecture(starts_at=now + SOON)
    row, other = a_registration(lecture=lecture), a_registration(lecture=lecture)
    cancelling.call_off(lecture.id, REASON, now, STAFF)
    cancelling.call_off(empty.id, REASON, now, STAFF)
    calls.tick(lecture.id, row.contact_id, True, now, STAFF)
    (one,) = calls.open_lists(now)
    assert (one.lecture.id, one.people, one.called) == (lecture.id, 2, 1)
    assert calls.open_lists(now + timedelta(days=2)) == []
    calls.tick(lecture.id, other.contact_id, True, now, STAFF)
    assert calls.open_lists(now) == []


def test_bringing_back_forgets_the_calls(now: datetime) -> None:
    lecture = a_lecture(starts_at=now + SOON)
    row = a_registration(lecture=lecture)
    cancelling.call_off(lecture.id, REASON, now, STAFF)
    calls.tick(lecture.id, row.contact_id, True, now, STAFF)
    cancelling.bring_back(lecture.id, now, STAFF)
    assert fresh(lecture).called_off_at is None
    assert db.session.scalars(select(Call)).all() == []
    assert [kind for kind, _ in owed()] == ["called_off", "confirmation"]
