"""Set-up, signs of use, introductions and history over the API."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.models.setup import Completion, UsageDay
from tests.factories import a_contact, a_course, a_lecture, a_setup_step, a_store, an_account
from tests.web.api.conftest import Program, both


@both
def test_a_step_is_done_at_the_moment_the_program_says_and_open_again_when_it_says_so(program: Program) -> None:
    a_setup_step("menu")
    an_account(external_id="A-1")
    done = program.put("/accounts/A-1/setup/menu", {"done": True, "at": "2026-03-31T18:30:00+09:00"})
    assert done.status_code == 200
    assert (done.json["step"], done.json["done"], done.json["at"]) == ("menu", True, "2026-03-31T09:30:00Z")
    assert program.get("/accounts/A-1").json["setup"][0]["done"] is True
    open_again = program.put("/accounts/A-1/setup/menu", {"done": False}).json
    assert (open_again["done"], open_again["at"]) == (False, None)


@both
def test_a_step_per_store_is_done_store_by_store(program: Program) -> None:
    a_setup_step("logins", per="store")
    account = an_account(external_id="A-1")
    a_store(account, code="Y01")
    a_store(account, code="Y02")
    half = program.put("/accounts/A-1/setup/logins", {"store": "Y01"}).json
    assert (half["done"], [item["state"] for item in half["items"]]) == (False, ["done", "open"])
    assert program.put("/accounts/A-1/setup/logins", {"store": "Y02"}).json["done"] is True


def test_a_program_says_that_a_step_waits_or_is_not_needed_and_what_is_due_and_how_many_stores(
    program: Program,
) -> None:
    a_setup_step("logins", per="store", due_days=3)
    account = an_account(external_id="A-1", planned_start_on=date(2026, 4, 10))
    a_store(account, code="Y01")
    a_store(account, code="Y02")
    waits = {"store": "Y01", "state": "waiting", "waiting_on": "third_party", "reason": "工事待ち"}
    answer = program.put("/accounts/A-1/setup/logins", waits).json
    assert (answer["due_on"], answer["settled"], answer["total"], answer["done"]) == ("2026-04-07", 0, 2, False)
    assert (answer["items"][0]["state"], answer["items"][0]["waiting_on"]) == ("waiting", "third_party")
    not_needed = {"store": "Y02", "state": "not_needed", "reason": "閉店"}
    assert program.put("/accounts/A-1/setup/logins", not_needed).json["settled"] == 1
    assert program.put("/accounts/A-1/setup/logins", {"store": "Y02", "state": "open"}).json["settled"] == 0


def test_a_program_does_not_tick_what_is_not_for_programs(program: Program) -> None:
    a_setup_step("menu", tickers=["customer", "staff"])
    an_account(external_id="A-1")
    refused = program.put("/accounts/A-1/setup/menu", {"done": True})
    assert (refused.status_code, db.session.scalar(select(Completion))) == (403, None)


@pytest.mark.parametrize(
    ("path", "sent", "status", "field"),
    [
        ("/accounts/nobody/setup/menu", {}, 404, "account"),
        ("/accounts/A-1/setup/unknown", {}, 404, "step"),
        ("/accounts/A-1/setup/menu", {"at": "2026-03-31T18:30:00"}, 422, "at"),
        ("/accounts/A-1/setup/menu", {"at": "2027-03-31T18:30:00Z"}, 422, "at"),
        ("/accounts/A-1/setup/menu", {"done": "yes"}, 422, "done"),
        ("/accounts/A-1/setup/menu", {"store": "Y01"}, 422, "store"),
        ("/accounts/A-1/setup/menu", {"state": "waiting"}, 422, "waiting_on"),
        ("/accounts/A-1/setup/menu", {"state": "perhaps"}, 422, "state"),
        ("/accounts/A-1/setup/menu", {"state": "not_needed"}, 422, "reason"),
    ],
)
def test_what_cannot_be_recorded_is_refused(
    program: Program, path: str, sent: dict[str, Any], status: int, field: str
) -> None:
    a_setup_step("menu")
    a_store(an_account(external_id="A-1"), code="Y01")
    refused = program.put(path, sent)
    assert (refused.status_code, refused.json["field"]) == (status, field)
    assert db.session.scalar(select(Completion)) is None


@both
def test_signs_of_use_come_one_by_one_or_in_a_list_and_count_once_a_day(program: Program) -> None:
    account = an_account(external_id="A-1")
    a_store(account, code="Y01")
    one = program.post("/accounts/A-1/usage", {"at": "2026-03-30T01:00:00Z", "event": "signed_in"})
    assert (one.status_code, one.json) == (201, {"received": 1, "new_days": 1})
    several = program.post(
        "/accounts/A-1/usage",
        [
            {"at": "2026-03-30T03:00:00Z", "event": "signed_in"},
            {"at": "2026-03-31T03:00:00Z", "event": "signed_in", "store": "Y01"},
        ],
    )
    assert several.json == {"received": 2, "new_days": 1}
    clauses = program.get("/accounts/A-1").json["readiness"]["clauses"]
    assert {clause["key"]: clause["met"] for clause in clauses}["usage_started"] is True


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"at": "2026-03-30T01:00:00", "event": "signed_in"}, "0.at"),
        ({"at": "2026-03-30T01:00:00Z"}, "0.event"),
        ([{"at": "2026-03-30T01:00:00Z", "event": "a"}, {"at": "yesterday", "event": "a"}], "1.at"),
        ({"at": "2026-05-30T01:00:00Z", "event": "signed_in"}, "at"),
        ({"at": "2026-03-30T01:00:00Z", "event": "signed_in", "store": "nowhere"}, "store"),
        ([{"at": "2026-03-30T01:00:00Z", "event": "a"}] * 1001, "signals"),
        ("signed_in", ""),
    ],
)
def test_a_sign_that_cannot_be_read_writes_none_of_the_list(program: Program, sent: Any, field: str) -> None:
    an_account(external_id="A-1")
    refused = program.post("/accounts/A-1/usage", sent)
    assert (refused.status_code, refused.json.get("field", "")) == (422, field), refused.text
    assert db.session.scalar(select(UsageDay)) is None


@both
def test_an_account_becomes_ready_the_moment_the_last_fact_arrives(program: Program, now: datetime) -> None:
    a_setup_step("menu")
    account = an_account(external_id="A-1")
    contact = a_contact(account)
    lecture = a_lecture(a_course("basic"), now - timedelta(days=2))
    with db.writing():
        db.session.add(
            Attendance(lecture_id=lecture.id, contact_id=contact.id, verdict="attended", seconds=3000, decided_at=now)
        )
    program.put("/accounts/A-1/setup/menu", {"done": True})
    assert program.get("/accounts/A-1").json["readiness"]["ready"] is False
    program.post("/accounts/A-1/usage", {"at": "2026-03-31T01:00:00Z", "event": "signed_in"})
    readiness = program.get("/accounts/A-1").json["readiness"]
    assert (readiness["ready"], readiness["since"]) == (True, "2026-04-01T00:00:00Z")
    assert all(clause["met"] for clause in readiness["clauses"])


@both
def test_an_introduction_says_how_many_mails_go_and_a_second_one_sends_none(program: Program) -> None:
    a_course("basic")
    account = an_account(external_id="A-1")
    a_contact(account)
    a_contact(account, role="manager", email=None, phone="045-1-2")
    first = program.post("/accounts/A-1/introduction", {"audience": "manager"})
    assert first.status_code == 201
    assert first.json == {"introduced": True, "invited": 1, "already": 0, "without_email": 1, "unsubscribed": 0}
    again = program.post("/accounts/A-1/introduction", {"audience": "manager"}).json
    assert (again["invited"], again["already"]) == (0, 1)
    assert [mail.kind for mail in db.session.scalars(select(Mail))] == ["invitation"]


@both
def test_an_account_that_is_not_being_introduced_gets_no_invitation(program: Program) -> None:
    a_course("basic")
    a_contact(an_account(external_id="A-1", stage="success"))
    assert program.post("/accounts/A-1/introduction", {}).json["introduced"] is False
    assert db.session.scalar(select(Mail)) is None


@both
def test_an_unknown_audience_is_refused(program: Program) -> None:
    an_account(external_id="A-1")
    refused = program.post("/accounts/A-1/introduction", {"audience": "friends"})
    assert (refused.status_code, refused.json["field"]) == (422, "audience")


@both
def test_the_history_tells_newest_first_what_happened_and_which_program_did_it(program: Program) -> None:
    a_setup_step("menu")
    program.put("/accounts/A-1", {"name": "株式会社みほん"})
    program.put("/accounts/A-1/setup/menu", {"done": True})
    events = program.get("/accounts/A-1/events").json
    assert [event["key"] for event in events["items"]] == ["setup_done", "account_added"]
    assert {(event["actor"], event["channel"], event["at"]) for event in events["items"]} == {
        ("api", "api", "2026-04-01T00:00:00Z")
    }
    assert all(event["text"] and event["by"].startswith("program") for event in events["items"])


@both
def test_the_history_is_read_piece_by_piece(program: Program, now: datetime) -> None:
    account = an_account(external_id="A-1")
    with db.writing():
        for _number in range(5):
            db.session.add(Event(at=now, account_id=account.id, key="ready", actor_kind="worker", channel="worker"))
    first = program.get("/accounts/A-1/events", limit=3).json
    second = program.get("/accounts/A-1/events", limit=3, cursor=first["next"]).json
    ids = [event["id"] for event in first["items"] + second["items"]]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), second["next"]) == (5, None)
