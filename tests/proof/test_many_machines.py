"""Long proof: two machines share the work through a real Redis; emptied, or away for a minute, it costs no mail."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from flask import Flask
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.mails import Mail
from tests import servers
from tests.conftest import SECRET
from tests.proof import owing
from tests.story.world import Mailbox, post_office

pytestmark = [pytest.mark.proof, pytest.mark.postgres, pytest.mark.redis]

MAILS, AWAY_SECONDS = 600, 60


def everybody_got_one(mailbox: Mailbox) -> None:
    """See that each address got one mail, and that no identity came twice."""
    got = Counter(address for address, _message in mailbox.letters)
    assert set(got.values()) == {1}
    assert len({str(message["Message-ID"]) for _address, message in mailbox.letters}) == len(mailbox.letters)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_two_machines_send_every_mail_once_whatever_becomes_of_the_broker(database: Flask, tmp_path: Path) -> None:
    port = servers.free_port()
    now = datetime.now(UTC)
    who = owing.people(3 * MAILS, now)
    with ExitStack() as stack:
        smtp, mailbox = stack.enter_context(post_office())
        env = servers.environment(
            database_url=database.extensions["tasuki"].database_url.replace("postgresql+psycopg", "postgresql"),
            broker_url=f"redis://127.0.0.1:{port}/0",
            secret_key=SECRET,
            mail=f"smtp://127.0.0.1:{smtp}",
        )
        with servers.redis_server(port):
            machines = [stack.enter_context(servers.worker(env, tmp_path)) for _ in range(2)]
            owing.confirmations(who[:MAILS], now)
            broker = redis.Redis(port=port)
            while owing.waiting():
                broker.flushall()
                time.sleep(0.3)
            everybody_got_one(mailbox)
            owing.confirmations(who[MAILS : 2 * MAILS], now)
        # Away for a minute: what is under way is finished, and the rest is found in the database afterwards.
        time.sleep(AWAY_SECONDS)
        owing.confirmations(who[2 * MAILS :], now)
        with servers.redis_server(port):
            servers.eventually(lambda: not owing.waiting(), 120, what="the delivery after the broker came back")
        assert [machine.poll() for machine in machines] == [None, None]
    everybody_got_one(mailbox)
    assert len(mailbox.letters) == 3 * MAILS
    assert set(db.session.scalars(select(Mail.state))) == {"sent"}
