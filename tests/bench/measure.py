"""Answers how the program is started and asked for a measurement: shared by `make bench` and `make bench-large`."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping
from pathlib import Path

from scheduler.settings import Settings
from tests import servers
from tests.bench import load
from tests.bench.prepare import Ground
from tests.browsing import Browser

RUNS = 3


def posts(base: str, port: int, things: Ground) -> list[list[bytes]]:
    """Prepare one registration for each person, in as many batches as there are runs; session and token are the browser's."""
    browser = Browser(base)
    page = browser.get("/" + things.pages[0])
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    cookie = "; ".join(f"{name}={value}" for name, value in browser.session.cookies.items())
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", "Referer": base + "/"}
    body = f"csrf_token={token[1]}".encode()
    size = len(things.pages) // RUNS
    return [
        [
            load.request("POST", f"/{page}/lectures/{things.lecture_id}/register", port, headers, body)
            for page in things.pages[run * size : (run + 1) * size]
        ]
        for run in range(RUNS)
    ]


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of the program under measurement, its database and mails in `folder`."""
    return servers.environment(
        database_url=f"sqlite:///{folder / 'bench.db'}",
        secret_key="a secret for the bench",
        mail=f"folder:{folder / 'mails'}",
    )


def settings_of(env: Mapping[str, str]) -> Settings:
    """Return the settings that an environment holds."""
    named = {name.removeprefix("TASUKI_").lower(): value for name, value in env.items() if name.startswith("TASUKI_")}
    return Settings.model_validate(named)


def repeated(path: str, port: int, times: int, headers: dict[str, str] | None = None) -> list[bytes]:
    """Return the same GET so many times."""
    return [load.request("GET", path, port, headers)] * times


def median(port: int, batch: list[bytes], status: int) -> float:
    """Return the median rate of three runs after a short one; every answer must have this status."""
    load.run(port, batch[:200])
    return statistics.median(checked(load.run(port, batch), status) for _run in range(RUNS))


def checked(result: load.Result, status: int) -> float:
    """Return the rate of a run whose answers all have this status; end otherwise."""
    if set(result.statuses) != {status}:
        raise SystemExit(f"expected {status} only, got {result.statuses}")
    return result.rate


def must(*words: str, env: dict[str, str], cwd: Path) -> None:
    """Run `tasuki …`; end with its complaint when it fails."""
    done = servers.run(*words, env=env, cwd=cwd)
    if done.returncode:
        raise SystemExit(f"tasuki {' '.join(words)}: {done.stderr}")
