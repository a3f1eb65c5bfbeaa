"""Answers what a calendar program says about an invitation: the REPLY or COUNTER in a calendar part (RFC 5546)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar.parser import Contentline
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

# A reply is some kilobytes; more than this is looked at by nobody.
LARGEST = 256 * 1024
LONGEST_UID = 400
# Looked for once in each run of CRs: tried at every one of them, a long run would take minutes.
_FOLD = re.compile(r"(?<!\r)\r*\n[ \t]")
_MOMENT = re.compile(r"(\d{8}T\d{6})(Z?)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_WANTED = ("ATTENDEE", "COMMENT", "DTSTAMP", "DTSTART", "RECURRENCE-ID", "SEQUENCE", "UID")
# Inside these nothing is of interest: time zones bring a DTSTART of their own, alarms an ATTENDEE.
_NO_EVENT = frozenset({"VTIMEZONE", "VALARM", "STANDARD", "DAYLIGHT"})


@dataclass(frozen=True)
class Answer:
    """What one attendee answered to one invitation."""

    # REPLY answers; COUNTER asks for another time.
    method: Literal["REPLY", "COUNTER"]
    uid: str
    # Revision of the invitation that is answered; 0 where it is not told (RFC 5545, section 3.8.7.4).
    sequence: int
    # Lower-case address of each attendee named, and its PARTSTAT in lower case.
    attendees: tuple[tuple[str, str], ...]
    # Start of what is answered, as the attendee's program knows it; None where it is not told or has no known zone.
    starts_at: datetime | None
    # When the answer was made.
    made_at: datetime | None
    # What the person wrote beside it.
    comment: str

    def of(self, address: str) -> str | None:
        """Return what this attendee (lower-case address) answered, None when the answer is another's."""
        return dict(self.attendees).get(address)


_Property = tuple[dict[str, str], str]


def read(text: str, method: str = "") -> Answer | None:
    """Read a calendar part; `method` is what its Content-Type says, for parts that do not say it themselves.

    Returns None for whatever is no single answer to a single event: requests, cancellations, recurring ones, garbage.
    The calendar's own time zones are not read: their rules could keep a program busy for ever.
    """
    found: dict[str, list[_Property]] = {}
    events = 0
    within: list[str] = []
    for name, params, value in _lines(text[:LARGEST]):
        if name == "BEGIN":
            within.append(value.upper())
            events += value.upper() == "VEVENT"
        elif name == "END":
            del within[-1:]
        elif name == "METHOD" and within in ([], ["VCALENDAR"]):
            method = value
        elif name in _WANTED and within[-1:] == ["VEVENT"] and not _NO_EVENT.intersection(within):
            found.setdefault(name, []).append((params, value))
    uid = found.get("UID", [({}, "")])[0][1].strip()
    if events != 1 or "RECURRENCE-ID" in found or method.strip().upper() not in ("REPLY", "COUNTER"):
        return None
    if not uid or len(uid) > LONGEST_UID or not uid.isprintable():
        return None
    return Answer(
        method="REPLY" if method.strip().upper() == "REPLY" else "COUNTER",
        uid=uid,
        sequence=_whole(found.get("SEQUENCE", [({}, "0")])[0][1]),
        attendees=tuple(_attendee(*one) for one in found.get("ATTENDEE", [])),
        starts_at=_moment(*found["DTSTART"][0]) if "DTSTART" in found else None,
        made_at=_moment(*found["DTSTAMP"][0]) if "DTSTAMP" in found else None,
        comment="\n".join(_plain(value) for _params, value in found.get("COMMENT", [])).strip(),
    )


def _lines(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield name, parameters and value of each line that has them."""
    for line in _FOLD.sub("", text.lstrip("\ufeff")).splitlines():
        try:
            name, params, value = Contentline(line.strip()).parts()
        except ValueError:
            continue
        yield name.upper(), {key.upper(): _first(given) for key, given in params.items()}, value.strip()


def _first(given: object) -> str:
    return str(given[0] if isinstance(given, list) and given else given)


def _attendee(params: dict[str, str], value: str) -> tuple[str, str]:
    address = re.sub(r"^mailto:", "", value, flags=re.IGNORECASE).strip().lower()
    return address, params.get("PARTSTAT", "needs-action").lower()


def _whole(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else 0


def _moment(params: dict[str, str], value: str) -> datetime | None:
    match = _MOMENT.fullmatch(value)
    if match is None:
        return None
    zone = "UTC" if match[2] else params.get("TZID", "").strip("/\"'")
    try:
        naive = datetime.strptime(match[1], "%Y%m%dT%H%M%S")  # noqa: DTZ007  (the zone stands beside it)
        return naive.replace(tzinfo=ZoneInfo(WINDOWS_TO_OLSON.get(zone, zone))).astimezone(UTC)
    except (ValueError, KeyError, OSError, OverflowError):
        return None


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)
