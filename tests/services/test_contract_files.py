"""Lists of contracts: looked at first, recorded whole or not at all, and taken back."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from scheduler.models.accounts import Account
from scheduler.services import contract_files, contracts
from scheduler.services.actors import Actor
from scheduler.services.refusals import RowsRefused, UploadExpired
from tests.factories import an_account

STAFF = Actor("staff", None, "import")
FIRST = date(2025, 4, 1)


@pytest.fixture
def account(app: object, now: datetime) -> Account:
    account = an_account(external_id="A-1")
    contracts.put(account.id, {"starts_on": FIRST, "ends_on": date(2026, 4, 1), "monthly_fee": 100}, now, STAFF)
    return account


def a_list(*lines: str) -> bytes:
    return "\n".join(["顧客ID,開始日,終了日,月額,結果", *lines]).encode()


def stands(account: Account) -> list[tuple[date, date, int | None, str | None]]:
    rows = contracts.of_account(account.id)
    return [(row.starts_on, row.ends_on, row.monthly_fee, row.outcome) for row in reversed(rows)]


def test_a_list_changes_what_it_says_once_however_often_it_comes(account: Account, now: datetime) -> None:
    data = a_list("A-1,2025-04-01,,,更新", "A-1,2026-04-01,2027-03-31,120,")
    number = contract_files.stage(data, "contracts.csv", now, STAFF)
    assert contract_files.plan(data, "contracts.csv").to_json() == {
        **{"changed": 2, "new": 1, "accounts": 1, "unchanged": 0},
        "refused": [],
    }
    contract_files.confirm(number, now, STAFF)
    told = [
        (FIRST, date(2026, 4, 1), 100, "renewed"),
        (date(2026, 4, 1), date(2027, 4, 1), 120, None),
    ]
    assert stands(account) == told
    _number, again = contract_files.bring_in(data, "contracts.csv", now, STAFF)
    assert (again.said, again.unchanged, stands(account)) == ([], 2, told)
    with pytest.raises(UploadExpired):
        contract_files.confirm(number, now, STAFF)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("A-9,2026-04-01,2027-03-31,,", "account_unknown"),
        ("A-1,2026-04-01,,,", "ends_on_missing"),
        ("A-1,2026-04-01,2026-03-31,,", "ends_before_it_starts"),
        ("A-1,2026-03-01,2027-03-31,,", "contracts_overlap"),
        ("A-1,2026-04-01,2027-03-31,9999999999,", "fee_out_of_range"),
        ("A-1,2025-04-01,,200,", "said_twice"),
    ],
)
def test_one_row_that_cannot_be_used_keeps_the_whole_list_out(
    account: Account, now: datetime, line: str, key: str
) -> None:
    data = a_list("A-1,2025-04-01,,,更新", line)
    before = stands(account)
    with pytest.raises(RowsRefused) as refused:
        contract_files.bring_in(data, "contracts.csv", now, STAFF)
    assert [(one.number, one.key) for one in refused.value.params["refused"]] == [(3, key)]
    assert stands(account) == before


def test_a_term_may_be_cut_short_and_followed_in_one_list_in_any_order(account: Account, now: datetime) -> None:
    contract_files.bring_in(
        a_list("A-1,2026-01-01,2026-12-31,,", "A-1,2025-04-01,2025-12-31,,更新"), "c.csv", now, STAFF
    )
    assert [row[:2] for row in stands(account)] == [
        (FIRST, date(2026, 1, 1)),
        (date(2026, 1, 1), date(2027, 1, 1)),
    ]


def test_undoing_puts_back_what_nobody_changed_since(account: Account, now: datetime) -> None:
    before = stands(account)
    data = a_list("A-1,2025-04-01,,,更新", "A-1,2026-04-01,2027-03-31,120,")
    number, _plan = contract_files.bring_in(data, "contracts.csv", now, STAFF)
    assert contract_files.undo(number, now, STAFF) == (2, 0)
    assert stands(account) == before
    with pytest.raises(UploadExpired):
        contract_files.undo(number, now, STAFF)
    number, _plan = contract_files.bring_in(data, "contracts.csv", now, STAFF)
    contracts.put(account.id, {"starts_on": FIRST, "outcome": "ended"}, now, STAFF)
    assert contract_files.undo(number, now, STAFF) == (1, 1)
    assert stands(account) == [(FIRST, date(2026, 4, 1), 100, "ended")]
