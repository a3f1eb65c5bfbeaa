"""Answers what a placeholder of a mail may hold beside plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from re import fullmatch


class Link(str):
    """A complete address that this program made; beside the template's own, only such a value becomes a link."""

    def __new__(cls, address: str) -> Link:
        """Take the address; raise ValueError when it is not complete (http, https, webcal, mailto) or holds blanks."""
        if not fullmatch(r"(?:https?://|webcals?://|mailto:)[\x21-\x7e]+", address) or set(address) & set('<>"\\`'):
            raise ValueError("a link must be a complete address in ASCII without blanks, quotes or brackets")
        return super().__new__(cls, address)


@dataclass(frozen=True)
class Span:
    """From when to when, as aware moments; written in the reader's zone, with the zone named."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Until:
    """The last moment for something, aware; written in the reader's zone, with the zone named."""

    at: datetime


@dataclass(frozen=True)
class FreeDate:
    """A date that still has seats, as aware moments, and the reader's own page on which one press books it."""

    starts_at: datetime
    ends_at: datetime
    url: Link


@dataclass(frozen=True)
class Entry:
    """One line of a list: what it is, what is to be said of it, and where it leads (None: nowhere)."""

    what: str
    note: str = ""
    url: Link | None = None


Value = str | int | bool | Span | Until | Sequence[FreeDate] | Sequence[Entry] | None
Context = Mapping[str, Value]
