"""Answers what one mail is, and which bytes it becomes."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from emails import headers
from emails.kinds import Method

CALENDAR_FILE = "invite.ics"
# RFC 2045 §6.8.
_BASE64_LINE = 76


@dataclass(frozen=True)
class Address:
    """A mail address and the name shown beside it (empty: none)."""

    address: str
    name: str = ""


@dataclass(frozen=True)
class CalendarPart:
    """An invitation (iMIP): its method and the iCalendar bytes, which say the same method."""

    method: Method
    ics: bytes


@dataclass(frozen=True)
class Bulk:
    """The words that mails of one skeleton share, so that many people's can leave in one request.

    A token stands for what differs from person to person: a fixed number of letters and digits that nobody can guess.
    """

    # Equal for all mails that share the skeleton.
    key: str
    subject: str
    text: str
    html: str
    # What stands in each token's place for this person: escaped in the HTML's tokens, plain in the others.
    values: Mapping[str, str]


@dataclass(frozen=True)
class Message:
    """One mail to one person, the same on every try."""

    # `<left@right>`, kept over all tries.
    message_id: str
    from_: Address
    to: Address
    subject: str
    text: str
    html: str
    # One of emails.kinds.
    kind: str
    # Names the mail to the outside (file name, provider's events) without telling anything about the person.
    opaque_id: str
    # Aware.
    date: datetime
    # A mailbox that is read.
    reply_to: Address | None = None
    calendar: CalendarPart | None = None
    # For kinds with a subscription: takes the one-click POST of RFC 8058.
    unsubscribe_url: str | None = None
    # None: the mail leaves alone.
    bulk: Bulk | None = None


def build_mime(message: Message) -> bytes:
    """Write the mail with CRLF line ends, in the shape of RFC 6047 when it carries an invitation.

    The same message gives the same bytes. Raises BadAddress for an address no mail can be sent to, ValueError for a
    date without zone or an identifier that cannot stand in a header.
    """
    body = _alternative(message)
    if message.calendar is not None:
        body = _mixed(message, body, message.calendar)
    return "\r\n".join([*_headers(message), body]).encode("ascii")


def _headers(message: Message) -> list[str]:
    if message.date.tzinfo is None:
        raise ValueError("the date of a mail must know its zone")
    lines = [
        f"Date: {format_datetime(message.date)}",
        headers.verbatim("Message-ID", message.message_id),
        headers.mailbox("From", message.from_.name, message.from_.address),
        headers.mailbox("To", message.to.name, message.to.address),
    ]
    if message.reply_to is not None:
        lines.append(headers.mailbox("Reply-To", message.reply_to.name, message.reply_to.address))
    lines.append(headers.text("Subject", message.subject))
    lines += [headers.verbatim(name, value) for name, value in extra_headers(message).items()]
    return [*lines, "MIME-Version: 1.0"]


def extra_headers(message: Message) -> dict[str, str]:
    """List the headers beside the usual ones: no automatic answers (RFC 3834), leaving in one click (RFC 8058)."""
    extra = {"Auto-Submitted": "auto-generated"}
    if message.unsubscribe_url:
        extra["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        extra["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return extra


def _alternative(message: Message) -> str:
    parts = [_text(message.text, "plain"), _text(message.html, "html")]
    if message.calendar is not None:
        parts.append(_part(f'text/calendar; method="{message.calendar.method}"; charset="UTF-8"', message.calendar.ics))
    return _multipart(message, "alternative", parts)


def _mixed(message: Message, alternative: str, calendar: CalendarPart) -> str:
    disposition = f'Content-Disposition: attachment; filename="{CALENDAR_FILE}"'
    return _multipart(message, "mixed", [alternative, _part("application/ics", calendar.ics, disposition)])


def _multipart(message: Message, subtype: str, parts: list[str]) -> str:
    # Put together here: the library takes twenty times as long, which was most of what sending a mail costs.
    boundary = _boundary(message, subtype)
    inner = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n{inner}--{boundary}--\r\n'


def _text(words: str, subtype: str) -> str:
    lines = words.encode("utf-8").splitlines()
    return _part(f'text/{subtype}; charset="utf-8"', b"\r\n".join(lines) + b"\r\n")


def _part(content_type: str, content: bytes, *more: str) -> str:
    head = "\r\n".join([f"Content-Type: {content_type}", "Content-Transfer-Encoding: base64", *more])
    encoded = b64encode(content).decode("ascii")
    lines = (encoded[start : start + _BASE64_LINE] for start in range(0, len(encoded), _BASE64_LINE))
    return "\r\n".join([head, "", *lines, ""])


def _boundary(message: Message, part: str) -> str:
    # Made from the identity, so that every try sends the same bytes.
    return "=_" + hashlib.sha256(f"{message.message_id} {part}".encode()).hexdigest()[:32]
