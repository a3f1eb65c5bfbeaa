"""Answers what the mails of one delivery have in common: their holder and lease, the clock, and what was read once."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from emails import Transport
from emails.transports.base import LONGEST_SECONDS
from scheduler.models.db import Base
from scheduler.rules.workdays import WorkingDays
from scheduler.services.mail_rules import Rules
from scheduler.services.outbox import claims
from scheduler.services.vendor import Vendor

# While a worker holds a mail nobody else touches it; a dead worker's mails are taken up when this has passed.
LEASE = timedelta(seconds=60)
# What a lease must still last when a mail is handed over; it is prolonged where it does not.
NEEDED = timedelta(seconds=LONGEST_SECONDS + 5)
# With a slow transport the rest of a batch is given back, before its lease ends, to whoever has time.
BATCH_SECONDS = 35

# Judges an account anew at a moment, within the open transaction: whether mail arrives is one of its facts.
Judge = Callable[[int, datetime], None]
# Is told of a mail that failed for good (id, what the other side said, when), within the transaction that records it.
Lost = Callable[[int, str, datetime], None]


class TransportStopped(Exception):
    """The transport refuses everything (a wrong key, a closed account); its mails wait."""


@dataclass
class Batch:
    """What is under way, who holds it, and for how long."""

    began_at: datetime
    transport: Transport
    judge: Judge
    lost: Lost | None = None
    lease: timedelta = LEASE
    holder: str = field(default_factory=lambda: uuid4().hex)
    began: float = field(default_factory=time.monotonic)
    # Whether anything left, so that the way out is open.
    has_sent: bool = False
    # The mails that are claimed and not yet settled or given back, and until when.
    in_hand: set[int] = field(default_factory=set)
    held_until: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.held_until = self.began_at + self.lease

    @property
    def seconds(self) -> float:
        """Return how long the batch has been under way."""
        return time.monotonic() - self.began

    @property
    def is_over(self) -> bool:
        """Tell whether the rest is better left to whoever has time."""
        return self.seconds > BATCH_SECONDS

    @property
    def now(self) -> datetime:
        """Return the moment, by the clock that was read when the batch began."""
        return self.began_at + timedelta(seconds=self.seconds)

    def hold_on(self) -> None:
        """Prolong the lease of all that is in hand, where it would end too soon; what was taken by others is let go."""
        if self.held_until - self.now < NEEDED:
            until = self.now + self.lease
            self.in_hand = claims.prolong(list(self.in_hand), self.holder, until)
            self.held_until = until

    def give_back(self, mail_ids: Collection[int], next_try_at: datetime, reason: str = "") -> None:
        """Return mails untouched, to be tried from a moment on."""
        claims.put_back(list(mail_ids), self.holder, next_try_at, reason)
        self.in_hand.difference_update(mail_ids)


@dataclass(frozen=True)
class Common:
    """What is read once for a batch; `rows` are members and courses, held so that no mail reads them anew."""

    details: Vendor
    words: Mapping[tuple[str, str], str]
    rules: Rules
    calendar: WorkingDays
    rows: tuple[Base, ...]
