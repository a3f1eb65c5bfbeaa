"""Many mails at a time: each leaves once, each is recorded for itself, and what must wait waits."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from emails import Message, Refused, Sent, TransportDown, TryAgain
from emails.events import Told
from emails.transports.base import Apart, OneByOne, TransportProblem
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.services import installation, mail_events, mail_holding, mail_notes
from scheduler.services.actors import CLI, Actor
from scheduler.services.lectures import changing
from scheduler.services.outbox import closing
from scheduler.services.outbox.batch import LEASE, TransportStopped
from scheduler.services.outbox.claims import UNKNOWN
from scheduler.services.outbox.owe import owe
from scheduler.services.registrations import booking
from tests.factories import a_contact, a_course, a_lecture, an_account
from tests.services.outbox.answering import Answering, deliver

PAGE = Actor("contact", 1, "page")

pytestmark = pytest.mark.usefixtures("app")


class Parcels:
    """A way out that takes several mails in one request and several requests at a time; refuses who is named."""

    def __init__(self, *, largest: int = 4, concurrency: int = 3, refused: Sequence[str] = ()) -> None:
        self.largest, self.concurrency, self.refused = largest, concurrency, set(refused)
        self.requests: list[list[str]] = []
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def send(self, message: Message) -> Sent:
        raise NotImplementedError

    def parcels(self, messages: Sequence[Message]) -> list[list[int]]:
        places = range(len(messages))
        return [list(places[start : start + self.largest]) for start in range(0, len(messages), self.largest)]

    def send_together(self, messages: Sequence[Message]) -> list[Sent | TransportProblem]:
        addresses = [message.to.address for message in messages]
        with self._lock:
            self.requests.append(addresses)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(0.02)
        with self._lock:
            self.at_once -= 1
        if self.refused.isdisjoint(addresses):
            return [Sent() for _message in messages]
        return [Apart("400 bad") if len(messages) > 1 else Refused("400 bad")] * len(messages)


def mails() -> dict[str, Mail]:
    db.session.rollback()
    rows = db.session.scalars(select(Mail).execution_options(populate_existing=True)).unique()
    return {mail.contact.email or "": mail for mail in rows if mail.contact is not None}


@pytest.fixture
def twelve(now: datetime) -> list[str]:
    """Twelve people, each owed a confirmation."""
    lecture, people = a_lecture(), [a_contact() for _ in range(12)]
    for person in people:
        booking.register(person.id, lecture.id, now, PAGE)
    return [person.email or "" for person in people]


def test_many_leave_in_few_requests_at_once_and_each_once(twelve: list[str], now: datetime) -> None:
    transport = Parcels()
    assert deliver(now, transport) == 12
    assert sorted(address for request in transport.requests for address in request) == sorted(twelve)
    assert len(transport.requests) == 3
    assert transport.most_at_once > 1
    assert {mail.state for mail in mails().values()} == {"sent"}


def test_one_refused_address_costs_the_others_nothing(twelve: list[str], now: datetime) -> None:
    bad = twelve[5]
    deliver(now, Parcels(refused=[bad]))
    assert {address for address, mail in mails().items() if mail.state == "failed"} == {bad}
    assert sum(mail.state == "sent" for mail in mails().values()) == 11


def test_a_closed_way_out_is_tried_by_one_mail_after_five_minutes(twelve: list[str], now: datetime) -> None:
    transport = Answering(None, TransportDown("401 wrong key"))
    with pytest.raises(TransportStopped):
        deliver(now, transport)
    states = [(mail.state, mail.attempts) for mail in mails().values()]
    assert sorted(states) == [("queued", 0)] * 11 + [("sent", 1)]
    closed = closing.state()
    assert closed is not None
    assert closed.reason == "401 wrong key"
    assert deliver(now + timedelta(minutes=4), transport) == 0
    assert len(transport.given) == 2
    assert deliver(now + timedelta(minutes=6), transport) == 1
    assert closing.state() is None
    assert deliver(now + timedelta(minutes=6), transport) == 10


def test_somebody_may_have_it_tried_at_once(twelve: list[str], now: datetime) -> None:
    with pytest.raises(TransportStopped):
        deliver(now, Answering(TransportDown("401 wrong key")))
    assert closing.reopen(now, CLI)
    assert deliver(now + timedelta(seconds=1), Answering()) == 12


def test_what_is_said_of_one_registration_is_said_in_turn(now: datetime) -> None:
    lecture, person = a_lecture(), a_contact()
    booking.register(person.id, lecture.id, now, PAGE)
    changing.change(lecture.id, {"starts_at": lecture.starts_at + timedelta(days=1)}, now, CLI)
    transport = Answering()
    deliver(now, transport)
    assert [message.kind for message in transport.given] == ["changed"]
    assert {mail.kind: mail.state for mail in db.session.scalars(select(Mail))} == {
        "confirmation": "dropped",
        "changed": "sent",
    }


class Slow(OneByOne):
    """A way out that takes longer than a message stays fresh, while something happens."""

    def __init__(self, happens: Callable[[], None]) -> None:
        self.concurrency = 1
        self.given: list[Message] = []
        self.happens = happens

    def send(self, message: Message) -> Sent:
        self.given.append(message)
        if len(self.given) == 1:
            self.happens()
            time.sleep(1.1)
        return Sent()


def test_what_changes_while_a_slow_server_has_others_in_hand_is_seen(twelve: list[str], now: datetime) -> None:
    lecture_id = db.session.scalars(select(Lecture.id)).one()
    transport = Slow(lambda: changing.change(lecture_id, {"status": "cancelled"}, now, CLI))
    deliver(now, transport)
    kinds = [message.kind for message in transport.given]
    assert kinds[0] == "confirmation"
    assert "confirmation" not in kinds[1:]


@pytest.fixture
def invited(now: datetime) -> int:
    """One person who is owed an invitation."""
    person = a_contact(an_account(introduced_at=now), email="hanako@mihon.example")
    about = {"contact_id": person.id, "account_id": person.account_id, "params": {"course_id": a_course().id}}
    with db.writing():
        owe("invitation", f"invitation:basic:{person.id}", now=now, **about)
    return person.account_id


def test_what_can_wait_waits_for_the_end_of_the_night_and_counts_as_no_try(invited: int, now: datetime) -> None:
    night, morning = now + timedelta(hours=13), datetime.fromisoformat("2026-04-02T08:00:00+09:00")
    transport = Answering()
    deliver(night, transport)
    mail = mails()["hanako@mihon.example"]
    assert (mail.state, mail.reason, mail.next_try_at, mail.attempts) == ("queued", "quiet_hours", morning, 0)
    deliver(morning, transport)
    assert [message.kind for message in transport.given] == ["invitation"]


def test_a_paused_account_gets_nothing_until_it_is_resumed(invited: int, now: datetime) -> None:
    mail_holding.pause_account(invited, now, CLI)
    transport = Answering()
    assert deliver(now, transport) == 0
    mail_holding.resume_account(invited, now, CLI)
    assert deliver(now, transport) == 1


def test_while_everything_is_paused_nothing_leaves(twelve: list[str], now: datetime) -> None:
    mail_holding.pause_everything(now, CLI)
    transport = Answering()
    assert deliver(now, transport) == 0
    mail_holding.resume_everything(now, CLI)
    assert deliver(now, transport) == 12


@pytest.fixture
def told(app: Flask) -> None:
    """A provider that tells what became of mails."""
    installed = installation._installed
    installed[0] = dataclasses.replace(installed[0], mail_events=True)


@pytest.mark.usefixtures("told")
def test_what_may_have_been_accepted_waits_for_the_providers_word(invited: int, now: datetime) -> None:
    deliver(now, Answering(TryAgain("the connection was lost", doubtful=True)))
    assert mails()["hanako@mihon.example"].next_try_at >= now + UNKNOWN


@pytest.mark.usefixtures("told")
def test_what_a_dead_worker_had_in_hand_waits_for_the_providers_word(invited: int, now: datetime) -> None:
    class Dying(OneByOne):
        concurrency = 1

        def send(self, message: Message) -> Sent:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(now, Dying())
    db.session.rollback()
    transport = Answering()
    assert deliver(now + LEASE + timedelta(minutes=4), transport) == 0
    assert deliver(now + LEASE + UNKNOWN + timedelta(seconds=1), transport) == 1


def test_what_the_provider_told_of_before_we_recorded_it_keeps_its_words(invited: int, now: datetime) -> None:
    class Quick(Answering):
        def send(self, message: Message) -> Sent:
            with db.writing():
                mail = db.session.get_one(Mail, int(message.opaque_id), populate_existing=True)
                mail.state, mail.claimed_by = "delivered", None
            return super().send(message)

    deliver(now, Quick())
    mail = mails()["hanako@mihon.example"]
    assert (mail.state, bool(mail.text), mail.to_address) == ("delivered", True, "hanako@mihon.example")


@pytest.mark.usefixtures("told")
def test_what_the_provider_tells_of_a_lost_answer_keeps_words_and_note(invited: int, now: datetime) -> None:
    note = mail_notes.add(invited, "invitation", "駐車場は裏手です", now, CLI)
    deliver(now, Answering(TryAgain("the connection was lost", doubtful=True)))
    mail = mails()["hanako@mihon.example"]
    mail_events.take([Told("event-1", str(mail.id), "processed", now, "", "hanako@mihon.example", "")], now)
    mail = mails()["hanako@mihon.example"]
    assert (mail.state, mail.to_address, mail.note_id) == ("sent", "hanako@mihon.example", note)
    assert "駐車場は裏手です" in (mail.text or "")


def test_what_may_not_have_arrived_carries_its_note_once_more(invited: int, now: datetime) -> None:
    mail_notes.add(invited, "invitation", "駐車場は裏手です", now, CLI)
    transport = Answering(TryAgain("the connection was lost", doubtful=True))
    deliver(now, transport)
    deliver(now + timedelta(minutes=1), transport)
    assert ["駐車場は裏手です" in message.text for message in transport.given] == [True, True]


def test_of_two_mails_of_a_kind_at_a_time_one_carries_the_note(invited: int, now: datetime) -> None:
    person = mails()["hanako@mihon.example"].contact
    assert person is not None
    about = {"contact_id": person.id, "account_id": invited, "params": {"course_id": a_course("advanced").id}}
    with db.writing():
        owe("invitation", f"invitation:advanced:{person.id}", now=now, **about)
    mail_notes.add(invited, "invitation", "駐車場は裏手です", now, CLI)
    transport = Answering()
    assert deliver(now, transport) == 2
    assert ["駐車場は裏手です" in message.text for message in transport.given] == [True, False]
