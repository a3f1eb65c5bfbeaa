"""Answers whether supervisors learn that the program lives, and load balancers whether it can work."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from scheduler.app import create_app
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services.actors import CLI
from scheduler.services.registrations import booking
from scheduler.settings import Settings
from tests import servers
from tests.conftest import SECRET, Client
from tests.factories import NOW, a_contact, a_lecture


def test_the_program_lives_without_a_database(tmp_path: Path) -> None:
    app = create_app(Settings(secret_key=SECRET, database_url=f"postgresql://x@127.0.0.1:{servers.free_port()}/x"))
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"database": "unreachable"})


@pytest.mark.parametrize("change", ["DELETE FROM alembic_version", "UPDATE alembic_version SET version_num = '0000'"])
def test_an_older_database_is_not_ready(database: Flask, client: Client, change: str) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql(change)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"database": "reachable", "migrated": False, "hint": "tasuki migrate"}


def test_stalled_mails_are_told_and_are_no_reason_to_take_the_program_away(database: Flask, client: Client) -> None:
    booking.register(a_contact().id, a_lecture().id, NOW, CLI)
    told = client.get("/readyz").json
    assert (told["database"], told["migrated"], told["stalled_mails"]) == ("reachable", True, 0)
    with db.writing():
        db.session.query(Mail).update({"next_try_at": NOW - timedelta(minutes=16)})
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["stalled_mails"]) == (200, 1)
