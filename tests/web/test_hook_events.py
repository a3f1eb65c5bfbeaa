"""What SendGrid's Event Webhook gets for what it posts, and that nobody else can tell what became of mails."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from sqlalchemy import select, text

from scheduler.models.db import db
from scheduler.models.mails import Mail, MailEvent
from tests.conftest import Client
from tests.factories import NOW, a_contact
from tests.sendgrid.events import batch, event, new_key, public, signed

DOOR = "/hooks/sendgrid/events"
AT = int(NOW.timestamp())
DAY = 24 * 3600


@pytest.fixture
def key(request: pytest.FixtureRequest) -> ec.EllipticCurvePrivateKey:
    app: Flask = request.getfixturevalue("database" if "database" in request.fixturenames else "app")
    key = new_key()
    app.extensions["tasuki"].sendgrid_event_key = public(key)
    app.config["WTF_CSRF_ENABLED"] = True
    return key


def a_mail() -> Mail:
    contact = a_contact()
    moments = dict.fromkeys(("created_at", "due_at", "next_try_at", "sent_at"), NOW)
    with db.writing():
        mail = Mail(key="k", kind="invitation", state="sent", contact_id=contact.id, account_id=contact.account_id, attempts=1, to_address=contact.email, **moments)  # fmt: skip
        db.session.add(mail)
    return mail


def kinds() -> list[str]:
    return list(db.session.scalars(select(MailEvent.kind).order_by(MailEvent.id)))


def post(client: Client, body: bytes, headers: dict[str, str]) -> Any:
    return client.post(DOOR, data=body, headers=headers, content_type="application/json")


def test_what_is_signed_is_taken_once(database: Flask, key: ec.EllipticCurvePrivateKey, client: Client) -> None:
    mail = a_mail()
    body = batch(event(kind, str(mail.id), number=kind, at=AT) for kind in ("processed", "delivered", "open"))
    for answer in ("3\n", "0\n"):
        response = post(client, body, signed(key, body, AT))
        assert (response.status_code, response.text) == (200, answer)
        assert "Set-Cookie" not in response.headers
    assert kinds() == ["processed", "delivered", "opened"]
    assert db.session.get_one(Mail, mail.id).state == "delivered"


def test_younger_repeats_pass_and_older_ones_do_not(key: ec.EllipticCurvePrivateKey, client: Client) -> None:
    body = batch([event("open", str(a_mail().id), number="e", at=AT)])
    for away, status in ((-DAY - 1, 401), (DAY + 1, 401), (-DAY, 200), (DAY, 200)):
        assert post(client, body, signed(key, body, AT + away)).status_code == status
    assert kinds() == ["opened"]


def test_what_is_not_signed_is_not_even_read(key: ec.EllipticCurvePrivateKey, client: Client) -> None:
    body = batch([event("open", str(a_mail().id), number="e", at=AT)])
    good = signed(key, body, AT)
    signature, timestamp = good
    wrong: list[dict[str, str]] = [
        {},
        {signature: good[signature]},
        {timestamp: good[timestamp]},
        signed(new_key(), body, AT),
        signed(key, body + b" ", AT),
        good | {timestamp: str(AT + 1)},
        good | {timestamp: "soon"},
        good | {signature: "x"},
        good | {signature: base64.b64encode(b"x" * 70).decode()},
        {signature: "\xe9", timestamp: "\xe9"},
    ]
    for headers in wrong * 5:
        assert post(client, body, headers).status_code == 401
    assert post(client, b"x" * (10 * 1024 * 1024), {}).status_code == 401
    assert kinds() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[]", 200),
        (b"[{}, 1, null]", 200),
        (b"", 400),
        (b"{}", 400),
        (b"not json", 400),
        (b"[" * 100_000, 400),
        (b"[" + b" " * (5 * 1024 * 1024) + b"]", 413),
        (json.dumps([{"event": "delivered", "tasuki_mail": "1", "timestamp": AT, "sg_event_id": "\0"}]).encode(), 200),
    ],
    ids=["none", "no events", "nothing", "no list", "no json", "deep", "above 5 MB", "nul"],
)
def test_the_answer_says_whether_it_was_a_list_of_events(
    key: ec.EllipticCurvePrivateKey, client: Client, body: bytes, status: int
) -> None:
    assert post(client, body, signed(key, body, AT)).status_code == status
    assert kinds() == []


def test_without_a_key_there_is_no_door(app: Flask, client: Client) -> None:
    body = b"[]"
    assert post(client, body, signed(new_key(), body, AT)).status_code == 404


def test_thousands_of_events_in_one_request_are_taken(key: ec.EllipticCurvePrivateKey, client: Client) -> None:
    mail = a_mail()
    body = batch(event("open", str(mail.id), number=str(number), at=AT) for number in range(3000))
    assert post(client, body, signed(key, body, AT)).text == "3000\n"


def test_a_database_that_is_away_is_503_so_that_sendgrid_asks_again(
    key: ec.EllipticCurvePrivateKey, client: Client
) -> None:
    body = batch([event("open", str(a_mail().id), number="e", at=AT)])
    with db.writing():
        db.session.execute(text("ALTER TABLE mail_events RENAME TO gone"))
    assert post(client, body, signed(key, body, AT)).status_code == 503
    with db.writing():
        db.session.execute(text("ALTER TABLE gone RENAME TO mail_events"))
    assert post(client, body, signed(key, body, AT)).status_code == 200


def test_it_can_only_be_posted_to(key: ec.EllipticCurvePrivateKey, client: Client) -> None:
    assert client.get(DOOR).status_code in (401, 405)
