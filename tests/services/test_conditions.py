"""What a receiver finds missing counts as not met until the giver takes it back, whatever the facts say meanwhile."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.history import Event
from scheduler.models.signals import Destination, Signal
from scheduler.services import boundaries, conditions, handovers, readiness
from scheduler.services.actors import Actor
from scheduler.services.refusals import HandoverClosed, Invalid, NotFound, NotReady, SheetIncomplete
from tests.factories import a_contact, a_course, an_account

API = Actor("api", 1, "api")

pytestmark = pytest.mark.usefixtures("database")


def the(account: Account) -> Account:
    return db.session.get_one(Account, account.id, populate_existing=True)


def a_ready_account(now: datetime, **fields: Any) -> Account:
    """Add an account of sales that meets its conditions: the order, the start and an address are known."""
    known = {"stage": "sales", "signed_on": date(2026, 3, 1), "planned_start_on": date(2026, 5, 1)}
    account = an_account(**known | fields)
    a_contact(account)
    readiness.refresh(account.id, now)
    return account


def returned(account: Account, now: datetime, *keys: str) -> int:
    number = handovers.request(account.id, "onboarding", now, API)
    handovers.give_back(number, "契約書がありません", now, API, keys)
    return number


def events(account: Account) -> list[str]:
    query = select(Event.key).where(Event.account_id == account.id).order_by(Event.id)
    return [key for key in db.session.scalars(query) if key.startswith(("cond", "hand"))]


def test_a_condition_opened_again_keeps_the_account_from_being_ready(now: datetime) -> None:
    account = a_ready_account(now)
    number = returned(account, now, "field_filled")
    found = the(account)
    assert found.ready_since is None
    assert {(one["met"], one["reason"]) for one in found.clauses} == {(False, "reopened")}
    assert db.session.get_one(Handover, number, populate_existing=True).reopened == ["field_filled"]
    assert events(account) == ["handover_requested", "handover_returned", "conditions_reopened"]
    readiness.refresh(account.id, now)
    assert the(account).ready_since is None
    with pytest.raises(NotReady):
        handovers.request(account.id, "onboarding", now, API)


def test_taken_back_with_a_word_it_is_judged_by_the_facts_again(now: datetime) -> None:
    account = a_ready_account(now)
    returned(account, now, "field_filled")
    for words, why in (("  ", "missing"), ("長" * 501, "too_long")):
        with pytest.raises(Invalid) as refused:
            conditions.take_back(account.id, "field_filled", words, now, API)
        assert refused.value.params["why"] == why
    conditions.take_back(account.id, "field_filled", "契約書を受け取りました", now, API)
    assert (the(account).ready_since, the(account).reopened) == (now, [])
    with pytest.raises(HandoverClosed):
        conditions.take_back(account.id, "field_filled", "もう一度", now, API)
    with pytest.raises(NotFound):
        conditions.take_back(999_999, "field_filled", "だれ", now, API)
    # The words stay with the handover that was returned: the history holds ids and keys.
    told = db.session.scalars(select(Event).where(Event.key == "condition_taken_back")).one()
    kept = db.session.get_one(Handover, told.params["handover_id"], populate_existing=True)
    assert told.params == {"conditions": ["field_filled"], "handover_id": kept.id}
    assert kept.before["taken_back"] == {"field_filled": "契約書を受け取りました"}
    handovers.request(account.id, "onboarding", now, API)


def test_returned_twice_a_condition_is_opened_once(now: datetime) -> None:
    account = a_ready_account(now)
    returned(account, now, "field_filled")
    again = handovers.request(account.id, "onboarding", now, API, reason="先方のご希望")
    handovers.give_back(again, "まだです", now, API, ["field_filled", "field_filled"])
    assert [(one["key"], one["handover_id"]) for one in the(account).reopened] == [("field_filled", again)]


def test_a_condition_that_the_account_does_not_have_cannot_be_opened(now: datetime) -> None:
    account = a_ready_account(now)
    number = handovers.request(account.id, "onboarding", now, API)
    with pytest.raises(Invalid):
        handovers.give_back(number, "理由", now, API, ["usage_started"])
    assert db.session.get_one(Handover, number, populate_existing=True).state == "requested"


def test_accepting_leaves_it_behind_and_undoing_brings_it_back(now: datetime) -> None:
    account = a_ready_account(now)
    returned(account, now, "field_filled")
    number = handovers.request(account.id, "onboarding", now, API, reason="先方のご希望")
    handovers.accept(number, now, API)
    row = db.session.get_one(Handover, number, populate_existing=True)
    assert the(account).reopened == []
    assert {one["reason"] for one in row.clauses} == {"reopened"}
    handovers.undo(number, now, API)
    assert [one["key"] for one in the(account).reopened] == ["field_filled"]
    assert the(account).ready_since is None


def test_the_giver_fills_in_what_the_boundary_demands_while_asking(now: datetime) -> None:
    a_course()
    boundaries.save("sales", boundaries.rules()["sales"].to_json() | {"sheet": ["promises", "plan"]}, now, API)
    account = a_ready_account(now, plan="ライト")
    with pytest.raises(SheetIncomplete) as refused:
        handovers.request(account.id, "onboarding", now, API, sheet={"promises": "  "})
    assert refused.value.params == {"fields": ["promises"]}
    with pytest.raises(Invalid):
        handovers.request(account.id, "onboarding", now, API, sheet={"promises": "長" * 5001})
    handovers.request(account.id, "onboarding", now, API, sheet={"promises": "初年度は無料"})
    assert the(account).promises == "初年度は無料"
    assert "account_changed" in db.session.scalars(select(Event.key).where(Event.account_id == account.id)).all()


def test_what_was_filled_in_is_not_kept_where_the_request_is_refused(now: datetime) -> None:
    account = a_ready_account(now, signed_on=None)
    with pytest.raises(NotReady):
        handovers.request(account.id, "onboarding", now, API, sheet={"promises": "初年度は無料"})
    assert the(account).promises == ""


def test_other_programs_are_told_of_every_turn_once(now: datetime) -> None:
    kinds = [f"handover.{what}" for what in ("requested", "accepted", "returned", "withdrawn")]
    with db.writing():
        db.session.add(
            Destination(kind="webhook", name="CRM", url="https://crm.example", signals=kinds, created_at=now)
        )
    account = a_ready_account(now)
    returned(account, now, "field_filled")
    withdrawn = handovers.request(account.id, "onboarding", now, API, reason="先方のご希望")
    handovers.withdraw(withdrawn, "", now, API)
    accepted = handovers.request(account.id, "onboarding", now, API, reason="先方のご希望")
    handovers.accept(accepted, now, API)
    handovers.undo(accepted, now, API)
    told = [
        (one.kind, one.data["from"], one.data["to"]) for one in db.session.scalars(select(Signal).order_by(Signal.id))
    ]
    turns = ("requested", "returned", "requested", "withdrawn", "requested", "accepted", "requested")
    assert told == [(f"handover.{turn}", "sales", "onboarding") for turn in turns]
    told_back = db.session.scalars(select(Signal).where(Signal.kind == "handover.returned")).one()
    assert told_back.data["reopened"] == ["field_filled"]
