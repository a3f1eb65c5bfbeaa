"""Lists of ticks: looked at first, recorded all at once, and taken back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.services import setup, setup_files
from scheduler.services.actors import Actor
from scheduler.services.refusals import FileUnreadable, NoRowFits, UploadExpired
from tests.factories import a_contact, a_setup_step, a_store, an_account

STAFF = Actor("staff", None, "import")
HEAD = "顧客ID,項目,店舗コード,状態,対応待ちの相手,日付,理由"

pytestmark = pytest.mark.usefixtures("database")


def a_list(*lines: str) -> bytes:
    return "\n".join([HEAD, *lines]).encode()


def states(account: Account) -> dict[str, list[str]]:
    return {step.key: [item.state for item in step.items] for step in setup.progress(account.id)}


@pytest.fixture
def account() -> Account:
    """An account of two stores with a step for itself and one for each store."""
    a_setup_step("menu", position=1)
    a_setup_step("logins", per="store", position=2)
    row = an_account(external_id="A-1")
    a_store(row, code="Y01")
    a_store(row, code="Y02")
    return row


def test_a_list_is_looked_at_confirmed_and_comes_to_nothing_a_second_time(account: Account, now: datetime) -> None:
    data = a_list("A-1,メニューの登録,,完了,,2026-03-30,", "A-1,logins,Y01,対応待ち,外部の会社,,工事待ち")
    with db.writing():
        db.session.merge(a_setup_step("menu")).name = {"ja": "メニューの登録"}
    number = setup_files.stage(data, "ticks.csv", now, STAFF)
    looked_at = setup_files.preview(number, now, STAFF)
    assert [(one.number, one.before, one.tick.state) for one in looked_at.said] == [
        (2, "open", "done"),
        (3, "open", "waiting"),
    ]
    assert states(account) == {"menu": ["open"], "logins": ["open", "open"]}
    assert setup_files.confirm(number, now, STAFF).to_json() == looked_at.to_json()
    assert states(account) == {"menu": ["done"], "logins": ["waiting", "open"]}
    assert setup.progress(account.id)[0].at == datetime(2026, 3, 29, 15, tzinfo=UTC)
    with pytest.raises(UploadExpired):
        setup_files.confirm(number, now, STAFF)
    _again, plan = setup_files.bring_in(data, "ticks.csv", now, STAFF)
    assert (len(plan.said), plan.unchanged) == (0, 2)
    events = db.session.execute(select(Event.key, Event.channel).where(Event.account_id == account.id)).all()
    assert [event for event in events if event[0].startswith("setup")] == [
        ("setup_done", "import"),
        ("setup_waiting", "import"),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("A-9,menu,,完了,,,", "account_unknown"),
        ("A-1,nothing,,完了,,,", "step_unknown"),
        ("A-1,old,,完了,,,", "step_not_asked"),
        ("A-1,later,,完了,,,", "step_not_asked"),
        ("A-1,product,,完了,,,", "tick_not_allowed"),
        ("A-1,logins,,完了,,,", "store_missing"),
        ("A-1,logins,Z99,完了,,,", "unknown_store"),
        ("A-1,menu,Y01,完了,,,", "step_per_account"),
        ("A-1,menu,,対応待ち,,,", "waiting_on_nobody"),
        ("A-1,menu,,対象外,,,", "reason_missing"),
        ("A-1,menu,,完了,,2026-04-30,", "in_the_future"),
        ("A-1,menu,,きっと,,,", "state_unknown"),
    ],
)
def test_a_row_that_cannot_be_recorded_is_named_and_the_others_are_recorded(
    account: Account, now: datetime, line: str, why: str
) -> None:
    a_setup_step("old", active=False)
    a_setup_step("later", asked_from=now.replace(year=2027))
    a_setup_step("product", tickers=["api"])
    _number, plan = setup_files.bring_in(a_list(line, "A-1,logins,Y01,完了,,,"), "ticks.csv", now, STAFF)
    assert [(one.number, one.key) for one in plan.refused] == [(2, why)]
    assert states(account)["logins"] == ["done", "open"]


def test_rows_that_contradict_each_other_are_not_both_taken(account: Account, now: datetime) -> None:
    data = a_list("A-1,menu,,完了,,,", "A-1,menu,,完了,,,", "A-1,menu,,未完了,,,")
    plan = setup_files.plan(data, "ticks.csv", now, STAFF)
    assert ([one.number for one in plan.said], [(one.number, one.key) for one in plan.refused]) == (
        [2],
        [(4, "said_twice")],
    )


def test_a_list_of_which_no_row_fits_records_nothing(account: Account, now: datetime) -> None:
    with pytest.raises(NoRowFits):
        setup_files.bring_in(a_list("A-9,menu,,完了,,,"), "ticks.csv", now, STAFF)
    with pytest.raises(FileUnreadable):
        setup_files.stage(b"PK", "ticks.csv", now, STAFF)


def test_undoing_puts_back_what_stood_there_but_not_what_was_said_since(account: Account, now: datetime) -> None:
    me = a_contact(account)
    setup.complete(account.id, "menu", now, Actor("contact", me.id, "page"))
    lines = ("A-1,menu,,対象外,,,本部で一括", "A-1,logins,Y01,完了,,,", "A-1,logins,Y02,完了,,,")
    number, _plan = setup_files.bring_in(a_list(*lines), "ticks.csv", now, STAFF)
    setup.complete(account.id, "logins", now, STAFF, store_code="Y02", state="not_needed", reason="閉店")
    assert setup_files.undo(number, now, STAFF) == (2, 1)
    assert states(account) == {"menu": ["done"], "logins": ["open", "not_needed"]}
    # What the customer had ticked is hers again.
    assert setup.complete(account.id, "menu", now, Actor("contact", me.id, "page"), done=False)
    with pytest.raises(UploadExpired):
        setup_files.undo(number, now, STAFF)


def test_what_stands_is_handed_out_for_a_list_to_fill_in_and_read_back(account: Account, now: datetime) -> None:
    setup.complete(
        account.id, "logins", now, STAFF, store_code="Y02", state="waiting", waiting_on="us", reason="確認中"
    )
    an_account(stage="success")
    found = [(row[0], row[3], row[5], row[6]) for row in setup_files.standing()]
    assert found == [("A-1", "", "open", ""), ("A-1", "Y01", "open", ""), ("A-1", "Y02", "waiting", "us")]
