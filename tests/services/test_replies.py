"""What comes of a mail that came back: an answer of the attendee counts, once; everything else waits for the staff."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from emails import replies as reading
from emails.replies import Received
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.replies import Reply
from scheduler.models.tasks import Task
from scheduler.services import replies, tasks
from scheduler.services.actors import WORKER, Actor
from scheduler.services.refusals import NotFound
from scheduler.services.registrations.booking import register
from scheduler.services.registrations.changes import swap
from scheduler.services.registrations.rows import revise_all
from tests.conftest import see_anew
from tests.emails.replies import SENDER, UID, raw
from tests.factories import NOW, a_contact, a_lecture, a_member, a_registration, an_account
from tests.services.together import at_once

DAY = timedelta(days=1)
LATER = NOW + 2 * DAY

pytestmark = pytest.mark.usefixtures("database")


def mail(name: str = "gmail_declined.eml", **other: object) -> Received:
    return replace(reading.read(raw(name)), **other)  # type: ignore[arg-type]


def answering(name: str = "gmail_declined.eml", **other: object) -> Received:
    """Return one of the answers with something else in what the program says."""
    found = mail(name)
    assert found.answer is not None
    return replace(found, answer=replace(found.answer, **other))  # type: ignore[arg-type]


def hanako(**fields: object) -> Registration:
    """Book the person whom the answers are from, on the date they are about."""
    fields = {"uid": UID} | fields
    return a_registration(a_contact(email=SENDER, name="山田 花子"), fields.pop("lecture", None), **fields)  # type: ignore[arg-type]


def again(row: Registration) -> Registration:
    see_anew()
    return db.session.get_one(Registration, row.id)


def owed() -> list[str]:
    return list(db.session.scalars(select(Mail.kind).order_by(Mail.id)))


def events() -> list[tuple[str, str, str]]:
    rows = db.session.scalars(select(Event).order_by(Event.id))
    return [(row.key, row.actor_kind, row.channel) for row in rows if row.key != "not_ready_again"]


def unchanged(row: Registration) -> bool:
    now = again(row)
    return (now.status, now.sequence, now.reply, owed(), events()) == ("booked", row.sequence, None, [], [])


@pytest.mark.parametrize("name", ["outlook_declined.eml", "gmail_declined.eml", "bare_declined.eml"])
def test_a_no_gives_the_seat_back_and_is_confirmed_by_mail(name: str) -> None:
    row = hanako()
    assert replies.receive(mail(name), LATER) == "declined"
    now = again(row)
    assert (now.status, now.sequence, now.reply) == ("cancelled", 1, "declined")
    assert db.session.get_one(Lecture, row.lecture_id).seats_taken == 0
    assert owed() == ["cancelled"]
    assert ("cancelled", "contact", "calendar") in events()
    reply = db.session.scalars(select(Reply)).one()
    assert (reply.registration_id, reply.sender, reply.outcome) == (row.id, SENDER, "declined")


def test_the_seat_goes_to_the_first_of_the_waiting_list() -> None:
    lecture = a_lecture(capacity=1)
    hanako(lecture=lecture)
    waiting = a_registration(lecture=lecture, status="waitlisted")
    replies.receive(mail(), LATER)
    assert again(waiting).status == "booked"
    assert sorted(owed()) == ["cancelled", "promoted"]


def test_the_same_mail_counts_once() -> None:
    row = hanako()
    for _ in range(3):
        assert replies.receive(mail(), LATER) == "declined"
    assert owed() == ["cancelled"]
    assert again(row).sequence == 1
    assert len(list(db.session.scalars(select(Reply)))) == 1


def test_the_same_mail_twice_at_the_same_moment_counts_once(database: Flask) -> None:
    hanako()
    assert at_once(database, *[lambda: replies.receive(mail(), LATER)] * 3) == []
    see_anew()
    assert owed() == ["cancelled"]


def test_a_no_that_is_sent_twice_is_confirmed_once() -> None:
    hanako()
    replies.receive(mail(), LATER)
    assert replies.receive(mail("outlook_declined.eml"), LATER) == "already_cancelled"
    assert owed() == ["cancelled"]


@pytest.mark.parametrize(
    ("name", "said"), [("apple_accepted.eml", "accepted"), ("thunderbird_tentative.eml", "tentative")]
)
def test_a_yes_is_noted_and_answered_to_nobody(name: str, said: str) -> None:
    row = hanako()
    assert replies.receive(mail(name), LATER) == said
    assert (again(row).reply, again(row).status, again(row).sequence) == (said, "booked", 0)
    assert owed() == []
    assert events() == [("reply_noted", "contact", "calendar")]
    assert replies.page_of() == ([], 0)


def test_a_yes_that_was_noted_is_not_told_again() -> None:
    hanako()
    replies.receive(mail("apple_accepted.eml"), LATER)
    replies.receive(replace(mail("apple_accepted.eml"), message_id="another"), LATER)
    assert len(events()) == 1


FORGED = [
    {"sender": "evil@elsewhere.example"},
    {"sender": ""},
    {"doubtful": True},
]


@pytest.mark.parametrize("other", FORGED, ids=str)
@pytest.mark.parametrize("name", ["gmail_declined.eml", "apple_accepted.eml"])
def test_whoever_is_not_the_attendee_changes_nothing(name: str, other: dict[str, object]) -> None:
    row = hanako()
    assert replies.receive(mail(name, **other), LATER) == "forged_sender"
    assert unchanged(row)
    assert replies.page_of()[1] == 1


def test_an_answer_in_the_name_of_somebody_else_changes_nothing() -> None:
    row = hanako()
    assert replies.receive(answering(attendees=(("other@customer.example", "declined"),)), LATER) == "forged_sender"
    assert replies.receive(replace(answering(attendees=()), message_id="2"), LATER) == "forged_sender"
    assert unchanged(row)


def test_the_attendee_is_who_has_the_address_now() -> None:
    row = a_registration(a_contact(email="new@customer.example"), uid=UID)
    assert replies.receive(mail(), LATER) == "forged_sender"
    assert unchanged(row)
    without = a_registration(a_contact(email=None), uid="other")
    assert replies.receive(replace(answering(uid="other"), message_id="2"), LATER) == "forged_sender"
    assert unchanged(without)


def test_an_answer_to_nothing_we_know_waits_for_somebody() -> None:
    row = hanako(uid="another@tasuki.example")
    assert replies.receive(mail(), LATER) == "unknown_uid"
    assert unchanged(row)
    assert [reply.outcome for reply in replies.page_of()[0]] == ["unknown_uid"]


def test_a_no_to_a_date_that_was_moved_frees_no_seat() -> None:
    row = hanako()
    lecture = a_lecture(starts_at=NOW + 9 * DAY)
    swap(row.id, lecture.id, NOW + DAY, Actor("contact", row.contact_id, "page"))
    assert replies.receive(mail(), LATER) == "stale"
    assert (again(row).status, again(row).lecture_id) == ("booked", lecture.id)
    assert replies.page_of()[1] == 1


def test_a_yes_to_a_date_that_was_moved_is_no_yes_to_the_new_one() -> None:
    row = hanako(reply="accepted")
    swap(row.id, a_lecture(starts_at=NOW + 9 * DAY).id, NOW + DAY, Actor("contact", row.contact_id, "page"))
    assert again(row).reply is None
    assert replies.receive(mail("apple_accepted.eml"), LATER) == "superseded"
    assert again(row).reply is None
    assert replies.page_of()[1] == 0


def test_a_no_counts_when_only_the_link_was_changed_since() -> None:
    row = hanako(reply="accepted")
    with db.writing():
        revise_all(row.lecture_id, NOW + DAY)
    assert (again(row).sequence, again(row).reply) == (1, None)
    assert replies.receive(mail(), LATER) == "declined"
    assert again(row).status == "cancelled"


def test_an_older_no_that_does_not_say_to_which_date_frees_no_seat() -> None:
    row = hanako(sequence=1)
    assert replies.receive(mail("bare_declined.eml"), LATER) == "stale"
    assert again(row).status == "booked"


def test_an_old_no_does_not_undo_a_later_registration_for_the_same_date() -> None:
    row = hanako()
    late = answering(made_at=NOW + timedelta(hours=1))
    replies.receive(mail("outlook_declined.eml"), LATER)
    register(row.contact_id, row.lecture_id, LATER, Actor("contact", row.contact_id, "page"))
    assert (again(row).status, again(row).uid, again(row).reply) == ("booked", UID, None)
    assert replies.receive(late, LATER) == "stale"
    assert again(row).status == "booked"


def test_a_newer_answer_than_we_know_of_counts() -> None:
    hanako()
    assert replies.receive(answering(sequence=7), LATER) == "declined"


@pytest.mark.parametrize("name", ["gmail_declined.eml", "apple_accepted.eml"])
def test_after_the_beginning_an_answer_is_only_noted_down(name: str) -> None:
    row = hanako()
    assert replies.receive(mail(name), NOW + 7 * DAY) == "over"
    assert unchanged(row)


def test_a_no_to_a_cancelled_lecture_leaves_the_seat_for_when_it_is_brought_back() -> None:
    lecture = a_lecture()
    row = hanako(lecture=lecture)
    with db.writing():
        db.session.get_one(Lecture, lecture.id).status = "cancelled"
    assert replies.receive(mail(), LATER) == "lecture_cancelled"
    assert unchanged(row)


def test_a_yes_after_cancelling_waits_for_somebody_and_brings_no_seat_back() -> None:
    row = hanako()
    replies.receive(mail(), LATER)
    assert replies.receive(mail("apple_accepted.eml"), LATER) == "not_booked"
    assert again(row).status == "cancelled"
    assert "not_booked" in [reply.outcome for reply in replies.page_of()[0]]


@pytest.mark.parametrize(
    ("said", "outcome"), [("delegated", "delegated"), ("needs-action", "kept"), ("x-other", "kept")]
)
def test_any_other_answer_waits_for_somebody(said: str, outcome: str) -> None:
    row = hanako()
    assert replies.receive(answering(attendees=((SENDER, said),)), LATER) == outcome
    assert unchanged(row)
    assert replies.page_of()[1] == 1


def test_who_asks_for_another_time_keeps_the_seat_and_is_read_by_somebody() -> None:
    row = hanako()
    assert replies.receive(mail("gmail_counter.eml"), LATER) == "counter"
    assert unchanged(row)
    ((reply,), _total) = replies.page_of()
    assert "新しい日時" in reply.text
    assert reply.registration is not None
    assert reply.registration.contact.email == SENDER


def test_words_beside_an_answer_are_read_by_somebody() -> None:
    hanako()
    assert replies.receive(mail(), LATER) == "declined"
    assert [reply.text for reply in replies.page_of()[0]] == ["その日は棚卸しです"]


def test_a_persons_mail_is_kept_with_its_beginning_and_answered_to_nobody() -> None:
    contact = a_contact(email=SENDER)
    assert replies.receive(mail("person_iso2022jp.eml"), LATER) == "kept"
    ((reply,), total) = replies.page_of()
    assert (total, reply.sender, reply.subject) == (1, SENDER, "遅れて参加します")
    assert reply.text.startswith("山田です。")
    assert owed() == []
    assert [person.id for person in replies.people_of({reply.sender, "", "x@y"})[SENDER]] == [contact.id]


@pytest.mark.parametrize("name", ["out_of_office.eml", "bounce.eml", "mailing_list.eml"])
def test_what_no_person_wrote_is_kept_without_its_words_and_asks_for_nobody(name: str) -> None:
    row = hanako()
    assert replies.receive(mail(name), LATER) == "automatic"
    assert unchanged(row)
    assert replies.page_of() == ([], 0)
    ((reply,), _total) = replies.page_of(everything=True)
    assert (reply.text, reply.registration_id) == ("", None)


def test_what_was_seen_to_waits_no_longer(now: datetime) -> None:
    replies.receive(mail("person_iso2022jp.eml"), now)
    ((reply,), _total) = replies.page_of()
    assert replies.is_waiting(reply)
    replies.put_aside(reply.id, LATER, WORKER)
    replies.put_aside(reply.id, LATER + DAY, WORKER)
    see_anew()
    assert replies.page_of() == ([], 0)
    ((reply,), _total) = replies.page_of(everything=True)
    assert (reply.seen_at, replies.is_waiting(reply)) == (LATER, False)
    with pytest.raises(NotFound):
        replies.put_aside(reply.id + 1, LATER, WORKER)


def test_every_mail_is_forgotten_after_90_days(now: datetime) -> None:
    for number, days in enumerate([0, 89, 90, 200]):
        replies.receive(mail("person_iso2022jp.eml", message_id=str(number)), now - days * DAY)
    assert replies.forget_old(now) == 2
    assert replies.forget_old(now) == 0
    assert replies.page_of()[1] == 2


def test_a_no_and_a_change_of_date_at_the_same_moment_are_both_right(database: Flask) -> None:
    row, other = hanako(), a_lecture(starts_at=NOW + 9 * DAY)
    number, contact, old, new = row.id, row.contact_id, row.lecture_id, other.id
    refused = at_once(
        database,
        lambda: replies.receive(mail(), LATER),
        lambda: swap(number, new, LATER, Actor("contact", contact, "page")),
    )
    see_anew()
    (outcome,) = db.session.scalars(select(Reply.outcome))
    taken = [db.session.get_one(Lecture, lecture).seats_taken for lecture in (old, new)]
    assert (outcome, refused, taken) in [("declined", ["not_booked"], [0, 0]), ("stale", [], [0, 1])]


def ordinary(**other: object) -> Received:
    """Return what a person wrote by hand."""
    return mail("person_iso2022jp.eml", **({"sender": SENDER} | other))


def open_tasks() -> list[tuple[int | None, int | None, int | None, str]]:
    rows = db.session.scalars(select(Task).where(Task.done_at.is_(None)).order_by(Task.id))
    return [(row.account_id, row.contact_id, row.owner_id, row.words) for row in rows]


def test_what_a_known_person_wrote_becomes_a_task_and_is_forwarded() -> None:
    owner = a_member()
    person = a_contact(an_account(onboarding_owner_id=owner.id), email=SENDER)
    for _ in range(2):
        assert replies.receive(ordinary(text="この日は無理です。"), LATER) == "kept"
    assert open_tasks() == [(person.account_id, person.id, owner.id, "この日は無理です。")]
    forwarded = db.session.scalars(select(Mail)).one()
    number = db.session.scalars(select(Reply.id)).one()
    assert (forwarded.kind, forwarded.staff_id, forwarded.account_id) == ("staff_reply", owner.id, person.account_id)
    assert forwarded.params == {"reply_id": number, "contact_id": person.id}


def test_an_address_that_several_share_makes_a_task_for_each_account_and_names_nobody() -> None:
    first, second = an_account(), an_account()
    for account, name in ((first, "一"), (first, "二"), (second, "三")):
        a_contact(account, email=SENDER, name=name)
    a_member("onboarding")
    replies.receive(ordinary(text="x" * 900), LATER)
    assert [(account, contact) for account, contact, _owner, _words in open_tasks()][0] == (first.id, None)
    assert [account for account, *_rest in open_tasks()] == [first.id, second.id]
    assert {len(words) for *_rest, words in open_tasks()} == {500}
    assert owed() == ["staff_reply"] * 2


@pytest.mark.parametrize("name", ["bounce.eml", "mailing_list.eml"])
def test_what_no_person_wrote_is_no_task(name: str) -> None:
    a_contact(email=SENDER)
    replies.receive(mail(name, sender=SENDER), LATER)
    assert (open_tasks(), owed()) == ([], [])


def test_what_a_stranger_wrote_waits_on_the_page_alone() -> None:
    a_contact(email="other@customer.example")
    assert replies.receive(ordinary(), LATER) == "kept"
    assert (open_tasks(), owed()) == ([], [])
    assert replies.page_of()[1] == 1


def test_a_reply_put_aside_ends_its_tasks_and_the_last_task_done_puts_it_aside() -> None:
    for account in (an_account(), an_account()):
        a_contact(account, email=SENDER)
    replies.receive(ordinary(), LATER)
    replies.receive(ordinary(message_id="another"), LATER)
    first, second = db.session.scalars(select(Reply).order_by(Reply.id)).all()
    replies.put_aside(first.id, LATER, WORKER)
    assert len(open_tasks()) == 2
    numbers = db.session.scalars(select(Task.id).where(Task.done_at.is_(None)).order_by(Task.id)).all()
    tasks.done(numbers[0], LATER, WORKER)
    see_anew()
    assert db.session.get_one(Reply, second.id).seen_at is None
    tasks.done(numbers[1], LATER, WORKER)
    see_anew()
    assert db.session.get_one(Reply, second.id).seen_at == LATER
