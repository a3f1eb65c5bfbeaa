"""Answers whether the stand-in for SendGrid does what SendGrid is known to do, also where it goes wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sendgrid.helpers.eventwebhook import EventWebhook

from emails import Apart, Sent, TransportDown, TryAgain
from emails.transports.sendgrid import SendGridTransport
from tests.emails.mails import one_of_many
from tests.mishaps import Mishaps
from tests.sendgrid.client import running
from tests.sendgrid.events import SIGNATURE, TIMESTAMP, Hook, public
from tests.sendgrid.http import Reply, Request
from tests.sendgrid.memory import Count
from tests.sendgrid.server import KEY, SendGrid, serving
from tests.servers import eventually


class Listening(SendGrid):
    """Listens to events instead: takes every second post."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[Request] = []
        self.events: list[dict[str, Any]] = []

    def answer(self, request: Request) -> Reply:
        self.posts.append(request)
        if len(self.posts) % 2:
            return Reply(503)
        self.events += json.loads(request.body)
        return Reply(204)


@contextmanager
def sending(sendgrid: SendGrid) -> Iterator[SendGridTransport]:
    with serving(sendgrid):
        transport = SendGridTransport(KEY, sendgrid.url)
        yield transport
        transport.close()


def test_events_come_signed_twice_and_in_any_order_until_they_are_taken() -> None:
    hook = Hook(7, fates={"bounce": 0.3, "click": 0.3}, repeats=0.5, spread=0.1)
    hook.retry_seconds = 0.05
    with serving(Listening()) as listening, sending(SendGrid(hook=hook)) as transport:
        assert isinstance(listening, Listening)
        hook.url = f"{listening.url}/hooks/sendgrid/events"
        transport.send_together([one_of_many(number) for number in range(30)])
        eventually(lambda: hook.pending == 0, 10, "the last event")
    assert hook.refused
    post = listening.posts[-1]
    judge = EventWebhook(public(hook.key))
    body = post.body.decode()
    assert body.endswith("\r\n")
    assert judge.verify_signature(body, post.headers[SIGNATURE.lower()], post.headers[TIMESTAMP.lower()])
    assert not judge.verify_signature(body.strip(), post.headers[SIGNATURE.lower()], post.headers[TIMESTAMP.lower()])
    assert {event["tasuki_mail"] for event in listening.events} == {str(number) for number in range(30)}
    assert len({event["sg_event_id"] for event in listening.events}) < len(listening.events)
    kinds = [event["event"] for event in listening.events]
    assert kinds.index("delivered") < len(kinds) - 1 - kinds[::-1].index("processed")


@pytest.mark.parametrize(
    ("mishap", "problem", "count"),
    [
        ("429", TryAgain, None),
        ("500", TryAgain, None),
        ("401", TransportDown, None),
        ("reset_before", TryAgain, None),
        ("reset_after", TryAgain, Count(accepted=1, told=0, delivered=1)),
        ("slow", Sent, Count(accepted=1, told=1, delivered=1)),
    ],
)
def test_a_mishap_is_told_apart_from_what_was_taken(mishap: str, problem: type, count: Count | None) -> None:
    sendgrid = SendGrid(mishaps=Mishaps(3, {mishap: 1.0}), slow_seconds=0.05)
    with sending(sendgrid) as transport:
        (outcome,) = transport.send_together([one_of_many(1)])
    assert type(outcome) is problem
    assert sendgrid.memory.counts.get("1") == count
    if mishap == "429":
        assert isinstance(outcome, TryAgain)
        assert outcome.after_seconds == 1


def test_the_same_seed_brings_the_same_mishaps() -> None:
    rates = {"429": 0.2, "reset_after": 0.3}
    one, same, other = Mishaps(1, rates), Mishaps(1, rates), Mishaps(2, rates)
    drawn = [one.draw() for _ in range(50)]
    assert drawn == [same.draw() for _ in range(50)]
    assert drawn != [other.draw() for _ in range(50)]
    assert {"", *rates} == set(drawn)


def test_what_it_would_refuse_it_refuses_whole() -> None:
    sendgrid = SendGrid()
    with sending(sendgrid) as transport:
        outcomes = transport.send_together([one_of_many(1), one_of_many(1)])
    assert [type(outcome) for outcome in outcomes] == [Apart, Apart]
    assert not sendgrid.memory.counts


@pytest.mark.parametrize("remember", ["full", "ids"])
def test_another_process_asks_what_it_took_and_tells_it_how_to_behave(remember: str) -> None:
    with running("--remember", remember) as standin:
        transport = SendGridTransport(standin.key, standin.url)
        transport.send_together([one_of_many(1), one_of_many(2)])
        transport.send(one_of_many(2))
        assert standin.counts() == {"1": Count(1, 1, 1), "2": Count(2, 2, 2)}
        assert [mail["to"] for mail in standin.got("2")] == ["person2@mihon.example"] * 2 * (remember == "full")
        standin.behave(mishaps={"500": 1.0})
        with pytest.raises(TryAgain):
            transport.send(one_of_many(3))
        assert standin.summary()["mishaps"] == {"500": 1}
        assert standin.summary()["people"] == 3
        transport.close()
