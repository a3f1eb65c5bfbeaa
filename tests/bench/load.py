"""Answers how many requests a second a server answers: prepared bytes over kept-alive connections, two at a time.

The client costs as little as Python can: it sends bytes made beforehand and reads answers by their Content-Length.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

CONNECTIONS = 2
# Requests per connection. Which of the server's processes takes a connection is chance, and both connections may be one
# process's: with many in a run every run sees the same mixture.
KEPT = 10


@dataclass
class Result:
    """What a run saw: answers a second, and the answers' status codes."""

    rate: float
    statuses: dict[int, int]


def request(method: str, path: str, port: int, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """Write a request's bytes."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: keep-alive"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def run(port: int, requests: Sequence[bytes]) -> Result:
    """Send all requests, spread over the connections, and return the rate."""
    statuses: dict[int, int] = {}
    lock = threading.Lock()

    def work(own: Sequence[bytes]) -> None:
        seen: dict[int, int] = {}
        connection = _connect(port)
        for number, data in enumerate(own, start=1):
            connection, status = _exchange(connection, port, data)
            seen[status] = seen.get(status, 0) + 1
            if number % KEPT == 0:
                connection.close()
                connection = _connect(port)
        connection.close()
        with lock:
            for status, count in seen.items():
                statuses[status] = statuses.get(status, 0) + count

    threads = [threading.Thread(target=work, args=(requests[number::CONNECTIONS],)) for number in range(CONNECTIONS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Result(len(requests) / (time.perf_counter() - started), statuses)


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _exchange(connection: socket.socket, port: int, data: bytes) -> tuple[socket.socket, int]:
    """Send one request and read its answer whole; connect anew where the server has closed the connection."""
    try:
        connection.sendall(data)
        answer = connection.recv(65536)
    except (BrokenPipeError, ConnectionResetError):
        answer = b""
    if not answer:
        connection.close()
        connection = _connect(port)
        connection.sendall(data)
        answer = connection.recv(65536)
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    head, _, rest = answer.partition(b"\r\n\r\n")
    status = int(head[9:12])
    left = _length(head) - len(rest)
    while left > 0:
        left -= len(connection.recv(65536))
    if b"connection: close" in head.lower():
        connection.close()
        connection = _connect(port)
    return connection, status


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
