"""Answers as a mail server in a process of its own: `python -m tests.smtp --seed 7 --mishap 450=0.05`.

Its first line of output is JSON: `port`, and `url`, where it answers what it took (see `tests.sendgrid.client`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
from contextlib import suppress

from tests.mishaps import Mishaps, rates
from tests.sendgrid.server import listen as listen_http
from tests.smtp.server import MISHAPS, Post, listen


def main() -> None:
    """Serve until the process is ended."""
    read = argparse.ArgumentParser(prog="python -m tests.smtp")
    read.add_argument("--port", type=int, default=0)
    read.add_argument("--seed", type=int, default=0)
    read.add_argument("--mishap", action="append", default=[], metavar="NAME=RATE", help=", ".join(MISHAPS))
    read.add_argument("--slow-seconds", type=float, default=1.0)
    given = read.parse_args()
    post = Post(mishaps=Mishaps(given.seed, rates(given.mishap)), slow_seconds=given.slow_seconds)
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(post, given.port))


async def _serve(post: Post, port: int) -> None:
    server = await listen(post, port)
    control = await listen_http(post.answer)
    url = f"http://127.0.0.1:{control.sockets[0].getsockname()[1]}"
    print(json.dumps({"port": post.port, "url": url}), flush=True)
    await server.serve_forever()


main()
