"""Answers whether calendar programs understand that a seat was taken, changed or left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from emails.kinds import Method
from tests.emails.mails import an_invitation

JST = timezone(timedelta(hours=9))
_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=120)


def event(ics: bytes) -> Any:
    return Calendar.from_ical(ics).walk("VEVENT")[0]


def unfolded(ics: bytes) -> list[str]:
    return ics.replace(b"\r\n ", b"").decode().split("\r\n")


def test_a_request_says_all_that_clients_ask_for() -> None:
    lines = unfolded(an_invitation())
    for line in (
        *("VERSION:2.0", "METHOD:REQUEST", "UID:seat-7@asahi-booking.example", "SEQUENCE:0", "STATUS:CONFIRMED"),
        *("DTSTAMP:20261122T030000Z", "DTSTART:20261201T010000Z", "DTEND:20261201T020000Z", "TRANSP:OPAQUE"),
        "ORGANIZER;CN=株式会社あさひ予約:mailto:lectures@asahi-booking.example",
        'ATTENDEE;CN="山田 花子";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE'
        ":mailto:hanako@mihon.example",
        "URL:https://tasuki.example/me/abc",
    ):
        assert line in lines
    assert lines.count("BEGIN:VEVENT") == 1
    assert not any(line.startswith(("X-", "NAME", "VALARM", "BEGIN:VTIMEZONE")) for line in lines)


def test_a_cancel_has_the_same_identity_a_higher_sequence_and_says_cancelled() -> None:
    request, cancel = event(an_invitation()), event(an_invitation("CANCEL"))
    assert cancel["UID"] == request["UID"]
    assert cancel["SEQUENCE"] > request["SEQUENCE"]
    assert "METHOD:CANCEL" in unfolded(an_invitation("CANCEL"))
    assert (cancel["STATUS"], cancel["TRANSP"]) == ("CANCELLED", "TRANSPARENT")


def test_equal_facts_give_equal_bytes_whatever_zone_they_come_in() -> None:
    starts_at = datetime(2026, 12, 1, 10, 0, tzinfo=JST)
    assert an_invitation() == an_invitation(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))


@pytest.mark.parametrize(("method", "status"), [("REQUEST", "CANCELLED"), ("CANCEL", "CONFIRMED")])
def test_method_and_status_cannot_contradict_each_other(method: Method, status: str) -> None:
    with pytest.raises(ValueError, match="CANCEL"):
        an_invitation(method, status=status)


@pytest.mark.parametrize("field", ["stamp", "starts_at", "ends_at"])
def test_a_moment_without_zone_is_refused(field: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        an_invitation(**{field: datetime(2026, 12, 1, 10)})


@pytest.mark.parametrize("unfit", ["\x07", "\x0b", "\x1c", "\x7f", "\u2028", "\ud800", "\\"])
@pytest.mark.parametrize("field", ["attendee_name", "organizer_name", "summary", "description"])
def test_no_character_in_a_name_spoils_an_invitation(field: str, unfit: str) -> None:
    found = event(an_invitation(**{field: f"花子{unfit}"}))
    assert found["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    assert str(found["ORGANIZER"]).startswith("mailto:")
    told = [found["ATTENDEE"].params["CN"], found["ORGANIZER"].params["CN"], found["SUMMARY"], found["DESCRIPTION"]]
    assert any(str(words).startswith("花子") for words in told)


def test_an_event_ends_after_it_starts() -> None:
    with pytest.raises(ValueError, match="ends after"):
        an_invitation(ends_at=datetime(2026, 12, 1, 1, 0, tzinfo=UTC))


@pytest.mark.parametrize("field", ["url", "organizer_email", "attendee_email"])
def test_an_identifier_cannot_carry_a_line_of_its_own(field: str) -> None:
    with pytest.raises(ValueError, match="CR or LF"):
        an_invitation(**{field: "a@b.example\r\nATTENDEE:mailto:c@d.example"})


@given(summary=_TEXT, description=_TEXT, location=_TEXT, name=_TEXT)
def test_any_words_read_back_and_lines_fold_between_characters(
    summary: str, description: str, location: str, name: str
) -> None:
    ics = an_invitation(
        summary=summary, description=f"{description}\n{description}", location=location, attendee_name=name
    )
    assert ics.endswith(b"END:VCALENDAR\r\n")
    for line in ics.split(b"\r\n"):
        assert len(line) <= 75
        line.decode("utf-8")
    found = event(ics)
    assert found["SUMMARY"] == summary
    assert found["DESCRIPTION"] == f"{description}\n{description}"
    assert found["LOCATION"] == location
