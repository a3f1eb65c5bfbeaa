"""What customers still have to set up, as nudges look at it: whose turn it is, and of whom a step is asked."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from scheduler.models.accounts import Account
from scheduler.rules.readiness import DEFAULT, evaluate
from scheduler.services import readiness, setup
from scheduler.services.actors import Actor
from scheduler.services.outbox import facts_setup
from tests.factories import a_setup_step, a_store, an_account

STAFF = Actor("staff", None, "page")

pytestmark = pytest.mark.usefixtures("database")


def met(account: Account, now: datetime) -> bool:
    clauses = evaluate(readiness.facts(account.id), DEFAULT["onboarding"], now).clauses
    return {clause.key: clause.met for clause in clauses}["setup_complete"]


def items(account: Account) -> list[tuple[int, int, int]]:
    return [(one.total, one.closed, one.theirs) for one in facts_setup.required([account.id]).get(account.id, [])]


def test_what_is_open_is_the_turn_of_whoever_does_it(now: datetime) -> None:
    a_setup_step("menu", position=1)
    a_setup_step("import", doer="us", position=2)
    a_setup_step("button", required=False)
    assert items(an_account()) == [(1, 0, 1), (1, 0, 0)]


def test_what_waits_is_the_turn_of_whom_it_waits_on_and_not_seen_to(now: datetime) -> None:
    account = an_account()
    a_setup_step("menu", position=1)
    a_setup_step("import", doer="us", position=2)
    setup.complete(account.id, "menu", now, STAFF, state="waiting", waiting_on="third_party")
    setup.complete(account.id, "import", now, STAFF, state="waiting", waiting_on="customer")
    assert items(account) == [(1, 0, 0), (1, 0, 1)]
    assert not met(account, now)


def test_stores_are_counted_each_by_its_own_state(now: datetime) -> None:
    account = an_account()
    a_setup_step("logins", per="store")
    codes = [a_store(account).code for _number in range(4)]
    setup.complete(account.id, "logins", now, STAFF, store_code=codes[0])
    setup.complete(account.id, "logins", now, STAFF, store_code=codes[1], state="not_needed", reason="閉店")
    setup.complete(account.id, "logins", now, STAFF, store_code=codes[2], state="waiting", waiting_on="us")
    assert items(account) == [(4, 2, 1)]


def test_a_step_for_later_accounts_is_not_asked_of_earlier_ones(now: datetime) -> None:
    a_setup_step("menu", asked_from=now)
    before, after = an_account(created_at=now - timedelta(days=1)), an_account(created_at=now)
    assert (items(before), items(after)) == ([], [(1, 0, 1)])
    assert (met(before, now), met(after, now)) == (True, False)
