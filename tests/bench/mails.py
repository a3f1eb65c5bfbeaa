"""Answers how fast mails leave: against making their words alone, and against handing the same bytes over without a word.

Confirmations carry an invitation, so each leaves alone; reminders leave a thousand in a request.
"""

from __future__ import annotations

import http.client
import re
import smtplib
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import insert, select, update

from emails import Message, Transport
from emails.message import build_mime
from emails.transports.payload import payload, written
from emails.transports.setting import transport_from
from scheduler.app import create_app
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import defaults, readiness
from scheduler.services.outbox import about, claims
from scheduler.services.outbox.content import basis, message_of
from scheduler.services.outbox.deliver import deliver_due
from scheduler.services.outbox.reminders import plan_reminders
from tests import servers
from tests.bench.measure import RUNS, environment, must, settings_of
from tests.proof import owing
from tests.sendgrid.client import Standin

AT_ONCE = 8
A_ROOM, A_REQUEST = 500, 1000
CHUNK = 50_000


@contextmanager
def program(folder: Path, **more: object) -> Iterator[tuple[Flask, dict[str, str]]]:
    """Make an empty installation in `folder`; yield its application, in its context, and its environment."""
    folder.mkdir()
    env = environment(folder) | {f"TASUKI_{name.upper()}": str(value) for name, value in more.items()}
    must("migrate", env=env, cwd=folder)
    app = create_app(settings_of(env))
    with app.app_context():
        defaults.ensure(datetime.now(UTC))
        yield app, env


def messages(now: datetime, limit: int | None = None) -> list[Message]:
    """Make the messages of what is due, as the worker would, without sending them."""
    due = select(Mail.id).where(Mail.state == "queued", Mail.next_try_at <= now).order_by(Mail.id).limit(limit)
    numbers = list(db.session.scalars(due))
    found = about.read_many(numbers)
    stand = basis()
    made = [message_of(one.mail, now, stand).message for one in found.values()]
    db.session.rollback()
    return made


def deliver_all(now: datetime, transport: Transport) -> int:
    """Deliver everything that is due; return how many mails were settled."""
    began, settled = time.perf_counter(), 0
    while batch := deliver_due(now + timedelta(seconds=time.perf_counter() - began), transport, readiness.refresh):
        settled += batch
    return settled


def again(now: datetime) -> None:
    """Make all mails due once more."""
    with db.writing():
        db.session.execute(update(Mail).values(state="queued", next_try_at=now, attempts=0, claimed_by=None))


def confirmations(count: int, now: datetime) -> None:
    """Owe so many confirmations, each to somebody else."""
    owing.confirmations(owing.people(count, now), now)


def over_sendgrid(folder: Path, standin: Standin, count: int) -> str:
    """Measure confirmations over SendGrid; return the line to print."""
    now = datetime.now(UTC)
    with program(folder):
        confirmations(count, now)
        transport = transport_from("sendgrid:", api_key=standin.key, sendgrid_url=standin.url)
        bodies = [written(payload([message])) for message in messages(now)]
        made = rate(lambda: len(messages(now)))
        posted = rate(lambda: _posted(standin, bodies))
        sent = rate(lambda: deliver_all(now, transport), before=lambda: again(now))
    floor, name = min((made, "rendering"), (posted, "raw_posts"))
    return f"mails_sendgrid {sent:.0f} 1/s ratio={sent / floor:.2f} floor={name} ({floor:.0f} 1/s) goal=0.5"


def over_smtp(folder: Path, port: int, count: int) -> str:
    """Measure confirmations over SMTP; return the line to print."""
    now = datetime.now(UTC)
    with program(folder):
        confirmations(count, now)
        transport = transport_from(f"smtp://127.0.0.1:{port}")
        letters = [(message.to.address, build_mime(message)) for message in messages(now)]
        made = rate(lambda: len([build_mime(message) for message in messages(now)]))
        posted = rate(lambda: _mailed(port, letters))
        sent = rate(lambda: deliver_all(now, transport), before=lambda: again(now))
    floor, name = min((made, "rendering"), (posted, "raw_smtp"))
    return f"mails_smtp {sent:.0f} 1/s ratio={sent / floor:.2f} floor={name} ({floor:.0f} 1/s) goal=0.5"


def rate(act: Callable[[], int], before: Callable[[], None] = lambda: None) -> float:
    """Return how many a second `act` does, the median of three runs."""
    rates = []
    for _run in range(RUNS):
        before()
        started = time.perf_counter()
        done = act()
        rates.append(done / (time.perf_counter() - started))
    return sorted(rates)[RUNS // 2]


class Reminders:
    """A hundred thousand reminders of tomorrow's lectures, planned at once and sent by a worker of its own."""

    def __init__(self, folder: Path, standin: Standin) -> None:
        self.folder, self.standin = folder, standin
        # In the afternoon, when nobody's night keeps a reminder from leaving.
        local = datetime.now(ZoneInfo("Asia/Tokyo"))
        self.at = (local + timedelta(days=1)).replace(hour=15, minute=0, second=0, microsecond=0).astimezone(UTC)

    def book(self, count: int) -> None:
        """Book so many people for lectures of tomorrow's, five hundred in each."""
        booked_at = self.at - timedelta(days=5)
        who = owing.people(count, booked_at)
        for start in range(0, count, A_ROOM):
            begins = self.at + timedelta(days=1) - timedelta(minutes=10 + start // A_ROOM % 60)
            owing.booked(who[start : start + A_ROOM], booked_at, begins)

    def plan(self) -> tuple[int, float]:
        """Plan the reminders; return how many, and the seconds it took."""
        started = time.perf_counter()
        return plan_reminders(self.at), time.perf_counter() - started

    def floors(self) -> tuple[float, float]:
        """Return how many a second have their words made, and how many prepared bytes are taken, of the first thousand."""
        made = rate(lambda: len(messages(self.at, A_REQUEST)))
        bodies = [written(payload([message])) for message in messages(self.at, A_REQUEST)]
        return made, rate(lambda: _posted(self.standin, bodies))

    def send(self, env: dict[str, str]) -> tuple[float, int]:
        """Have a worker send all that is due; return the mails a second, and its greatest memory in KiB."""
        minutes = int((self.at - datetime.now(UTC)).total_seconds() // 60) + 2
        wiring = {"TASUKI_MAIL": "sendgrid:", "TASUKI_SENDGRID_API_KEY": self.standin.key}
        wiring |= {"TASUKI_SENDGRID_URL": self.standin.url, "TASUKI_CLOCK": f"+{minutes}m"}
        count = owing.waiting()
        with servers.worker(env | wiring, self.folder) as worker:
            servers.eventually(lambda: owing.waiting() < count, 60, what="the first reminder")
            before, started = owing.waiting(), time.perf_counter()
            servers.eventually(lambda: not owing.waiting(), 600, what="the last reminder")
            taken = time.perf_counter() - started
            return before / taken, _peak(worker)


def claiming() -> float:
    """Return the seconds that claiming fifty mails takes, and giving them back."""
    now = datetime.now(UTC)
    started = time.perf_counter()
    claimed = claims.claim(now, "bench", now + timedelta(minutes=1), 50)
    taken = time.perf_counter() - started
    claims.put_back(list(claimed), "bench", now)
    assert len(claimed) == 50
    return taken


def add_old_mails(count: int) -> None:
    """Add so many mails that were sent long ago."""
    now = datetime.now(UTC) - timedelta(days=400)
    who = owing.people(100, now)
    blank = {"kind": "link_again", "state": "sent", "reason": "", "attempts": 1, "params": {}, "sent_at": now}
    blank |= {"created_at": now, "due_at": now, "next_try_at": now, "text": "昔のメール" * 20}
    for start in range(0, count, CHUNK):
        rows = [
            blank | {"key": f"old:{number}", "contact_id": who[number % 100][0], "account_id": who[number % 100][1]}
            for number in range(start, start + CHUNK)
        ]
        with db.writing():
            db.session.execute(insert(Mail), rows)


def _posted(standin: Standin, bodies: Sequence[bytes]) -> int:
    """Post prepared bytes over kept connections, several at a time."""
    parts = urlsplit(standin.url)
    headers = {"Authorization": f"Bearer {standin.key}", "Content-Type": "application/json"}

    def work(own: Sequence[bytes]) -> None:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        for body in own:
            connection.request("POST", "/v3/mail/send", body, headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 202, answer.status
        connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(work, [bodies[number::AT_ONCE] for number in range(AT_ONCE)]))
    return len(bodies)


def _mailed(port: int, letters: Sequence[tuple[str, bytes]]) -> int:
    """Hand prepared bytes to the server over one kept connection."""
    with smtplib.SMTP("127.0.0.1", port) as server:
        for address, raw in letters:
            server.sendmail("tasuki@localhost.localdomain", [address], raw)
    return len(letters)


def _peak(process: subprocess.Popen[bytes]) -> int:
    text = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"^VmHWM:\s+(\d+)", text, re.MULTILINE)[1])  # type: ignore[index]
