"""Registrations over the API: booked or waiting, moved in one step, cancelled, people named by id or address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from tests.factories import NOW, a_contact, a_course, a_lecture, a_registration, an_account
from tests.web.api.conftest import Program, both


def kinds() -> list[str]:
    return list(db.session.scalars(select(Mail.kind).order_by(Mail.id)))


@both
def test_a_contact_is_registered_by_address_and_gets_the_confirmation(program: Program) -> None:
    contact, lecture = a_contact(email="hanako@customer.example"), a_lecture()
    path = f"/lectures/{lecture.id}/registrations"
    made = program.post(path, {"contact": "Hanako@customer.example", "companions": ["佐藤 健", " "]})
    assert made.status_code == 201
    registration = made.json
    assert made.headers["Location"] == f"http://127.0.0.1:8000/api/v1{path}/{registration['id']}"
    assert (registration["contact"], registration["lecture"], registration["status"]) == (
        "hanako@customer.example",
        lecture.id,
        "booked",
    )
    assert (registration["companions"], registration["name"]) == (["佐藤 健"], contact.name)
    assert kinds() == ["confirmation"]
    assert program.get(path).json["items"] == [registration]
    assert program.get(f"{path}/{registration['id']}").json == registration
    assert program.get(f"/lectures/{lecture.id}").json["seats_taken"] == 1


@pytest.mark.parametrize("as_text", [True, False])
def test_a_contact_without_an_address_is_named_by_id_also_in_the_answer(program: Program, as_text: bool) -> None:
    contact, lecture = a_contact(email=None, phone="045-123-4567"), a_lecture()
    name: Any = str(contact.id) if as_text else contact.id
    made = program.post(f"/lectures/{lecture.id}/registrations", {"contact": name, "mails": False})
    assert (made.status_code, made.json["contact"]) == (201, str(contact.id))
    assert kinds() == []


@both
def test_a_shared_address_is_a_conflict_that_lists_the_people(program: Program) -> None:
    account, lecture = an_account(), a_lecture()
    first = a_contact(account, email="shop@customer.example", name="山田 花子")
    second = a_contact(account, email="shop@customer.example", name="佐藤 健")
    path = f"/lectures/{lecture.id}/registrations"
    refused = program.post(path, {"contact": "shop@customer.example"})
    assert (refused.status_code, refused.json["reason"]) == (409, "ambiguous_contact")
    assert refused.json["params"]["people"] == [
        {"id": str(first.id), "name": "山田 花子"},
        {"id": str(second.id), "name": "佐藤 健"},
    ]
    assert program.post(path, {"contact": str(second.id)}).json["contact"] == str(second.id)


@both
def test_a_full_lecture_puts_the_contact_on_the_waiting_list_and_cancelling_moves_her_up(program: Program) -> None:
    lecture = a_lecture(capacity=1, starts_at=datetime.fromisoformat("2026-04-20T05:00:00+00:00"))
    path = f"/lectures/{lecture.id}/registrations"
    booked = program.post(path, {"contact": str(a_contact().id)}).json
    waiting = program.post(path, {"contact": str(a_contact().id)})
    assert (waiting.status_code, waiting.json["status"]) == (201, "waitlisted")
    assert program.get(f"/lectures/{lecture.id}").json["waiting"] == 1
    assert program.delete(f"{path}/{booked['id']}").status_code == 204
    states = {row["id"]: row["status"] for row in program.get(path).json["items"]}
    assert states == {booked["id"]: "cancelled", waiting.json["id"]: "booked"}
    assert [row["id"] for row in program.get(path, status="booked").json["items"]] == [waiting.json["id"]]


@both
def test_changing_the_date_keeps_the_registration_and_moves_it_to_the_other_lecture(program: Program) -> None:
    old, new = a_lecture(), a_lecture()
    registration = a_registration(a_contact(), old)
    moved = program.patch(f"/lectures/{old.id}/registrations/{registration.id}", {"lecture": new.id})
    assert moved.status_code == 200
    assert (moved.json["id"], moved.json["lecture"], moved.json["status"]) == (registration.id, new.id, "booked")
    assert program.get(f"/lectures/{old.id}/registrations").json["items"] == []
    assert program.get(f"/lectures/{new.id}/registrations/{registration.id}").json == moved.json
    assert kinds() == ["changed"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"starts_at": datetime.fromisoformat("2026-03-31T00:00:00+00:00")}, "lecture_over"),
        ({"status": "cancelled"}, "lecture_cancelled"),
        ({"stray_since": NOW}, "lecture_undecided"),
    ],
)
def test_a_lecture_that_takes_nobody_says_why(program: Program, fields: dict[str, Any], reason: str) -> None:
    lecture = a_lecture(**fields)
    refused = program.post(f"/lectures/{lecture.id}/registrations", {"contact": str(a_contact().id)})
    assert (refused.status_code, refused.json["reason"]) == (409, reason)
    assert db.session.scalar(select(Registration)) is None


@both
def test_further_conflicts_say_why_and_leave_everything_as_it_was(program: Program, now: datetime) -> None:
    basic = a_course("basic")
    advanced = a_lecture(a_course("advanced", prerequisite_id=basic.id))
    contact, lecture, full = a_contact(), a_lecture(basic), a_lecture(basic, capacity=1)
    registration = a_registration(contact, lecture)
    a_registration(a_contact(), full)
    one = f"/lectures/{lecture.id}/registrations/{registration.id}"
    named = {"contact": str(contact.id)}
    cases = [
        (program.post(f"/lectures/{lecture.id}/registrations", named), "already_booked"),
        (program.post(f"/lectures/{advanced.id}/registrations", named), "prerequisite_missing"),
        (program.patch(one, {"lecture": lecture.id}), "already_booked"),
        (program.patch(one, {"lecture": full.id}), "lecture_full"),
    ]
    assert [(answer.status_code, answer.json["reason"]) for answer, _reason in cases] == [
        (409, reason) for _answer, reason in cases
    ]
    assert program.get(one).json["status"] == "booked"
    program.delete(one)
    assert program.delete(one).json["reason"] == "not_booked"


@both
def test_what_does_not_exist_is_404_and_named(program: Program) -> None:
    lecture, other = a_lecture(), a_lecture()
    registration = a_registration(a_contact(), lecture)
    own = a_lecture(account_id=an_account().id)
    path = f"/lectures/{lecture.id}/registrations"
    nobody = program.post(path, {"contact": "nobody@customer.example"})
    assert (nobody.status_code, nobody.json["field"]) == (404, "contact")
    assert program.post(path, {"contact": "99999999999999999999"}).status_code == 404
    assert program.post("/lectures/999999/registrations", {"contact": "1"}).status_code == 404
    assert program.get(f"/lectures/{other.id}/registrations/{registration.id}").status_code == 404
    assert program.delete(f"/lectures/{other.id}/registrations/{registration.id}").status_code == 404
    assert program.patch(f"{path}/{registration.id}", {"lecture": 999_999}).status_code == 404
    foreign = program.post(f"/lectures/{own.id}/registrations", {"contact": str(a_contact().id)})
    assert foreign.status_code == 404


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "contact"),
        ({"contact": None}, "contact"),
        ({"contact": ""}, "contact"),
        ({"contact": True}, "contact"),
        ({"contact": -1}, "contact"),
        ({"contact": ["a@customer.example"]}, "contact"),
        ({"contact": "1", "companions": "佐藤 健"}, "companions"),
        ({"contact": "1", "companions": [1]}, "companions.0"),
        ({"contact": "1", "companions": ["x"] * 51}, "companions"),
        ({"contact": "1", "mails": "no"}, "mails"),
        ({"contact": "1", "companions": -1}, "companions"),
        ({"contact": "1", "companions": 51}, "companions"),
        ({"contact": "1", "companions": True}, "companions"),
        ({"contact": "1", "companions": ["x" * 61]}, "companions.0"),
        ({"contact": "1", "waitlist": "yes"}, "waitlist"),
        ({"contact": "1", "exception": "x" * 501}, "exception"),
        ({"contact": "1", "over_limit": 2}, "over_limit"),
        ({"contact": "1", "offered_until": "2026-04-01T00:00:00Z"}, "offered_until"),
    ],
)
def test_a_wrong_field_is_named(program: Program, sent: dict[str, Any], field: str) -> None:
    refused = program.post(f"/lectures/{a_lecture().id}/registrations", sent)
    assert (refused.status_code, refused.json["field"]) == (422, field), refused.text


@both
def test_the_list_is_read_piece_by_piece(program: Program, now: datetime) -> None:
    lecture = a_lecture(starts_at=now + timedelta(days=7))
    ids = [a_registration(a_contact(), lecture).id for _number in range(3)]
    path = f"/lectures/{lecture.id}/registrations"
    first = program.get(path, limit=2).json
    second = program.get(path, limit=2, cursor=first["next"]).json
    assert [row["id"] for row in first["items"] + second["items"]] == ids


@both
def test_companions_come_as_names_or_as_a_number_and_change(program: Program) -> None:
    lecture = a_lecture()
    path = f"/lectures/{lecture.id}/registrations"
    counted = program.post(path, {"contact": str(a_contact().id), "companions": 3}).json
    assert (counted["companions"], counted["unnamed_companions"]) == ([], 3)
    named = program.patch(f"{path}/{counted['id']}", {"companions": ["佐藤 健"]}).json
    assert (named["companions"], named["unnamed_companions"]) == (["佐藤 健"], 0)
    assert program.get(f"/lectures/{lecture.id}").json["seats_taken"] == 1


@both
def test_who_does_not_want_to_wait_is_told_that_the_lecture_is_full(program: Program) -> None:
    lecture = a_lecture(capacity=1)
    a_registration(a_contact(), lecture)
    sent = {"contact": str(a_contact().id), "waitlist": False}
    refused = program.post(f"/lectures/{lecture.id}/registrations", sent)
    assert (refused.status_code, refused.json["reason"]) == (409, "lecture_full")


@both
def test_an_exception_is_made_with_a_reason_and_a_limit_is_passed_on_purpose(program: Program) -> None:
    account, basic = an_account(), a_course("basic")
    lecture = a_lecture(a_course("advanced", prerequisite_id=basic.id), account_limit=1)
    path = f"/lectures/{lecture.id}/registrations"
    first = program.post(path, {"contact": str(a_contact(account).id), "exception": "経験者"})
    assert (first.status_code, first.json["exception"]) == (201, "経験者")
    sent = {"contact": str(a_contact(account).id), "exception": "経験者"}
    refused = program.post(path, sent)
    assert (refused.status_code, refused.json["reason"], refused.json["params"]) == (
        409,
        "account_limit_reached",
        {"limit": 1},
    )
    assert program.post(path, sent | {"over_limit": True}).status_code == 201


@both
def test_a_kept_seat_is_accepted_or_declined(program: Program, now: datetime) -> None:
    lecture = a_lecture(starts_at=now + timedelta(hours=5), capacity=1)
    path = f"/lectures/{lecture.id}/registrations"
    booked = program.post(path, {"contact": str(a_contact().id)}).json
    one, other = (program.post(path, {"contact": str(a_contact().id)}).json for _number in range(2))
    early = program.patch(f"{path}/{one['id']}", {"status": "booked"})
    assert (early.status_code, early.json["reason"]) == (409, "offer_gone")
    program.delete(f"{path}/{booked['id']}")
    offered = program.get(f"{path}/{one['id']}").json
    assert (offered["status"], offered["offered_until"]) == ("waitlisted", "2026-04-01T03:00:00Z")
    assert program.get(f"/lectures/{lecture.id}").json["seats_taken"] == 1
    assert program.delete(f"{path}/{one['id']}").status_code == 204
    accepted = program.patch(f"{path}/{other['id']}", {"status": "booked"}).json
    assert (accepted["status"], accepted["offered_until"]) == ("booked", None)
    assert program.patch(f"{path}/{other['id']}", {}).json["field"] == "lecture"
