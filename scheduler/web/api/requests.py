"""Answers what a program's request means: who acts, which things its names stand for, and that it is done once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, current_app, g, request
from marshmallow import Schema
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture, Series
from scheduler.services import requests, staff
from scheduler.services.actors import Actor
from scheduler.services.installation import here
from scheduler.services.refusals import NotFound
from scheduler.services.tokens import Answer
from scheduler.web import edge


def actor() -> Actor:
    """Return the program as the one who acts."""
    return Actor("api", g.token_id, "api")


def create(
    answer: Schema,
    act: Callable[[], Mapping[str, Any]],
    address: Callable[[Mapping[str, Any]], str] | None = None,
    content: bytes | None = None,
) -> Response:
    """Do what a creating request asks, once per Idempotency-Key, and answer 201.

    `act` does it and returns the answer's values; `address` makes the path of what was made from the answer; `content`
    stands for the body where the same content may be sent in different bytes.
    """

    def written() -> Answer:
        return Answer(201, current_app.json.dumps(answer.dump(act())))

    same = f"{request.method} {request.full_path}\n".encode() + (request.get_data() if content is None else content)
    kept = requests.once(g.token_id, request.headers.get("Idempotency-Key"), same, edge.now(), written)
    response = Response(kept.body, kept.status, content_type="application/json")
    if address is not None:
        response.headers["Location"] = here().base_url + address(current_app.json.loads(kept.body))
    return response


def account_id(external_id: str) -> int:
    """Return the id of the account with this key in the CRM; raise NotFound."""
    known = db.session.scalar(select(Account.id).where(Account.external_id == external_id))
    if known is None:
        raise NotFound(what="account", field="account", value=external_id)
    return known


def course(key: str) -> Course:
    """Return the course of this key; raise NotFound."""
    known = db.session.scalar(select(Course).where(Course.key == key).options(joinedload(Course.prerequisite)))
    if known is None:
        raise NotFound(what="course", field="course", value=key)
    return known


def lecture(lecture_id: int) -> Lecture:
    """Return a dated lecture as it is now, what belongs to it loaded; raise NotFound."""
    query = select(Lecture).where(Lecture.id == lecture_id).execution_options(populate_existing=True)
    known = db.session.scalar(query.options(*of_lecture()))
    if known is None:
        raise NotFound(what="lecture", value=lecture_id)
    return known


def of_lecture() -> list[Any]:
    """Name what is loaded with a lecture."""
    return [joinedload(Lecture.course), joinedload(Lecture.host), joinedload(Lecture.account)]


def series(series_id: int) -> Series:
    """Return a series; raise NotFound."""
    query = select(Series).where(Series.id == series_id).execution_options(populate_existing=True)
    known = db.session.scalar(
        query.options(joinedload(Series.course), joinedload(Series.host), joinedload(Series.account))
    )
    if known is None:
        raise NotFound(what="series", value=series_id)
    return known


def host_id(values: Mapping[str, Any], team: str) -> int | None:
    """Return the member whose address stands under `host`, made without a password when unknown; None for nobody."""
    return staff.by_email(values["host"], team, edge.now()) if values.get("host") else None
