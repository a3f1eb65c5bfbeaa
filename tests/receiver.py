"""Answers as another program that gets webhooks, or as a chat room's server: a real server on loopback, its answers as told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from tests.sendgrid.http import Connection, Reply, Request


class Receiver:
    """What came, and what is answered: the same to all, or what `answers` makes of a request."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.peers: list[Any] = []
        self.reply = Reply(204)
        self.answers: Callable[[Request], Reply] = lambda _request: self.reply
        self.port = 0

    @property
    def url(self) -> str:
        """Return an address of it."""
        return f"http://127.0.0.1:{self.port}/hook?key=1"

    def answer(self, request: Request) -> Reply:
        """Note a request and answer it."""
        self.requests.append(request)
        return self.answers(request)


@contextmanager
def receiving(trust: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run the server in a thread of this process, by TLS where it is given what to show."""
    receiver = Receiver()
    loop = asyncio.new_event_loop()
    made = loop.create_server(lambda: Connection(receiver.answer, receiver.peers.append), "127.0.0.1", 0, ssl=trust)
    server = loop.run_until_complete(made)
    receiver.port = server.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
