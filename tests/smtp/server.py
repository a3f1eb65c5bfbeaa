"""Answers as a mail server would, on loopback: takes mails, has mishaps on a seed, and counts what it took.

It costs little, so that a measurement does not measure it; `tests.emails.transports.smtp_server` checks what is said to it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from threading import Thread
from typing import cast

from tests.mishaps import Mishaps
from tests.sendgrid.http import Reply, Request
from tests.sendgrid.memory import Count

# When each mishap comes; a code is the answer to that command. `slow` answers late to the mail itself; the resets come
# after the whole mail has come, before or after it was taken.
BY_COMMAND = {"421": "MAIL", "450": "RCPT", "550": "RCPT", "451": "DATA", "554": "DATA"}
MISHAPS = (*BY_COMMAND, "slow", "reset_before", "reset_after")
_MESSAGE_ID = re.compile(rb"^Message-ID: *(<[^>\r\n]*>)", re.MULTILINE | re.IGNORECASE)


class Post:
    """What the server has taken, by Message-ID, and how it is told to answer."""

    def __init__(self, *, mishaps: Mishaps | None = None, slow_seconds: float = 1.0, keep: bool = False) -> None:
        self.port = 0
        self.mishaps = mishaps or Mishaps()
        self.slow_seconds = slow_seconds
        self.counts: dict[str, Count] = {}
        # The mails themselves, where they are kept: recipient and content.
        self.kept: list[tuple[str, bytes]] = []
        self.keep = keep
        self.connections = 0

    def take(self, recipient: str, content: bytes) -> str:
        """Take one mail; return its Message-ID."""
        found = _MESSAGE_ID.search(content)
        name = found.group(1).decode("ascii") if found else ""
        count = self.counts.setdefault(name, Count())
        count.accepted += 1
        count.delivered += 1
        if self.keep:
            self.kept.append((recipient, content))
        return name

    def answer(self, request: Request) -> Reply:
        """Answer what it took, and be told how to behave, over HTTP as the stand-in for SendGrid."""
        if request.method == "POST":
            self.mishaps.rates = json.loads(request.body).get("mishaps", self.mishaps.rates)
        what: object = {
            "connections": self.connections,
            "mishaps": dict(self.mishaps.drawn),
            "people": len(self.counts),
        }
        if request.path == "/control/mails":
            what = {name: asdict(count) for name, count in self.counts.items()}
        return Reply(200, {"Content-Type": "application/json"}, json.dumps(what).encode())


class _Talk(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._buffer = bytearray()
        self._mishap = ""
        self._recipient = ""
        self._in_mail = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._post.connections += 1
        self._say("220 mail.example ESMTP")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n.\r\n" if self._in_mail else b"\r\n")) >= 0:
            piece = bytes(self._buffer[:end])
            del self._buffer[: end + (5 if self._in_mail else 2)]
            if self._in_mail:
                self._in_mail = False
                self._mail(piece)
            else:
                self._command(piece.decode("ascii", "replace"))

    def _command(self, line: str) -> None:
        verb = line[:4].upper()
        if verb == "MAIL":
            self._mishap = self._post.mishaps.draw()
        if BY_COMMAND.get(self._mishap) == verb != "DATA":
            self._say(f"{self._mishap} a mishap")
            if self._mishap == "421":
                self._transport.close()
        elif verb == "EHLO":
            self._say("250-mail.example\r\n250-8BITMIME\r\n250 SIZE 50000000")
        elif verb == "RCPT":
            self._recipient = line[line.find("<") + 1 : line.rfind(">")]
            self._say("250 OK")
        elif verb == "DATA":
            self._in_mail = True
            self._say("354 go on")
        elif verb == "QUIT":
            self._say("221 bye")
            self._transport.close()
        else:
            self._say("250 OK" if verb in ("MAIL", "RSET", "NOOP", "HELO") else "502 unknown")

    def _mail(self, content: bytes) -> None:
        if BY_COMMAND.get(self._mishap) == "DATA":
            self._say(f"{self._mishap} a mishap")
            return
        if self._mishap == "reset_before":
            self._transport.abort()
            return
        name = self._post.take(self._recipient, content.replace(b"\r\n..", b"\r\n."))
        if self._mishap == "reset_after":
            self._transport.abort()
        elif self._mishap == "slow":
            asyncio.get_running_loop().call_later(self._post.slow_seconds, self._taken, name)
        else:
            self._taken(name)

    def _taken(self, name: str) -> None:
        if not self._transport.is_closing():
            self._say("250 taken")
            self._post.counts[name].told += 1

    def _say(self, words: str) -> None:
        self._transport.write(f"{words}\r\n".encode("ascii"))


async def listen(post: Post, port: int = 0) -> asyncio.Server:
    """Open the server on loopback; port 0 takes a free one."""
    server = await asyncio.get_running_loop().create_server(lambda: _Talk(post), "127.0.0.1", port)
    post.port = server.sockets[0].getsockname()[1]
    return server


@contextmanager
def serving(post: Post) -> Iterator[int]:
    """Run the server in a thread of this process; yield its port."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(listen(post))
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield post.port
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
