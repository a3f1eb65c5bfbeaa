"""One lecture moved, cancelled, brought back: its people are told once, and keep their seats."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services.actors import Actor
from scheduler.services.lectures import cancelling, changing, making, telling
from scheduler.services.refusals import CapacityBelowBooked, Invalid, LectureCancelled, LectureOver, NotFound
from tests.factories import a_contact, a_course, a_lecture, a_member, a_registration

STAFF = Actor("staff", None, "page")
REASON = {"ja": "講師都合のため", "en": "The host is away."}

pytestmark = pytest.mark.usefixtures("database")


def owed() -> list[tuple[str, int]]:
    return list(db.session.execute(select(Mail.kind, Mail.contact_id).order_by(Mail.id)))


def test_moving_a_lecture_tells_each_booked_person_once_and_raises_the_sequence(now: datetime) -> None:
    lecture, contact = a_lecture(), a_contact()
    row = a_registration(contact, lecture)
    a_registration(a_contact(), lecture, status="cancelled")
    told = changing.change(lecture.id, {"starts_at": lecture.starts_at + timedelta(hours=2)}, now, STAFF)
    db.session.expire_all()
    assert told == 1
    assert owed() == [("changed", contact.id)]
    assert (db.session.get_one(Registration, row.id).sequence, lecture.sequence, lecture.edited) == (1, 1, True)
    assert lecture.ends_at - lecture.starts_at == timedelta(hours=1)


def test_the_same_values_again_change_and_tell_nothing(now: datetime) -> None:
    lecture = a_lecture()
    a_registration(lecture=lecture)
    assert changing.change(lecture.id, {"starts_at": lecture.starts_at, "capacity": 30}, now, STAFF) == 0
    assert owed() == []


def test_another_host_on_the_same_link_mails_no_customer(now: datetime) -> None:
    lecture = a_lecture()
    a_registration(lecture=lecture)
    assert changing.change(lecture.id, {"host_id": a_member().id}, now, STAFF) == 0
    assert owed() == []


@pytest.mark.parametrize("field", ["join_url", "meeting_id", "passcode"])
def test_another_way_into_the_meeting_is_told_to_whoever_has_a_seat(now: datetime, field: str) -> None:
    lecture = a_lecture(capacity=1)
    booked = a_registration(lecture=lecture)
    a_registration(lecture=lecture, status="waitlisted")
    value = "https://meet.example/2" if field == "join_url" else "987 6543"
    assert changing.change(lecture.id, {field: value}, now, STAFF) == 1
    assert owed() == [("changed", booked.contact_id)]
    assert (lecture.sequence, db.session.scalars(select(Mail)).one().params["link"]) == (1, True)


def test_more_seats_promote_whoever_waits_and_fewer_throw_nobody_out(now: datetime) -> None:
    lecture = a_lecture(capacity=1)
    a_registration(lecture=lecture)
    waiting = a_registration(lecture=lecture, status="waitlisted")
    changing.change(lecture.id, {"capacity": 2}, now, STAFF)
    assert db.session.get_one(Registration, waiting.id, populate_existing=True).status == "booked"
    with pytest.raises(CapacityBelowBooked):
        changing.change(lecture.id, {"capacity": 1}, now, STAFF)


def test_a_cancelled_lecture_keeps_its_people_and_can_be_brought_back(now: datetime) -> None:
    lecture, contact = a_lecture(), a_contact()
    row = a_registration(contact, lecture)
    assert cancelling.cancel(lecture.id, REASON, now, STAFF) == 1
    assert cancelling.cancel(lecture.id, REASON, now, STAFF) == 0
    assert cancelling.bring_back(lecture.id, now, STAFF) == 1
    fresh = db.session.get_one(Registration, row.id, populate_existing=True)
    assert (fresh.status, fresh.sequence) == ("booked", 2)
    assert [kind for kind, _ in owed()] == ["lecture_cancelled", "confirmation"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"capacity": 0}, "capacity_out_of_range"),
        ({"capacity": 10_001}, "capacity_out_of_range"),
        ({"join_url": "javascript:alert(1)"}, "link_malformed"),
        ({"meeting_id": "1" * 61}, "code_unusable"),
        ({"passcode": "12\n34"}, "code_unusable"),
        ({"passcode": "12\x0034"}, "code_unusable"),
        ({"host_id": 999}, "unknown_member"),
        ({"starts_at": datetime.fromisoformat("2026-03-01T00:00:00+00:00")}, "starts_in_the_past"),
        ({"ends_at": datetime.fromisoformat("2026-04-01T00:00:00+00:00")}, "ends_before_start"),
    ],
)
def test_a_value_no_lecture_can_have_is_refused_and_nothing_is_written(
    fields: dict[str, Any], why: str, now: datetime
) -> None:
    lecture = a_lecture()
    with pytest.raises(Invalid) as refusal:
        changing.change(lecture.id, fields, now, STAFF)
    assert refusal.value.params["why"] == why
    db.session.refresh(lecture)
    assert (lecture.sequence, lecture.edited) == (0, False)


def test_an_unknown_course_or_a_cancellation_without_a_reason_is_refused(now: datetime) -> None:
    with pytest.raises(NotFound):
        making.create("unknown", now, None, capacity=1, now=now, actor=STAFF)
    with pytest.raises(Invalid):
        cancelling.cancel(a_lecture().id, {"ja": " "}, now, STAFF)


def test_what_is_over_can_neither_be_moved_nor_cancelled(now: datetime) -> None:
    past = a_lecture(starts_at=now - timedelta(days=1))
    actions: list[Any] = [
        lambda: changing.change(past.id, {"starts_at": now + timedelta(days=1)}, now, STAFF),
        lambda: cancelling.cancel(past.id, REASON, now, STAFF),
    ]
    for action in actions:
        with pytest.raises(LectureOver):
            action()


def test_a_lecture_of_the_past_can_be_recorded(now: datetime) -> None:
    a_course()
    number = making.create("basic", now - timedelta(days=30), None, capacity=5, now=now, actor=STAFF)
    row = db.session.get_one(Lecture, number)
    assert row.ends_at - row.starts_at == timedelta(minutes=60)


def test_whoever_waits_is_told_too_and_moves_up_when_the_new_date_allows(now: datetime) -> None:
    lecture = a_lecture(capacity=1)
    a_registration(lecture=lecture)
    waiting = a_registration(lecture=lecture, status="waitlisted")
    changing.change(lecture.id, {"starts_at": lecture.starts_at + timedelta(days=1)}, now, STAFF)
    assert sorted(kind for kind, _ in owed()) == ["changed", "waitlisted"]
    cancelling.cancel(lecture.id, REASON, now, STAFF)
    assert [kind for kind, _ in owed()].count("lecture_cancelled") == 2
    with db.writing():
        db.session.get_one(Lecture, lecture.id).capacity = 2
    cancelling.bring_back(lecture.id, now, STAFF)
    assert db.session.get_one(Registration, waiting.id, populate_existing=True).status == "booked"


def test_a_cancelled_lecture_is_not_moved_before_it_is_brought_back(now: datetime) -> None:
    lecture = a_lecture()
    a_registration(lecture=lecture)
    cancelling.cancel(lecture.id, REASON, now, STAFF)
    with pytest.raises(LectureCancelled):
        changing.change(lecture.id, {"join_url": "https://meet.example/2"}, now, STAFF)
    assert [kind for kind, _ in owed()] == ["lecture_cancelled"]


def test_only_people_whom_a_mail_reaches_are_counted_as_told(now: datetime) -> None:
    lecture = a_lecture()
    a_registration(a_contact(email=None), lecture)
    a_registration(lecture=lecture, mails=False)
    assert telling.people_to_tell(lecture.id) == 0
    assert cancelling.cancel(lecture.id, REASON, now, STAFF) == 0


def test_a_lecture_whose_attendance_is_recorded_can_no_longer_be_cancelled(now: datetime) -> None:
    lecture = a_lecture(starts_at=now - timedelta(minutes=50), reported_at=now)
    with pytest.raises(LectureOver):
        cancelling.cancel(lecture.id, REASON, now, STAFF)


def test_a_cancelled_lecture_keeps_its_reason_when_its_seats_or_host_change(now: datetime) -> None:
    lecture = a_lecture()
    a_registration(lecture=lecture)
    cancelling.cancel(lecture.id, REASON, now, STAFF)
    changing.change(lecture.id, {"capacity": 40}, now, STAFF, reason={})
    row = db.session.get_one(Lecture, lecture.id, populate_existing=True)
    assert (row.capacity, row.reason) == (40, REASON)
