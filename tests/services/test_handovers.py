"""How an account passes on: asked once, decided once, told to whom it concerns, and undone until the customer knows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Account, Contract
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.services import handovers, letters, readiness, setup
from scheduler.services.actors import Actor
from scheduler.services.outbox.content import preview
from scheduler.services.refusals import (
    HandoverClosed,
    HandoverOpen,
    Invalid,
    LetterGone,
    NotFound,
    NotReady,
)
from tests.factories import a_contact, a_lecture, a_member, a_setup_step, an_account
from tests.services.together import at_once

API = Actor("api", 1, "api")
READY = datetime(2026, 3, 31, tzinfo=UTC)
# The tests' moment is a Wednesday morning in Tokyo: the letter leaves on Thursday at 10:00.
LETTER_DUE = datetime(2026, 4, 2, 1, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("database")


def acts(member: Staff) -> Actor:
    return Actor("staff", member.id, "page")


def a_ready_account(**fields: Any) -> Account:
    """Add an account that meets its conditions since yesterday: somebody attended, use is confirmed."""
    owner = a_member(team="onboarding")
    account = an_account(**{"onboarding_owner_id": owner.id, "started_on": date(2026, 3, 30)} | fields)
    pupil, lecture = a_contact(account, role="member", email=None), a_lecture(starts_at=READY - timedelta(days=7))
    with db.writing():
        seen = {"lecture_id": lecture.id, "contact_id": pupil.id, "verdict": "attended"}
        db.session.add(Attendance(**seen, decided_at=READY))
    readiness.refresh(account.id, READY)
    return account


def the(account: Account) -> Account:
    return db.session.get_one(Account, account.id, populate_existing=True)


def last_knot(account: Account) -> str:
    return next(knot["state"] for knot in the(account).knots if knot["key"] == "handed_over")


def row(handover_id: int) -> Handover:
    return db.session.get_one(Handover, handover_id, populate_existing=True)


def mails(kind: str) -> list[tuple[int | None, str]]:
    query = select(Mail.staff_id, Mail.contact_id, Mail.state).where(Mail.kind == kind).order_by(Mail.id)
    return [(staff_id or contact_id, state) for staff_id, contact_id, state in db.session.execute(query)]


def events(account: Account) -> list[str]:
    query = select(Event.key).where(Event.account_id == account.id, Event.key.like("handover%")).order_by(Event.id)
    return list(db.session.scalars(query))


def program_accepts(handover_id: int, now: datetime) -> None:
    """Let a program accept for somebody of the receiving team."""
    handovers.accept(handover_id, now, API, receiver_id=a_member(team=row(handover_id).to_stage).id)


def test_a_request_tells_everyone_of_the_receiving_team_who_has_an_address(now: datetime) -> None:
    account, giver = a_ready_account(), a_member()
    receivers = [a_member(team="success"), a_member(team="success")]
    a_member(team="success", email=None)
    a_member(team="success", active=False)
    a_member(team="renewal")
    number = handovers.request(account.id, "success", now, acts(giver), note="店長は午前中が連絡しやすいです")
    assert sorted(mails("staff_handover_requested")) == sorted((member.id, "queued") for member in receivers)
    found = row(number)
    assert (found.state, found.from_stage, found.to_stage, found.requested_by_id, found.note) == (
        "requested",
        "onboarding",
        "success",
        giver.id,
        "店長は午前中が連絡しやすいです",
    )
    assert events(account) == ["handover_requested"]
    assert last_knot(account) == "waiting"


def test_a_request_to_one_receiver_tells_only_her(now: datetime) -> None:
    account = a_ready_account()
    receiver, _other = a_member(team="success"), a_member(team="success")
    handovers.request(account.id, "success", now, API, receiver_id=receiver.id)
    assert mails("staff_handover_requested") == [(receiver.id, "queued")]


def test_a_program_may_accept_for_a_team_of_which_nobody_looks_after_the_account_yet(now: datetime) -> None:
    account = a_ready_account()
    a_contact(account)
    number = handovers.request(account.id, "success", now, API)
    handovers.accept(number, now, API)
    assert (the(account).stage, the(account).success_owner_id) == ("success", None)
    for letter in letters.of(number):
        assert preview(letter, now).text


def test_a_program_can_say_who_takes_an_account_over(now: datetime) -> None:
    account, receiver = a_ready_account(), a_member(team="success")
    number = handovers.request(account.id, "success", now, API)
    with pytest.raises(Invalid) as refused:
        handovers.accept(number, now, API, receiver_id=a_member(team="renewal").id)
    assert refused.value.params == {"field": "receiver", "why": "receiver_not_of_team"}
    assert (row(number).state, the(account).stage) == ("requested", "onboarding")
    handovers.accept(number, now, API, receiver_id=receiver.id)
    assert (row(number).receiver_id, the(account).success_owner_id) == (receiver.id, receiver.id)
    handovers.undo(number, now, API)
    assert (row(number).receiver_id, the(account).success_owner_id) == (None, None)


def test_accepting_moves_the_account_and_makes_the_acceptor_its_owner(now: datetime) -> None:
    account, giver, receiver = a_ready_account(), a_member(), a_member(team="success")
    contact = a_contact(account)
    a_contact(account, role="member")
    number = handovers.request(account.id, "success", now, acts(giver))
    handovers.accept(number, now, acts(receiver))
    found = the(account)
    assert (found.stage, found.stage_since, found.success_owner_id) == ("success", now, receiver.id)
    assert (row(number).state, row(number).decided_by_id) == ("accepted", receiver.id)
    assert mails("staff_handover_accepted") == [(giver.id, "queued")]
    assert mails("staff_handover_requested") == [(receiver.id, "dropped")]
    assert mails("handover_letter") == [(contact.id, "queued")]
    assert events(account) == ["handover_requested", "handover_accepted"]
    assert last_knot(account) == "met"


def test_the_receiver_named_becomes_the_owner_whoever_accepts(now: datetime) -> None:
    account, receiver, manager = a_ready_account(), a_member(team="success"), a_member(team="operations")
    number = handovers.request(account.id, "success", now, API, receiver_id=receiver.id)
    handovers.accept(number, now, acts(manager))
    assert the(account).success_owner_id == receiver.id


def test_a_program_that_accepts_keeps_the_owner_known_before(now: datetime) -> None:
    owner = a_member(team="success")
    account = a_ready_account(success_owner_id=owner.id)
    handovers.accept(handovers.request(account.id, "success", now, API), now, API)
    assert the(account).success_owner_id == owner.id
    assert mails("staff_handover_accepted") == [(account.onboarding_owner_id, "queued")]


@pytest.mark.parametrize(
    ("zone", "due"),
    [
        ("Asia/Tokyo", LETTER_DUE),
        # It is still Tuesday evening in New York.
        ("America/New_York", datetime(2026, 4, 1, 14, tzinfo=UTC)),
    ],
)
def test_the_letter_leaves_at_ten_on_the_next_working_day_of_its_reader(
    now: datetime, zone: str, due: datetime
) -> None:
    account = a_ready_account()
    a_contact(account, zone=zone)
    program_accepts(handovers.request(account.id, "success", now, API), now)
    assert db.session.scalar(select(Mail.due_at).where(Mail.kind == "handover_letter")) == due


def test_without_a_coordinator_to_write_to_the_history_says_that_no_letter_goes(now: datetime) -> None:
    account = a_ready_account()
    a_contact(account, email=None)
    a_contact(account, role="manager")
    program_accepts(handovers.request(account.id, "success", now, API), now)
    assert mails("handover_letter") == []
    params = db.session.scalar(select(Event.params).where(Event.key == "handover_accepted"))
    assert params is not None
    assert params["letters"] == 0


def test_an_account_that_is_not_ready_passes_only_with_a_reason(now: datetime) -> None:
    account = a_ready_account(started_on=None)
    a_setup_step("menu")
    with pytest.raises(NotReady) as refusal:
        handovers.request(account.id, "success", now, API)
    assert refusal.value.params == {"open": 2}
    number = handovers.request(account.id, "success", now, API, reason="先方のご希望")
    assert row(number).early_reason == "先方のご希望"
    program_accepts(number, now)
    assert (the(account).stage, the(account).ready_since) == ("success", None)
    assert [clause["met"] for clause in row(number).clauses] == [True, False, False]


@pytest.mark.parametrize("to", ["onboarding", "sales", "renewal", "nowhere"])
def test_only_the_next_stage_can_be_asked(now: datetime, to: str) -> None:
    with pytest.raises(Invalid) as refusal:
        handovers.request(a_ready_account().id, to, now, API)
    assert refusal.value.params["why"] == "not_next_stage"


@pytest.mark.parametrize(
    ("stage", "to", "missing"),
    [
        pytest.param("sales", "onboarding", {"planned_start_on": None}, id="from sales the start must be known"),
        pytest.param(
            "success", "renewal", {"ends_on": date(2027, 3, 31)}, id="from success the contract must end soon"
        ),
    ],
)
def test_every_boundary_asks_for_its_conditions_or_a_reason(
    now: datetime, stage: str, to: str, missing: dict[str, Any]
) -> None:
    def one(fields: dict[str, Any]) -> Account:
        known = {"signed_on": date(2026, 3, 1), "planned_start_on": date(2026, 5, 1), "ends_on": date(2026, 5, 31)}
        ends_on = (known := known | fields).pop("ends_on")
        account = an_account(stage=stage, **known)
        a_contact(account)
        with db.writing():
            db.session.add(Contract(account_id=account.id, starts_on=date(2025, 4, 1), ends_on=ends_on, created_at=now))
        return account

    program_accepts(handovers.request((ready := one({})).id, to, now, API), now)
    assert the(ready).stage == to
    early = one(missing)
    with pytest.raises(NotReady):
        handovers.request(early.id, to, now, API)
    number = handovers.request(early.id, to, now, API, reason="先方のご希望")
    program_accepts(number, now)
    assert (the(early).stage, row(number).early_reason) == (to, "先方のご希望")


def test_a_customer_that_comes_from_sales_gets_no_letter(now: datetime) -> None:
    account = an_account(stage="sales")
    a_contact(account)
    program_accepts(handovers.request(account.id, "onboarding", now, API, reason="先方のご希望"), now)
    assert mails("handover_letter") == []


def test_a_second_request_waits_for_the_first(now: datetime) -> None:
    account = a_ready_account()
    handovers.request(account.id, "success", now, API)
    with pytest.raises(HandoverOpen):
        handovers.request(account.id, "success", now, API)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"team": "renewal"}, "receiver_not_of_team"),
        ({"team": "success", "active": False}, "receiver_not_of_team"),
    ],
)
def test_a_receiver_must_be_at_work_in_the_receiving_team(now: datetime, fields: dict[str, Any], why: str) -> None:
    with pytest.raises(Invalid) as refusal:
        handovers.request(a_ready_account().id, "success", now, API, receiver_id=a_member(**fields).id)
    assert refusal.value.params["why"] == why


def test_an_undecided_account_cannot_be_handed_over(now: datetime) -> None:
    with pytest.raises(Invalid) as refusal:
        handovers.request(a_ready_account(undecided=True).id, "success", now, API)
    assert refusal.value.params["why"] == "undecided"


def test_returning_needs_a_reason_and_tells_who_asked(now: datetime) -> None:
    account, giver, receiver = a_ready_account(), a_member(), a_member(team="success")
    number = handovers.request(account.id, "success", now, acts(giver))
    with pytest.raises(Invalid) as refusal:
        handovers.give_back(number, "  ", now, acts(receiver))
    assert refusal.value.params == {"field": "reason", "why": "reason_missing"}
    handovers.give_back(number, "店舗の一覧がありません", now, acts(receiver))
    assert (row(number).state, row(number).reason) == ("returned", "店舗の一覧がありません")
    assert (the(account).stage, the(account).ready_since) == ("onboarding", READY)
    assert mails("staff_handover_returned") == [(giver.id, "queued")]
    assert last_knot(account) == "missing"


def test_the_whole_way_of_a_handover_that_was_returned_stands_in_the_history(now: datetime) -> None:
    account, giver, receiver = a_ready_account(), a_member(), a_member(team="success")
    first = handovers.request(account.id, "success", now, acts(giver))
    handovers.give_back(first, "店舗の一覧がありません", now, acts(receiver))
    second = handovers.request(account.id, "success", now, acts(giver))
    handovers.withdraw(second, "", now, acts(giver))
    third = handovers.request(account.id, "success", now, acts(giver))
    handovers.accept(third, now, acts(receiver))
    assert events(account) == [
        "handover_requested",
        "handover_returned",
        "handover_requested",
        "handover_withdrawn",
        "handover_requested",
        "handover_accepted",
    ]
    assert [row(number).state for number in (first, second, third)] == ["returned", "withdrawn", "accepted"]


@pytest.mark.parametrize("first", ["accept", "give_back", "withdraw"])
@pytest.mark.parametrize("second", ["accept", "give_back", "withdraw"])
def test_what_is_decided_cannot_be_decided_again(now: datetime, first: str, second: str) -> None:
    decide = {
        "accept": lambda number: program_accepts(number, now),
        "give_back": lambda number: handovers.give_back(number, "理由", now, API),
        "withdraw": lambda number: handovers.withdraw(number, "", now, API),
    }
    account = a_ready_account()
    number = handovers.request(account.id, "success", now, API)
    decide[first](number)
    before = (row(number).state, the(account).stage, len(events(account)))
    with pytest.raises(HandoverClosed):
        decide[second](number)
    assert (row(number).state, the(account).stage, len(events(account))) == before


def test_of_two_who_accept_at_the_same_moment_one_becomes_the_owner(database: Flask, now: datetime) -> None:
    account = a_ready_account()
    a_contact(account)
    people = [a_member(team="success").id for _ in range(4)]
    number = handovers.request(account.id, "success", now, API)

    def accepting(staff_id: int) -> Any:
        return lambda: handovers.accept(number, now, Actor("staff", staff_id, "page"))

    assert at_once(database, *map(accepting, people)) == ["handover_closed"] * 3
    assert the(account).success_owner_id == row(number).decided_by_id
    assert len(mails("handover_letter")) == 1
    assert events(account) == ["handover_requested", "handover_accepted"]


def test_of_two_who_ask_at_the_same_moment_one_asks(database: Flask, now: datetime) -> None:
    number = a_ready_account().id
    asking = [lambda: handovers.request(number, "success", now, API)] * 3
    assert at_once(database, *asking) == ["handover_open"] * 2


def test_accepting_can_be_undone_until_the_letter_leaves(now: datetime) -> None:
    account, giver, receiver = a_ready_account(), a_member(), a_member(team="success")
    since = the(account).stage_since
    contact = a_contact(account)
    number = handovers.request(account.id, "success", now, acts(giver))
    handovers.accept(number, now, acts(receiver))
    handovers.undo(number, LETTER_DUE - timedelta(minutes=1), acts(receiver))
    found = the(account)
    assert (found.stage, found.stage_since, found.success_owner_id) == ("onboarding", since, None)
    assert (found.ready_since, row(number).state, row(number).decided_at) == (READY, "requested", None)
    assert mails("handover_letter") == [(contact.id, "dropped")]
    assert mails("staff_handover_accepted") == [(giver.id, "dropped")]
    assert events(account)[-1] == "handover_undone"


def test_after_undoing_it_can_be_accepted_again_and_the_letter_goes_again(now: datetime) -> None:
    account = a_ready_account()
    contact = a_contact(account)
    number = handovers.request(account.id, "success", now, API)
    for _ in range(2):
        program_accepts(number, now)
        handovers.undo(number, now, API)
    program_accepts(number, now)
    assert mails("handover_letter") == [(contact.id, "dropped"), (contact.id, "dropped"), (contact.id, "queued")]


@pytest.mark.parametrize("state", ["sending", "sent", "failed"])
def test_once_the_letter_was_handed_out_nothing_is_undone(now: datetime, state: str) -> None:
    account = a_ready_account()
    a_contact(account)
    a_contact(account)
    number = handovers.request(account.id, "success", now, API)
    program_accepts(number, now)
    with db.writing():
        letters.of(number)[0].state = state
    with pytest.raises(LetterGone):
        handovers.undo(number, now, API)
    assert the(account).stage == "success"
    assert [mail.state for mail in letters.of(number)] == [state, "queued"]


def test_the_same_hour_ends_undoing_where_no_letter_goes(now: datetime) -> None:
    account = a_ready_account()
    number = handovers.request(account.id, "success", now, API)
    program_accepts(number, now)
    with pytest.raises(LetterGone):
        handovers.undo(number, LETTER_DUE, API)
    handovers.undo(number, LETTER_DUE - timedelta(seconds=1), API)
    assert the(account).stage == "onboarding"


def test_an_account_that_moved_on_is_not_brought_back(now: datetime) -> None:
    account = a_ready_account()
    first = handovers.request(account.id, "success", now, API)
    program_accepts(first, now)
    handovers.request(account.id, "renewal", now, API, reason="先方のご希望")
    with pytest.raises(HandoverOpen):
        handovers.undo(first, now, API)


def test_the_receiver_adds_her_own_words_to_the_letter_until_it_leaves(now: datetime) -> None:
    account = a_ready_account()
    a_contact(account)
    number = handovers.request(account.id, "success", now, API)
    program_accepts(number, now)
    for _ in range(2):
        letters.add_note(number, "来週お伺いします。", now, API)
    assert [mail.params["note"] for mail in letters.of(number)] == ["来週お伺いします。"]
    assert events(account)[2:] == ["handover_letter_changed"]
    with db.writing():
        letters.of(number)[0].state = "sent"
    with pytest.raises(LetterGone):
        letters.add_note(number, "やはりお伺いできません。", now, API)


def test_losing_a_fact_while_a_request_waits_leaves_the_decision_to_the_receiver(now: datetime) -> None:
    account = a_ready_account()
    a_setup_step("menu")
    setup.complete(account.id, "menu", now, API)
    number = handovers.request(account.id, "success", now, API)
    setup.complete(account.id, "menu", now, API, done=False)
    assert (the(account).ready_since, row(number).state) == (None, "requested")
    program_accepts(number, now)
    setup.complete(account.id, "menu", now, API)
    assert next(clause for clause in row(number).clauses if clause["key"] == "setup_complete")["met"] is False


def test_unknown_accounts_and_handovers_are_not_found(now: datetime) -> None:
    with pytest.raises(NotFound):
        handovers.request(999_999, "success", now, API)
    for act in (handovers.accept, handovers.undo):
        with pytest.raises(NotFound):
            act(999_999, now, API)
