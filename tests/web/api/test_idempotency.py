"""Creating once: the same key gets the same answer and does nothing, also when both arrive at the same moment."""

from __future__ import annotations

import contextvars
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.lectures import Lecture, Series
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.setup import UsageDay
from tests.conftest import Client
from tests.factories import a_contact, a_course, a_lecture, a_token, an_account
from tests.web.api.conftest import PREFIX, Program

LECTURE = {"course": "basic", "starts_at": "2026-04-08T05:00:00Z", "capacity": 30}


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.usefixtures("database")
def test_a_repeated_creation_gets_the_first_answer_and_creates_nothing(program: Program) -> None:
    a_course("basic")
    first = program.post("/lectures", LECTURE, key="k1")
    again = program.post("/lectures", LECTURE, key="k1")
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Location"] == first.headers["Location"]
    assert count(Lecture) == 1
    assert program.post("/lectures", LECTURE, key="k2").json["id"] != first.json["id"]
    assert program.post("/lectures", LECTURE).status_code == 201
    assert count(Lecture) == 3


def test_another_body_or_address_under_the_same_key_is_refused(app: Flask, program: Program) -> None:
    a_course("basic")
    an_account(external_id="A-1")
    program.post("/lectures", LECTURE, key="k1")
    for refused in (
        program.post("/lectures", LECTURE | {"capacity": 31}, key="k1"),
        program.post("/accounts/A-1/usage", [], key="k1"),
    ):
        assert (refused.status_code, refused.json["reason"]) == (422, "idempotency_key_reused")
        assert refused.json["field"] == "Idempotency-Key"
    assert count(Lecture) == 1


def test_every_creating_call_takes_a_key(app: Flask, program: Program) -> None:
    a_course("basic")
    account = an_account(external_id="A-1")
    contact, lecture = a_contact(account), a_lecture()
    series = {"course": "basic", "rrule": "FREQ=WEEKLY", "starts_at": "2026-04-03T14:00", "capacity": 3}
    calls: list[tuple[str, Any]] = [
        ("/series", series),
        (f"/lectures/{lecture.id}/registrations", {"contact": str(contact.id)}),
        ("/handovers", {"account": "A-1", "to": "success", "reason": "x"}),
        ("/accounts/A-1/usage", {"at": "2026-03-30T01:00:00Z", "event": "signed_in"}),
        ("/accounts/A-1/introduction", {}),
    ]
    for path, body in calls:
        first = program.post(path, body, key=path)
        again = program.post(path, body, key=path)
        assert (first.status_code, again.status_code) == (201, 201), first.text
        assert again.json == first.json
    assert (count(Series), count(Registration), count(Handover), count(UsageDay)) == (1, 1, 1, 1)


def test_a_refusal_is_not_kept_so_that_the_call_may_succeed_later(app: Flask, program: Program) -> None:
    assert program.post("/lectures", LECTURE, key="k1").status_code == 404
    a_course("basic")
    assert program.post("/lectures", LECTURE, key="k1").status_code == 201


def test_a_key_belongs_to_its_program(app: Flask, client: Client, program: Program) -> None:
    a_course("basic")
    other = Program(client, a_token())
    first = program.post("/lectures", LECTURE, key="k1").json
    assert other.post("/lectures", LECTURE, key="k1").json["id"] != first["id"]


def test_a_key_too_long_is_refused(app: Flask, program: Program) -> None:
    a_course("basic")
    refused = program.post("/lectures", LECTURE, key="k" * 256)
    assert (refused.status_code, refused.json["field"]) == (422, "Idempotency-Key")
    assert count(Lecture) == 0


def test_the_same_key_from_several_connections_at_once_creates_once(database: Flask) -> None:
    contact, lecture = a_contact(), a_lecture()
    headers = {"Authorization": f"Bearer {a_token()}", "Idempotency-Key": "at once"}
    path = f"{PREFIX}/lectures/{lecture.id}/registrations"
    sent = {"contact": str(contact.id)}
    barrier, answers = Barrier(4), []

    def call() -> None:
        client = database.test_client()
        barrier.wait()
        answers.append(client.post(path, json=sent, headers=headers))

    threads = [Thread(target=contextvars.Context().run, args=(call,)) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json["id"] for answer in answers}) == 1
    assert (count(Registration), count(Mail)) == (1, 1)
