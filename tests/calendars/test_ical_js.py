"""What ical.js, the engine of Thunderbird and FullCalendar, reads in our feeds."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import playwright
import pytest

from tests.calendars.world import Entry, World
from tests.servers import require

SCRIPT = Path(__file__).with_name("read_ical.mjs")
# Playwright brings a Node of its own.
BROUGHT = Path(playwright.__file__).parent / "driver" / "node"


def read(calendar: bytes) -> dict[str, Any]:
    """Return what ical.js makes of a calendar."""
    node = shutil.which("node") or (str(BROUGHT) if BROUGHT.exists() else None)
    if node is None:
        require("node")
    done = subprocess.run([str(node), str(SCRIPT)], input=calendar, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("name", ["personal", "own", "team", "course"])
def test_ical_js_reads_every_feed_as_it_was_meant(feeds: dict[str, bytes], world: World, name: str) -> None:
    found = read(feeds[name])
    assert found["method"] is None
    assert {
        event["uid"]: Entry(
            datetime.fromisoformat(event["starts_at"].replace("Z", "+00:00")),
            datetime.fromisoformat(event["ends_at"].replace("Z", "+00:00")),
            event["title"],
            event["status"] == "CANCELLED",
        )
        for event in found["events"]
    } == world.expected(name)
    assert len(found["events"]) == len(world.expected(name))
    assert not any(event["recurs"] for event in found["events"])
