"""Several requests at a time: whatever becomes of one of them, what the others came to is written down."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from emails import Message, Sent, TransportDown
from emails.transports.base import TransportProblem
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services.actors import Actor
from scheduler.services.outbox import closing
from scheduler.services.outbox.batch import TransportStopped
from scheduler.services.registrations import booking
from tests.factories import a_contact, a_lecture
from tests.services.outbox.answering import deliver

PAGE = Actor("contact", 1, "page")
MAILS, LARGEST = 12, 4


class AtOnce:
    """A way out with three requests under way at once, all of them answered together: the second one as told."""

    largest, concurrency = LARGEST, 3

    def __init__(self, second: Exception | None = None) -> None:
        self.second = second
        self.accepted: list[str] = []
        self._all_here = threading.Barrier(3, timeout=10)
        self._count = 0
        self._lock = threading.Lock()

    def send(self, message: Message) -> Sent:
        raise NotImplementedError

    def parcels(self, messages: Sequence[Message]) -> list[list[int]]:
        places = range(len(messages))
        return [list(places[start : start + LARGEST]) for start in range(0, len(messages), LARGEST)]

    def send_together(self, messages: Sequence[Message]) -> list[Sent | TransportProblem]:
        with self._lock:
            self._count += 1
            second = self.second if self._count == 2 else None
        if self._count <= 3 and self.second is not None:
            self._all_here.wait()
        if isinstance(second, TransportProblem):
            return [second for _message in messages]
        if second is not None:
            raise second
        self.accepted += [message.opaque_id for message in messages]
        return [Sent() for _message in messages]


@pytest.fixture(autouse=True)
def owed(database: Flask, now: datetime) -> None:
    """Twelve people, each owed a confirmation."""
    lecture = a_lecture()
    for person in [a_contact() for _ in range(MAILS)]:
        booking.register(person.id, lecture.id, now, PAGE)


def states() -> list[tuple[str, int, str]]:
    db.session.rollback()
    rows = db.session.execute(select(Mail.state, Mail.attempts, Mail.reason).order_by(Mail.state, Mail.attempts))
    return [(state, attempts, reason) for state, attempts, reason in rows]


def test_when_one_request_finds_the_way_out_closed_the_others_under_way_count(now: datetime) -> None:
    transport = AtOnce(TransportDown("401 wrong key"))
    with pytest.raises(TransportStopped):
        deliver(now, transport)
    assert len(transport.accepted) == MAILS - LARGEST
    assert states() == [("queued", 0, "401 wrong key")] * LARGEST + [("sent", 1, "")] * (MAILS - LARGEST)
    assert closing.state() is not None


def test_a_fault_of_ours_in_one_request_costs_the_others_nothing(now: datetime) -> None:
    transport = AtOnce(RuntimeError("a fault"))
    assert deliver(now, transport) == MAILS - LARGEST
    assert states() == [("queued", 1, "fault: RuntimeError")] * LARGEST + [("sent", 1, "")] * (MAILS - LARGEST)


@contextmanager
def away_while_recording(times: int) -> Iterator[None]:
    """Have the database break off so many transactions that write down what was sent."""
    left = [times]

    def break_off(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if left[0] and statement.startswith("UPDATE mails SET state") and "sent_at" in statement:
            left[0] -= 1
            raise OperationalError(statement, None, RuntimeError("deadlock detected"))

    event.listen(db.engine, "before_cursor_execute", break_off)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", break_off)


def test_what_was_accepted_is_written_down_although_the_database_broke_off_at_first(now: datetime) -> None:
    transport = AtOnce()
    with away_while_recording(2):
        assert deliver(now, transport) == MAILS
    assert states() == [("sent", 1, "")] * MAILS
    assert sorted(transport.accepted, key=int) == [
        str(number) for number in db.session.scalars(select(Mail.id).order_by(Mail.id))
    ]
