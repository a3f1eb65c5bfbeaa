"""What SendGrid's Inbound Parse gets for what it posts: 200 for every mail, and nothing for whoever lacks the secret."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text

from scheduler.models.db import db
from scheduler.models.registrations import Registration
from scheduler.models.replies import Reply
from tests.conftest import Client
from tests.emails.replies import FORM, SENDER, UID, form, in_pieces, raw, whole
from tests.factories import a_contact, a_registration

SECRET = "kX3_p-a-secret-in-an-address"
DOOR = f"/hooks/sendgrid/inbound/{SECRET}"


@pytest.fixture(autouse=True)
def _secret(request: pytest.FixtureRequest) -> None:
    app: Flask = request.getfixturevalue("database" if "database" in request.fixturenames else "app")
    app.extensions["tasuki"].sendgrid_inbound_secret = SECRET
    app.config["WTF_CSRF_ENABLED"] = True


def outcomes() -> list[str]:
    return list(db.session.scalars(select(Reply.outcome).order_by(Reply.id)))


@pytest.mark.parametrize("shape", [whole, in_pieces])
def test_a_no_frees_the_seat_whichever_way_sendgrid_is_set(database: Flask, client: Client, shape: object) -> None:
    row = a_registration(a_contact(email=SENDER), uid=UID)
    for _retry in range(2):
        answer = client.post(DOOR, data=shape(raw("gmail_declined.eml")), content_type=FORM)  # type: ignore[operator]
        assert (answer.status_code, answer.text) == (200, "declined\n")
    assert db.session.get_one(Registration, row.id).status == "cancelled"
    assert outcomes() == ["declined"]


@pytest.mark.parametrize("name", ["person_iso2022jp.eml", "bounce.eml", "mailing_list.eml", "apple_accepted.eml"])
def test_whatever_is_a_mail_is_taken(client: Client, name: str) -> None:
    for shape in (whole, in_pieces):
        assert client.post(DOOR, data=shape(raw(name)), content_type=FORM).status_code == 200
    assert len(outcomes()) == 1


def test_a_wrong_secret_is_401_and_nothing_is_read(client: Client) -> None:
    for wrong in (SECRET[:-1], f"{SECRET}x", "é", "x"):
        answer = client.post(
            f"/hooks/sendgrid/inbound/{wrong}", data=whole(raw("gmail_declined.eml")), content_type=FORM
        )
        assert answer.status_code == 401
    assert outcomes() == []


def test_without_a_secret_there_is_no_door(app: Flask, client: Client) -> None:
    app.extensions["tasuki"].sendgrid_inbound_secret = ""
    for path in (DOOR, "/hooks/sendgrid/inbound/x"):
        assert client.post(path, data=whole(raw("gmail_declined.eml")), content_type=FORM).status_code == 404


def test_guessing_is_slowed_down_but_never_who_knows_the_secret(client: Client) -> None:
    answers = [client.post(f"/hooks/sendgrid/inbound/{number}").status_code for number in range(40)]
    assert (answers[0], answers[-1]) == (401, 429)
    assert client.post(DOOR, data=whole(raw("person_iso2022jp.eml")), content_type=FORM).status_code == 200


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", FORM, 400),
        (form({}), FORM, 400),
        (b"{}", "application/json", 400),
        (form({"headers": f"From: {SENDER}\n".encode(), "text": b"a\0b"}), FORM, 200),
        (form({"email": b"\0\0\0"}), FORM, 400),
        (whole(b"From: a@b\n\n" + b"x" * (20 * 1024 * 1024)), FORM, 413),
        (whole(b"From: a@b\n\n" + b"x" * (19 * 1024 * 1024)), FORM, 200),
    ],
    ids=["nothing", "no fields", "json", "nul", "no mail", "above 20 MB", "19 MB"],
)
def test_the_answer_says_whether_it_was_a_mail(client: Client, body: bytes, kind: str, status: int) -> None:
    assert client.post(DOOR, data=body, content_type=kind).status_code == status
    assert len(outcomes()) == (status == 200)


def test_a_database_that_is_away_is_503_so_that_sendgrid_asks_again(app: Flask, client: Client) -> None:
    with db.writing():
        db.session.execute(text("ALTER TABLE replies RENAME TO gone"))
    assert client.post(DOOR, data=whole(raw("gmail_declined.eml")), content_type=FORM).status_code == 503
    with db.writing():
        db.session.execute(text("ALTER TABLE gone RENAME TO replies"))
    assert client.post(DOOR, data=whole(raw("gmail_declined.eml")), content_type=FORM).status_code == 200


def test_it_can_only_be_posted_to(client: Client) -> None:
    assert client.get(DOOR).status_code == 405
