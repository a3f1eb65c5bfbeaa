"""How often somebody may be refused, and on whom that depends: on nothing but the process itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scheduler.settings import Settings
from tests.conftest import _opened


@pytest.mark.parametrize("broker", ["redis://127.0.0.1:1/0", "rediss://127.0.0.1:1/0", "amqp://127.0.0.1:1//"])
def test_pages_answer_while_the_broker_is_away(settings: Settings, migrated_sqlite: Path, broker: str) -> None:
    shutil.copy(migrated_sqlite, settings.database_url.removeprefix("sqlite:///"))
    # Settings refuse a broker beside SQLite; the pages would not touch it on any database.
    with _opened(settings.model_copy(update={"broker_url": broker})) as app:
        client = app.test_client()
        assert client.get("/me/wrong").status_code == 404
        assert client.get("/calendar/wrong.ics").status_code == 404
        assert client.get("/api/v1/lectures").status_code == 401
        assert client.post("/staff/sign-in", data={"email": "a@b.example", "password": "x"}).status_code == 401
