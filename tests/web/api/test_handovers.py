"""Handovers and mails over the API: requested, decided with a reason, and what was sent to whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.services import boundaries
from scheduler.services.actors import CLI
from tests.factories import (
    a_contact,
    a_course,
    a_lecture,
    a_member,
    a_registration,
    a_setup_step,
    a_store,
    an_account,
)
from tests.web.api.conftest import Program, both

EARLY = {"account": "A-1", "to": "success", "reason": "先方のご希望"}


@both
def test_an_account_is_requested_and_accepted_and_its_stage_changes(program: Program) -> None:
    account = an_account(external_id="A-1")
    a_contact(account)
    receiver = a_member("success")
    made = program.post("/handovers", EARLY | {"note": "水曜定休です。", "receiver": receiver.email})
    assert made.status_code == 201
    handover = made.json
    assert made.headers["Location"] == f"http://127.0.0.1:8000/api/v1/handovers/{handover['id']}"
    assert (handover["account"], handover["from"], handover["to"], handover["state"], handover["reason"]) == (
        "A-1",
        "onboarding",
        "success",
        "requested",
        None,
    )
    assert (handover["early_reason"], handover["note"], handover["receiver"]) == (
        "先方のご希望",
        "水曜定休です。",
        receiver.email,
    )
    accepted = program.patch(f"/handovers/{handover['id']}", {"action": "accept"})
    assert (accepted.status_code, accepted.json["state"]) == (200, "accepted")
    read = program.get("/accounts/A-1").json
    assert (read["stage"], read["owners"]["success"]) == ("success", receiver.email)
    assert [event["key"] for event in program.get("/accounts/A-1/events").json["items"]] == [
        "handover_accepted",
        "handover_requested",
    ]


@both
def test_who_accepts_for_a_team_can_name_the_receiver(program: Program) -> None:
    an_account(external_id="A-1")
    receiver = a_member("success")
    number = program.post("/handovers", EARLY).json["id"]
    unknown = program.patch(f"/handovers/{number}", {"action": "accept", "receiver": "nobody@vendor.example"})
    assert (unknown.status_code, unknown.json["field"]) == (422, "receiver")
    accepted = program.patch(f"/handovers/{number}", {"action": "accept", "receiver": receiver.email})
    assert (accepted.status_code, accepted.json["receiver"]) == (200, receiver.email)
    assert program.get("/accounts/A-1").json["owners"]["success"] == receiver.email


@both
def test_an_account_that_is_not_ready_needs_a_reason(program: Program) -> None:
    program.put("/accounts/A-1", {"name": "株式会社みほん"})
    refused = program.post("/handovers", {"account": "A-1", "to": "success"})
    assert (refused.status_code, refused.json["reason"]) == (409, "not_ready")
    assert refused.json["params"]["open"] > 0


@pytest.mark.parametrize(("action", "state"), [("return", "returned"), ("withdraw", "withdrawn")])
def test_a_request_is_returned_or_withdrawn_with_its_reason(program: Program, action: str, state: str) -> None:
    an_account(external_id="A-1")
    number = program.post("/handovers", EARLY).json["id"]
    decided = program.patch(f"/handovers/{number}", {"action": action, "reason": "初期設定が残っています。"}).json
    assert (decided["state"], decided["reason"], decided["decided_at"]) == (
        state,
        "初期設定が残っています。",
        "2026-04-01T00:00:00Z",
    )
    again = program.patch(f"/handovers/{number}", {"action": "accept"})
    assert (again.status_code, again.json["reason"]) == (409, "handover_closed")
    assert db.session.scalar(select(Account.stage)) == "onboarding"


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"account": "nobody"}, 404, "account"),
        ({"to": "renewal"}, 422, "to"),
        ({"to": "sales"}, 422, "to"),
        ({"to": None}, 422, "to"),
        ({"receiver": "nobody@vendor.example"}, 422, "receiver"),
        ({"note": "長" * 4001}, 422, "note"),
    ],
)
def test_a_request_that_cannot_be_is_refused(program: Program, change: dict[str, Any], status: int, field: str) -> None:
    an_account(external_id="A-1")
    refused = program.post("/handovers", EARLY | change)
    assert (refused.status_code, refused.json["field"]) == (status, field), refused.text
    assert db.session.scalar(select(Handover)) is None


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"action": "return"}, "reason"), ({"action": "undo"}, "action"), ({}, "action"), ({"action": None}, "action")],
)
def test_a_decision_that_cannot_be_is_refused(program: Program, sent: dict[str, Any], field: str) -> None:
    an_account(external_id="A-1")
    number = program.post("/handovers", EARLY).json["id"]
    refused = program.patch(f"/handovers/{number}", sent)
    assert (refused.status_code, refused.json["field"]) == (422, field)
    assert program.get(f"/handovers/{number}").json["state"] == "requested"


@both
def test_handovers_are_listed_newest_first_by_account_and_state(program: Program) -> None:
    for name in ("A-1", "A-2"):
        an_account(external_id=name)
    first = program.post("/handovers", EARLY).json
    second = program.post("/handovers", EARLY | {"account": "A-2"}).json
    program.patch(f"/handovers/{first['id']}", {"action": "withdraw"})

    def found(**query: str) -> list[int]:
        return [row["id"] for row in program.get("/handovers", **query).json["items"]]

    assert found() == [second["id"], first["id"]]
    assert found(state="requested") == [second["id"]]
    assert found(account="A-1") == [first["id"]]
    assert program.get("/handovers", account="nobody").status_code == 404
    assert program.get("/handovers/999999").status_code == 404
    page = program.get("/handovers", limit=1).json
    assert program.get("/handovers", limit=1, cursor=page["next"]).json["items"][0]["id"] == first["id"]


@both
def test_a_return_opens_conditions_again_and_says_which(program: Program) -> None:
    an_account(external_id="A-1")
    number = program.post("/handovers", EARLY).json["id"]
    sent = {"action": "return", "reason": "初期設定が残っています。", "reopened": ["setup_complete"]}
    assert program.patch(f"/handovers/{number}", sent).json["reopened"] == ["setup_complete"]
    clauses = program.get("/accounts/A-1").json["readiness"]["clauses"]
    assert {one["key"]: (one["met"], one["reason"]) for one in clauses}["setup_complete"] == (False, "reopened")
    second = program.post("/handovers", EARLY).json["id"]
    refused = program.patch(f"/handovers/{second}", sent | {"reopened": ["nothing"]})
    assert (refused.status_code, refused.json["field"]) == (422, "reopened")


def test_fields_that_the_boundary_demands_are_sent_with_the_request(program: Program, now: datetime) -> None:
    an_account(external_id="A-1")
    a_course()
    rule = boundaries.rules()["onboarding"].to_json() | {"sheet": ["promises"]}
    boundaries.save("onboarding", rule, now, CLI)
    refused = program.post("/handovers", EARLY)
    assert (refused.status_code, refused.json["reason"]) == (422, "sheet_incomplete")
    assert refused.json["params"] == {"fields": ["promises"]}
    sent = EARLY | {"sheet": {"promises": "初年度は無料", "open_points": "開店日が未定"}}
    number = program.post("/handovers", sent).json["id"]
    sheet = program.get(f"/handovers/{number}/sheet").json
    assert (sheet["account"]["promises"], sheet["account"]["open_points"]) == ("初年度は無料", "開店日が未定")


@both
def test_the_sheet_tells_programs_all_that_is_known(program: Program, now: datetime) -> None:
    account = an_account(external_id="A-1", promises="初年度は無料")
    pupil = a_contact(account, (a_store(account, code="Y01"),), name="佐藤 一郎", email=None, note="午前中に電話")
    a_setup_step("menu", per="store")
    registration = a_registration(pupil, a_lecture(starts_at=now - timedelta(days=7)), companions=["鈴木 次郎"])
    with db.writing():
        seen = {"lecture_id": registration.lecture_id, "contact_id": pupil.id, "verdict": "attended"}
        db.session.add(Attendance(**seen, decided_at=now))
    number = program.post("/handovers", EARLY | {"note": "水曜定休です。"}).json["id"]
    sheet = program.get(f"/handovers/{number}/sheet").json
    assert (sheet["handover"]["note"], sheet["account"]["external_id"]) == ("水曜定休です。", "A-1")
    (held,) = sheet["lectures"]
    assert (held["course"], held["starts_at"]) == ("basic", "2026-03-25T00:00:00Z")
    assert held["people"] == [
        {"contact": str(pupil.id), "name": "佐藤 一郎", "verdict": "attended", "companions": ["鈴木 次郎"]}
    ]
    assert [(one["code"], one["closed"], one["total"]) for one in sheet["stores"]] == [("Y01", 0, 1)]
    assert sheet["contact_notes"] == [{"contact": str(pupil.id), "note": "午前中に電話"}]
    assert [one["id"] for one in sheet["handovers"]] == [number]
    assert "handover_requested" in [one["key"] for one in sheet["events"]]
    own = program.get("/accounts/A-1/sheet").json
    assert own == sheet | {"handover": None}
    assert program.get("/accounts/nobody/sheet").status_code == 404
    assert program.get("/handovers/999999/sheet").status_code == 404


@both
def test_a_second_open_request_is_a_conflict(program: Program) -> None:
    an_account(external_id="A-1")
    program.post("/handovers", EARLY)
    assert program.post("/handovers", EARLY).json["reason"] == "handover_open"


@both
def test_mails_are_listed_newest_first_and_filtered(program: Program, now: datetime) -> None:
    account = an_account(external_id="A-1")
    contact = a_contact(account, email="hanako@customer.example")
    twins = [a_contact(account, email="shop@customer.example", name=name) for name in ("店 一", "店 二")]
    lecture = a_lecture()
    for person in (contact, *twins):
        program.post(f"/lectures/{lecture.id}/registrations", {"contact": str(person.id)})
    a_member("success")
    program.post("/handovers", EARLY)
    mails = program.get("/mails").json["items"]
    assert [mail["kind"] for mail in mails] == ["staff_handover_requested", *["confirmation"] * 3]
    to_staff, *_others, first = mails
    assert (to_staff["contact"], to_staff["account"], to_staff["staff"] is not None) == (None, "A-1", True)
    assert first | {"id": 0, "registration": 0} == {
        "id": 0,
        "kind": "confirmation",
        "contact": "hanako@customer.example",
        "staff": None,
        "application": None,
        "account": "A-1",
        "lecture": lecture.id,
        "registration": 0,
        "to": "hanako@customer.example",
        "state": "queued",
        "reason": None,
        "subject": None,
        "locale": None,
        "due_at": "2026-04-01T00:00:00Z",
        **dict.fromkeys(("sent_at", "delivered_at", "opened_at", "clicked_at")),
        "created_at": "2026-04-01T00:00:00Z",
    }
    assert {mail["contact"] for mail in mails[1:3]} == {str(person.id) for person in twins}

    def found(**query: str) -> int:
        return len(program.get("/mails", **query).json["items"])

    assert found(contact="hanako@customer.example") == found(contact=str(twins[0].id)) == 1
    assert (found(account="A-1"), found(kind="confirmation"), found(state="queued"), found(state="sent")) == (
        4,
        3,
        4,
        0,
    )
    assert found(account="A-1", kind="invitation") == 0
    assert program.get("/mails", contact="shop@customer.example").status_code == 409
    assert program.get("/mails", account="nobody").status_code == 404
    assert program.get("/mails", state="lost").json["field"] == "state"
    page = program.get("/mails", limit=3).json
    assert [mail["id"] for mail in program.get("/mails", cursor=page["next"]).json["items"]] == [first["id"]]
