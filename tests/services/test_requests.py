"""A program's request is done wholly or not at all, and once per key."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.staff import ApiToken, IdempotentAnswer
from scheduler.services import accounts, requests
from scheduler.services.actors import CLI
from scheduler.services.refusals import Invalid
from scheduler.services.tokens import Answer
from tests.factories import a_token


def make(now: datetime, name: str = "A-1") -> Answer:
    """Add an account as a request would."""
    number, _new = accounts.upsert(name, {"name": "株式会社みほん"}, now, CLI)
    return Answer(201, str(number))


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_what_several_services_do_for_one_request_is_undone_when_the_last_refuses(
    database: Flask, now: datetime
) -> None:
    def act() -> None:
        make(now)
        raise Invalid(field="x", why="missing")

    with pytest.raises(Invalid):
        requests.together(act)
    assert count(Account) == 0


def test_without_a_key_a_request_is_done_each_time(app: Flask, now: datetime) -> None:
    for name in ("A-1", "A-2"):
        requests.once(1, None, b"same", now, lambda name=name: make(now, name))
    assert (count(Account), count(IdempotentAnswer)) == (2, 0)


def test_a_key_is_kept_for_a_day(database: Flask, now: datetime) -> None:
    a_token()
    token_id = db.session.scalars(select(ApiToken.id)).one()
    first = requests.once(token_id, "k", b"same", now, lambda: make(now))
    later = now + timedelta(hours=23)
    assert requests.once(token_id, "k", b"same", later, lambda: make(later, "A-2")) == first
    assert count(Account) == 1
    after = now + timedelta(hours=25)
    assert requests.once(token_id, "k", b"same", after, lambda: make(after, "A-2")) != first
    assert count(Account) == 2
