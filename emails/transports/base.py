"""Answers what every way out for mails promises: accepted, try again, refused, or the whole way is closed."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from emails.message import Message

_ADDRESS = re.compile(r'(?:"[^"\s]*"|[^\s<>"\':;,()@]+)@[^\s<>"\':;,()@]+')
_REASON_LENGTH = 200
# So many seconds after `send` was called nothing of the mail leaves any more: whoever claims mails relies on it.
LONGEST_SECONDS = 50.0


@dataclass(frozen=True)
class Sent:
    """The mail was accepted; `provider_id` is the provider's own name for it, where it has one."""

    provider_id: str | None = None


class TransportProblem(Exception):
    """The mail was not accepted; `reason` says what the other side said, without anybody's address."""

    def __init__(self, reason: str) -> None:
        self.reason = without_addresses(reason)
        super().__init__(self.reason)


class TryAgain(TransportProblem):
    """Not now: try the same mail again, after so many seconds where the other side named them.

    `doubtful` tells that the connection broke before the answer came, so that the mail may have been accepted.
    """

    def __init__(self, reason: str, *, after_seconds: int | None = None, doubtful: bool = False) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds
        self.doubtful = doubtful


class Refused(TransportProblem):
    """Never: this mail to this recipient will not be accepted."""


class TransportDown(TransportProblem):
    """No mail gets out this way until somebody repairs it (wrong key, forbidden sender): stop and raise an alarm."""


class Apart(TransportProblem):
    """Several mails were refused as one request: hand over its halves, so that only the guilty one is refused for good."""


class BadTransport(ValueError):
    """The setting that chooses the transport cannot be used; the message is one clear line."""


class Transport(Protocol):
    """A way out for mails; any thread may use it."""

    # How many requests may be under way at once.
    concurrency: int
    # How many mails one request may hold at most.
    largest: int

    def send(self, message: Message) -> Sent:
        """Hand over one mail within LONGEST_SECONDS; raise TryAgain, Refused or TransportDown."""

    def parcels(self, messages: Sequence[Message]) -> list[list[int]]:
        """Cut the mails into parcels that may each leave in one request; return their places, each in one parcel."""

    def send_together(self, messages: Sequence[Message]) -> list[Sent | TransportProblem]:
        """Hand over one parcel within LONGEST_SECONDS; return for each mail what became of it.

        Apart: nothing of the parcel was accepted, because something in it was refused.
        """


class OneByOne(ABC):
    """A way out on which every mail leaves alone."""

    largest = 1

    @abstractmethod
    def send(self, message: Message) -> Sent:
        """Hand over one mail."""

    def parcels(self, messages: Sequence[Message]) -> list[list[int]]:
        """Put every mail into a parcel of its own."""
        return [[place] for place in range(len(messages))]

    def send_together(self, messages: Sequence[Message]) -> list[Sent | TransportProblem]:
        """Hand over each mail; return what became of it."""
        return [self._outcome(message) for message in messages]

    def _outcome(self, message: Message) -> Sent | TransportProblem:
        try:
            return self.send(message)
        except TransportProblem as problem:
            return problem


def without_addresses(words: str) -> str:
    """Shorten what another program said to one line in which mail addresses are left out."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return _ADDRESS.sub("…", line)[:_REASON_LENGTH]
