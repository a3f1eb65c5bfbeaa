"""Answers how signals arrive: signed, once, tried again over three days, and what ends a destination."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from standardwebhooks import Webhook, WebhookVerificationError

from scheduler.models.db import db
from scheduler.models.signals import SIGNALS, Delivery, Destination, Signal
from scheduler.models.tasks import Task
from scheduler.services.actors import Actor
from scheduler.services.signals import claims, deliver, destinations, settling
from scheduler.services.signals.tell import tell
from tests import servers
from tests.factories import NOW, a_destination, a_lecture, a_member, an_account
from tests.receiver import Receiver, receiving
from tests.sendgrid.http import Reply, Request

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BY_HAND = Actor("staff", None, "page")
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


def told(count: int = 1, now: datetime = NOW, **fields: Any) -> list[int]:
    """Tell of so many accounts that they are ready; return the signals."""
    accounts = [an_account(**fields).id for _ in range(count)]
    with db.writing():
        for number in accounts:
            tell("account.ready", f"r:{number}", now, number, stage="onboarding")
    return list(db.session.scalars(select(Signal.id).order_by(Signal.id)))


def deliveries() -> list[Delivery]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Delivery).order_by(Delivery.id)))


def states() -> list[str]:
    return [row.state for row in deliveries()]


def tries_until(end: datetime, now: datetime = NOW) -> int:
    """Deliver whenever something is due, as a worker would, until `end`; return how many tries that took."""
    tries = 0
    while now <= end:
        tries += deliver.deliver_due(now)
        db.session.rollback()
        later = db.session.scalar(select(Delivery.next_try_at).where(Delivery.state.in_(claims.WAITING)).limit(1))
        if later is None:
            break
        now = max(now + SECOND, later + SECOND)
    return tries


@pytest.mark.usefixtures("database")
def test_a_signal_arrives_signed_and_says_what_happened(receiver: Receiver) -> None:
    a_destination(url=receiver.url)
    now = datetime.now(UTC)
    told(now=now, external_id="A-100")
    assert deliver.deliver_due(now) == 1
    (request,) = receiver.requests
    said = Webhook(KEY).verify(request.body, dict(request.headers))
    assert said["type"] == "account.ready"
    assert said["data"] == {"account": "A-100", "stage": "onboarding"}
    assert datetime.fromisoformat(said["timestamp"]) == now.replace(microsecond=now.microsecond // 1000 * 1000)
    assert request.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook(KEY).verify(request.body + b" ", dict(request.headers))
    (row,) = deliveries()
    assert (row.state, row.status, row.attempts, row.claimed_by) == ("delivered", 204, 1, None)
    assert deliver.deliver_due(now + DAY) == 0


def test_a_new_key_signs_beside_the_old_one_until_that_is_dropped(app: Flask, receiver: Receiver) -> None:
    row = a_destination(url=receiver.url)
    now = datetime.now(UTC)
    new = destinations.rotate(row.id, now, BY_HAND)
    told(now=now)
    deliver.deliver_due(now)
    for key in (KEY, new):
        Webhook(key).verify(receiver.requests[-1].body, dict(receiver.requests[-1].headers))
    destinations.drop_old_secret(row.id, now, BY_HAND)
    told(now=now)
    deliver.deliver_due(now)
    Webhook(new).verify(receiver.requests[-1].body, dict(receiver.requests[-1].headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(KEY).verify(receiver.requests[-1].body, dict(receiver.requests[-1].headers))


def test_what_fails_is_tried_again_with_the_same_id_and_body(app: Flask, receiver: Receiver) -> None:
    a_destination(url=receiver.url)
    told()
    receiver.reply = Reply(500)
    deliver.deliver_due(NOW)
    (row,) = deliveries()
    assert (row.state, row.status, row.attempts) == ("queued", 500, 1)
    assert timedelta(seconds=4) < row.next_try_at - NOW < timedelta(seconds=8)
    assert deliver.deliver_due(NOW + SECOND) == 0
    receiver.reply = Reply(200)
    assert deliver.deliver_due(row.next_try_at) == 1
    one, two = receiver.requests
    assert (one.headers["webhook-id"], one.body) == (two.headers["webhook-id"], two.body)
    assert states() == ["delivered"]


def test_who_asks_for_time_is_given_it_but_not_for_ever(app: Flask, receiver: Receiver) -> None:
    a_destination(url=receiver.url)
    told()
    receiver.reply = Reply(503, {"Retry-After": "900"})
    deliver.deliver_due(NOW)
    assert timedelta(seconds=900) <= deliveries()[0].next_try_at - NOW < timedelta(seconds=905)
    receiver.reply = Reply(429, {"Retry-After": "9999999"})
    later = deliveries()[0].next_try_at
    deliver.deliver_due(later)
    assert deliveries()[0].next_try_at - later <= timedelta(days=1, seconds=5)


def test_after_three_days_without_an_answer_it_ends_with_a_task(app: Flask) -> None:
    maker = a_member(team="operations")
    row = a_destination(url="http://127.0.0.1:1/", created_by_id=maker.id)
    told(3)
    # While it cannot be reached the others wait with the first.
    assert tries_until(NOW + 5 * DAY) >= len(settling.BACKOFF) + 1
    assert sum(settling.BACKOFF) == pytest.approx(3 * 24 * 3600, rel=0.02)
    found = deliveries()
    assert [one.state for one in found] == ["failed", "dropped", "dropped"]
    assert (found[0].attempts, found[0].error) == (len(settling.BACKOFF) + 1, "no_connection")
    ended = db.session.get_one(Destination, row.id, populate_existing=True)
    assert ended.ended_why == "failing"
    assert ended.ended_at is not None
    assert timedelta(days=2.6) < ended.ended_at - NOW < timedelta(days=3.4)
    (task,) = db.session.scalars(select(Task))
    assert (task.kind, task.owner_id, task.words) == ("destination_ended", maker.id, row.name)
    told()
    assert len(deliveries()) == 3


def test_one_message_that_is_always_refused_does_not_end_who_takes_the_others(app: Flask, receiver: Receiver) -> None:
    row = a_destination(url=receiver.url)
    receiver.answers = lambda request: Reply(400 if b'"A-7"' in request.body else 200)
    told(external_id="A-7")
    tries_until(NOW + DAY)
    told(now=NOW + DAY)
    tries_until(NOW + 5 * DAY, NOW + DAY)
    assert states() == ["failed", "delivered"]
    assert db.session.get_one(Destination, row.id).ended_at is None


def test_410_ends_it_at_once(app: Flask, receiver: Receiver) -> None:
    row = a_destination(url=receiver.url)
    told(3)
    receiver.reply = Reply(410)
    deliver.deliver_due(NOW)
    assert len(receiver.requests) == 1
    assert states() == ["failed", "dropped", "dropped"]
    assert db.session.get_one(Destination, row.id, populate_existing=True).ended_why == "gone"
    assert db.session.scalars(select(Task.kind)).all() == ["destination_ended"]
    destinations.resume(row.id, NOW, BY_HAND)
    receiver.reply = Reply(204)
    assert destinations.replay_missed(row.id, NOW, BY_HAND) == 3
    assert destinations.replay_missed(row.id, NOW, BY_HAND) == 0
    deliver.deliver_due(NOW)
    assert states() == ["failed", "dropped", "dropped", "delivered", "delivered", "delivered"]
    assert db.session.scalars(select(Task).where(Task.done_at.is_(None))).all() == []


@pytest.mark.usefixtures("database")
def test_two_workers_at_once_deliver_each_signal_once(receiver: Receiver) -> None:
    one = a_destination(url=receiver.url)
    told(4)
    first = claims.claim(NOW, "first", NOW + deliver.LEASE, 3)
    assert len(first) == 3
    assert deliver.deliver_due(NOW) == 1
    assert deliver.deliver_due(NOW) == 0
    assert len(receiver.requests) == 1
    claims.put_back(first, "first", NOW)
    assert [row.attempts for row in deliveries()] == [0, 0, 0, 1]
    assert deliver.deliver_due(NOW) == 3
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 4
    assert {row.destination_id for row in deliveries()} == {one.id}


@pytest.mark.usefixtures("database")
def test_what_a_dead_worker_held_goes_out_with_the_same_id_when_its_lease_ends(receiver: Receiver) -> None:
    a_destination(url=receiver.url)
    told()
    (number,) = claims.claim(NOW, "dead", NOW + deliver.LEASE, 10)
    assert deliver.deliver_due(NOW + deliver.LEASE - SECOND) == 0
    assert deliver.deliver_due(NOW + deliver.LEASE) == 1
    (row,) = deliveries()
    assert (row.id, row.state, row.attempts) == (number, "delivered", 2)
    assert receiver.requests[0].headers["webhook-id"] == row.signal.uid


def test_who_lost_the_claim_records_nothing(app: Flask, receiver: Receiver) -> None:
    a_destination(url=receiver.url)
    told()

    def taken_over(_request: Request) -> Reply:
        return Reply(204, after_seconds=0.3)

    receiver.answers = taken_over
    claims.claim(NOW, "other", NOW + DAY, 10)
    assert not claims.is_held(deliveries()[0].id, "mine")
    assert deliver.deliver_due(NOW) == 0
    assert states() == ["sending"]


def test_who_is_slow_does_not_keep_the_others_waiting(app: Flask, receiver: Receiver) -> None:
    slow, quick = (
        a_destination("account.ready", url=receiver.url),
        a_destination("account.ready", url="http://127.0.0.1:1/"),
    )
    told(claims.PER_DESTINATION + 2)
    assert deliver.deliver_due(NOW) == 2 * claims.PER_DESTINATION
    done = {one.id: [row.state for row in deliveries() if row.destination_id == one.id] for one in (slow, quick)}
    assert done[slow.id].count("delivered") == claims.PER_DESTINATION
    assert set(done[quick.id]) == {"queued"}


def test_a_destination_that_ends_while_its_messages_leave_gets_no_more(app: Flask, receiver: Receiver) -> None:
    row = a_destination(url=receiver.url)
    told(3)
    seen: list[Request] = []

    def end_it(request: Request) -> Reply:
        seen.append(request)
        return Reply(204)

    receiver.answers = end_it
    claimed = claims.claim(NOW, "mine", NOW + deliver.LEASE, 10)
    destinations.end(row.id, NOW, BY_HAND)
    assert not any(claims.is_held(number, "mine") for number in claimed)
    assert states() == ["dropped"] * 3
    assert deliver.deliver_due(NOW + DAY) == 0
    assert seen == []


def test_a_test_message_is_tried_once_and_says_what_came_of_it(app: Flask, receiver: Receiver) -> None:
    row = a_destination(url=receiver.url)
    for _twice in range(2):
        destinations.test(row.id, "form", NOW, BY_HAND)
    receiver.reply = Reply(500)
    assert deliver.deliver_due(NOW) == 1
    assert json.loads(receiver.requests[0].body)["type"] == "test"
    assert states() == ["failed"]
    assert db.session.get_one(Destination, row.id, populate_existing=True).ended_at is None
    assert destinations.missed(row.id) == []


def test_a_chat_room_reads_in_its_language_with_a_link(app: Flask, receiver: Receiver) -> None:
    receiver.reply = Reply(200)
    link = f"mmost://127.0.0.1:{receiver.port}/3ccdd113474722377935511fc85d3dd4"
    a_destination(kind="chat", url=link, secret="", locale="en")
    lecture = a_lecture()
    stuck = an_account(name="株式会社みほん", level="stuck", level_reasons=[{"key": "unreachable", "params": {}}])
    with db.writing():
        tell("account.stuck", "s", NOW, stuck.id, stage="onboarding", reasons=["unreachable"])
        tell("attendance.recorded", "a", NOW, lecture=lecture.id, course="basic", attended=2)
    deliver.deliver_due(NOW)
    said = [json.loads(request.body)["text"] for request in receiver.requests]
    assert said[0].split("\r\n") == [
        "Stuck: 株式会社みほん",
        f"Stage: Onboarding\nMail does not arrive\nhttp://127.0.0.1:8000/staff/accounts/{stuck.id}",
    ]
    assert "Attendance recorded: Basics Wed 8 April 2026" in said[1]
    assert f"/staff/lectures/{lecture.id}" in said[1]
    assert states() == ["delivered", "delivered"]


def test_what_cannot_be_worded_is_tried_again_and_keeps_no_other_from_leaving(app: Flask, receiver: Receiver) -> None:
    receiver.reply = Reply(200)
    room = f"mmost://127.0.0.1:{receiver.port}/3ccdd113474722377935511fc85d3dd4"
    a_destination(kind="chat", url=room, secret="")
    broken = an_account(level="stuck", level_reasons=[{"key": "no_progress", "params": {}}]).id
    fine = an_account().id
    with db.writing():
        tell("account.stuck", "1", NOW, broken, stage="onboarding")
        tell("account.stuck", "2", NOW, fine, stage="onboarding")
    deliver.deliver_due(NOW)
    deliver.deliver_due(NOW + timedelta(seconds=6))
    first, second = deliveries()
    assert (first.state, first.error) == ("queued", "fault")
    assert (second.state, len(receiver.requests)) == ("delivered", 1)


def test_every_signal_and_how_often_it_is_tried_stands_in_the_docs() -> None:
    written = (servers.ROOT / "docs" / "signals.md").read_text()
    for kind in (*SIGNALS, "test"):
        assert f"`{kind}`" in written
    hours = [seconds // 3600 for seconds in settling.BACKOFF[3:]]
    assert "5 s, 5 min, 30 min, {}, {}, {}, {}, {} and {} hours".format(*hours) in written


def test_a_worker_that_is_asked_to_end_leaves_the_rest_for_the_next(app: Flask, receiver: Receiver) -> None:
    a_destination(url=receiver.url)
    told(3)
    assert deliver.deliver_due(NOW, lambda: bool(receiver.requests)) == 3
    assert len(receiver.requests) == 1
    assert states() == ["delivered", "queued", "queued"]
    assert [row.attempts for row in deliveries()] == [1, 0, 0]


def test_nothing_due_costs_one_statement_and_no_writing(app: Flask) -> None:
    from_before = a_destination()
    told()
    with db.writing():
        db.session.execute(update(Delivery).values(state="delivered"))
    assert from_before.id
    assert deliver.deliver_due(NOW + DAY) == 0
