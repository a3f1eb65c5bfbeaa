"""Answers what the recipients' servers were handed: whole mails over SMTP, requests at SendGrid."""

from __future__ import annotations

import base64
import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol

from emails.transports.base import Transport
from emails.transports.sendgrid import SendGridTransport
from emails.transports.smtp import SmtpServer, SmtpTransport
from scheduler.services import readiness
from scheduler.services.outbox.deliver import deliver_due
from tests.emails.transports.smtp_server import Post, served
from tests.sendgrid import server as sendgrid_server


@dataclass(frozen=True)
class Received:
    """One mail as it was handed over: who it is from and to, the types of its alternatives, and its calendar parts."""

    sender: str
    recipients: tuple[str, ...]
    alternatives: tuple[str, ...]
    # The alternative's type with its parameters, and its bytes; empty for a mail without.
    calendar_type: str
    calendar: bytes
    # The attached file's bytes.
    attached: bytes


class Inbox(Protocol):
    """A server that keeps what it was handed."""

    def received(self) -> list[Received]:
        """Return all mails so far, in order."""


class OverSmtp:
    """An SMTP server's mails."""

    def __init__(self, post: Post) -> None:
        self.post = post

    def received(self) -> list[Received]:
        """Return all mails so far, in order."""
        return [_mail(envelope.content, tuple(envelope.rcpt_tos)) for envelope in self.post.taken]


class AtSendGrid:
    """The requests that SendGrid has queued."""

    def __init__(self, sendgrid: sendgrid_server.SendGrid) -> None:
        self.sendgrid = sendgrid

    def received(self) -> list[Received]:
        """Return all mails so far, in order."""
        return [_request(body) for body in self.sendgrid.bodies]


@contextmanager
def inbox(way: str) -> Iterator[tuple[Inbox, Transport]]:
    """Start a server for one way of sending; yield what it keeps and the transport that hands over to it."""
    if way == "smtp":
        post = Post()
        with served(post) as port:
            smtp = SmtpTransport(SmtpServer("127.0.0.1", port))
            yield OverSmtp(post), smtp
            smtp.close()
    else:
        with sendgrid_server.serving() as sendgrid:
            api = SendGridTransport(sendgrid_server.KEY, sendgrid.url)
            yield AtSendGrid(sendgrid), api
            api.close()


def send(transport: Transport, now: datetime) -> None:
    """Send all that is due."""
    while deliver_due(now, transport, readiness.refresh):
        pass


def _mail(content: object, recipients: tuple[str, ...]) -> Received:
    assert isinstance(content, bytes)
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    parts = list(mail.walk())
    alternative = next(part for part in parts if part.get_content_type() == "multipart/alternative")
    calendars = [part for part in parts if part.get_content_type() == "text/calendar"]
    files = [part for part in parts if part.get_content_type() == "application/ics"]
    assert len(calendars) == len(files) <= 1
    return Received(
        sender=str(mail["From"].addresses[0].addr_spec),
        recipients=recipients,
        alternatives=tuple(part.get_content_type() for part in alternative.iter_parts()),
        calendar_type=str(calendars[0]["Content-Type"]) if calendars else "",
        calendar=_bytes(calendars[0]) if calendars else b"",
        attached=_bytes(files[0]) if files else b"",
    )


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def _request(body: dict[str, object]) -> Received:
    contents: list[dict[str, str]] = body["content"]  # type: ignore[assignment]
    calendars = [content for content in contents if content["type"].startswith("text/calendar")]
    files: list[dict[str, str]] = body.get("attachments", [])  # type: ignore[assignment]
    people: list[dict[str, list[dict[str, str]]]] = body["personalizations"]  # type: ignore[assignment]
    assert len(calendars) == len(files) <= 1
    return Received(
        sender=body["from"]["email"],  # type: ignore[index]
        recipients=tuple(one["email"] for person in people for one in person["to"]),
        alternatives=tuple(content["type"].partition(";")[0] for content in contents),
        calendar_type=calendars[0]["type"] if calendars else "",
        calendar=calendars[0]["value"].encode() if calendars else b"",
        attached=base64.b64decode(files[0]["content"]) if files else b"",
    )
