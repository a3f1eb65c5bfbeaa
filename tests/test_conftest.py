"""Answers whether the ground the tests stand on is firm."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.registrations import Registration
from tests.conftest import Client
from tests.factories import a_registration, a_token, an_account


def test_every_test_begins_with_an_empty_database(database: Flask) -> None:
    assert db.session.scalar(select(Account.id)) is None
    an_account()
    a_registration()
    a_token()
    assert db.session.scalar(select(Registration)).lecture.seats_taken == 1  # type: ignore[union-attr]


def test_and_the_next_one_too(database: Flask, client: Client) -> None:
    assert db.session.scalar(select(Account.id)) is None
    told = client.get("/readyz").json or {}
    assert (told["database"], told["migrated"], told["mails"]["due"]) == ("reachable", True, 0)
