"""Answers how a request over HTTP is kept within a deadline, whatever the other side does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import requests
from requests.adapters import HTTPAdapter
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


def session() -> requests.Session:
    """Make a session whose requests a deadline can cut; they are made inside `within`."""
    made = requests.Session()
    for scheme in ("http://", "https://"):
        made.mount(scheme, _Adapter())
    return made


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
