"""Answers when talking to a server about one mail has taken long enough: the connection is cut, whatever it waits for."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from threading import Condition, Lock, Thread
from types import TracebackType


class Deadline:
    """A span of time at whose end the watched connection is cut: nothing more goes out, and waiting for it ends.

    The timeout of a socket counts for each operation anew, so that a server which says a little now and then could keep
    a mail for ever.
    """

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self._lock = Lock()
        self._socket: socket.socket | None = None

    @property
    def passed(self) -> bool:
        """Tell whether the time is over."""
        return time.monotonic() >= self.end

    def watch(self, connection: socket.socket) -> None:
        """Cut this connection when the time is over, which may be now."""
        with self._lock:
            self._socket = connection
        if self.passed:
            self.cut()

    def cut(self) -> None:
        """Cut the watched connection."""
        with self._lock:
            if self._socket is not None:
                with suppress(OSError):
                    # Beneath TLS, whose goodbye would wait for the other side.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def __enter__(self) -> Deadline:
        """Let the time run."""
        _watchman.add(self)
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Leave the connection alone from now on."""
        _watchman.leave(self)
        with self._lock:
            self._socket = None


class _Watchman:
    """Cuts what is too late, all in one thread: a timer of its own for each mail costs more than the mail."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._running: set[Deadline] = set()
        self._thread: Thread | None = None
        # When the thread looks next; None: when it is called.
        self._next: float | None = None

    def add(self, deadline: Deadline) -> None:
        """Cut this one when its time is over."""
        with self._changed:
            self._running.add(deadline)
            if self._thread is None or not self._thread.is_alive():
                # The first of all, or the first after a fork.
                self._thread = Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif self._next is None or deadline.end < self._next:
                self._changed.notify()

    def leave(self, deadline: Deadline) -> None:
        """Leave this one alone."""
        with self._changed:
            self._running.discard(deadline)

    def _run(self) -> None:
        with self._changed:
            while True:
                for late in [one for one in self._running if one.passed]:
                    self._running.discard(late)
                    late.cut()
                self._next = min((one.end for one in self._running), default=None)
                self._changed.wait(None if self._next is None else max(self._next - time.monotonic(), 0))


_watchman = _Watchman()
