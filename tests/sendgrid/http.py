"""Answers requests over HTTP/1.1 with as little work as can be: a stand-in must not be what a measurement measures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import cast


@dataclass(frozen=True)
class Request:
    """One request; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What is answered, after so many seconds; `hang_up`: nothing, the connection is reset."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    after_seconds: float = 0
    hang_up: bool = False
    # Called when the answer has been written to a client that was still there.
    told: Callable[[], None] | None = None


Answers = Callable[[Request], Reply]


class Connection(asyncio.Protocol):
    """One client's connection, kept alive; requests are answered one after the other."""

    def __init__(self, answers: Answers, came: Callable[[tuple[str, int]], None]) -> None:
        self._answers = answers
        self._came = came
        self._buffer = bytearray()
        self._head: tuple[str, str, dict[str, str]] | None = None
        self._waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._came(transport.get_extra_info("peername"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._work()

    def _work(self) -> None:
        while not self._waiting:
            if self._head is None:
                end = self._buffer.find(b"\r\n\r\n")
                if end < 0:
                    return
                self._head = _head(bytes(self._buffer[:end]))
                del self._buffer[: end + 4]
            method, path, headers = self._head
            length = int(headers.get("content-length", "0"))
            if len(self._buffer) < length:
                return
            body = bytes(self._buffer[:length])
            del self._buffer[:length]
            self._head = None
            self._reply(self._answers(Request(method, path, headers, body)))

    def _reply(self, reply: Reply) -> None:
        if reply.after_seconds:
            self._waiting = True
            asyncio.get_running_loop().call_later(reply.after_seconds, self._late, reply)
        else:
            self._write(reply)

    def _late(self, reply: Reply) -> None:
        self._waiting = False
        self._write(reply)
        self._work()

    def _write(self, reply: Reply) -> None:
        if reply.hang_up:
            self._transport.abort()
            return
        if self._transport.is_closing():
            return
        lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}", f"Date: {formatdate(usegmt=True)}"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        lines += [f"Content-Length: {len(reply.body)}", "", ""]
        self._transport.write("\r\n".join(lines).encode("ascii") + reply.body)
        if reply.told is not None:
            reply.told()


def _head(raw: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = raw.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (line.split(":", 1) for line in lines)
    return method, path, {name.lower(): value.strip() for name, value in pairs}
