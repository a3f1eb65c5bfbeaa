"""Answers what calendar programs get to read when somebody takes, changes or leaves a seat (RFC 5546, RFC 6047)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Literal

from icalendar import Calendar, Event, vCalAddress, vText

from emails.kinds import Method

Status = Literal["CONFIRMED", "CANCELLED"]
PRODUCT = "-//Tasuki//Invitations//EN"
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def invitation(
    method: Method,
    *,
    uid: str,
    sequence: int,
    stamp: datetime,
    starts_at: datetime,
    ends_at: datetime,
    summary: str,
    description: str,
    location: str,
    url: str,
    organizer_name: str,
    organizer_email: str,
    attendee_name: str,
    attendee_email: str,
    status: Status,
    answers_read: bool,
) -> bytes:
    """Write one event for one attendee as iCalendar bytes, all moments aware and written in UTC.

    `stamp` is when the seat was last revised, not now: equal facts give equal bytes. `answers_read`: METHOD:REPLY is read,
    so programs may ask for an answer. Raises ValueError for a moment
    without zone, an end that is not after the start, or a status that contradicts the method.
    """
    if (method == "CANCEL") != (status == "CANCELLED"):
        raise ValueError("CANCEL goes with CANCELLED, REQUEST with CONFIRMED")
    if ends_at <= starts_at:
        raise ValueError("an event ends after it starts")
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", _utc(stamp))
    event.add("sequence", sequence)
    event.add("dtstart", _utc(starts_at))
    event.add("dtend", _utc(ends_at))
    event.add("summary", _plain(summary))
    event.add("description", _plain(description))
    event.add("location", location)
    event.add("url", url)
    event.add("status", status)
    event.add("transp", "TRANSPARENT" if status == "CANCELLED" else "OPAQUE")
    event.add("organizer", _person(organizer_name, organizer_email))
    event.add("attendee", _attendee(attendee_name, attendee_email, answers_read))
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return calendar.to_ical()


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment in an invitation must know its zone")
    return moment.astimezone(UTC).replace(microsecond=0)


def _plain(text: str) -> str:
    """Keep only what a calendar's text may hold: for one raw control character programs refuse the whole invitation."""
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))


def _person(name: str, email: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{email}")
    # Parameters know no escapes (RFC 5545, section 3.2), yet some programs read a backslash as one.
    name = _plain(name).replace("\n", " ").replace("\\", "/")
    if name:
        person.params["CN"] = vText(name)
    return person


def _attendee(name: str, email: str, answers_read: bool) -> vCalAddress:
    attendee = _person(name, email)
    attendee.params["CUTYPE"] = vText("INDIVIDUAL")
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
    # Without TRUE Apple's programs show no buttons to answer with: nobody is asked for what nobody reads.
    attendee.params["RSVP"] = vText("TRUE" if answers_read else "FALSE")
    return attendee
