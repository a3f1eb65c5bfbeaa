"""Answers how a request over HTTP is kept within a deadline, whatever the other side does."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import default_user_agent, get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from emails.transports.base import LONGEST_SECONDS
from emails.transports.deadline import Deadline

_deadline: ContextVar[Deadline] = ContextVar("deadline")


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """Let requests of a `session` made in this block last so long at most; then their connection is cut."""
    with Deadline(seconds) as deadline:
        token = _deadline.set(deadline)
        try:
            yield deadline
        finally:
            _deadline.reset(token)


def session(address: str) -> requests.Session:
    """Make a session for requests to one address that a deadline can cut; they are made inside `within`.

    The machine's proxies and certificates are looked up here once; for each request anew they would cost as much as it.
    """
    made = requests.Session()
    made.trust_env = False
    made.proxies = dict(get_environ_proxies(address))
    made.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    for scheme in ("http://", "https://"):
        made.mount(scheme, _Adapter())
    return made


def post(
    session: requests.Session, address: str, body: bytes, headers: Mapping[str, str], timeout: tuple[float, float]
) -> requests.Response:
    """Post bytes by a `session` inside `within` and read the whole answer; a redirect is an answer like any other.

    By the session's adapter itself: what a session adds for each request (cookies, redirects, hooks) costs more than the
    request. Raises as requests do.
    """
    request = requests.PreparedRequest()
    request.method, request.url, request.body = "POST", address, body
    request.headers = CaseInsensitiveDict(headers)
    request.headers.setdefault("User-Agent", default_user_agent())
    request.headers["Content-Length"] = str(len(body))
    adapter = session.get_adapter(address)
    answer = adapter.send(request, timeout=timeout, verify=session.verify or True, proxies=session.proxies)
    # Read now, while the deadline holds; the connection is free for the next one then.
    _ = answer.content
    return answer


class _Connection(HTTPConnection):
    def send(self, data: Any) -> None:
        """Send nothing that the deadline could not cut."""
        _watch(self)
        super().send(data)


class _TlsConnection(HTTPSConnection):
    def send(self, data: Any) -> None:
        """Send nothing that the deadline could not cut."""
        _watch(self)
        super().send(data)


def _watch(connection: HTTPConnection) -> None:
    if connection.sock is None:
        connection.connect()
    if connection.sock is not None:
        # The time allowed for connecting would count for the whole of what is sent, however large it is.
        connection.sock.settimeout(LONGEST_SECONDS)
        _deadline.get().watch(connection.sock)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Have the pools make connections that can be cut."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
