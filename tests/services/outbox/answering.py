"""Answers how the tests of the outbox send mails: with the services that take part, to somebody who answers as told."""

from __future__ import annotations

from datetime import datetime

from emails import Message, Sent, Transport
from emails.transports.base import OneByOne
from scheduler.services import readiness
from scheduler.services.outbox.deliver import deliver_due


class Answering(OneByOne):
    """A transport at the far end of nothing: answers what the table says, in turn, and keeps what it was given."""

    def __init__(self, *answers: Exception | None) -> None:
        self.concurrency = 1
        self.answers = list(answers)
        self.given: list[Message] = []

    def send(self, message: Message) -> Sent:
        self.given.append(message)
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        return Sent("provider-1")


def deliver(now: datetime, transport: Transport) -> int:
    """Deliver what is due as the worker does it."""
    return deliver_due(now, transport, readiness.refresh)
