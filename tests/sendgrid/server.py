"""Answers as SendGrid's API would, on loopback: takes real requests, has mishaps on a seed, and tells a hook what became of mails.

Under `/control` it answers what it took and is told how to behave (see `tests.sendgrid.client`).
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from threading import Thread
from typing import Any

from tests.mishaps import Mishaps
from tests.sendgrid.complaints import MOST_BYTES, MOST_PEOPLE, complaints
from tests.sendgrid.events import FATES, Hook, public
from tests.sendgrid.http import Answers, Connection, Reply, Request
from tests.sendgrid.memory import Memory, Remember

KEY = "SG.testing.key"
MISHAPS = ("401", "429", "500", "503", "slow", "reset_before", "reset_after")
_IDS = re.compile(rb'"tasuki_mail": ?"([^"\\]*)"')


class SendGrid:
    """What the server has taken, and how it is told to answer."""

    def __init__(
        self,
        *,
        remember: Remember = "full",
        mishaps: Mishaps | None = None,
        hook: Hook | None = None,
        slow_seconds: float = 1.0,
        wait_seconds: int = 1,
    ) -> None:
        self.url = ""
        self.memory = Memory(remember)
        self.mishaps = mishaps or Mishaps()
        self.hook = hook or Hook()
        self.slow_seconds = slow_seconds
        # How long a 429 asks to wait.
        self.wait_seconds = wait_seconds
        self.connections: set[tuple[str, int]] = set()
        # An answer to give instead: status, headers, body; "hang" keeps silent, "drop" hangs up.
        self.instead: tuple[int, dict[str, str], str] | str | None = None

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """Return the accepted requests."""
        return self.memory.bodies

    def forget(self) -> None:
        """Forget all that was taken, and answer as SendGrid does."""
        self.memory = Memory(self.memory.remember)
        self.connections.clear()
        self.instead = None

    def answer(self, request: Request) -> Reply:
        """Answer one request."""
        if request.path.startswith("/control"):
            return self._controlled(request)
        if self.instead is not None:
            if isinstance(self.instead, str):
                return Reply(hang_up=True, after_seconds=1 if self.instead == "hang" else 0)
            status, headers, body = self.instead
            return Reply(status, headers, body.encode())
        mishap = self.mishaps.draw()
        if mishap == "reset_before":
            return Reply(hang_up=True)
        if mishap.isdigit():
            return self._refused(int(mishap))
        reply = self._judged(request)
        if mishap == "reset_after":
            return Reply(hang_up=True)
        if mishap == "slow":
            return Reply(reply.status, reply.headers, reply.body, self.slow_seconds, told=reply.told)
        return reply

    def _refused(self, status: int) -> Reply:
        headers = {}
        if status == 429:
            reset = int(time.time()) + self.wait_seconds
            often = self.mishaps.drawn["429"] % 2
            headers = {"Retry-After": f"{self.wait_seconds}"} if often else {"X-RateLimit-Reset": f"{reset}"}
        return Reply(status, headers, _errors(f"a mishap: {status}"))

    def _judged(self, request: Request) -> Reply:
        if request.path != "/v3/mail/send" or request.method != "POST":
            return Reply(404, {}, _errors("not found"))
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return Reply(401, {}, _errors("The provided authorization grant is invalid, expired, or revoked"))
        if request.headers.get("content-type") != "application/json":
            return Reply(415, {}, _errors("Content-Type should be application/json."))
        if self.memory.remember != "full" and not self.hook.url:
            return self._counted(request.body)
        body = json.loads(request.body)
        found = complaints(body, len(request.body))
        if found:
            return Reply(400, {}, _errors(*found))
        if body.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
            return Reply(200)
        people = body["personalizations"]
        ids = [person.get("custom_args", {}).get("tasuki_mail", "") for person in people]
        reply = self._accepted(ids, len(people), body)
        self._tell(body, reply.headers["X-Message-Id"])
        return reply

    def _counted(self, raw: bytes) -> Reply:
        """Take a request without reading it whole."""
        ids = [name.decode() for name in _IDS.findall(raw)]
        if not 1 <= len(ids) <= MOST_PEOPLE or len(raw) >= MOST_BYTES:
            return Reply(400, {}, _errors("personalizations: 1 to 1000, under 30 MB"))
        reply = self._accepted(ids, len(ids), None)
        for name in ids:
            self.memory.deliver(name)
        return reply

    def _accepted(self, ids: list[str], people: int, body: dict[str, Any] | None) -> Reply:
        self.memory.take(ids, people, body)
        name = f"id-{self.memory.requests}"
        return Reply(202, {"X-Message-Id": name}, told=partial(self.memory.tell, ids))

    def _tell(self, body: dict[str, Any], name: str) -> None:
        for person in body["personalizations"]:
            fate = self.hook.fate()
            if "delivered" in FATES[fate]:
                self.memory.deliver(person.get("custom_args", {}).get("tasuki_mail", ""))
            if self.hook.url:
                self.hook.tell(person, fate, name, body.get("categories", []))

    def _controlled(self, request: Request) -> Reply:
        if request.method == "POST":
            told = json.loads(request.body)
            self.mishaps.rates = told.get("mishaps", self.mishaps.rates)
            self.hook.fates = told.get("fates", self.hook.fates)
            self.hook.url = told.get("hook", self.hook.url)
        what: Any = self._summary()
        if request.path == "/control/mails":
            what = {name: asdict(count) for name, count in self.memory.counts.items()}
        elif request.path.startswith("/control/mails/"):
            what = self.memory.got(request.path.rpartition("/")[2])
        return Reply(200, {"Content-Type": "application/json"}, json.dumps(what).encode())

    def _summary(self) -> dict[str, Any]:
        return {
            "requests": self.memory.requests,
            "people": self.memory.people,
            "mishaps": dict(self.mishaps.drawn),
            "events": {"taken": self.hook.taken, "pending": self.hook.pending, "refused": self.hook.refused},
            "event_key": public(self.hook.key),
        }


def _errors(*messages: str) -> bytes:
    return json.dumps({"errors": [{"field": None, "message": message} for message in messages]}).encode()


async def listen(answers: Answers, came: Any = lambda _peer: None, port: int = 0) -> asyncio.Server:
    """Open a server on loopback; port 0 takes a free one."""
    return await asyncio.get_running_loop().create_server(lambda: Connection(answers, came), "127.0.0.1", port)


@contextmanager
def serving(sendgrid: SendGrid | None = None) -> Iterator[SendGrid]:
    """Run the server in a thread of this process."""
    sendgrid = sendgrid or SendGrid()
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(listen(sendgrid.answer, sendgrid.connections.add))
    sendgrid.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    sendgrid.hook.start()
    try:
        yield sendgrid
    finally:
        sendgrid.hook.end()
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
