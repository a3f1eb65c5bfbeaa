"""Long proof: servers that misbehave, workers killed at any moment, a broker emptied: every mail ends sent or explained."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from flask import Flask
from sqlalchemy import select

from emails.transports.sendgrid import SendGridTransport
from emails.transports.smtp import SmtpTransport
from scheduler.models.db import db
from scheduler.models.mails import Mail
from tests import servers
from tests.conftest import SECRET
from tests.proof import owing
from tests.sendgrid.client import Standin, running

pytestmark = pytest.mark.proof

# Most leave together, the others alone since they carry an invitation.
TOGETHER, ALONE = 4000, 1000
WORKERS = 2
# When so few mails are left nobody is killed any more: each death costs what was in hand a try.
FEW = 100
# So many seconds may pass until then on a slow machine.
LONGEST = 400
MISHAPS = {"429": 0.08, "500": 0.08, "slow": 0.05, "reset_before": 0.04, "reset_after": 0.04}
SMTP_MISHAPS = {"421": 0.01, "450": 0.05, "550": 0.01, "slow": 0.005, "reset_before": 0.01, "reset_after": 0.01}
SEED = 20261122


class Machines:
    """Two workers on one database, killed and started again; time passes in leaps, for all of them at once."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        self.env, self.folder = env, folder
        self.chance = random.Random(SEED)
        self.minutes = 0
        self.kills = 0
        self._running: list[tuple[ExitStack, subprocess.Popen[bytes]]] = []

    def start(self) -> None:
        """Start the workers, at the hour that has come."""
        while len(self._running) < WORKERS:
            stack = ExitStack()
            env = self.env | ({"TASUKI_CLOCK": f"+{self.minutes}m"} if self.minutes else {})
            self._running.append((stack, stack.enter_context(servers.worker(env, self.folder))))

    def kill_one(self) -> None:
        """Kill one worker in the middle of its work, and start another."""
        stack, process = self._running.pop(self.chance.randrange(len(self._running)))
        servers.stop(process, signal.SIGKILL)
        stack.close()
        self.kills += 1
        self.start()

    def end(self, with_signal: int = signal.SIGTERM) -> None:
        """End all workers."""
        for stack, process in self._running:
            servers.stop(process, with_signal)
            stack.close()
        self._running.clear()

    def leap(self, minutes: int) -> None:
        """Kill all workers, let time pass, and start them again."""
        self.kills += len(self._running)
        self.end(signal.SIGKILL)
        self.minutes += minutes
        self.start()


@contextmanager
def machines(env: dict[str, str], folder: Path) -> Iterator[Machines]:
    """Run the workers until the block ends."""
    found = Machines(env, folder)
    try:
        found.start()
        yield found
    finally:
        found.end()


def owe_all() -> None:
    """Owe five thousand mails by the real clock, on which the workers of this proof begin."""
    now = datetime.now(UTC)
    who = owing.people(TOGETHER + ALONE, now)
    owing.links(who[:TOGETHER], now)
    owing.confirmations(who[TOGETHER:], now)


def environment(app: Flask, standin: Standin, **more: object) -> dict[str, str]:
    """The programs' environment: this database, mails over the stand-in."""
    return servers.environment(
        database_url=app.extensions["tasuki"].database_url.replace("postgresql+psycopg", "postgresql"),
        secret_key=SECRET,
        mail="sendgrid:",
        sendgrid_api_key=standin.key,
        sendgrid_url=standin.url,
        **more,
    )


def told(standin: Standin) -> None:
    """Wait until all events have been taken."""
    servers.eventually(lambda: not standin.summary().get("events", {}).get("pending"), 60, what="the last event")


def work_through(standin: Standin, at_work: Machines, emptied: redis.Redis | None = None) -> None:
    """Kill workers while they send and let ten minutes pass, until few mails wait; then let hours pass for the last ones."""
    end = time.monotonic() + LONGEST
    while owing.waiting() >= FEW:
        assert time.monotonic() < end, owing.states()
        for _kill in range(3):
            time.sleep(at_work.chance.uniform(0.8, 2.5))
            at_work.kill_one()
            if emptied is not None:
                emptied.flushall()
        told(standin)
        at_work.leap(10)
    for _hour in range(12):
        _while_they_get_on()
        if not owing.waiting():
            return
        told(standin)
        at_work.end()
        at_work.leap(60)
    raise AssertionError(owing.states())


def _while_they_get_on() -> None:
    """Wait until nothing is left that leaves at this hour."""
    waiting, still = -1, 0
    while waiting and still < 8:
        time.sleep(0.5)
        before, waiting = waiting, owing.waiting()
        still = still + 1 if waiting == before else 0


@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.redis])], indirect=True
)
def test_with_events_coming_in_every_mail_is_sent_exactly_once(database: Flask, tmp_path: Path) -> None:
    owe_all()
    rates = [word for name, rate in MISHAPS.items() for word in ("--mishap", f"{name}={rate}")]
    with ExitStack() as stack:
        standin = stack.enter_context(
            running("--seed", SEED, "--remember", "ids", "--slow-seconds", "0.5", "--fate", "bounce=0.01", *rates)
        )
        broker = None
        more: dict[str, object] = {"sendgrid_event_key": standin.event_key}
        if db.engine.dialect.name == "postgresql":
            more["broker_url"] = stack.enter_context(servers.redis_server())
            broker = redis.Redis.from_url(str(more["broker_url"]))
        env = environment(database, standin, **more)
        base = stack.enter_context(servers.web(env, tmp_path))
        standin.behave(hook=f"{base}/hooks/sendgrid/events")
        at_work = stack.enter_context(machines(env | {"TASUKI_BASE_URL": base}, tmp_path))
        work_through(standin, at_work, broker)
        told(standin)
        counts, drawn = standin.counts(), standin.summary()["mishaps"]
    states = owing.states()
    assert set(states) <= {"sent", "delivered", "bounced"}, states
    assert sum(states.values()) == TOGETHER + ALONE
    # Nothing is lost and nothing comes twice: also where the answer got lost, the events told what had been accepted.
    assert sorted(int(name) for name in counts) == sorted(db.session.scalars(select(Mail.id)))
    assert {count.accepted for count in counts.values()} == {1}
    assert at_work.kills > 3
    assert min(drawn.get(name, 0) for name in MISHAPS) > 0, drawn


def test_without_events_only_what_nobody_could_know_of_comes_twice(app: Flask, tmp_path: Path) -> None:
    owe_all()
    rates = [word for name, rate in MISHAPS.items() for word in ("--mishap", f"{name}={rate}")]
    with running("--seed", SEED, "--remember", "ids", "--slow-seconds", "0.5", *rates) as standin:
        with machines(environment(app, standin), tmp_path) as at_work:
            work_through(standin, at_work)
        counts = standin.counts()
    assert owing.states() == {"sent": TOGETHER + ALONE}
    assert len(counts) == TOGETHER + ALONE
    # The sender was told of a mail more than once only where it was killed before it could write that down.
    again = sum(count.told > 1 for count in counts.values())
    alone = sum(count.told > 1 for name, count in counts.items() if _is_alone(int(name)))
    assert alone <= at_work.kills * SendGridTransport.concurrency
    assert again <= at_work.kills * SendGridTransport.concurrency * SendGridTransport.largest
    assert max(count.told for count in counts.values()) <= 1 + at_work.kills


def test_a_wrong_key_stops_everything_and_loses_nothing(app: Flask, tmp_path: Path) -> None:
    owe_all()
    with running("--seed", SEED, "--remember", "ids", "--mishap", "401=1") as standin:
        with machines(environment(app, standin), tmp_path) as at_work:
            servers.eventually(lambda: standin.summary()["mishaps"].get("401", 0) > 0, what="the first refusal")
            time.sleep(5)
            # Each of the two may have been about to find out for itself, with all it had on the way.
            assert standin.summary()["mishaps"]["401"] <= WORKERS * SendGridTransport.concurrency + 1
            assert owing.states()["queued"] == TOGETHER + ALONE
            standin.behave(mishaps={})
            at_work.leap(10)
            servers.eventually(lambda: not owing.waiting(), 120, what="the rest")
        assert {count.accepted for count in standin.counts().values()} == {1}


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_over_a_mail_server_that_misbehaves_only_what_nobody_could_know_of_comes_twice(
    database: Flask, tmp_path: Path
) -> None:
    owe_all()
    rates = [word for name, rate in SMTP_MISHAPS.items() for word in ("--mishap", f"{name}={rate}")]
    with running("--seed", SEED, "--slow-seconds", "0.2", *rates, module="tests.smtp") as post:
        env = servers.environment(
            database_url=database.extensions["tasuki"].database_url.replace("postgresql+psycopg", "postgresql"),
            secret_key=SECRET,
            mail=f"smtp://127.0.0.1:{post.port}",
        )
        with machines(env, tmp_path) as at_work:
            work_through(post, at_work)
        counts, drawn = post.counts(), post.summary()["mishaps"]
    states = owing.states()
    assert set(states) <= {"sent", "failed"}, states
    assert sum(states.values()) == TOGETHER + ALONE
    # Refused for good, with the server's words; everything else arrived.
    assert set(db.session.scalars(select(Mail.reason).where(Mail.state == "failed"))) == {"smtp 550: a mishap"}
    assert len(counts) >= states["sent"]
    assert sum(count.told > 1 for count in counts.values()) <= at_work.kills * SmtpTransport.concurrency
    assert (
        sum(count.accepted - count.told for count in counts.values())
        <= drawn["reset_after"] + at_work.kills * SmtpTransport.concurrency
    )


def _is_alone(number: int) -> bool:
    mail = db.session.get(Mail, number)
    return mail is not None and mail.kind == "confirmation"
