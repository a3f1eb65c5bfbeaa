"""Long proof: a broker that dies, and comes back empty, costs no mail and no restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from emails import list_messages
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services.actors import CLI
from scheduler.services.registrations import booking
from tests import servers
from tests.conftest import SECRET
from tests.factories import a_contact, a_lecture

pytestmark = [pytest.mark.proof, pytest.mark.postgres, pytest.mark.redis]


def book() -> None:
    """Book somebody by the real clock, which the workers of this proof run on."""
    now = datetime.now(UTC)
    booking.register(a_contact().id, a_lecture(starts_at=now + timedelta(days=10)).id, now, CLI)


def sent() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Mail.id)).where(Mail.state == "sent")) or 0


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_the_worker_outlives_its_broker_and_finds_what_was_owed_meanwhile(database: Flask, tmp_path: Path) -> None:
    port = servers.free_port()
    env = servers.environment(
        database_url=database.extensions["tasuki"].database_url,
        broker_url=f"redis://127.0.0.1:{port}/0",
        secret_key=SECRET,
        mail=f"folder:{tmp_path / 'mails'}",
    )
    # The worker may come up before its broker does.
    with servers.worker(env, tmp_path) as worker:
        book()
        with servers.redis_server(port):
            servers.eventually(lambda: sent() == 1, what="the first delivery")
        book()
        with servers.redis_server(port):
            servers.eventually(lambda: sent() == 2, seconds=120, what="the delivery after the broker came back")
        assert worker.poll() is None
    assert len(list_messages(tmp_path / "mails", limit=10)) == 2
