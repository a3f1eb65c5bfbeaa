"""Marks by hand: a person's word counts before every report and outlives it, and can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.services.actors import Actor
from scheduler.services.attendance import verdicts
from scheduler.services.attendance.marks import mark, unmark
from scheduler.services.refusals import Invalid, LectureCancelled, LectureNotBegun, NotFound
from tests.factories import a_contact, a_lecture, a_member, a_registration, an_account
from tests.services.attendance.room import EVENING, MORNING, STAFF, Room
from tests.services.attendance.test_record import line, report

pytestmark = pytest.mark.usefixtures("database")


def reason(room: Room, name: str) -> tuple[str, int | None]:
    row = verdicts.rows_of(room.lecture.id)[room.people[name].id]
    return row.reason, row.marked_by_id


def test_a_mark_outlives_every_report() -> None:
    room = Room().book("hayashi", "ono")
    member = a_member()
    room.take()
    mark(room.lecture.id, room.people["ono"].id, "attended", "同席を確認", EVENING, Actor("staff", member.id, "page"))
    assert room.verdicts() == {"hayashi": "attended", "ono": "attended"}
    room.take(report(line("林 健太", "14:00", "14:10")), MORNING)
    assert room.verdicts() == {"hayashi": "partial", "ono": "attended"}
    assert reason(room, "ono") == ("同席を確認", member.id)


def test_a_mark_wins_over_the_report_and_taken_back_the_evidence_counts_again() -> None:
    room = Room().book("hayashi", "ono")
    room.take()
    hayashi = room.people["hayashi"].id
    mark(room.lecture.id, hayashi, "missed", "代理の方でした", EVENING, STAFF)
    assert (room.verdicts()["hayashi"], room.minutes()["hayashi"]) == ("missed", 60)
    unmark(room.lecture.id, hayashi, EVENING, STAFF)
    assert room.verdicts()["hayashi"] == "attended"
    assert reason(room, "hayashi") == ("", None)
    assert room.events()[2:] == [("missed", "hayashi"), ("attended", "hayashi")]
    unmark(room.lecture.id, hayashi, EVENING, STAFF)
    assert len(room.events()) == 4


def test_the_same_mark_again_changes_nothing_and_another_reason_is_no_event() -> None:
    room = Room().book("hayashi")
    contact = room.people["hayashi"].id
    mark(room.lecture.id, contact, "attended", "電話", EVENING, STAFF)
    before = room.everything()
    mark(room.lecture.id, contact, "attended", " 電話 ", MORNING, STAFF)
    assert room.everything() == before
    mark(room.lecture.id, contact, "attended", "本人から連絡", MORNING, STAFF)
    assert room.everything() == before
    assert reason(room, "hayashi")[0] == "本人から連絡"


def test_without_a_report_the_lecture_is_settled_when_everybody_has_a_mark() -> None:
    room = Room().book("hayashi", "ono")
    mark(room.lecture.id, room.people["hayashi"].id, "attended", "", EVENING, STAFF)
    assert room.verdicts() == {"hayashi": "attended", "ono": "unknown"}
    assert room.reported_at() is None
    mark(room.lecture.id, room.people["ono"].id, "missed", "", MORNING, STAFF)
    assert room.reported_at() == MORNING
    assert room.mails() == {("thanks", "hayashi"), ("missed", "ono")}
    unmark(room.lecture.id, room.people["ono"].id, MORNING, STAFF)
    assert room.verdicts() == {"hayashi": "attended", "ono": "unknown"}
    assert room.reported_at() is None
    assert room.mails() == {("thanks", "hayashi")}


def test_somebody_who_walked_in_is_marked_and_forgotten_again() -> None:
    room = Room().book("hayashi")
    walk_in = room.add("sato").id
    mark(room.lecture.id, walk_in, "attended", "隣の席", EVENING, STAFF)
    assert room.verdicts() == {"hayashi": "unknown", "sato": "attended"}
    room.take(report(line("林 健太")))
    assert room.verdicts() == {"hayashi": "attended", "sato": "attended"}
    unmark(room.lecture.id, walk_in, EVENING, STAFF)
    assert room.verdicts() == {"hayashi": "attended"}
    assert db.session.scalar(select(Attendance.id).where(Attendance.contact_id == walk_in)) is None


def test_who_may_be_somebody_unknown_in_the_room_is_not_missing_when_a_mark_is_taken_back() -> None:
    room = Room().book("hayashi", "ono")
    room.confirm(room.stage(), certain=True)
    hayashi = room.people["hayashi"].id
    mark(room.lecture.id, hayashi, "attended", "", EVENING, STAFF)
    unmark(room.lecture.id, hayashi, EVENING, STAFF)
    assert room.verdicts() == {"hayashi": "unknown", "ono": "missed"}


@pytest.mark.parametrize(
    ("verdict", "told", "why"),
    [("unknown", "", "not_a_choice"), ("出席", "", "not_a_choice"), ("attended", "あ" * 501, "too_long")],
)
def test_a_mark_that_cannot_be_is_refused_and_changes_nothing(verdict: str, told: str, why: str) -> None:
    room = Room().book("hayashi")
    with pytest.raises(Invalid, match=why):
        mark(room.lecture.id, room.people["hayashi"].id, verdict, told, EVENING, STAFF)
    assert room.verdicts() == {"hayashi": "unknown"}


def test_nobody_misses_a_lecture_that_was_not_booked() -> None:
    room = Room()
    cancelled = room.add("ono")
    a_registration(cancelled, room.lecture, status="cancelled")
    with pytest.raises(Invalid, match="missed_unbooked"):
        mark(room.lecture.id, cancelled.id, "missed", "", EVENING, STAFF)


def test_a_lecture_to_come_a_cancelled_one_and_another_companys_have_no_attendance() -> None:
    contact = a_contact()
    room = Room()
    for lecture, refusal in (
        (a_lecture(starts_at=EVENING + timedelta(minutes=1)), LectureNotBegun),
        (a_lecture(starts_at=EVENING - timedelta(days=1), status="cancelled"), LectureCancelled),
        (a_lecture(starts_at=EVENING - timedelta(days=1), account_id=an_account().id), NotFound),
    ):
        with pytest.raises(refusal):
            mark(lecture.id, contact.id, "attended", "", EVENING, STAFF)
        with pytest.raises(refusal):
            unmark(lecture.id, contact.id, EVENING, STAFF)
    with pytest.raises(NotFound):
        mark(room.lecture.id, 999_999, "attended", "", EVENING, STAFF)
    with pytest.raises(NotFound):
        mark(999_999, contact.id, "attended", "", EVENING, STAFF)
    assert db.session.scalars(select(Event).where(Event.contact_id.is_not(None))).all() == []
