"""Answers which kept connection a thread may use: one that nobody else uses at the moment, or a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Generic, TypeVar

Connection = TypeVar("Connection")


class Kept(Generic[Connection]):
    """Connections that are used by one thread at a time and kept for the next; as many as were ever needed at once."""

    def __init__(self, make: Callable[[], Connection]) -> None:
        self._make = make
        self._lock = Lock()
        self._idle: list[Connection] = []

    @contextmanager
    def one(self) -> Iterator[Connection]:
        """Lend a connection, the one used last if there is one: the others may be closed by an idle server."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._make()
        try:
            yield connection
        finally:
            with self._lock:
                self._idle.append(connection)

    def given_up(self) -> list[Connection]:
        """Forget all connections that nobody uses, and return them."""
        with self._lock:
            idle, self._idle = self._idle, []
        return idle
