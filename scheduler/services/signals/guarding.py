"""Answers how a library that makes its own requests is kept from addresses that are not public, and within a deadline."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from typing import Any

from emails.transports.deadline import Deadline
from scheduler.rules import reach
from scheduler.services.installation import here


class Forbidden(OSError):
    """A connection to an address that nobody may be sent to; an OSError, as any connection that cannot be made."""


class Guard:
    """What connections made within `guarded` are held to."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.has_refused = False
        self._copies: list[socket.socket] = []

    def let_through(self, connecting: socket.socket, address: Any) -> None:
        """Raise Forbidden for an address that may not be reached; else have the connection cut when the time is over."""
        host = address[0] if isinstance(address, tuple) and address else ""
        if not isinstance(host, str) or not reach.may_reach(host, loopback=here().is_loopback):
            self.has_refused = True
            raise Forbidden("not a public address")
        # A copy: what speaks TLS takes the socket over, and leaves this one without a connection.
        copy = socket.socket(fileno=os.dup(connecting.fileno()))
        self._copies.append(copy)
        self.deadline.watch(copy)

    def close(self) -> None:
        """Let go of the connections."""
        for copy in self._copies:
            with suppress(OSError):
                copy.close()


_guard: ContextVar[Guard | None] = ContextVar("guard", default=None)


@contextmanager
def guarded(seconds: float) -> Iterator[Guard]:
    """Hold connections that this thread makes in the block to public addresses, and all of them to so many seconds.

    Whatever name was looked up, redirected to or written strangely: what counts is the address that is connected to.
    """
    _listen()
    with Deadline(seconds) as deadline:
        guard = Guard(deadline)
        token = _guard.set(guard)
        try:
            yield guard
        finally:
            _guard.reset(token)
            guard.close()


@cache
def _listen() -> None:
    """Be told of every connection of this process, once and for good (https://peps.python.org/pep-0578/)."""
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        guard, (connection, address) = _guard.get(), arguments
        # Without one it goes where the connection leads already.
        if guard is not None and address is not None:
            guard.let_through(connection, address)
