"""Answers whether the night finds every account whose stored readiness is not what its facts say, and says so."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.tasks import Task
from scheduler.rules.readiness import DEFAULT
from scheduler.services import boundaries, proving, readiness, tasks
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid
from tests.factories import a_course, an_account

STAFF = Actor("staff", None, "page")


@pytest.fixture(autouse=True)
def _application(app: Flask) -> None:
    """Everything here needs a database."""


def the(account: Account) -> Account:
    return db.session.get_one(Account, account.id, populate_existing=True)


def events(account: Account, key: str) -> list[dict[str, object]]:
    return list(db.session.scalars(select(Event.params).where(Event.account_id == account.id, Event.key == key)))


def test_what_was_stored_wrongly_is_repaired_with_an_event_that_names_it(now: datetime) -> None:
    account, other = an_account(), an_account()
    readiness.refresh_many([account.id, other.id], now)
    with db.writing():
        forged = [clause | {"met": True} for clause in the(account).clauses]
        db.session.execute(update(Account).where(Account.id == account.id).values(clauses=forged, ready_since=now))
    assert proving.refresh_all(now) == 1
    assert (the(account).ready_since, [clause["met"] for clause in the(account).clauses]) == (
        None,
        [False, True, False],
    )
    assert events(account, "readiness_repaired") == [{"clauses": ["attended", "usage_started"]}]
    assert events(other, "readiness_repaired") == []
    assert proving.refresh_all(now) == 0


def test_days_that_pass_are_no_news(now: datetime) -> None:
    account = an_account(planned_start_on=now.date() + timedelta(days=30))
    readiness.refresh(account.id, now)
    assert proving.refresh_all(now + timedelta(days=25)) == 1
    assert the(account).level == "behind"
    assert events(account, "readiness_repaired") == []


ASKS = DEFAULT["onboarding"].to_json()
# Of an account of any size one of the two is asked, never both.
BY_SIZE = [
    {"kind": "attended", "course": "basic", "stores_to": 3},
    {"kind": "attended", "course": "basic", "share": 0.5, "stores_from": 4},
]


def test_a_changed_rule_is_applied_to_every_account_of_its_stage_also_when_the_page_that_saved_it_died(
    now: datetime,
) -> None:
    account, sold = an_account(), an_account(stage="sales")
    readiness.refresh_many([account.id, sold.id], now)
    number = tasks.add("t", "by_hand", now=now, account_id=account.id, words="確認する")
    rule = {"boundary": ["onboarding", "success"], "clauses": [{"kind": "no_open_task"}], "sheet": ["promises"]}
    assert boundaries.save("onboarding", rule, now, STAFF)
    assert not boundaries.save("onboarding", rule, now, STAFF)
    assert proving.apply_rules(now) == 1
    assert [(clause["key"], clause["met"]) for clause in the(account).clauses] == [("no_open_task", False)]
    assert proving.apply_rules(now) == 0
    assert db.session.get_one(Task, number).done_at is None
    assert boundaries.rule_of("onboarding").sheet == ("promises",)  # type: ignore[union-attr]
    assert boundaries.rule_of("renewal") is None


def test_a_rule_that_asks_for_no_open_task_is_judged_with_every_task(now: datetime) -> None:
    account = an_account()
    rule = {"boundary": ["onboarding", "success"], "clauses": [{"kind": "no_open_task"}]}
    boundaries.save("onboarding", rule, now, STAFF)
    proving.apply_rules(now)
    assert the(account).ready_since == now
    first = tasks.add("first", "by_hand", now=now, account_id=account.id)
    assert the(account).ready_since is None
    later = now + timedelta(hours=1)
    tasks.done(first, later, STAFF)
    assert the(account).ready_since == later
    tasks.reopen(first, later, STAFF)
    assert the(account).ready_since is None
    tasks.done(first, later, STAFF)
    with db.writing():
        tasks.add_many([tasks.Wanted("second", "unreachable", the(account))], later)
    assert the(account).ready_since is None
    # The night finds nothing to repair.
    proving.refresh_all(later)
    assert not db.session.scalars(select(Event.id).where(Event.key == "readiness_repaired")).all()


@pytest.mark.parametrize(
    ("stage", "rule", "why"),
    [
        ("onboarding", ASKS | {"boundary": ["sales", "onboarding"]}, "unknown_boundary"),
        ("renewal", ASKS, "unknown_boundary"),
        ("onboarding", ASKS | {"clauses": [{"kind": "attended", "course": "bassic"}]}, "unknown_course"),
        ("onboarding", ASKS | {"clauses": [{"kind": "field_filled", "field": "mood"}]}, "unknown_field"),
        ("onboarding", ASKS | {"clauses": [{"kind": "usage_started", "days": 5, "within": 3}]}, "clause_malformed"),
        ("onboarding", ASKS | {"clauses": [{"kind": "at_least", "number": 2, "clauses": [{"kind": "setup_complete"}]}]}, "clause_malformed"),
        ("onboarding", ASKS | {"clauses": [{"kind": "at_least", "number": 2, "clauses": BY_SIZE}]}, "group_out_of_reach"),
        ("onboarding", ASKS | {"clauses": [{"kind": "setup_complete"}, {"kind": "all", "clauses": [{"kind": "at_least", "number": 2, "clauses": BY_SIZE}]}]}, "group_out_of_reach"),
        ("onboarding", ASKS | {"sheet": ["contact_email"]}, "unknown_field"),
    ],
)  # fmt: skip
def test_a_rule_that_could_never_be_met_is_refused_and_changes_nothing(
    now: datetime, stage: str, rule: object, why: str
) -> None:
    a_course()
    with pytest.raises(Invalid) as refused:
        boundaries.save(stage, rule, now, STAFF)
    assert refused.value.params["why"] == why
    assert boundaries.rules() == DEFAULT
    assert boundaries.pending() == {}


def test_thresholds_are_kept_by_stage(now: datetime) -> None:
    assert boundaries.save_thresholds("success", {"missed_times": 3}, now, STAFF)
    assert not boundaries.save_thresholds("success", {"missed_times": 3}, now, STAFF)
    assert boundaries.thresholds("success").missed_times == 3
    assert boundaries.thresholds("onboarding").missed_times == 2
    for values, why in (
        ({"missed_times": -1}, "number_out_of_range"),
        ({"missed_times": 1000}, "number_out_of_range"),
        ({"moods": 1}, "number_out_of_range"),
        ({"in_stage_behind_days": 50, "in_stage_stuck_days": 40}, "stuck_before_behind"),
    ):
        with pytest.raises(Invalid) as refused:
            boundaries.save_thresholds("success", values, now, STAFF)
        assert refused.value.params["why"] == why


def test_the_first_contact_is_one_setting_for_all(now: datetime) -> None:
    assert boundaries.first_contact() == "after"
    boundaries.save_first_contact("before", now, STAFF)
    assert boundaries.first_contact() == "before"
    with pytest.raises(Invalid):
        boundaries.save_first_contact("sometime", now, STAFF)
