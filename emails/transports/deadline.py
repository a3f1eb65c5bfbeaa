"""Answers when talking to a server about one mail has taken long enough: the connection is cut, whatever it waits for."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from threading import Lock, Timer
from types import TracebackType


class Deadline:
    """A span of time at whose end the watched connection is cut: nothing more goes out, and waiting for it ends.

    The timeout of a socket counts for each operation anew, so that a server which says a little now and then could keep
    a mail for ever.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._lock = Lock()
        self._socket: socket.socket | None = None
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True

    @property
    def passed(self) -> bool:
        """Tell whether the time is over."""
        return time.monotonic() >= self._end

    def watch(self, connection: socket.socket) -> None:
        """Cut this connection when the time is over, which may be now."""
        with self._lock:
            self._socket = connection
        if self.passed:
            self._cut()

    def __enter__(self) -> Deadline:
        """Let the time run."""
        self._timer.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Leave the connection alone from now on."""
        self._timer.cancel()
        with self._lock:
            self._socket = None

    def _cut(self) -> None:
        with self._lock:
            if self._socket is not None:
                with suppress(OSError):
                    # Beneath TLS, whose goodbye would wait for the other side.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
