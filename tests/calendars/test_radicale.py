"""Whether a CalDAV server stores what we send, and gives it back as it was."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from tests.calendars.caldav import a_shelf
from tests.calendars.world import Entry, World
from tests.factories import NOW


def alone(event: bytes) -> bytes:
    """Put one event into a calendar of its own, as programs do that store what they took from a feed."""
    return b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a program//EN\r\n" + event + b"END:VCALENDAR\r\n"


def written(feed: bytes) -> list[bytes]:
    """Cut the events out of a feed as they stand there, byte for byte."""
    begin, end = b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n"
    return [begin + part.partition(end)[0] + end for part in feed.split(begin)[1:]]


@pytest.mark.parametrize("name", ["personal", "own", "team", "course"])
def test_every_event_of_a_feed_is_stored_and_read_back(
    feeds: dict[str, bytes], world: World, tmp_path: Path, name: str
) -> None:
    events = written(feeds[name])
    with a_shelf(tmp_path) as shelf:
        for number, event in enumerate(events):
            shelf.put(f"{number}", alone(event))
        back = {}
        for number, event in enumerate(events):
            (sent,), (kept,) = (
                Calendar.from_ical(text).walk("VEVENT") for text in (alone(event), shelf.get(f"{number}"))
            )
            # Descriptions and links too: nothing was lost on the way.
            assert {key: str(value) for key, value in kept.items()} == {key: str(value) for key, value in sent.items()}
            back[str(kept["UID"])] = Entry(
                kept.decoded("DTSTART"), kept.decoded("DTEND"), str(kept["SUMMARY"]), kept["STATUS"] == "CANCELLED"
            )
        assert back == world.expected(name)
        found = [Calendar.from_ical(text).walk("VEVENT")[0] for text in shelf.between(NOW, NOW + timedelta(days=20))]
    soon = {uid for uid, entry in back.items() if entry.starts_at < NOW + timedelta(days=20)}
    assert {str(event["UID"]) for event in found} == soon
