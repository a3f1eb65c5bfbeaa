"""Answers what one mail is, and which bytes it becomes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import MIMEPart
from email.policy import EmailPolicy
from email.utils import format_datetime

from emails import headers
from emails.kinds import Method

_POLICY = EmailPolicy(linesep="\r\n", max_line_length=76, cte_type="7bit")
CALENDAR_FILE = "invite.ics"


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
    head = "\r\n".join(_headers(message)).encode("ascii")
    return head + b"\r\n" + body.as_bytes()


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


def _alternative(message: Message) -> MIMEPart:
    part = MIMEPart(policy=_POLICY)
    part.make_alternative(boundary=_boundary(message, "alternative"))
    part.attach(_text(message.text, "plain"))
    part.attach(_text(message.html, "html"))
    if message.calendar is not None:
        calendar = MIMEPart(policy=_POLICY)
        calendar.set_content(
            message.calendar.ics,
            maintype="text",
            subtype="calendar",
            cte="base64",
            params={"method": message.calendar.method, "charset": "UTF-8"},
        )
        part.attach(calendar)
    return part


def _mixed(message: Message, alternative: MIMEPart, calendar: CalendarPart) -> MIMEPart:
    part = MIMEPart(policy=_POLICY)
    part.make_mixed(boundary=_boundary(message, "mixed"))
    part.attach(alternative)
    file = MIMEPart(policy=_POLICY)
    file.set_content(
        calendar.ics,
        maintype="application",
        subtype="ics",
        cte="base64",
        disposition="attachment",
        filename=CALENDAR_FILE,
    )
    part.attach(file)
    return part


def _text(words: str, subtype: str) -> MIMEPart:
    part = MIMEPart(policy=_POLICY)
    part.set_content(words, subtype=subtype, charset="utf-8", cte="base64")
    return part


def _boundary(message: Message, part: str) -> str:
    # Made from the identity, so that every try sends the same bytes.
    return "=_" + hashlib.sha256(f"{message.message_id} {part}".encode()).hexdigest()[:32]
