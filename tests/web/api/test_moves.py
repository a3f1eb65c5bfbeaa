"""People moved to another date over the API: all or one account's, tried beforehand, each told once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.mails import Mail
from tests.factories import NOW, a_contact, a_course, a_lecture, a_registration, an_account
from tests.web.api.conftest import Program, both


@both
def test_everybody_moves_once_and_a_trial_moves_nobody(program: Program) -> None:
    old, new = a_lecture(), a_lecture(capacity=1, starts_at=NOW + timedelta(days=9))
    contact = a_contact()
    first, second = a_registration(contact, old), a_registration(lecture=old)
    body = {"to": new.id, "reason": {"ja": "都合により"}}
    tried = program("POST", f"/lectures/{old.id}/moves", json=body, query_string={"dry_run": 1})
    moved = program.post(f"/lectures/{old.id}/moves", body, key="once")
    assert (tried.status_code, moved.status_code) == (201, 201)
    assert tried.json == moved.json
    assert moved.json["moved"] == [{"registration": first.id, "contact": contact.email, "reason": None}]
    assert [(one["registration"], one["reason"]) for one in moved.json["left"]] == [(second.id, "lecture_full")]
    assert program.post(f"/lectures/{old.id}/moves", body, key="once").json == moved.json
    assert db.session.scalars(select(Mail.kind)).all() == ["changed"]


@both
def test_one_accounts_people_or_one_person_alone(program: Program) -> None:
    account = an_account()
    old, new = a_lecture(), a_lecture()
    mine, hers, other = (
        a_registration(a_contact(account), old),
        a_registration(lecture=old),
        a_registration(lecture=old),
    )
    first = program.post(f"/lectures/{old.id}/moves", {"to": new.id, "account": account.external_id}).json
    second = program.post(f"/lectures/{old.id}/moves", {"to": new.id, "contact": str(hers.contact_id)}).json
    assert [one["registration"] for one in first["moved"] + second["moved"]] == [mine.id, hers.id]
    assert program.get(f"/lectures/{old.id}").json["seats_taken"] == 1
    assert other.id


@pytest.mark.parametrize(
    ("to", "status", "reason"),
    [("same", 422, "invalid"), ("other", 422, "invalid"), ("cancelled", 409, "lecture_cancelled"),
     ("unknown", 404, "not_found")],
)  # fmt: skip
def test_a_date_nobody_can_move_to_is_refused(program: Program, to: str, status: int, reason: str) -> None:
    old = a_lecture()
    a_registration(lecture=old)
    targets = {
        "same": old.id,
        "other": a_lecture(a_course("advanced")).id,
        "cancelled": a_lecture(status="cancelled").id,
        "unknown": 99_999,
    }
    refused = program.post(f"/lectures/{old.id}/moves", {"to": targets[to]})
    assert (refused.status_code, refused.json["reason"]) == (status, reason)
