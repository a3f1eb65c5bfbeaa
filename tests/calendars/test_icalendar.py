"""What `icalendar` and `recurring-ical-events` read in our feeds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import recurring_ical_events
from icalendar import Calendar, Event

from tests.calendars.world import Entry, World
from tests.factories import NOW

FEEDS = ("personal", "own", "team", "course")


def entries(events: list[Event]) -> dict[str, Entry]:
    return {
        str(event["UID"]): Entry(
            event.decoded("DTSTART"), event.decoded("DTEND"), str(event["SUMMARY"]), event["STATUS"] == "CANCELLED"
        )
        for event in events
    }


@pytest.mark.parametrize("name", FEEDS)
def test_icalendar_reads_every_feed_as_it_was_meant(feeds: dict[str, bytes], world: World, name: str) -> None:
    calendar = Calendar.from_ical(feeds[name])
    events = calendar.walk("VEVENT")
    assert entries(events) == world.expected(name)
    assert len(events) == len(world.expected(name))
    assert "METHOD" not in calendar
    assert calendar["NAME"] == calendar["X-WR-CALNAME"] != ""
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    assert calendar.to_ical() == Calendar.from_ical(calendar.to_ical()).to_ical()


@pytest.mark.parametrize("name", FEEDS)
def test_icalendar_finds_no_error_and_nothing_it_does_not_know(feeds: dict[str, bytes], name: str) -> None:
    for component in Calendar.from_ical(feeds[name]).walk():
        assert component.errors == []
        assert {key for key in component if key.startswith("X-")} <= {"X-WR-CALNAME", "X-PUBLISHED-TTL"}


@pytest.mark.parametrize("name", FEEDS)
def test_expanded_each_date_is_there_once(feeds: dict[str, bytes], world: World, name: str) -> None:
    found = recurring_ical_events.of(Calendar.from_ical(feeds[name])).between(NOW, NOW + timedelta(days=120))
    assert len(found) == len(world.expected(name))
    assert entries(found) == world.expected(name)


@pytest.mark.parametrize("name", FEEDS)
def test_lines_are_octets_of_whole_characters_ended_as_the_standard_wants(feeds: dict[str, bytes], name: str) -> None:
    lines = feeds[name].split(b"\r\n")
    assert lines[-1] == b""
    for line in lines:
        assert len(line) <= 75
        assert b"\n" not in line
        line.decode("utf-8")
    stamps = [line for line in lines if line.startswith(b"DTSTAMP")]
    assert all(datetime.strptime(line.decode(), "DTSTAMP:%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) >= NOW for line in stamps)
