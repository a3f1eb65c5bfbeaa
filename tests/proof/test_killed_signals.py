"""Long proof: however workers die or work side by side, every signal arrives, and hardly any twice, under one id."""

from __future__ import annotations

import json
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from scheduler.models.db import db
from scheduler.models.signals import Delivery, Signal
from scheduler.services.signals import claims
from scheduler.services.signals.tell import Told, tell_many
from tests import servers
from tests.conftest import SECRET
from tests.factories import a_destination, an_account
from tests.receiver import Receiver, receiving
from tests.sendgrid.http import Reply

pytestmark = pytest.mark.proof

SIGNALS, DESTINATIONS, KILLS = 60, 3, 5


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        server.reply = Reply(204, after_seconds=0.02)
        yield server


@pytest.fixture
def env(database: Flask, receiver: Receiver, tmp_path: Path) -> dict[str, str]:
    """What the workers of this proof run with, after many accounts have become ready; their clock is the real one."""
    given = database.extensions["tasuki"]
    for number in range(DESTINATIONS):
        a_destination("account.ready", url=f"http://127.0.0.1:{receiver.port}/{number}")
    accounts = [an_account().id for _ in range(SIGNALS)]
    with db.writing():
        tell_many([Told("account.ready", f"r:{number}", number) for number in accounts], datetime.now(UTC))
    return servers.environment(
        database_url=given.database_url.replace("postgresql+psycopg", "postgresql"),
        secret_key=SECRET,
        mail=f"folder:{tmp_path / 'mails'}",
    )


def waiting() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Delivery.state.in_(claims.WAITING))) or 0


def arrived(receiver: Receiver) -> Counter[tuple[str, str, str]]:
    """Count what came by path, message id and account."""
    return Counter(
        (one.path, one.headers["webhook-id"], json.loads(one.body)["data"]["account"]) for one in receiver.requests
    )


def expected() -> set[tuple[str, str, str]]:
    db.session.rollback()
    told = [(row.uid, row.data["account"]) for row in db.session.scalars(select(Signal))]
    return {(f"/{number}", uid, account) for number in range(DESTINATIONS) for uid, account in told}


def test_workers_killed_while_sending_lose_nothing(env: dict[str, str], receiver: Receiver, tmp_path: Path) -> None:
    for _kill in range(KILLS):
        before = len(receiver.requests)
        with servers.worker(env, tmp_path) as worker:
            servers.eventually(lambda: len(receiver.requests) >= before + 7 or not waiting(), 60)  # noqa: B023
            servers.stop(worker, signal.SIGKILL)
        # What a dead worker held is free again when its lease ends; the proof does not wait two minutes each time.
        with db.writing():
            db.session.execute(
                update(Delivery).where(Delivery.state == "sending").values(next_try_at=Delivery.created_at)
            )
    assert waiting()
    with servers.worker(env, tmp_path):
        servers.eventually(lambda: not waiting(), 120, what="the rest")
    found = arrived(receiver)
    assert set(found) == expected()
    # Only what each killed worker was just sending, one message to each destination, may have come again.
    assert sum(found.values()) - SIGNALS * DESTINATIONS <= KILLS * DESTINATIONS
    assert set(db.session.scalars(select(Delivery.state))) == {"delivered"}


def test_workers_side_by_side_send_each_signal_once(env: dict[str, str], receiver: Receiver, tmp_path: Path) -> None:
    with ExitStack() as stack:
        for _worker in range(3):
            stack.enter_context(servers.worker(env, tmp_path))
        servers.eventually(lambda: not waiting(), 120, what="the last delivery")
        threading.Event().wait(1)
    found = arrived(receiver)
    assert set(found) == expected()
    assert set(found.values()) == {1}
