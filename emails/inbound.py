"""Answers what SendGrid's Inbound Parse hands over: a form with a mail in it, whole (`email`) or in its pieces.

https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/inbound-email
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from typing import Any

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from emails import replies
from emails.replies import Received, Unreadable

MOST_PARTS = 500


@dataclass(frozen=True)
class _Part:
    name: str
    # None: a field of the form; else an attachment.
    filename: str | None
    kind: str
    data: bytes


def read(content_type: str, body: bytes) -> Received:
    """Read the form of one request, its fields as bytes since each is in its mail's own charset; raises Unreadable."""
    parts = _parts(content_type, body)
    fields = {part.name: part.data for part in parts if part.filename is None}
    envelope = _json(fields.get("envelope", b""))
    # An empty sender in the envelope is how bounces are sent (RFC 5321, section 4.5.5).
    bounce = envelope.get("from") == ""
    doubtful = fields.get("SPF", b"").strip().lower() == b"fail" and b"pass" not in fields.get("dkim", b"").lower()
    if fields.get("email", b"").strip():
        return replies.read(fields["email"], bounce=bounce, doubtful=doubtful)
    return _of_pieces(parts, fields, bounce=bounce, doubtful=doubtful)


def _of_pieces(parts: list[_Part], fields: dict[str, bytes], *, bounce: bool, doubtful: bool) -> Received:
    if not fields.get("headers", b"").strip() and not fields.get("from", b"").strip():
        raise Unreadable("empty" if not parts else "no_mail")
    message = message_from_bytes(fields.get("headers", b""), policy=policy.compat32)
    headers = replies.headers_of(message)
    charsets = _json(fields.get("charsets", b""))

    def text(name: str) -> str:
        return replies.decoded(fields.get(name, b"")[: replies.LOOKED_AT], str(charsets.get(name) or "utf-8"))

    for name in ("from", "subject"):
        if name not in headers and fields.get(name):
            headers[name] = [text(name).replace("\n", " ")]
    calendars = [
        (replies.decoded(part.data[: replies.LOOKED_AT], _charset(part.kind)), _method(part.kind))
        for part in parts
        if replies.is_calendar(part.kind.partition(";")[0].strip().lower(), part.filename or "", part.data)
    ]
    told = (fields.get(name, b"") for name in ("headers", "from", "subject", "text", "html"))
    return replies.make(
        headers,
        digest=hashlib.sha256(b"\0".join((*told, *(text.encode() for text, _method in calendars)))).hexdigest(),
        texts=[("text/plain", text("text")), ("text/html", text("html"))],
        calendars=calendars,
        bounce=bounce or message.get_content_type() == "multipart/report",
        doubtful=doubtful,
    )


def _parts(content_type: str, body: bytes) -> list[_Part]:
    kind, options = parse_options_header(content_type)
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary or not boundary.isascii():
        raise Unreadable("no_mail")
    decoder = MultipartDecoder(boundary.encode(), max_parts=MOST_PARTS)
    decoder.receive_data(body)
    decoder.receive_data(None)
    found: list[_Part] = []
    head: Field | File | None = None
    data = bytearray()
    try:
        while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
            if isinstance(event, Field | File):
                head, data = event, bytearray()
            elif isinstance(event, Data) and head is not None:
                data += event.data
                if not event.more_data:
                    found.append(_part(head, bytes(data)))
                    head = None
    except RequestEntityTooLarge as error:
        raise Unreadable("too_large") from error
    except ValueError as error:
        raise Unreadable("no_mail") from error
    return found


def _part(head: Field | File, data: bytes) -> _Part:
    filename = head.filename if isinstance(head, File) else None
    return _Part(head.name or "", filename, head.headers.get("content-type", ""), data)


def _json(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _charset(kind: str) -> str:
    return replies.charset_of(_content_type(kind))


def _method(kind: str) -> str:
    return str(_content_type(kind).get_param("method") or "")


def _content_type(kind: str) -> Message:
    message = Message()
    message["Content-Type"] = kind.replace("\r", " ").replace("\n", " ")
    return message
