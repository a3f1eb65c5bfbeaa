"""An account's stores: told apart by code, and what is in scope counts at once."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account, Store
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.services import stores
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound
from tests.factories import a_setup_step, a_store, an_account

STAFF = Actor("staff", None, "page")

pytestmark = pytest.mark.usefixtures("database")


def test_a_store_is_added_and_named_by_its_code_where_it_has_no_name(now: datetime) -> None:
    account = an_account()
    number = stores.add(account.id, {"code": "Y1", "closed_days": [2, 1, 2]}, now, STAFF)
    store = db.session.get_one(Store, number)
    assert (store.name, store.closed_days, store.scope) == ("Y1", [1, 2], "in")
    assert db.session.scalars(select(Event.key).where(Event.account_id == account.id)).all() == ["store_added"]


def test_a_code_is_one_store_of_an_account(now: datetime) -> None:
    account = an_account()
    first, second = a_store(account, code="Y1"), a_store(account, code="Y2")
    with pytest.raises(Invalid, match="code_taken"):
        stores.add(account.id, {"code": "Y1", "name": "別の店"}, now, STAFF)
    with pytest.raises(Invalid, match="code_taken"):
        stores.edit(second.id, {"code": "Y1"}, now, STAFF)
    stores.edit(first.id, {"code": "Y1", "name": "横浜本店"}, now, STAFF)
    assert db.session.get_one(Store, first.id, populate_existing=True).name == "横浜本店"
    assert stores.add(an_account().id, {"code": "Y1", "name": "よその横浜店"}, now, STAFF)


def test_a_store_that_leaves_the_scope_no_longer_counts_for_the_handover(now: datetime) -> None:
    a_setup_step("menu", per="store")
    account = an_account()
    store = a_store(account)
    a_store(account)

    def asked() -> int:
        clauses = db.session.get_one(Account, account.id, populate_existing=True).clauses
        (clause,) = [clause for clause in clauses if clause["key"] == "setup_complete"]
        return int(clause["params"]["steps"][0]["total"])

    stores.edit(store.id, {"name": "横浜店"}, now, STAFF)
    assert asked() == 2
    stores.edit(store.id, {"scope": "later", "scope_from": date(2026, 6, 1)}, now, STAFF)
    assert asked() == 1


def test_a_store_nobody_knows_is_not_found(now: datetime) -> None:
    with pytest.raises(NotFound):
        stores.edit(999, {"name": "x"}, now, STAFF)
