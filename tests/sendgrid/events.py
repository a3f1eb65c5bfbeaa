"""Answers what SendGrid tells a hook about mails: signed batches, some of them twice, in any order, until they are taken."""

from __future__ import annotations

import base64
import heapq
import json
import random
import time
from collections.abc import Iterable, Mapping
from itertools import count
from threading import Event, Lock, Thread
from typing import Any
from uuid import UUID

import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
MOST_EVENTS = 1000
# What becomes of an accepted mail, as events in their order.
FATES = {
    "delivered": ("processed", "delivered"),
    "deferred": ("processed", "deferred", "delivered"),
    "bounce": ("processed", "bounce"),
    "blocked": ("processed", "blocked"),
    "dropped": ("dropped",),
    "open": ("processed", "delivered", "open"),
    "machine_open": ("processed", "delivered", "machine_open"),
    "click": ("processed", "delivered", "open", "click"),
    "spamreport": ("processed", "delivered", "spamreport"),
    "unsubscribe": ("processed", "delivered", "unsubscribe"),
}
_DETAILS: dict[str, dict[str, Any]] = {
    "deferred": {"response": "450 4.2.1 try again later", "attempt": "2"},
    "delivered": {"response": "250 OK", "tls": 1, "ip": "192.0.2.7"},
    "bounce": {
        "type": "bounce",
        "reason": "550 5.1.1 no such user",
        "status": "5.1.1",
        "bounce_classification": "Invalid Address",
    },
    "blocked": {
        "event": "bounce",
        "type": "blocked",
        "reason": "552 5.2.2 mailbox full",
        "status": "5.2.2",
        "bounce_classification": "Mailbox Unavailable",
    },
    "dropped": {"reason": "Bounced Address", "status": "5.0.0"},
    "open": {"useragent": "Mozilla/5.0", "ip": "192.0.2.8", "sg_machine_open": False},
    "machine_open": {"event": "open", "useragent": "Mozilla/5.0", "ip": "192.0.2.9", "sg_machine_open": True},
    "click": {"url": "https://tasuki.example/me/abc", "url_offset": {"index": 0, "type": "html"}, "ip": "192.0.2.8"},
}


def new_key() -> ec.EllipticCurvePrivateKey:
    """Make a key to sign with."""
    return ec.generate_private_key(ec.SECP256R1())


def public(key: ec.EllipticCurvePrivateKey) -> str:
    """Write the public half as SendGrid shows it: one line of base64."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode("ascii")


def signed(key: ec.EllipticCurvePrivateKey, body: bytes, timestamp: int | str) -> dict[str, str]:
    """Return the headers that vouch for the body's very bytes at this moment (seconds of the epoch)."""
    signature = key.sign(f"{timestamp}".encode() + body, ec.ECDSA(hashes.SHA256()))
    return {SIGNATURE: base64.b64encode(signature).decode("ascii"), TIMESTAMP: f"{timestamp}"}


def batch(events: Iterable[Mapping[str, Any]]) -> bytes:
    """Write events as SendGrid posts them: a list with an event a line, closed by CRLF."""
    return ("[" + ",\r\n".join(json.dumps(event) for event in events) + "]\r\n").encode()


def event(kind: str, mail: str, *, number: str, at: int, **more: Any) -> dict[str, Any]:
    """Make one event about the mail of this opaque id; `number` is its unique id, `kind` a word of FATES' events."""
    made = {
        "email": "hanako@mihon.example",
        "timestamp": at,
        "event": kind,
        "sg_event_id": number,
        "sg_message_id": "id-1.recvd-5d4f-1-6560-2.0",
        "tasuki_mail": mail,
    }
    return made | _DETAILS.get(kind, {}) | more


class Hook:
    """Posts the events of accepted mails to an address, in a thread of its own.

    Rates are of 0 to 1: `fates` of what becomes of a mail (the rest is delivered), `repeats` of events posted again.
    Every event waits a random part of `spread` seconds, so that they come in any order.
    """

    def __init__(
        self, seed: int = 0, *, fates: Mapping[str, float] | None = None, repeats: float = 0.1, spread: float = 0.5
    ) -> None:
        self.key = new_key()
        self.url = ""
        self.fates = dict(fates or {})
        self.repeats = repeats
        self.spread = spread
        self.retry_seconds = 0.5
        # Events taken by the hook, repeats included, and posts that it did not take.
        self.taken = 0
        self.refused = 0
        self._random = random.Random(seed)
        # The thread's own, so that what becomes of mails does not depend on when it posts.
        self._shuffled = random.Random(seed)
        self._order = count()
        self._lock = Lock()
        self._due: list[tuple[float, int, dict[str, Any]]] = []
        self._posting = 0
        self._ended = Event()
        self._thread = Thread(target=self._run, daemon=True)

    @property
    def pending(self) -> int:
        """Return how many events have not been taken yet."""
        with self._lock:
            return len(self._due) + self._posting

    def fate(self) -> str:
        """Draw what becomes of the next mail."""
        left = self._random.random()
        for name, rate in self.fates.items():
            left -= rate
            if left < 0:
                return name
        return "delivered"

    def tell(self, person: Mapping[str, Any], fate: str, message_id: str, categories: list[str]) -> None:
        """Plan the events of one accepted mail."""
        now = time.time()
        for kind in FATES[fate]:
            number = str(UUID(int=self._random.getrandbits(128)))
            made = event(
                kind,
                person.get("custom_args", {}).get("tasuki_mail", ""),
                number=number,
                at=int(now),
                email=person["to"][0]["email"],
                sg_message_id=f"{message_id}.recvd-5d4f-1-6560-{next(self._order)}.0",
                category=categories,
                **{"smtp-id": person.get("headers", {}).get("Message-ID", "")},
            )
            self._plan(made, now + self._random.random() * self.spread)
            if self._random.random() < self.repeats:
                self._plan(made, now + self._random.random() * 2 * self.spread)

    def start(self) -> None:
        """Begin to post."""
        self._thread.start()

    def end(self) -> None:
        """Stop posting."""
        self._ended.set()
        self._thread.join()

    def _plan(self, made: dict[str, Any], at: float) -> None:
        with self._lock:
            heapq.heappush(self._due, (at, next(self._order), made))

    def _run(self) -> None:
        session = requests.Session()
        while not self._ended.is_set():
            events = self._take() if self.url else []
            if not events:
                self._ended.wait(0.05)
            elif self._post(session, events):
                with self._lock:
                    self.taken += len(events)
                    self._posting = 0
            else:
                self.refused += 1
                for made in events:
                    self._plan(made, time.time() + self.retry_seconds)
                with self._lock:
                    self._posting = 0
        session.close()

    def _take(self) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        with self._lock:
            while self._due and self._due[0][0] <= time.time() and len(events) < MOST_EVENTS:
                events.append(heapq.heappop(self._due)[2])
            self._posting = len(events)
        self._shuffled.shuffle(events)
        return events

    def _post(self, session: requests.Session, events: list[dict[str, Any]]) -> bool:
        body = batch(events)
        headers = {"Content-Type": "application/json", **signed(self.key, body, int(time.time()))}
        try:
            return session.post(self.url, data=body, headers=headers, timeout=10).ok
        except requests.RequestException:
            return False
