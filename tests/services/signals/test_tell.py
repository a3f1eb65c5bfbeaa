"""Answers when a signal is a row: within the fact's transaction, once, and only if somebody wants it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.signals import Delivery, Signal
from scheduler.services.signals.tell import Told, tell, tell_many
from tests.factories import NOW, a_destination, an_account


def counts() -> tuple[int, int]:
    return tuple(db.session.scalar(select(func.count()).select_from(one)) or 0 for one in (Signal, Delivery))  # type: ignore[return-value]


def test_a_signal_that_nobody_wants_is_no_row(database: Flask) -> None:
    a_destination("handover.accepted")
    a_destination("account.ready", ended_at=NOW, ended_why="by_hand")
    with db.writing():
        tell("account.ready", "k", NOW, an_account().id)
    assert counts() == (0, 0)


def test_each_destination_that_wants_it_gets_it_once(database: Flask) -> None:
    one, _other, two = a_destination("account.ready"), a_destination("account.stuck"), a_destination()
    account = an_account(external_id="A-100")
    for _twice in range(2):
        with db.writing():
            tell("account.ready", "account.ready:1", NOW, account.id, stage="onboarding")
    signal = db.session.scalars(select(Signal)).one()
    assert signal.data == {"account": "A-100", "stage": "onboarding"}
    assert signal.uid.startswith("msg_")
    deliveries = db.session.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert [row.destination_id for row in deliveries] == [one.id, two.id]
    assert {(row.state, row.attempts, row.next_try_at) for row in deliveries} == {("queued", 0, NOW)}


def test_a_fact_that_is_not_kept_is_not_told(app: Flask) -> None:
    a_destination()
    number = an_account().id

    def fail() -> None:
        with db.writing():
            tell("account.ready", "k", NOW, number)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert counts() == (0, 0)


def test_many_are_told_in_a_handful_of_statements(database: Flask) -> None:
    a_destination()
    accounts = [an_account() for _ in range(60)]
    told = [Told("account.ready", f"r:{one.id}", one.id) for one in accounts]
    with db.writing():
        assert tell_many([*told, Told("attendance.recorded", "a:1", data={"lecture": 7})], NOW) == 61
        assert tell_many(told, NOW) == 0
    assert counts() == (61, 61)
    found = db.session.scalars(select(Signal).where(Signal.account_id == accounts[7].id)).one()
    assert found.data == {"account": accounts[7].external_id}


def test_a_word_that_nobody_could_ask_for_is_a_mistake(app: Flask) -> None:
    with pytest.raises(ValueError, match="account.redy"):
        tell("account.redy", "k", NOW)
