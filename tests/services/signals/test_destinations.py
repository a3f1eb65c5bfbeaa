"""Answers how destinations are set up, changed, given keys, ended and taken up again, and what the history says of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from standardwebhooks import Webhook

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.signals import SIGNALS, Delivery, Destination
from scheduler.services import installation
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.signals import destinations, ending, health, log
from scheduler.services.signals.destinations import DestinationEnded
from scheduler.services.signals.tell import tell
from tests.factories import NOW, a_destination, a_member, an_account
from tests.services.together import at_once

BY_HAND = Actor("staff", None, "page")
GOOD = {"name": "CRM", "url": "http://127.0.0.1:9/hook", "signals": ["account.ready"]}
ROOM = {"name": "引き継ぎ", "url": "mmost://127.0.0.1/3ccdd113474722377935511fc85d3dd4", "signals": list(SIGNALS)}


def events() -> list[str]:
    return list(db.session.scalars(select(Event.key).order_by(Event.id)))


def get(number: int) -> Destination:
    return db.session.get_one(Destination, number, populate_existing=True)


def test_a_webhook_gets_a_key_and_a_room_gets_none(app: Flask) -> None:
    number, secret = destinations.add("webhook", GOOD, NOW, Actor("staff", a_member().id, "page"))
    assert get(number).secret == secret
    assert len(Webhook(secret)._whsecret) == 32
    room, none = destinations.add("chat", ROOM | {"locale": "en"}, NOW, BY_HAND)
    assert (none, get(room).locale) == ("", "en")
    assert events() == ["destination_added", "destination_added"]


def test_one_address_is_told_once_however_often_the_form_is_sent(database: Flask) -> None:
    actor = Actor("staff", a_member(team="operations").id, "page")
    add = partial(destinations.add, "webhook", GOOD, NOW, actor)
    assert at_once(database, add, add) == ["invalid"]
    other, _secret = destinations.add("webhook", GOOD | {"url": "http://127.0.0.1:9/other"}, NOW, actor)
    with pytest.raises(Invalid) as refused:
        destinations.change(other, GOOD, NOW, actor)
    assert (refused.value.params["field"], refused.value.params["why"]) == ("url", "destination_known")
    destinations.end(other, NOW, actor)
    again, _secret = destinations.add("webhook", GOOD | {"url": "http://127.0.0.1:9/other"}, NOW, actor)
    assert get(again).ended_at is None


@pytest.mark.parametrize(
    ("kind", "values", "field", "why"),
    [
        ("pigeon", GOOD, "kind", "not_a_choice"),
        ("webhook", GOOD | {"name": " "}, "name", "missing"),
        ("webhook", GOOD | {"name": "x" * 101}, "name", "too_long"),
        ("webhook", GOOD | {"url": ""}, "url", "missing"),
        ("webhook", GOOD | {"signals": []}, "signals", "signals_missing"),
        ("webhook", GOOD | {"signals": ["account.gone"]}, "signals", "signals_missing"),
        ("webhook", GOOD | {"locale": "fr"}, "locale", "not_a_choice"),
        ("webhook", GOOD | {"url": "crm"}, "url", "webhook_malformed"),
        ("webhook", GOOD | {"url": "https://a:b@crm.example/"}, "url", "webhook_userinfo"),
        ("webhook", GOOD | {"url": "https://nobody.invalid/"}, "url", "no_such_host"),
        ("webhook", GOOD | {"url": "https://10.0.0.1/"}, "url", "private_address"),
        ("webhook", GOOD | {"url": "https://169.254.169.254/latest"}, "url", "private_address"),
        ("chat", ROOM | {"url": "syslog://"}, "url", "room_unknown"),
        ("chat", ROOM | {"url": "nothing"}, "url", "room_malformed"),
    ],
)
def test_what_cannot_be_a_destination_is_refused(
    app: Flask, kind: str, values: dict[str, Any], field: str, why: str
) -> None:
    with pytest.raises(Invalid) as refused:
        destinations.add(kind, values, NOW, BY_HAND)
    assert (refused.value.params["field"], refused.value.params["why"]) == (field, why)
    assert db.session.scalars(select(Destination)).all() == []


@pytest.mark.parametrize(
    ("url", "why"), [("http://127.0.0.1:9/", "webhook_not_https"), ("https://localhost/", "private_address")]
)
def test_this_machine_is_no_destination_once_others_reach_the_program(app: Flask, url: str, why: str) -> None:
    installation.install(replace(installation.here(), is_loopback=False))
    with pytest.raises(Invalid) as refused:
        destinations.add("webhook", GOOD | {"url": url}, NOW, BY_HAND)
    assert refused.value.params["why"] == why


def test_a_rooms_link_that_is_not_typed_again_stays(app: Flask) -> None:
    number, _none = destinations.add("chat", ROOM, NOW, BY_HAND)
    destinations.change(number, ROOM | {"url": "", "name": "別のルーム", "signals": ["account.stuck"]}, NOW, BY_HAND)
    row = get(number)
    assert (row.name, row.url, row.signals) == ("別のルーム", ROOM["url"], ["account.stuck"])
    destinations.change(number, ROOM | {"url": "", "name": "別のルーム", "signals": ["account.stuck"]}, NOW, BY_HAND)
    assert events() == ["destination_added", "destination_changed"]
    assert db.session.scalars(select(Event.params).order_by(Event.id.desc())).first() == {
        "destination_id": number,
        "fields": ["name", "signals"],
    }


def test_a_key_is_changed_in_two_steps(app: Flask) -> None:
    row = a_destination()
    first = row.secret
    second = destinations.rotate(row.id, NOW, BY_HAND)
    assert (get(row.id).secret, get(row.id).old_secret) == (second, first)
    for _twice in range(2):
        destinations.drop_old_secret(row.id, NOW, BY_HAND)
    assert (get(row.id).secret, get(row.id).old_secret) == (second, "")
    assert events() == ["destination_key_changed", "destination_old_key_dropped"]
    room = a_destination(kind="chat", secret="")
    with pytest.raises(NotFound):
        destinations.rotate(room.id, NOW, BY_HAND)


def test_what_ended_gets_nothing_until_it_is_taken_up_again(database: Flask) -> None:
    row = a_destination()
    account = an_account()
    with db.writing():
        tell("account.ready", "1", NOW, account.id)
    for _twice in range(2):
        destinations.end(row.id, NOW, BY_HAND)
    with db.writing():
        tell("account.ready", "2", NOW, account.id)
    (delivery,) = db.session.scalars(select(Delivery))
    assert delivery.state == "dropped"
    for refused in (
        lambda: destinations.test(row.id, "form", NOW, BY_HAND),
        lambda: destinations.replay(delivery.id, NOW, BY_HAND),
        lambda: destinations.replay_missed(row.id, NOW, BY_HAND),
    ):
        with pytest.raises(DestinationEnded):
            refused()
    assert health.read(NOW).ended == 0
    destinations.resume(row.id, NOW, BY_HAND)
    for _twice in range(2):
        destinations.replay(delivery.id, NOW, BY_HAND)
    assert [(one.replay, one.state) for one in db.session.scalars(select(Delivery).order_by(Delivery.id))] == [
        (0, "dropped"),
        (1, "queued"),
    ]
    assert events() == ["destination_ended", "destination_resumed", "signals_sent_again"]


def test_health_says_what_waits_and_what_ended_by_itself(database: Flask) -> None:
    row = a_destination()
    with db.writing():
        tell("account.ready", "1", NOW, an_account().id)
    assert (health.read(NOW).due, health.read(NOW).oldest_at, health.read(NOW).ended) == (1, NOW, 0)
    assert health.last_day(NOW) == {("account.ready", "queued"): 1}
    assert [(place.destination.id, place.waiting, place.arrived_at) for place in log.places()] == [(row.id, 1, None)]
    with db.writing():
        ending.end(db.session.get_one(Destination, row.id), "gone", NOW)
    assert (health.read(NOW).due, health.read(NOW).ended) == (0, 1)


def test_who_made_it_is_asked_to_look_or_else_operations(app: Flask) -> None:
    gone, operations = a_member(active=False), a_member(team="operations")
    mine = a_destination(created_by_id=gone.id)
    assert ending._who_looks(mine) == operations.id
    assert ending._who_looks(a_destination(created_by_id=operations.id)) == operations.id


def test_nothing_is_done_to_what_is_not_there(app: Flask) -> None:
    for act in (destinations.end, destinations.resume, destinations.rotate, destinations.replay):
        with pytest.raises(NotFound):
            act(99, NOW, BY_HAND)
