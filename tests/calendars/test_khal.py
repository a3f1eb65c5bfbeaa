"""What a person sees who subscribes over HTTP with vdirsyncer and looks at the calendar with khal."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from scheduler.services.actors import WORKER
from scheduler.services.lectures import cancelling, changing
from scheduler.services.registrations import changes
from tests.calendars.world import Entry, World, served
from tests.factories import NOW

_VDIRSYNCER = """
[general]
status_path = "{folder}/status/"

[pair feed]
a = "ours"
b = "local"
collections = null

[storage ours]
type = "http"
url = "{url}"

[storage local]
type = "filesystem"
path = "{folder}/calendar/"
fileext = ".ics"
"""
_KHAL = """
[calendars]
[[feed]]
path = {folder}/calendar/

[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%dT%H:%M
longdatetimeformat = %Y-%m-%dT%H:%M
default_timezone = UTC
local_timezone = UTC

[sqlite]
path = {folder}/khal.db
"""
_FIELDS = ("start-long-full", "end-long-full", "title", "status")


class Subscriber:
    """Somebody with vdirsyncer and khal, set up for one feed in a folder of their own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.env = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}
        self.vdirsyncer, self.khal = folder / "vdirsyncer.conf", folder / "khal.conf"
        self.vdirsyncer.write_text(_VDIRSYNCER.format(folder=folder, url=url))
        self.khal.write_text(_KHAL.format(folder=folder))
        self._run("vdirsyncer", "-c", str(self.vdirsyncer), "discover")

    def fetch(self) -> str:
        """Ask for the feed once more; return what vdirsyncer says."""
        return self._run("vdirsyncer", "-c", str(self.vdirsyncer), "sync", "--force-delete")

    def sees(self) -> list[Entry]:
        """Return what khal shows, in order; vdirsyncer gives every event of a feed a UID of its own making."""
        fields = [word for name in _FIELDS for word in ("--json", name)]
        listed = self._run("khal", "-c", str(self.khal), "list", *fields, NOW.date().isoformat(), "120d")
        # One line of JSON a day.
        events = [event for line in listed.splitlines() for event in json.loads(line)]
        return in_order(_entry(event) for event in events)

    def _run(self, program: str, *words: str) -> str:
        command = [str(Path(sys.executable).with_name(program)), *words]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Sort entries by when and what they are."""
    return sorted(entries, key=lambda entry: (entry.starts_at, entry.title))


def _entry(event: dict[str, str]) -> Entry:
    start, end = (datetime.fromisoformat(event[f"{side}-long-full"]).replace(tzinfo=UTC) for side in ("start", "end"))
    return Entry(start, end, event["title"].strip(), "CANCELLED" in event["status"])


@pytest.mark.parametrize("name", ["personal", "own", "team", "course"])
def test_whoever_subscribes_sees_every_date(app: Flask, world: World, tmp_path: Path, name: str) -> None:
    with served(app) as base:
        subscriber = Subscriber(tmp_path, base + world.paths()[name])
        subscriber.fetch()
    assert subscriber.sees() == in_order(world.expected(name).values())


def test_a_subscription_follows_what_changes_and_keeps_what_is_cancelled(
    app: Flask, world: World, tmp_path: Path
) -> None:
    with served(app) as base:
        subscriber = Subscriber(tmp_path, base + world.paths()["personal"])
        subscriber.fetch()
        before = set(subscriber.sees())
        later = NOW + timedelta(hours=1)
        changing.change(world.lectures[6], {"starts_at": NOW + timedelta(days=50)}, later, WORKER)
        cancelling.cancel(world.lectures[7], {"ja": "講師の都合"}, later, WORKER)
        changes.cancel(world.registrations[8], later, WORKER)
        subscriber.fetch()
        after = subscriber.sees()
        assert after == in_order(world.expected("personal").values())
        assert len(set(after) - before) == len(before - set(after)) == 3
        # The same bytes once more are nothing to be done.
        assert "opying" not in subscriber.fetch()
