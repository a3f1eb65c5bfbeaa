"""Answers what SendGrid is asked to send in one request (v3 mail/send), and which mails fit into one."""

from __future__ import annotations

import base64
import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from emails.headers import BadAddress, one_line, sendable, verbatim
from emails.message import CALENDAR_FILE, Address, Bulk, CalendarPart, Message, extra_headers

# https://www.twilio.com/docs/sendgrid/api-reference/mail-send/limitations and the errors page of the same reference.
MOST_PEOPLE = 1000
MOST_SUBSTITUTION_BYTES = 10_000
MOST_REQUEST_BYTES = 30_000_000
# More than a person's fields need without their values, and than a request needs without words and people.
_FRAME_BYTES = 500
_REQUEST_FRAME_BYTES = 10_000
# A character takes up to four bytes of UTF-8, or six written as an escape.
_ESCAPE_BYTES = 6
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Mixed(ValueError):
    """Mails of different words or senders cannot leave in one request."""


@dataclass
class _Parcel:
    """A request that still has room."""

    places: list[int]
    addresses: set[str] = field(default_factory=set)
    size: int = 0

    def takes(self, address: str, size: int) -> bool:
        full = len(self.places) >= MOST_PEOPLE or self.size + size > MOST_REQUEST_BYTES
        return not full and address not in self.addresses


def parcels(messages: Sequence[Message]) -> list[list[int]]:
    """Cut the mails into requests within SendGrid's limits; return their places.

    Together go mails of one skeleton, kind, sender and reply address; alone those with a calendar part, without a
    skeleton, or whose own values are too long to be substituted. Nobody's address stands in a request twice.
    """
    made: list[_Parcel] = []
    open_: dict[Hashable, list[_Parcel]] = {}
    for place, message in enumerate(messages):
        shared = _shared(message)
        try:
            address = sendable(message.to.address).lower()
        except BadAddress:
            shared = None
        if shared is None:
            made.append(_Parcel([place]))
            continue
        bulk, size = shared
        group = open_.setdefault(_group(message, bulk), [])
        parcel = next((one for one in group if one.takes(address, size)), None)
        if parcel is None:
            parcel = _Parcel([], size=_words_bytes(bulk))
            made.append(parcel)
            group.append(parcel)
        parcel.places.append(place)
        parcel.addresses.add(address)
        parcel.size += size
    return [parcel.places for parcel in made]


def written(body: dict[str, Any]) -> bytes:
    """Write a request's body; characters that no UTF-8 can hold become question marks."""
    return _encoder.encode(body).encode("utf-8", "replace")


def payload(messages: Sequence[Message], *, sandbox: bool = False, opens: bool = False) -> dict[str, Any]:
    """Build the body of one request; each mail is named to SendGrid by its opaque id only.

    `sandbox` has it checked and not sent; `opens` has SendGrid tell who opened it. Several mails must be a parcel of
    `parcels`, else Mixed is raised. Raises BadAddress, and ValueError for what cannot stand in a header.
    """
    first = messages[0]
    alone = len(messages) == 1
    words: Message | Bulk = first if alone else _common(messages)
    helpers = _helpers()
    mail = helpers.Mail()
    mail.from_email = _mailbox(first.from_)
    if first.reply_to is not None:
        mail.reply_to = _mailbox(first.reply_to)
    mail.subject = one_line(words.subject)
    mail.add_content(helpers.Content("text/plain", words.text))
    mail.add_content(helpers.Content("text/html", words.html))
    if first.calendar is not None:
        ics = first.calendar.ics.decode("utf-8")
        mail.add_content(helpers.Content(f"text/calendar; method={first.calendar.method}", ics))
        mail.add_attachment(_attachment(first.calendar))
    mail.add_category(helpers.Category(first.kind))
    # Links are the customer's own and must arrive as they are. An open tells that a mail was found, and proves nothing else.
    mail.tracking_settings = helpers.TrackingSettings(
        click_tracking=helpers.ClickTracking(enable=False, enable_text=False),
        open_tracking=helpers.OpenTracking(enable=opens),
        subscription_tracking=helpers.SubscriptionTracking(enable=False),
    )
    if sandbox:
        mail.mail_settings = helpers.MailSettings(sandbox_mode=helpers.SandBoxMode(enable=True))
    body: dict[str, Any] = mail.get()
    body["personalizations"] = [person(message, substituted=not alone) for message in messages]
    return body


def person(message: Message, *, substituted: bool = False) -> dict[str, Any]:
    """Describe who gets the mail, in the shape that the client's own helpers give; they would take too long for many.

    Raises BadAddress, and ValueError for what cannot stand in a header.
    """
    to = {"email": sendable(message.to.address)}
    name = one_line(message.to.name)
    if name:
        to["name"] = name
    headers = {"Message-ID": message.message_id, **extra_headers(message)}
    for header, value in headers.items():
        verbatim(header, value)
    made: dict[str, Any] = {"to": [to], "headers": headers, "custom_args": {"tasuki_mail": message.opaque_id}}
    if substituted and message.bulk is not None:
        made["substitutions"] = message.bulk.values
    return made


def _shared(message: Message) -> tuple[Bulk, int] | None:
    """Return a mail's skeleton and the most bytes that its person adds to a request; None for one that leaves alone."""
    if message.bulk is None or message.calendar is not None:
        return None
    values = len(written(dict(message.bulk.values)))
    if values > MOST_SUBSTITUTION_BYTES:
        return None
    own = (message.to.address, message.to.name, message.message_id, message.opaque_id, message.unsubscribe_url or "")
    return message.bulk, values + _ESCAPE_BYTES * sum(map(len, own)) + _FRAME_BYTES


def _words_bytes(bulk: Bulk) -> int:
    return _REQUEST_FRAME_BYTES + _ESCAPE_BYTES * (len(bulk.subject) + len(bulk.text) + len(bulk.html))


def _group(message: Message, bulk: Bulk) -> Hashable:
    return bulk.key, message.kind, message.from_, message.reply_to


def _common(messages: Sequence[Message]) -> Bulk:
    """Return the words of a parcel; raise Mixed where somebody would get another's words or see a token."""
    first = messages[0]
    if first.bulk is None:
        raise Mixed("no_skeleton")
    group, tokens = _group(first, first.bulk), first.bulk.values.keys()
    for message in messages:
        bulk = message.bulk
        if (
            bulk is None
            or message.calendar is not None
            or _group(message, bulk) != group
            or bulk.values.keys() != tokens
        ):
            raise Mixed("different_words")
    return first.bulk


def _mailbox(address: Address) -> Any:
    mailbox = _helpers().Email()
    # Set, not passed: the helper would read the address as a header and take odd local parts apart.
    mailbox.email = sendable(address.address)
    name = one_line(address.name)
    if name:
        mailbox.name = name
    return mailbox


def _attachment(calendar: CalendarPart) -> Any:
    helpers = _helpers()
    return helpers.Attachment(
        helpers.FileContent(base64.b64encode(calendar.ics).decode("ascii")),
        helpers.FileName(CALENDAR_FILE),
        helpers.FileType("application/ics"),
        helpers.Disposition("attachment"),
    )


def _helpers() -> Any:
    """Return SendGrid's own helpers; they and what they need cost 9 MiB, and most installations use SMTP."""
    from sendgrid.helpers import mail  # noqa: PLC0415

    return mail
