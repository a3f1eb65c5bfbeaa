"""What Zoom gets for what it posts: forged and stale events change nothing, repeats are told apart from news."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from hmac import new
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from scheduler.models.attendance import Presence
from scheduler.models.db import db
from tests.conftest import Client
from tests.factories import NOW, a_contact, a_lecture, a_registration

DOOR = "/hooks/zoom"
SECRET = "a-secret-token-of-zoom"
AT = int(NOW.timestamp())
DAY = 24 * 3600
JOINED = json.loads((Path(__file__).parent.parent / "data" / "zoom_webhook_joined.json").read_text())
ADDRESS = JOINED["payload"]["object"]["participant"]["email"]


@pytest.fixture(autouse=True)
def _secret(request: pytest.FixtureRequest) -> None:
    app: Flask = request.getfixturevalue("database" if "database" in request.fixturenames else "app")
    app.extensions["tasuki"].zoom_webhook_secret = SECRET
    app.config["WTF_CSRF_ENABLED"] = True


def body(**changes: Any) -> bytes:
    return json.dumps(JOINED | changes, ensure_ascii=False, separators=(",", ":")).encode()


def signed(posted: bytes, at: int = AT, secret: str = SECRET) -> dict[str, str]:
    made = new(secret.encode(), f"v0:{at}:".encode() + posted, sha256).hexdigest()
    return {"x-zm-signature": f"v0={made}", "x-zm-request-timestamp": str(at)}


def post(client: Client, posted: bytes, headers: dict[str, str]) -> Any:
    return client.post(DOOR, data=posted, headers=headers, content_type="application/json")


def a_room() -> None:
    lecture = a_lecture(
        starts_at=datetime(2026, 4, 15, 5, tzinfo=UTC), join_url="https://us02web.zoom.us/w/89012345678?tk=x"
    )
    a_registration(a_contact(email=ADDRESS), lecture)


def people() -> list[str]:
    return list(db.session.scalars(select(Presence.display_name)))


def test_what_is_signed_is_taken_once(database: Flask, client: Client) -> None:
    a_room()
    for expected in ("1\n", "0\n"):
        answer = post(client, body(), signed(body()))
        assert (answer.status_code, answer.text) == (200, expected)
        assert "Set-Cookie" not in answer.headers
    assert people() == ["林 健太"]


def test_younger_repeats_pass_and_older_ones_do_not(client: Client) -> None:
    a_room()
    for away, status in ((-DAY - 1, 401), (DAY + 1, 401), (-DAY, 200), (DAY, 200)):
        assert post(client, body(), signed(body(), AT + away)).status_code == status
    assert people() == ["林 健太"]


def test_what_is_forged_is_not_even_read(client: Client) -> None:
    a_room()
    good = signed(body())
    wrong = [
        {},
        {"x-zm-signature": good["x-zm-signature"]},
        {"x-zm-request-timestamp": str(AT)},
        signed(body(), secret="another-secret-of-zoom"),
        signed(body() + b" "),
        good | {"x-zm-request-timestamp": str(AT + 1)},
        good | {"x-zm-request-timestamp": "soon"},
        good | {"x-zm-signature": "v0="},
        good | {"x-zm-signature": "\xff"},
    ]
    for headers in wrong:
        assert post(client, body(), headers).status_code == 401, headers
    assert people() == []


def test_zoom_learns_that_the_address_knows_the_secret(client: Client) -> None:
    asked = body(event="endpoint.url_validation", payload={"plainToken": "abc"})
    answer = post(client, asked, signed(asked))
    assert answer.status_code == 200
    assert answer.json == {"plainToken": "abc", "encryptedToken": new(SECRET.encode(), b"abc", sha256).hexdigest()}
    assert post(client, asked, {}).status_code == 401


@pytest.mark.parametrize(
    ("posted", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[1]", 400),
        (body(event="meeting.started"), 200),
        (body(event="meeting.participant_joined", payload={}), 400),
        (b" " * (1024 * 1024 + 1), 413),
    ],
    ids=["nothing", "no json", "no event", "another event", "nobody", "above 1 MB"],
)
def test_the_answer_says_whether_it_was_an_event(client: Client, posted: bytes, status: int) -> None:
    assert post(client, posted, signed(posted)).status_code == status


def test_without_a_secret_there_is_no_door(app: Flask, client: Client) -> None:
    app.extensions["tasuki"].zoom_webhook_secret = ""
    assert post(client, body(), signed(body(), secret="")).status_code == 404


def test_a_database_that_is_away_is_503_so_that_zoom_asks_again(app: Flask, client: Client) -> None:
    a_room()
    with db.writing():
        db.session.execute(text("ALTER TABLE presences RENAME TO gone"))
    assert post(client, body(), signed(body())).status_code == 503
    with db.writing():
        db.session.execute(text("ALTER TABLE gone RENAME TO presences"))
    assert post(client, body(), signed(body())).text == "1\n"
