"""Answers what the provider tells of mails that have left: who may tell it, and what each event means."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from re import fullmatch
from typing import TYPE_CHECKING, Any

from emails.transports.base import without_addresses

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

MAX_BYTES = 5 * 1024 * 1024
# Older than this, or so far ahead, what is signed may be somebody else's copy of it.
LONGEST_AGE = timedelta(hours=24)
SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"
# The argument by which a mail was named to the provider (emails/transports/sendgrid.py).
NAMED = "tasuki_mail"
# The provider's words for what we keep; the others (group_resubscribe, and what may come) are of no consequence.
_KINDS = {
    "processed": "processed",
    "deferred": "deferred",
    "delivered": "delivered",
    "bounce": "bounced",
    "dropped": "dropped",
    "open": "opened",
    "click": "clicked",
    "spamreport": "complained",
    "unsubscribe": "unsubscribed",
    "group_unsubscribe": "unsubscribed",
}
# Why the provider did not even try: an address that bounced, complained or is none, as it knows from earlier.
_DROPPED_FOR = {
    "bounced address": "bounced",
    "invalid": "bounced",
    "spam reporting address": "complained",
    "unsubscribed address": "unsubscribed",
}
_LONGEST_ID = 200


class BadKey(ValueError):
    """The text is no public key of the provider's kind (base64 of a DER key on the curve P-256)."""


class Unreadable(ValueError):
    """What was posted is no list of events."""


@dataclass(frozen=True)
class Told:
    """One event: what became of a mail, by the provider's clock (aware UTC)."""

    event_id: str
    # The opaque id the mail was sent with.
    mail: str
    # processed, deferred, delivered, bounced, blocked, dropped, opened, machine_opened, clicked, complained, unsubscribed.
    kind: str
    at: datetime
    # What the other side said, in one line without addresses.
    detail: str
    # Lower-case address it went to.
    address: str
    # What it says of the address: bounced, complained or unsubscribed; empty: nothing.
    closes: str


@lru_cache(maxsize=4)
def public_key(text: str) -> EllipticCurvePublicKey:
    """Read the provider's verification key as its page shows it: base64 of a DER public key, in one line. Raises BadKey."""
    # 6 MiB that only those carry who have a key.
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey("no base64 of a public key") from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise BadKey("no key on the curve P-256")
    return key


def is_recent(timestamp: str, now: datetime) -> bool:
    """Tell whether a request signed at this moment (header: seconds since 1970) is at most 24 hours away from `now`."""
    if not fullmatch("[0-9]{1,11}", timestamp):
        return False
    return abs(now - datetime.fromtimestamp(int(timestamp), UTC)) <= LONGEST_AGE


def is_signed(key: str, body: bytes, signature: str, timestamp: str) -> bool:
    """Tell whether the holder of the private key signed this timestamp and these very bytes (ECDSA, SHA-256).

    By `cryptography` itself: the provider's own helper needs it too, raises on what is no base64, and wants the bytes as
    text (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features).
    Raises BadKey.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    known = public_key(key)
    try:
        known.verify(base64.b64decode(signature, validate=True), timestamp.encode() + body, ECDSA(SHA256()))
    except (InvalidSignature, binascii.Error, ValueError, TypeError):
        return False
    return True


def read(body: bytes) -> list[Told]:
    """Read what was posted, each event once; what is no event of a mail of ours is left out. Raises Unreadable."""
    try:
        listed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("no JSON") from error
    if not isinstance(listed, list):
        raise Unreadable("no list")
    told = (_told(one) for one in listed if isinstance(one, dict))
    return list({one.event_id: one for one in told if one is not None}.values())


def _told(one: Mapping[str, Any]) -> Told | None:
    kind, mail, at = _kind(one), one.get(NAMED), _moment(one.get("timestamp"))
    if kind is None or at is None or not isinstance(mail, str) or not mail:
        return None
    detail = without_addresses(_text(one, "reason") or _text(one, "response") or _text(one, "status"))
    return Told(
        # An event without an id would count each time it is told.
        event_id=_text(one, "sg_event_id")[:_LONGEST_ID] or f"{mail}:{kind}:{int(at.timestamp())}"[:_LONGEST_ID],
        mail=mail,
        kind=kind,
        at=at,
        detail=detail,
        address=_text(one, "email").lower(),
        closes=_closes(kind, detail),
    )


def _kind(one: Mapping[str, Any]) -> str | None:
    event = one.get("event")
    kind = _KINDS.get(event) if isinstance(event, str) else None
    if kind == "bounced" and one.get("type") == "blocked":
        return "blocked"
    if kind == "opened" and one.get("sg_machine_open") is True:
        return "machine_opened"
    return kind


def _closes(kind: str, detail: str) -> str:
    if kind in ("bounced", "complained", "unsubscribed"):
        return kind
    return _DROPPED_FOR.get(detail.lower(), "") if kind == "dropped" else ""


def _moment(value: object) -> datetime | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _text(one: Mapping[str, Any], name: str) -> str:
    value = one.get(name)
    # A database takes neither NUL nor half a surrogate pair.
    return "".join(c for c in value if c.isprintable()) if isinstance(value, str) else ""
