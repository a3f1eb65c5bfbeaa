"""/mails: what became of every message, and sending one once more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update

from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import mail_holding
from scheduler.services.actors import CLI
from scheduler.services.registrations import booking
from tests.factories import a_contact, a_lecture
from tests.web.api.conftest import Program, both


def booked(program: Program, now: datetime, **values: Any) -> dict[str, Any]:
    booking.register(a_contact().id, a_lecture().id, now, CLI)
    (mail,) = program.get("/mails").json["items"]
    if values:
        with db.writing():
            db.session.execute(update(Mail).values(values))
    return dict(mail)


@both
def test_a_mail_is_read_with_what_became_of_it(program: Program, now: datetime) -> None:
    mail = booked(program, now, state="delivered", sent_at=now, delivered_at=now)
    read = program.get(f"/mails/{mail['id']}").json
    assert (read["state"], read["delivered_at"], read["opened_at"]) == ("delivered", "2026-04-01T00:00:00Z", None)
    assert program.get("/mails/999").status_code == 404


@both
def test_a_mail_that_left_is_sent_once_more_whatever_is_repeated(program: Program, now: datetime) -> None:
    mail = booked(program, now, state="bounced")
    answers = [program.post(f"/mails/{mail['id']}/resend", {}, key="once") for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert (answers[0].json["state"], answers[0].json["kind"]) == ("queued", "confirmation")
    assert answers[0].headers["Location"].endswith(f"/mails/{answers[0].json['id']}")
    assert len(program.get("/mails").json["items"]) == 2


def test_what_waits_or_would_be_dropped_is_refused_with_the_reason(program: Program, now: datetime) -> None:
    mail = booked(program, now)
    assert program.post(f"/mails/{mail['id']}/resend", {}).json["reason"] == "mail_waits"
    with db.writing():
        db.session.execute(update(Mail).values(state="missed", expires_at=now))
    refused = program.post(f"/mails/{mail['id']}/resend", {})
    assert (refused.status_code, refused.json["reason"], refused.json["params"]) == (
        409,
        "mail_not_wanted",
        {"reason": "too_late"},
    )
    assert program.post("/mails/999/resend", {}).status_code == 404


def test_what_holds_a_mail_back_is_its_reason(program: Program, now: datetime) -> None:
    booked(program, now)
    mail_holding.pause_everything(now, CLI)
    assert program.get("/mails").json["items"][0]["reason"] == "all_paused"
