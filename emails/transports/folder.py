"""Answers how mails are kept in a folder instead of being sent, and how they are read there."""

from __future__ import annotations

import email
import os
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from itertools import islice
from pathlib import Path
from threading import get_ident

from emails.headers import BadAddress
from emails.message import Message, build_mime
from emails.transports.base import OneByOne, Refused, Sent, TransportDown

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_NAME = re.compile(r"[A-Za-z0-9_-]+\.eml")


@dataclass(frozen=True)
class StoredMessage:
    """A mail of the folder, as a list shows it; addresses with their display names."""

    name: str
    subject: str
    from_: str
    to: str
    date: datetime | None


@dataclass(frozen=True)
class ReadMessage(StoredMessage):
    """A mail of the folder, whole: its bodies, its calendar entry and the link by which its reader leaves the list."""

    reply_to: str
    text: str
    html: str
    calendar: str | None
    unsubscribe_url: str | None


class FolderTransport(OneByOne):
    """Writes each mail as one .eml file; the same mail again overwrites the same file."""

    concurrency = 1

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: Message) -> Sent:
        """Write the mail; raise Refused for an impossible address, TransportDown when the folder cannot be written."""
        try:
            raw = build_mime(message)
        except BadAddress as error:
            raise Refused(str(error)) from error
        name = _UNSAFE.sub("-", message.opaque_id or message.message_id).strip("-") + ".eml"
        part = self.folder / f".{name}.{os.getpid()}.{get_ident()}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part.write_bytes(raw)
            part.replace(self.folder / name)
        except OSError as error:
            raise TransportDown(f"folder: {error.strerror}") from error
        return Sent(name)


def list_messages(folder: Path, *, limit: int, offset: int = 0) -> list[StoredMessage]:
    """List the folder's mails, the last written first; only those shown are opened."""
    try:
        found = [(entry.stat().st_mtime_ns, entry.name) for entry in os.scandir(folder) if _NAME.fullmatch(entry.name)]
    except FileNotFoundError:
        return []
    names = (name for _, name in sorted(found, reverse=True))
    return [_stored(name, _parsed(folder / name)) for name in islice(names, offset, offset + limit)]


def read_message(folder: Path, name: str) -> ReadMessage | None:
    """Read one mail by its file name in the folder; None when there is none of that name."""
    if not _NAME.fullmatch(name) or not (folder / name).is_file():
        return None
    mail = _parsed(folder / name)
    stored = _stored(name, mail)
    unsubscribe = str(mail["List-Unsubscribe"] or "").strip().removeprefix("<").removesuffix(">")
    return ReadMessage(
        **vars(stored),
        reply_to=str(mail["Reply-To"] or ""),
        text=_body(mail, "plain"),
        html=_body(mail, "html"),
        calendar=_body(mail, "calendar") or None,
        unsubscribe_url=unsubscribe or None,
    )


def _parsed(path: Path) -> EmailMessage:
    mail = email.message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def _stored(name: str, mail: EmailMessage) -> StoredMessage:
    return StoredMessage(
        name=name,
        subject=str(mail["Subject"] or ""),
        from_=str(mail["From"] or ""),
        to=str(mail["To"] or ""),
        date=mail["Date"].datetime if mail["Date"] else None,
    )


def _body(mail: EmailMessage, subtype: str) -> str:
    for part in mail.walk():
        if part.get_content_type() == f"text/{subtype}":
            assert isinstance(part, EmailMessage)
            return str(part.get_content()).replace("\r\n", "\n")
    return ""
