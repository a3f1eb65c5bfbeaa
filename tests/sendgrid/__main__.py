"""Answers as SendGrid in a process of its own: `python -m tests.sendgrid --seed 7 --mishap 429=0.05 --remember ids`.

Its first line of output is JSON: `port`, `url`, `key` (for the API) and `event_key` (public, of the hook's signatures).
"""

from __future__ import annotations

import argparse
import asyncio
import json
from contextlib import suppress

from tests.mishaps import Mishaps, rates
from tests.sendgrid.events import FATES, Hook, public
from tests.sendgrid.server import KEY, MISHAPS, SendGrid, listen


def main() -> None:
    """Serve until the process is ended."""
    read = argparse.ArgumentParser(prog="python -m tests.sendgrid")
    read.add_argument("--port", type=int, default=0)
    read.add_argument("--remember", choices=["full", "ids", "none"], default="full")
    read.add_argument("--seed", type=int, default=0)
    read.add_argument("--mishap", action="append", default=[], metavar="NAME=RATE", help=", ".join(MISHAPS))
    read.add_argument("--slow-seconds", type=float, default=1.0)
    read.add_argument("--wait-seconds", type=int, default=1)
    read.add_argument("--hook", default="", help="the address that gets events; can be told later")
    read.add_argument("--fate", action="append", default=[], metavar="NAME=RATE", help=", ".join(FATES))
    read.add_argument("--repeats", type=float, default=0.1)
    read.add_argument("--spread", type=float, default=0.5)
    given = read.parse_args()
    hook = Hook(given.seed, fates=rates(given.fate), repeats=given.repeats, spread=given.spread)
    hook.url = given.hook
    sendgrid = SendGrid(
        remember=given.remember,
        mishaps=Mishaps(given.seed, rates(given.mishap)),
        hook=hook,
        slow_seconds=given.slow_seconds,
        wait_seconds=given.wait_seconds,
    )
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(sendgrid, given.port))


async def _serve(sendgrid: SendGrid, port: int) -> None:
    server = await listen(sendgrid.answer, sendgrid.connections.add, port)
    port = server.sockets[0].getsockname()[1]
    sendgrid.url = f"http://127.0.0.1:{port}"
    sendgrid.hook.start()
    print(
        json.dumps({"port": port, "url": sendgrid.url, "key": KEY, "event_key": public(sendgrid.hook.key)}), flush=True
    )
    await server.serve_forever()


main()
