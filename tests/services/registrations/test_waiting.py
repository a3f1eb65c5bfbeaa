"""A seat that becomes free after the cut-off is offered to the first in line, kept for a while, accepted or passed on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.tasks import Task
from scheduler.services import vendor
from scheduler.services.actors import Actor
from scheduler.services.lectures import cancelling, changing
from scheduler.services.outbox.content import preview
from scheduler.services.refusals import AlreadyBooked, CapacityBelowBooked, LectureFull, LectureOver, OfferGone, Refused
from scheduler.services.registrations import booking, changes, waiting
from tests.factories import a_contact, a_lecture

PAGE = Actor("contact", 1, "page")
STAFF = Actor("staff", None, "phone")
# Wednesday 14:00 in Tokyo; seats move up by themselves until Tuesday 17:00 there.
START = datetime.fromisoformat("2026-04-08T14:00:00+09:00")
LATE = datetime.fromisoformat("2026-04-08T09:00:00+09:00")

pytestmark = pytest.mark.usefixtures("database")


def the(registration_id: int) -> Registration:
    return db.session.get_one(Registration, registration_id, populate_existing=True)


def kinds(contact: Contact) -> list[str]:
    return list(db.session.scalars(select(Mail.kind).where(Mail.contact_id == contact.id).order_by(Mail.id)))


def seats_taken(lecture: Lecture) -> int:
    return db.session.scalar(select(Lecture.seats_taken).where(Lecture.id == lecture.id)) or 0


def events() -> list[str]:
    return list(db.session.scalars(select(Event.key).order_by(Event.id)))


@pytest.fixture
def lecture(now: datetime) -> Lecture:
    return a_lecture(starts_at=START, capacity=1)


@pytest.fixture
def booked(lecture: Lecture, now: datetime) -> int:
    return booking.register(a_contact().id, lecture.id, now, PAGE)


@pytest.fixture
def wait(lecture: Lecture, booked: int, now: datetime) -> Callable[[Contact], int]:
    """Put people on the waiting list of the full lecture, one a minute."""
    minutes = iter(range(1, 60))

    def join(contact: Contact, **given: bool) -> int:
        moment = now + timedelta(minutes=next(minutes))
        return booking.register(contact.id, lecture.id, moment, PAGE, waitlist=True, **given)

    return join


def test_after_the_cut_off_a_freed_seat_is_kept_for_the_first_in_line_who_is_asked(
    lecture: Lecture, booked: int, wait: Callable[[Contact], int]
) -> None:
    first, second = a_contact(), a_contact()
    one, other = wait(first), wait(second)
    changes.cancel(booked, LATE, PAGE)
    assert (the(one).status, the(one).offered_until) == ("waitlisted", LATE + timedelta(hours=3))
    assert the(other).offered_until is None
    assert seats_taken(lecture) == 1
    assert (kinds(first), kinds(second)) == (["waitlisted", "offered"], ["waitlisted"])
    mail = db.session.scalars(select(Mail).where(Mail.kind == "offered")).one()
    assert mail.expires_at == the(one).offered_until
    with pytest.raises(LectureFull):
        booking.register(a_contact().id, lecture.id, LATE, PAGE)


def test_accepting_takes_the_kept_seat_and_sends_the_invitation(
    lecture: Lecture, booked: int, wait: Callable[[Contact], int]
) -> None:
    first = a_contact()
    number = wait(first)
    changes.cancel(booked, LATE, PAGE)
    waiting.accept(number, LATE + timedelta(minutes=5), PAGE)
    assert (the(number).status, the(number).offered_until, seats_taken(lecture)) == ("booked", None, 1)
    assert kinds(first) == ["waitlisted", "offered", "promoted"]
    with pytest.raises(AlreadyBooked):
        waiting.accept(number, LATE + timedelta(minutes=6), PAGE)
    promoted = db.session.scalars(select(Event).where(Event.key == "promoted")).one()
    assert promoted.actor_kind == "contact"


def test_pressing_register_instead_takes_the_kept_seat_once(
    lecture: Lecture, booked: int, wait: Callable[[Contact], int]
) -> None:
    first = a_contact()
    number = wait(first)
    changes.cancel(booked, LATE, PAGE)
    assert booking.register(first.id, lecture.id, LATE, PAGE) == number
    assert (the(number).status, the(number).offered_until, seats_taken(lecture)) == ("booked", None, 1)


@pytest.mark.parametrize("leaving", [waiting.decline, changes.cancel])
def test_whoever_declines_or_leaves_the_list_passes_the_seat_on(
    leaving: Callable[..., None], lecture: Lecture, booked: int, wait: Callable[[Contact], int]
) -> None:
    first, second = a_contact(), a_contact()
    one, other = wait(first), wait(second)
    changes.cancel(booked, LATE, PAGE)
    leaving(one, LATE + timedelta(hours=1), PAGE)
    assert the(one).status == "cancelled"
    assert the(other).offered_until == LATE + timedelta(hours=4)
    assert seats_taken(lecture) == 1
    assert kinds(first) == ["waitlisted", "offered"]


def test_an_offer_nobody_answers_goes_to_the_next_and_at_last_to_whoever_comes(
    lecture: Lecture, booked: int, wait: Callable[[Contact], int]
) -> None:
    one, other = wait(a_contact()), wait(a_contact())
    changes.cancel(booked, LATE, PAGE)
    until = LATE + timedelta(hours=3)
    assert waiting.expire_offers(until - timedelta(seconds=1)) == 0
    assert waiting.expire_offers(until) == 1
    assert (the(one).status, the(other).offered_until) == ("cancelled", START)
    assert waiting.expire_offers(until) == 0
    assert waiting.expire_offers(START) == 1
    assert (the(other).status, seats_taken(lecture)) == ("cancelled", 0)
    assert events().count("offer_expired") == 2


def test_who_answers_too_late_is_told_so_and_the_next_is_asked_at_once(
    lecture: Lecture, booked: int, wait: Callable[[Contact], int]
) -> None:
    one, other = wait(a_contact()), wait(a_contact())
    changes.cancel(booked, LATE, PAGE)
    late = LATE + timedelta(hours=3)
    with pytest.raises(OfferGone):
        waiting.accept(one, late, PAGE)
    assert (the(one).status, the(other).offered_until) == ("cancelled", START)
    for press in (waiting.accept, waiting.decline):
        with pytest.raises(OfferGone):
            press(one, late, PAGE)


def test_nothing_can_be_accepted_that_was_not_offered_or_has_begun(
    lecture: Lecture, booked: int, wait: Callable[[Contact], int], now: datetime
) -> None:
    one = wait(a_contact())
    for press in (waiting.accept, waiting.decline):
        with pytest.raises(OfferGone):
            press(one, now + timedelta(hours=1), PAGE)
    changes.cancel(booked, LATE, PAGE)
    with pytest.raises(LectureOver):
        waiting.accept(one, START, PAGE)


def test_shortly_before_the_start_a_seat_is_left_to_whoever_comes(
    lecture: Lecture, booked: int, wait: Callable[[Contact], int]
) -> None:
    first = a_contact()
    number = wait(first)
    changes.cancel(booked, START - timedelta(minutes=10), PAGE)
    assert (the(number).offered_until, seats_taken(lecture)) == (None, 0)
    assert kinds(first) == ["waitlisted"]
    booking.register(first.id, lecture.id, START - timedelta(minutes=9), PAGE)
    assert the(number).status == "booked"


def test_whom_no_mail_reaches_is_to_be_rung_while_the_seat_is_kept(
    lecture: Lecture, booked: int, wait: Callable[..., int]
) -> None:
    by_phone = wait(a_contact(email=None, phone="03-1111-2222"))
    changes.cancel(booked, LATE, PAGE)
    task = db.session.scalars(select(Task)).one()
    assert (task.kind, task.lecture_id, task.due_on.isoformat(), task.done_at) == (
        "offer",
        lecture.id,
        "2026-04-08",
        None,
    )
    waiting.accept(by_phone, LATE + timedelta(minutes=5), STAFF)
    db.session.refresh(task)
    assert task.done_at == LATE + timedelta(minutes=5)
    assert db.session.scalars(select(Event.channel).where(Event.key == "promoted")).all() == ["phone"]


@pytest.mark.parametrize(("until", "given"), [("12:00", False), ("17:00", True)])
def test_until_when_seats_are_given_unasked_is_for_operations_to_decide(
    lecture: Lecture, booked: int, wait: Callable[[Contact], int], until: str, given: bool
) -> None:
    number = wait(a_contact())
    vendor.save({"name": "たすき", "promotes_until": until}, LATE, STAFF)
    (mail,) = db.session.scalars(select(Mail).where(Mail.kind == "waitlisted"))
    assert f"2026年4月7日(火) {until}（日本時間）以降に空いたお席は" in preview(mail, LATE - timedelta(days=2)).text
    # Once that moment is past there is nothing of seats that come by themselves.
    assert "空きが出ましたら、しばらくの間お取り置きし" in preview(mail, LATE).text
    changes.cancel(booked, LATE - timedelta(hours=19), PAGE)
    assert (the(number).status == "booked", the(number).offered_until is None) == (given, given)


def test_more_seats_are_given_before_the_cut_off_and_offered_after_it(
    lecture: Lecture, wait: Callable[[Contact], int], now: datetime
) -> None:
    people = [wait(a_contact()) for _ in range(3)]
    changing.change(lecture.id, {"capacity": 2}, now + timedelta(hours=2), STAFF)
    assert [the(number).status for number in people] == ["booked", "waitlisted", "waitlisted"]
    changing.change(lecture.id, {"capacity": 3}, LATE, STAFF)
    assert [the(number).offered_until is not None for number in people] == [False, True, False]
    assert seats_taken(lecture) == 3
    with pytest.raises(CapacityBelowBooked):
        changing.change(lecture.id, {"capacity": 2}, LATE, STAFF)


def test_an_offer_of_a_date_that_moves_is_one_of_the_new_date_or_a_seat_in_time(
    lecture: Lecture, booked: int, wait: Callable[[Contact], int]
) -> None:
    first = a_contact()
    number = wait(first)
    changes.cancel(booked, LATE, PAGE)
    changing.change(lecture.id, {"starts_at": START + timedelta(days=7)}, LATE + timedelta(minutes=1), STAFF)
    assert (the(number).status, the(number).offered_until, seats_taken(lecture)) == ("booked", None, 1)


def test_a_lecture_that_is_not_held_keeps_no_seat_and_offers_it_again_when_it_comes_back(
    lecture: Lecture, booked: int, wait: Callable[[Contact], int]
) -> None:
    first = a_contact()
    number = wait(first)
    changes.cancel(booked, LATE, PAGE)
    cancelling.cancel(lecture.id, {"ja": "講師の都合"}, LATE + timedelta(minutes=1), STAFF)
    assert (the(number).status, the(number).offered_until, seats_taken(lecture)) == ("waitlisted", None, 0)
    assert waiting.expire_offers(LATE + timedelta(hours=3)) == 0
    cancelling.bring_back(lecture.id, LATE + timedelta(minutes=2), STAFF)
    assert (the(number).status, seats_taken(lecture)) == ("waitlisted", 1)
    assert kinds(first).count("offered") == 2


def test_changing_the_date_instead_gives_the_kept_seat_to_the_next(
    lecture: Lecture, booked: int, wait: Callable[[Contact], int]
) -> None:
    one, other = wait(a_contact()), wait(a_contact())
    elsewhere = a_lecture(starts_at=START + timedelta(days=7))
    changes.cancel(booked, LATE, PAGE)
    changes.swap(one, elsewhere.id, LATE, PAGE)
    assert (the(one).status, the(one).lecture_id, the(one).offered_until) == ("booked", elsewhere.id, None)
    assert the(other).offered_until is not None
    assert (seats_taken(lecture), seats_taken(elsewhere)) == (1, 1)


def test_the_list_can_be_left_without_a_seat_being_touched(
    lecture: Lecture, booked: int, wait: Callable[[Contact], int], now: datetime
) -> None:
    contact = a_contact()
    number = wait(contact)
    changes.cancel(number, now + timedelta(hours=1), PAGE)
    assert (the(number).status, seats_taken(lecture)) == ("cancelled", 1)
    assert kinds(contact) == ["waitlisted"]
    assert db.session.scalar(select(func.count()).where(Registration.status == "booked")) == 1


def test_what_is_refused_writes_nothing(lecture: Lecture, booked: int, wait: Callable[[Contact], int]) -> None:
    one = wait(a_contact())
    before = events()
    with pytest.raises(Refused):
        waiting.accept(one, LATE, PAGE)
    assert events() == before
