"""What Zoom tells while a meeting runs: who may tell it, and who came in or left when.

The shapes are those of the vendor's own types (zoom/rivet-javascript, `meetings.d.ts`), alike for meetings and webinars.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest, new
from typing import Any, Literal

from scheduler.readers.reports.people import usable_email

MAX_BYTES = 1024 * 1024
SIGNATURE_HEADER = "x-zm-signature"
TIMESTAMP_HEADER = "x-zm-request-timestamp"
# Older than this, or so far ahead, what is signed may be somebody else's copy of it.
LONGEST_AGE = timedelta(hours=24)
_LONGEST = 200
_EVENT = re.compile(r"(?:meeting|webinar)\.participant_(joined|left)")
_VALIDATION = "endpoint.url_validation"


class NoEvent(ValueError):
    """What was posted is none of Zoom's events."""


@dataclass(frozen=True)
class Validation:
    """Zoom asks whether this address knows the secret, when it is set up and every 72 hours."""

    plain: str


@dataclass(frozen=True)
class Passage:
    """Somebody came into a meeting or left it."""

    way: Literal["joined", "left"]
    # The meeting's number, digits only, and the one time it is held (a new one each time it is opened).
    meeting: str
    occasion: str
    # When it was planned to start, or did (aware UTC); None: not told.
    starts_at: datetime | None
    # What is the same for all that is told of this person in this room.
    person: str
    at: datetime
    # As the tool shows it.
    name: str
    # Lower case; empty: withheld, as it mostly is for guests.
    email: str
    # The key of the personal join link, empty without one.
    registrant: str
    is_host: bool


def is_recent(timestamp: str, now: datetime) -> bool:
    """Tell whether a request signed at this moment (header: seconds since 1970) is at most 24 hours away from `now`."""
    if not re.fullmatch("[0-9]{1,11}", timestamp):
        return False
    return abs(now - datetime.fromtimestamp(int(timestamp), UTC)) <= LONGEST_AGE


def is_signed(secret: str, body: bytes, signature: str, timestamp: str) -> bool:
    """Tell whether the holder of the secret signed this timestamp and these very bytes.

    https://developers.zoom.us/docs/api/webhooks/ ("Verify webhook events"): HMAC-SHA256 over `v0:timestamp:body`.
    """
    made = "v0=" + _hmac(secret, b"v0:" + timestamp.encode() + b":" + body)
    return compare_digest(made.encode(), signature.encode())


def answer(secret: str, asked: Validation) -> dict[str, str]:
    """Make the answer that proves to Zoom that this address knows the secret."""
    return {"plainToken": asked.plain, "encryptedToken": _hmac(secret, asked.plain.encode())}


def read(body: bytes) -> Validation | Passage | None:
    """Read what was posted; None for an event of no consequence here. Raises NoEvent."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NoEvent("no JSON") from error
    if not isinstance(told, dict) or not isinstance(told.get("event"), str):
        raise NoEvent("no event")
    payload = _part(told, "payload")
    if told["event"] == _VALIDATION:
        if not isinstance(payload.get("plainToken"), str):
            raise NoEvent("no token")
        return Validation(payload["plainToken"])
    found = _EVENT.fullmatch(told["event"])
    if found is None:
        return None
    joined = found[1] == "joined"
    return _passage("joined" if joined else "left", _part(payload, "object"), told.get("event_ts"))


def _passage(way: Literal["joined", "left"], held: Mapping[str, Any], told_at: object) -> Passage:
    participant = _part(held, "participant")
    at = _moment(participant.get("join_time" if way == "joined" else "leave_time")) or _stamp(told_at)
    meeting = re.sub(r"\D", "", _text(held, "id"))
    email = usable_email(_text(participant, "email"))
    registrant = _text(participant, "registrant_id")
    name = _text(participant, "user_name")
    person = _text(participant, "participant_uuid") or _text(participant, "user_id") or registrant or email or name
    if at is None or not meeting or not person:
        raise NoEvent("nobody came or left")
    starts_at = _moment(held.get("start_time"))
    host = _text(held, "host_id")
    return Passage(
        way=way,
        meeting=meeting,
        occasion=_text(held, "uuid") or (starts_at.isoformat() if starts_at else ""),
        starts_at=starts_at,
        person=person,
        at=at,
        name=name,
        email=email,
        registrant=registrant,
        is_host=bool(host) and host in (_text(participant, "id"), _text(participant, "participant_user_id")),
    )


def _hmac(secret: str, message: bytes) -> str:
    return new(secret.encode(), message, sha256).hexdigest()


def _part(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = of.get(name)
    return part if isinstance(part, dict) else {}


def _text(of: Mapping[str, Any], name: str) -> str:
    """Take a text or a number; a database takes neither NUL nor half a surrogate pair."""
    value = of.get(name)
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return "".join(character for character in text if character.isprintable()).strip()[:_LONGEST]


def _moment(value: object) -> datetime | None:
    """Read RFC 3339; whole seconds, so that the same event told again is the same."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None:
        return None
    try:
        return moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        return None


def _stamp(value: object) -> datetime | None:
    """Read milliseconds since 1970."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    try:
        return datetime.fromtimestamp(value // 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
