"""Who tells us beforehand is excused, not missed: no reminder, words of its own, unless the person came all the same."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services.actors import Actor
from scheduler.services.attendance import absences, basis, marks, verdicts
from scheduler.services.lectures import cancelling, changing
from scheduler.services.outbox import about, reminders, wanted
from scheduler.services.refusals import CancelInstead, LectureCancelled, LectureOver, NotBooked
from scheduler.services.registrations import booking, changes
from tests.factories import NOW, a_contact, a_lecture, a_registration
from tests.services.attendance.room import EVENING, MORNING, STAFF, START, Room
from tests.services.attendance.test_record import line, report

pytestmark = pytest.mark.usefixtures("database")

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
# 17:00 in Tokyo on the day before.
CUT_OFF = START - timedelta(hours=21)


def the(contact: Contact) -> Registration:
    query = select(Registration).where(Registration.contact_id == contact.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def told(room: Room, *names: str, at: datetime = START - HOUR, by: Actor | None = None) -> Room:
    for name in names:
        contact = room.people[name]
        absences.tell(the(contact).id, at, by or Actor("contact", contact.id, "page"))
    return room


def events(contact: Contact) -> list[str]:
    return list(db.session.scalars(select(Event.key).where(Event.contact_id == contact.id).order_by(Event.id)))


def test_told_beforehand_is_excused_once_the_lecture_is_over_and_gets_words_of_its_own() -> None:
    room = told(Room().book("hayashi", "ono"), "ono")
    assert absences.settle(START + HOUR - timedelta(minutes=1)) == 0
    assert absences.settle(EVENING) == 1
    assert room.verdicts() == {"hayashi": "unknown", "ono": "excused"}
    assert room.mails() == {("excused", "ono")}
    assert set(db.session.scalars(select(Mail.due_at).where(Mail.kind == "excused"))) == {MORNING}
    before = room.everything()
    assert absences.settle(EVENING) == 0
    assert room.everything() == before
    room.take(report(line("林 健太")))
    assert room.verdicts() == {"hayashi": "attended", "ono": "excused"}
    assert room.mails() == {("thanks", "hayashi"), ("excused", "ono")}


@pytest.mark.parametrize(("until", "verdict"), [("14:59", "attended"), ("14:10", "partial")])
def test_who_came_all_the_same_is_judged_by_what_was_seen(until: str, verdict: str) -> None:
    room = told(Room().book("hayashi"), "hayashi")
    absences.settle(EVENING)
    assert room.verdicts() == {"hayashi": "excused"}
    room.take(report(line("林 健太", "14:00", until)))
    assert room.verdicts() == {"hayashi": verdict}
    assert room.mails("dropped") == {("excused", "hayashi")}


def test_who_may_be_somebody_unknown_in_the_room_is_not_excused_yet() -> None:
    room = told(Room().book("hayashi"), "hayashi")
    room.confirm(room.stage(), certain=True)
    assert room.verdicts() == {"hayashi": "unknown"}


@pytest.mark.parametrize(
    ("at", "refusal"),
    [
        (CUT_OFF - timedelta(minutes=1), CancelInstead),
        (CUT_OFF, None),
        (START, None),
        (START + timedelta(minutes=59), None),
        (START + HOUR, LectureOver),
    ],
)
def test_customers_tell_from_the_cut_off_on_until_the_end(at: datetime, refusal: type[Exception] | None) -> None:
    room = Room().book("hayashi")
    if refusal is None:
        told(room, "hayashi", at=at)
    else:
        with pytest.raises(refusal):
            told(room, "hayashi", at=at)
    assert (the(room.people["hayashi"]).absence_told_at is not None) == (refusal is None)


def test_staff_note_it_at_any_time_before_the_end_and_both_stand_in_the_history() -> None:
    room = told(Room().book("hayashi"), "hayashi", at=CUT_OFF - DAY, by=STAFF)
    hayashi = room.people["hayashi"]
    assert (the(hayashi).absence_told_by, the(hayashi).absence_told_at) == ("staff", CUT_OFF - DAY)
    told(room, "hayashi", at=CUT_OFF, by=STAFF)
    assert the(hayashi).absence_told_at == CUT_OFF - DAY
    absences.take_back(the(hayashi).id, CUT_OFF, STAFF)
    absences.take_back(the(hayashi).id, CUT_OFF, STAFF)
    assert the(hayashi).absence_told_at is None
    assert events(hayashi) == ["absence_told", "absence_taken_back"]


def test_no_reminder_follows_not_even_one_that_is_owed_already() -> None:
    lecture = a_lecture(starts_at=NOW + 5 * HOUR)
    rows = [a_registration(a_contact(), lecture, registered_at=NOW - 9 * DAY, revised_at=NOW - 9 * DAY) for _ in "ab"]
    absences.tell(rows[0].id, NOW, STAFF)
    reminders.plan_reminders(NOW + 4 * HOUR)
    owed = db.session.scalars(select(Mail).where(Mail.kind == "reminder_hour")).all()
    assert [mail.registration_id for mail in owed] == [rows[1].id]
    absences.tell(rows[1].id, NOW + 4 * HOUR, STAFF)
    found = about.read(owed[0].id)
    assert found is not None
    assert wanted.unwanted(found, NOW + 4 * HOUR) == ("dropped", "absence_told")


def test_another_date_or_a_new_registration_begins_anew() -> None:
    contact, lecture = a_contact(), a_lecture(starts_at=NOW + 5 * HOUR)
    other = a_lecture(starts_at=NOW + 9 * DAY)
    number = booking.register(contact.id, lecture.id, NOW, STAFF)
    absences.tell(number, NOW, STAFF)
    changes.swap(number, other.id, NOW, STAFF)
    assert the(contact).absence_told_at is None
    absences.tell(number, NOW, STAFF)
    changes.cancel(number, NOW, STAFF)
    with pytest.raises(NotBooked):
        absences.tell(number, NOW, STAFF)
    booking.register(contact.id, other.id, NOW, STAFF)
    assert (the(contact).absence_told_at, the(contact).absence_told_by) == (None, "")


def test_a_lecture_moved_to_another_time_asks_anew_and_another_link_does_not() -> None:
    contact, lecture = a_contact(), a_lecture(starts_at=NOW + 5 * HOUR)
    number = booking.register(contact.id, lecture.id, NOW, STAFF)
    absences.tell(number, NOW, STAFF)
    changing.change(lecture.id, {"join_url": "https://meet.example/2"}, NOW, STAFF)
    assert the(contact).absence_told_at is not None
    changing.change(lecture.id, {"starts_at": NOW + 2 * DAY}, NOW, STAFF)
    assert the(contact).absence_told_at is None


def test_nobody_is_excused_from_a_lecture_that_was_called_off() -> None:
    contact, lecture = a_contact(), a_lecture(starts_at=NOW + 5 * HOUR)
    number = booking.register(contact.id, lecture.id, NOW, STAFF)
    absences.tell(number, NOW, STAFF)
    cancelling.cancel(lecture.id, {"ja": "講師の都合"}, NOW, STAFF)
    assert absences.settle(NOW + 9 * HOUR) == 0
    with pytest.raises(LectureCancelled):
        absences.take_back(number, NOW, STAFF)


def test_excused_by_hand_is_for_those_booked_and_can_be_undone() -> None:
    room = Room().book("ono")
    ono = room.people["ono"].id
    marks.mark(room.lecture.id, ono, "excused", "前日に電話", EVENING, STAFF)
    assert room.verdicts() == {"ono": "excused"}
    assert room.mails() == {("excused", "ono")}
    marks.unmark(room.lecture.id, ono, EVENING, STAFF)
    assert (room.verdicts(), room.mails()) == ({"ono": "unknown"}, set())


def test_the_verdict_says_when_and_by_whom_we_were_told() -> None:
    room = told(Room().book("ono"), "ono")
    absences.settle(EVENING)
    rows = verdicts.rows_of(room.lecture.id)
    found = basis.of(rows.values())[room.lecture.id, room.people["ono"].id]
    assert (found.sources, found.by, found.at) == (("absence",), "contact", START - HOUR)


def test_it_ends_the_waiting_for_a_report_where_it_was_all_that_was_open() -> None:
    room = told(Room().book("ono"), "ono")
    assert db.session.get_one(Lecture, room.lecture.id).reported_at is None
    absences.settle(EVENING)
    assert room.reported_at() == EVENING
