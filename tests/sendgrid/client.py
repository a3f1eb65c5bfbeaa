"""Answers, to a test in another process, what a stand-in for SendGrid or a mail server took and made of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from tests.sendgrid.memory import Count
from tests.servers import ROOT, stop


@dataclass(frozen=True)
class Standin:
    """A stand-in that runs in a process of its own: its address, the API's key, the public key of its events.

    That of a mail server has neither key; `port` is where it takes mails, and they are known by Message-ID.
    """

    url: str
    port: int
    key: str = ""
    event_key: str = ""

    def summary(self) -> dict[str, Any]:
        """Return how many requests and people it took, what mishaps it had, and how the events are getting on."""
        return self._get("")

    def counts(self) -> dict[str, Count]:
        """Return for each opaque id how often its mail was accepted, told to be, and delivered."""
        return {name: Count(**count) for name, count in self._get("/mails").items()}

    def got(self, name: str) -> list[dict[str, Any]]:
        """Return what the reader of a mail sees, once for each time it was accepted (with `--remember full`)."""
        found: list[dict[str, Any]] = self._get(f"/mails/{name}")
        return found

    def behave(
        self,
        *,
        mishaps: Mapping[str, float] | None = None,
        fates: Mapping[str, float] | None = None,
        hook: str | None = None,
    ) -> None:
        """Change its mishaps, what becomes of mails, or where events go; what is not named stays."""
        told = {"mishaps": mishaps, "fates": fates, "hook": hook}
        body = {name: value for name, value in told.items() if value is not None}
        requests.post(f"{self.url}/control", json=body, timeout=10).raise_for_status()

    def _get(self, path: str) -> Any:
        answer = requests.get(f"{self.url}/control{path}", timeout=30)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def running(*words: object, module: str = "tests.sendgrid") -> Iterator[Standin]:
    """Run `python -m tests.sendgrid …` (or `tests.smtp`) until the block ends."""
    process = subprocess.Popen([sys.executable, "-m", module, *map(str, words)], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield Standin(**json.loads(process.stdout.readline()))
    finally:
        stop(process)
