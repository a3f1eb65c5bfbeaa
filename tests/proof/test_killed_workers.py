"""Long proof: workers killed in the middle of their work lose no mail and send hardly any twice."""

from __future__ import annotations

import signal
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from emails.transports.smtp import SmtpTransport
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services.actors import Actor
from scheduler.services.registrations import booking
from tests import servers
from tests.conftest import SECRET
from tests.factories import a_contact, a_lecture, an_account
from tests.story.world import post_office

pytestmark = pytest.mark.proof

MAILS, KILLS = 150, 6


def waiting() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Mail.state.in_(("queued", "sending")))) or 0


def test_workers_killed_while_sending_lose_nothing(database: Flask, tmp_path: Path) -> None:
    given = database.extensions["tasuki"]
    # The workers of this proof run on the real clock.
    now = datetime.now(UTC)
    account, lecture = an_account(), a_lecture(capacity=MAILS, starts_at=now + timedelta(days=10))
    people = [a_contact(account) for _ in range(MAILS)]
    for person in people:
        booking.register(person.id, lecture.id, now, Actor("contact", person.id, "page"))
    with post_office() as (port, mailbox):
        env = servers.environment(
            database_url=given.database_url.replace("postgresql+psycopg", "postgresql"),
            secret_key=SECRET,
            mail=f"smtp://127.0.0.1:{port}",
        )
        for _kill in range(KILLS):
            before = len(mailbox.letters)
            with servers.worker(env, tmp_path) as worker:
                servers.eventually(lambda: len(mailbox.letters) >= before + 8 or not waiting(), 60)  # noqa: B023
                servers.stop(worker, signal.SIGKILL)
            # What a dead worker held is free again when its lease ends; the proof does not wait a minute each time.
            with db.writing():
                db.session.execute(update(Mail).where(Mail.state == "sending").values(next_try_at=Mail.due_at))
        with servers.worker(env, tmp_path):
            servers.eventually(lambda: not waiting(), 120, what="the rest")
            time.sleep(1)
    got = Counter(address for address, _message in mailbox.letters)
    assert set(got) == {person.email for person in people}
    # Only what each killed worker was just handing over may have gone out without being noted.
    assert sum(got.values()) - MAILS <= KILLS * SmtpTransport.concurrency
    assert len({str(message["Message-ID"]) for _address, message in mailbox.letters}) == MAILS
