"""How often somebody may be refused, and on whom that depends: on nothing but the process itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from scheduler.settings import Settings
from tests.conftest import Client, settings_in


@pytest.fixture(params=["redis://127.0.0.1:1/0", "rediss://127.0.0.1:1/0", "amqp://127.0.0.1:1//"])
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Settings that name a broker nobody answers at; those of a real program refuse one beside SQLite."""
    return settings_in(tmp_path, f"sqlite:///{tmp_path / 'tasuki.db'}").model_copy(update={"broker_url": request.param})


def test_pages_answer_while_the_broker_is_away(client: Client, app: Flask) -> None:
    assert client.get("/me/wrong").status_code == 404
    assert client.get("/calendar/wrong.ics").status_code == 404
    assert client.get("/api/v1/lectures").status_code == 401
    assert client.post("/staff/sign-in", data={"email": "a@b.example", "password": "x"}).status_code == 401
