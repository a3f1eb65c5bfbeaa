"""The list of set-up steps: operations change it, and what was done before stays as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.setup import SetupStep
from scheduler.services import readiness, setup, steps
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound, StepInUse
from scheduler.services.steps import Reach, Template
from tests.factories import a_course, a_setup_step, an_account

STAFF = Actor("staff", None, "page")
MENU = Template(name={"ja": "メニューの登録", "en": "Menu"}, asked="all")

pytestmark = pytest.mark.usefixtures("app")


def keys(account_id: int) -> list[str]:
    return [step.key for step in setup.progress(account_id)]


def open_of(account_id: int) -> dict[str, bool]:
    clauses = db.session.scalar(select(Account.clauses).where(Account.id == account_id)) or []
    return {clause["key"]: clause["met"] for clause in clauses}


def told() -> list[str]:
    return list(db.session.scalars(select(Event.key).where(Event.key.like("step%")).order_by(Event.id)))


def test_a_new_step_comes_last_and_only_later_accounts_are_asked(now: datetime) -> None:
    a_setup_step("first", position=1)
    before = an_account(created_at=now - timedelta(days=9))
    steps.add("menu", replace(MENU, asked="new"), now, STAFF)
    after = an_account(created_at=now + timedelta(hours=1))
    assert keys(before.id) == ["first"]
    assert keys(after.id) == ["first", "menu"]
    assert told() == ["step_added"]


def test_a_step_asked_of_all_reopens_the_set_up_of_accounts_that_were_done(now: datetime) -> None:
    account = an_account(created_at=now - timedelta(days=9))
    readiness.refresh(account.id, now)
    assert open_of(account.id)["setup_complete"] is True
    steps.add("menu", MENU, now, STAFF)
    assert open_of(account.id)["setup_complete"] is False
    steps.retire("menu", now, STAFF)
    assert open_of(account.id)["setup_complete"] is True


def test_what_was_done_stays_when_a_step_is_retired_and_counts_again_when_it_comes_back(now: datetime) -> None:
    account = an_account(created_at=now - timedelta(days=9))
    steps.add("menu", MENU, now, STAFF)
    setup.complete(account.id, "menu", now, STAFF)
    assert steps.retire("menu", now, STAFF)
    assert not steps.retire("menu", now, STAFF)
    assert keys(account.id) == []
    assert [(step.key, step.items[0].state) for step in setup.earlier(account.id)] == [("menu", "done")]
    assert steps.bring_back("menu", now, STAFF)
    assert [(step.key, step.done) for step in setup.progress(account.id)] == [("menu", True)]
    assert setup.earlier(account.id) == []
    assert told() == ["step_added", "step_retired", "step_brought_back"]


def test_the_words_of_a_step_change_and_its_past_does_not(now: datetime) -> None:
    account = an_account(created_at=now - timedelta(days=9))
    steps.add("menu", MENU, now, STAFF)
    setup.complete(account.id, "menu", now, STAFF)
    changed = replace(MENU, name={"ja": "品書き"}, due_days=5, guide_url="https://help.example/menu", tickers=["api"])
    assert steps.change("menu", changed, now, STAFF)
    assert not steps.change("menu", changed, now, STAFF)
    (step,) = setup.progress(account.id)
    assert (step.name, step.done, step.tickers, step.guide_url) == (
        {"ja": "品書き"}, True, ("api",), "https://help.example/menu"
    )  # fmt: skip


def test_a_step_done_by_somebody_stays_once_or_per_store(now: datetime) -> None:
    account = an_account(created_at=now - timedelta(days=9))
    steps.add("menu", MENU, now, STAFF)
    assert steps.change("menu", replace(MENU, per="store"), now, STAFF)
    setup.complete(account.id, "menu", now, STAFF)
    with pytest.raises(StepInUse):
        steps.change("menu", MENU, now, STAFF)


def test_steps_are_put_in_order(now: datetime) -> None:
    for key in ("a", "b", "c"):
        steps.add(key, MENU, now, STAFF)
    assert steps.move("c", -1, now, STAFF)
    assert [step.key for step in steps.in_order()] == ["a", "c", "b"]
    assert steps.move("a", 5, now, STAFF)
    assert [step.key for step in steps.in_order()] == ["c", "b", "a"]
    assert not steps.move("c", -1, now, STAFF)
    with pytest.raises(NotFound):
        steps.move("nothing", 1, now, STAFF)


def test_only_a_step_that_nothing_uses_is_deleted(now: datetime) -> None:
    account = an_account(created_at=now - timedelta(days=9))
    for key in ("done", "wanted", "counted", "unused"):
        steps.add(key, MENU, now, STAFF)
    setup.complete(account.id, "done", now, STAFF)
    course = a_course()
    with db.writing():
        db.session.merge(course).wanted_step_id = steps.by_key("wanted").id
    for key, by in (("done", "completions, rules"), ("wanted", "courses, rules"), ("counted", "rules")):
        with pytest.raises(StepInUse) as refusal:
            steps.delete(key, now, STAFF)
        assert refusal.value.params["by"] == by
    steps.retire("unused", now, STAFF)
    steps.delete("unused", now, STAFF)
    assert db.session.scalars(select(SetupStep.key).order_by(SetupStep.key)).all() == ["counted", "done", "wanted"]


def test_it_is_counted_whom_a_step_concerns(now: datetime) -> None:
    old, new = (an_account(created_at=now + timedelta(days=days)) for days in (-9, 1))
    an_account(stage="success")
    step = a_setup_step("menu")
    setup.complete(old.id, "menu", now, STAFF)
    setup.complete(new.id, "menu", now, STAFF, state="waiting", waiting_on="us")
    assert steps.reach(step) == Reach(asked=2, open=1)
    steps.change("menu", replace(MENU, asked="new"), now, STAFF)
    assert steps.reach(steps.by_key("menu")) == Reach(asked=1, open=1)


@pytest.mark.parametrize(
    ("key", "fields", "field", "why"),
    [
        ("項目", {}, "key", "key_malformed"),
        ("", {}, "key", "key_malformed"),
        ("taken", {}, "key", "step_key_taken"),
        ("menu", {"name": {"ja": " "}}, "name", "name_missing"),
        ("menu", {"help": {"en": "x" * 1001}}, "help_en", "too_long"),
        ("menu", {"per": "shelf"}, "per", "not_a_choice"),
        ("menu", {"doer": "nobody"}, "doer", "not_a_choice"),
        ("menu", {"asked": "some"}, "asked", "not_a_choice"),
        ("menu", {"tickers": ["passer-by"]}, "tickers", "no_ticker"),
        ("menu", {"due_days": -1}, "due_days", "days_out_of_range"),
        ("menu", {"guide_url": "javascript:alert(1)"}, "guide_url", "link_malformed"),
    ],
)
def test_what_is_no_step_is_refused_with_its_field(
    now: datetime, key: str, fields: dict[str, object], field: str, why: str
) -> None:
    a_setup_step("taken")
    with pytest.raises(Invalid) as refusal:
        steps.add(key, replace(MENU, **fields), now, STAFF)  # type: ignore[arg-type]
    assert (refusal.value.params["field"], refusal.value.params["why"]) == (field, why)
