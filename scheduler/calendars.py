"""What a lecture looks like to calendar programs, and the feeds they subscribe to (RFC 5545, RFC 7986)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from icalendar import Calendar, Conference, Event, vText

PRODUCT = "-//Tasuki//Tasuki//JA"
REFRESH_EVERY = timedelta(hours=1)
CANCELLED = {"ja": "【中止】", "en": "Cancelled: "}
LEFT = {"ja": "【キャンセル済み】", "en": "You cancelled: "}

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")
_SPACES = re.compile(r"\s")

_END = "END:VCALENDAR\r\n"
# RFC 5545, 3.6 wants one component; every program takes a feed that has nothing else for an empty one.
_NOTHING_YET = (
    "BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    "TZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nTZNAME:JST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


@dataclass(frozen=True)
class LectureEvent:
    """One revision of a lecture as one reader may see it; all moments are aware.

    `uid` never changes, `sequence` rises with every change of time, place or status, `revised_at` is when that was.
    `status` is scheduled, cancelled, or left (held, but the reader gave the seat up); `url` is where more is told and
    `conference` the reader's own way into the meeting, each empty for none; `locale` (ja, en) is the language of the mark on the title of what will not take place.
    """

    uid: str
    sequence: int
    revised_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    conference: str = ""
    status: str = "scheduled"
    locale: str = "ja"


def vevent(lecture: LectureEvent) -> str:
    """Write a lecture as one VEVENT: times in UTC, lines folded at 75 octets and ended by CRLF.

    The text depends on the revision alone, so it is made once and kept. A cancelled lecture stays, marked in its title
    for programs that do not show the status, and takes no time from the reader.
    """
    cancelled = lecture.status != "scheduled"
    mark = (LEFT if lecture.status == "left" else CANCELLED)[lecture.locale] if cancelled else ""
    title = mark + lecture.summary
    url, conference = (_SPACES.sub("", _plain(link)) for link in (lecture.url, lecture.conference))
    description = _plain(lecture.description)
    for link in (conference, url):
        if link and link not in description:  # many programs show neither URL nor CONFERENCE
            description = f"{description}\n{link}".strip()
    event = Event()
    event.add("uid", lecture.uid)
    event.add("dtstamp", lecture.revised_at.astimezone(UTC))
    event.add("last-modified", lecture.revised_at.astimezone(UTC))
    event.add("sequence", lecture.sequence)
    event.add("dtstart", lecture.starts_at.astimezone(UTC))
    event.add("dtend", lecture.ends_at.astimezone(UTC))
    event.add("summary", vText(_plain(title)))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    for name, value in (("description", description), ("location", _plain(lecture.location))):
        if value:
            event.add(name, vText(value))
    if url:
        event.add("url", url)
    if conference:
        event.conferences = [Conference(conference, feature="VIDEO")]
    return event.to_ical().decode()


def feed(name: str, events: Iterable[str]) -> bytes:
    """Join VEVENTs made by `vevent` into a feed under this name: the same events give the same bytes.

    No METHOD and no UID of the calendar: programs take the first for an invitation, the second for every event's.
    """
    return "".join((_head(name), "".join(events) or _NOTHING_YET, _END)).encode()


def etag(revision: int | str, day: date) -> str:
    """Return the opaque tag (without quotes) of a feed at this revision: its window of past lectures moves each day."""
    return f"{revision}-{day:%Y%m%d}"


@lru_cache(maxsize=1024)
def _head(name: str) -> str:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", vText(_plain(name)))
    calendar.add("x-wr-calname", vText(_plain(name)))
    calendar.add("refresh-interval", REFRESH_EVERY)
    calendar["REFRESH-INTERVAL"].params["VALUE"] = "DURATION"  # it has no default type (RFC 7986, 5.7)
    calendar.add("x-published-ttl", "PT1H")  # what Outlook reads
    return calendar.to_ical().decode().removesuffix(_END)


def _plain(text: str) -> str:
    """Keep only what a calendar's text may hold: one raw control character empties some programs' calendars."""
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text)).strip()
