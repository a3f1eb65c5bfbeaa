"""Lists of usage: looked at first, recorded all at once as days, and taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.setup import UsageDay
from scheduler.services import usage, usage_files
from scheduler.services.actors import Actor
from scheduler.services.refusals import NoRowFits, UploadExpired
from scheduler.services.usage import UsageSignal
from tests.factories import a_store, an_account

STAFF = Actor("staff", None, "import")

pytestmark = pytest.mark.usefixtures("database")


def a_list(*lines: str) -> bytes:
    return "\n".join(["顧客ID,日付,操作,店舗コード", *lines]).encode()


def days() -> int:
    return db.session.scalar(select(func.count(UsageDay.id))) or 0


def begun(account: Account) -> bool:
    clauses = db.session.scalar(select(Account.clauses).where(Account.id == account.id)) or []
    return {clause["key"]: clause["met"] for clause in clauses}["usage_started"]


def test_a_list_becomes_days_once_however_often_and_in_whatever_order_it_comes(now: datetime) -> None:
    first, second = an_account(external_id="A-1"), an_account(external_id="A-2")
    a_store(first, code="Y01")
    lines = ["A-1,2026-03-31,反響,Y01", "A-1,2026-03-30,反響,Y01", "A-1,2026-03-30 18:00,反響,Y01", "A-2,2026-03-29,,"]
    number = usage_files.stage(a_list(*lines), "usage.csv", now, STAFF)
    plan = usage_files.preview(number, now)
    assert (plan.rows, len(plan.days), plan.known) == (4, 3, 0)
    assert [(one.new, one.first_on, one.last_on) for one in plan.accounts] == [
        (2, date(2026, 3, 30), date(2026, 3, 31)),
        (1, date(2026, 3, 29), date(2026, 3, 29)),
    ]
    assert days() == 0
    usage_files.confirm(number, now, STAFF)
    assert (days(), begun(first), begun(second)) == (3, True, True)
    _number, again = usage_files.bring_in(a_list(*reversed(lines)), "usage.csv", now, STAFF)
    assert (len(again.days), again.known, days()) == (0, 3, 3)
    told = db.session.execute(select(Event.account_id, Event.params).where(Event.key == "usage_began")).all()
    assert sorted(told) == sorted([(first.id, {"on": "2026-03-30"}), (second.id, {"on": "2026-03-29"})])


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("A-9,2026-03-30,,", "account_unknown"),
        ("A-1,2026-04-30,,", "in_the_future"),
        ("A-1,2026-03-30,,Z99", "unknown_store"),
        (f"A-1,2026-03-30,{'x' * 101},", "too_long"),
        ("A-1,,,", "date_missing"),
    ],
)
def test_a_row_that_cannot_be_recorded_is_named_and_the_others_are_recorded(now: datetime, line: str, key: str) -> None:
    an_account(external_id="A-1")
    _number, plan = usage_files.bring_in(a_list(line, "A-1,2026-03-31,,"), "usage.csv", now, STAFF)
    assert [(one.number, one.key) for one in plan.refused] == [(2, key)]
    assert days() == 1
    with pytest.raises(NoRowFits):
        usage_files.bring_in(a_list(line), "usage.csv", now, STAFF)


def test_undoing_takes_back_the_days_of_the_list_alone(now: datetime) -> None:
    account = an_account(external_id="A-1")
    signal = UsageSignal(now - timedelta(days=2), "used")
    usage.record(account.id, [signal], now, STAFF)
    lines = [f"A-1,{(now - timedelta(days=number)).date().isoformat()},," for number in (1, 2, 3)]
    number, _plan = usage_files.bring_in(a_list(*lines), "usage.csv", now, STAFF)
    assert days() == 3
    assert usage_files.undo(number, now, STAFF) == 2
    assert (days(), begun(account)) == (1, True)
    with pytest.raises(UploadExpired):
        usage_files.undo(number, now, STAFF)


def test_the_clause_opens_again_when_all_use_was_in_the_list(now: datetime) -> None:
    account = an_account(external_id="A-1")
    number, _plan = usage_files.bring_in(a_list("A-1,2026-03-30,,"), "usage.csv", now, STAFF)
    assert begun(account)
    usage_files.undo(number, now, STAFF)
    assert not begun(account)
