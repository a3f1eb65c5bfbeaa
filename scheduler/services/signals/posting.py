"""Answers how a webhook is posted: to an address that was checked to be public, within a deadline, redirects not followed."""

from __future__ import annotations

import os
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPMessage

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from emails.transports.deadline import Deadline
from scheduler.rules import reach
from scheduler.services.installation import here

# Seconds for a whole request, and for reaching one of the addresses of a host.
SECONDS = 15.0
CONNECTING = 5.0
# Of an answer so many bytes are read, and none kept: whoever sends more has been told by its status what it is worth.
_READ = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What came of a message: an HTTP status, or in `error` a key for why there is none; seconds the other side asks for."""

    status: int | None = None
    error: str = ""
    retry_after: float | None = None

    @property
    def is_taken(self) -> bool:
        """Tell whether the other side took it: any 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_silence(self) -> bool:
        """Tell whether nobody answered, so that nobody would answer to the next message either; a fault of ours is none."""
        return self.status is None and self.error != "fault"

    @property
    def is_gone(self) -> bool:
        """Tell whether the other side wants nothing any more: 410 (Standard Webhooks)."""
        return self.status == 410


class Unreachable(Exception):
    """No request could be made; `why` is a key."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def post(link: str, body: bytes, headers: dict[str, str], now: datetime, seconds: float = SECONDS) -> Answer:
    """Post `body` to a webhook's link and return what was answered; `now` is for a wait told as a moment. Never raises OSError."""
    with Deadline(seconds) as deadline:
        try:
            to = reach.endpoint(link, loopback=here().is_loopback)
            return _posted(_Connection(to, addresses(to), deadline), to, body, headers, now)
        except reach.Unusable as error:
            return Answer(error=error.why)
        except Unreachable as error:
            return Answer(error="too_slow" if deadline.passed else error.why)
        except (OSError, HTTPException) as error:
            return Answer(error="too_slow" if deadline.passed else _why(error))


def addresses(to: reach.Endpoint) -> list[str]:
    """Return the addresses of a link's host; raise Unreachable without one, or if any of them may not be reached.

    One that is private is not left out: a host that names it beside public ones is not what it seems.
    """
    try:
        found = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("no_such_host") from error
    known = list(dict.fromkeys(str(address[0]) for *_kind, address in found))
    if not all(reach.may_reach(address, loopback=here().is_loopback) for address in known):
        raise Unreachable("private_address")
    return known


class _Connection(HTTPConnection):
    """A connection to addresses that were checked: nobody is asked again, while Host and the certificate's name stay."""

    def __init__(self, to: reach.Endpoint, checked: list[str], deadline: Deadline) -> None:
        super().__init__(to.host, to.port)
        self.default_port = 443 if to.tls else 80
        self._to, self._checked, self._deadline = to, checked, deadline

    def connect(self) -> None:
        """Connect to the first address that answers; raise Unreachable."""
        plain = self._reached()
        plain.settimeout(SECONDS)
        self._deadline.watch(plain)
        if self._to.tls:
            # The handshake waits until the deadline watches the socket that has taken over.
            self.sock = _trust(_authorities()).wrap_socket(
                plain, server_hostname=self._to.host, do_handshake_on_connect=False
            )
            self._deadline.watch(self.sock)
            self.sock.do_handshake()
        else:
            self.sock = plain

    def _reached(self) -> socket.socket:
        for address in self._checked:
            if self._deadline.passed:
                break
            try:
                return socket.create_connection((address, self._to.port), CONNECTING)
            except OSError:
                continue
        raise Unreachable("no_connection")


def _posted(connection: _Connection, to: reach.Endpoint, body: bytes, headers: dict[str, str], now: datetime) -> Answer:
    try:
        connection.request("POST", to.path, body, headers | {"Connection": "close"})
        answer = connection.getresponse()
        wait = _retry_after(answer.headers, now)
        with suppress(OSError, HTTPException):
            answer.read(_READ)
        return Answer(answer.status, retry_after=wait)
    finally:
        connection.close()


def _retry_after(headers: HTTPMessage, now: datetime) -> float | None:
    """Read how long to wait, in seconds or as a moment (RFC 9110, 10.2.3)."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal() and len(text) < 8:
        return float(text)
    try:
        return max((parsedate_to_datetime(text) - now).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None


def _why(error: Exception) -> str:
    return "no_tls" if isinstance(error, ssl.SSLError) else "broken_off"


def _authorities() -> str:
    """Return the file of the authorities that certificates are checked against: the machine's own, if it names one."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH


@cache
def _trust(authorities: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authorities)
