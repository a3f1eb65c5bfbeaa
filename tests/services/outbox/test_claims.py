"""However slow the server and however many the workers: each mail goes out once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from emails.transports.base import LONGEST_SECONDS
from emails.transports.smtp import SmtpServer, SmtpTransport
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import readiness
from scheduler.services.actors import Actor
from scheduler.services.outbox import claims
from scheduler.services.outbox.batch import LEASE, NEEDED
from scheduler.services.outbox.deliver import deliver_due
from scheduler.services.registrations import booking
from tests.emails.transports.smtp_server import Slow, served
from tests.factories import a_contact, a_lecture
from tests.services.outbox.answering import Answering, deliver

PAGE = Actor("contact", 1, "page")
MAILS = 4
# A sixtieth of the real thing: a lease of a second.
SCALED = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def owed(database: Flask, now: datetime) -> None:
    """Four people, each owed a confirmation."""
    lecture = a_lecture()
    for number in range(MAILS):
        contact = a_contact(email=f"person{number}@mihon.example")
        booking.register(contact.id, lecture.id, now, PAGE)


def work(app: Flask, port: int, now: datetime, seconds: float) -> None:
    """Deliver for so long as a worker does, looking ten times a second."""
    began = time.monotonic()
    transport = SmtpTransport(SmtpServer("127.0.0.1", port), talk_seconds=0.45, answer_seconds=0.45)
    with app.app_context():
        while (spent := time.monotonic() - began) < seconds:
            deliver_due(now + timedelta(seconds=spent), transport, readiness.refresh, lease=SCALED)
            time.sleep(0.1)
        db.session.remove()
    transport.close()


def states() -> Counter[str]:
    db.session.rollback()
    return Counter(db.session.scalars(select(Mail.state)))


def test_a_batch_that_outlasts_its_lease_sends_each_mail_once_whoever_else_is_at_work(
    database: Flask, now: datetime
) -> None:
    post = Slow(before=0.3, after=0.3)
    db.session.rollback()
    with served(post) as port:
        workers = [threading.Thread(target=work, args=(database, port, now, 3.5)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert sorted(envelope.rcpt_tos[0] for envelope in post.taken) == [f"person{n}@mihon.example" for n in range(MAILS)]
    assert states() == {"sent": MAILS}


def test_a_server_slower_than_any_lease_gets_no_mail_before_it_is_quick_again(database: Flask, now: datetime) -> None:
    post = Slow(before=2)
    db.session.rollback()
    with served(post) as port:
        workers = [threading.Thread(target=work, args=(database, port, now, 1.5)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert post.taken == []
        assert states() == {"queued": MAILS}
        post.before = 0
        transport = SmtpTransport(SmtpServer("127.0.0.1", port))
        assert deliver(now + timedelta(minutes=1), transport) == MAILS
        transport.close()
    assert len(post.taken) == MAILS


def test_a_mail_that_another_worker_took_up_meanwhile_is_left_to_it(now: datetime) -> None:
    first, second = "first", "second"
    numbers = list(claims.claim(now, first, now + LEASE, MAILS))
    assert not claims.claim(now + LEASE - timedelta(seconds=1), second, now + 2 * LEASE, MAILS)
    assert claims.prolong(numbers[:1], first, now + 2 * LEASE) == {numbers[0]}
    assert list(claims.claim(now + LEASE, second, now + 2 * LEASE, MAILS)) == numbers[1:]
    assert claims.prolong(numbers[:2], first, now + 3 * LEASE) == {numbers[0]}
    assert claims.held(numbers, second) == set(numbers[1:])
    db.session.rollback()


def test_what_is_put_back_is_as_if_it_had_not_been_tried(now: datetime) -> None:
    claims.put_back(list(claims.claim(now, "first", now + LEASE, MAILS)), "first", now)
    transport = Answering()
    assert deliver(now, transport) == MAILS
    assert set(db.session.scalars(select(Mail.attempts).execution_options(populate_existing=True))) == {1}


def test_a_lease_lasts_longer_than_any_transport() -> None:
    assert timedelta(seconds=LONGEST_SECONDS) < NEEDED < LEASE


@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_whoever_records_keeps_what_the_provider_settled_meanwhile_too(now: datetime) -> None:
    # Else two who each hold a mail that the other wants next, events and worker, would wait for each other.
    numbers = list(claims.claim(now, "first", now + LEASE, MAILS))
    with db.writing():
        db.session.execute(update(Mail).where(Mail.id == numbers[0]).values(state="sent", claimed_by=None))
    with db.writing():
        assert claims.held(numbers, "first") == set(numbers[1:])
        free = select(Mail.id).where(Mail.id.in_(numbers)).with_for_update(skip_locked=True)
        with db.engine.connect() as other:
            assert other.execute(free).all() == []
