"""Lists of contracts, as CRMs and spreadsheets export them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from scheduler.readers.contract_rows import ContractList, ContractRow, read_contracts

TOKYO = ZoneInfo("Asia/Tokyo")


def read(*lines: str) -> ContractList:
    return read_contracts("\n".join(lines).encode(), "contracts.csv", TOKYO)


def test_people_write_the_last_day_programs_the_day_after_it() -> None:
    ours = ContractRow(2, "A-1", date(2025, 4, 1), date(2026, 4, 1), 80000, "renewed")
    assert read("顧客ID,開始日,終了日,月額,結果", 'A-1,2025/4/1,2026年3月31日,"80,000円",更新').rows == [ours]
    assert read("account_id,starts_on,ends_on,monthly_fee,outcome", "A-1,2025-04-01,2026-04-01,80000,renewed").rows == [
        ours
    ]
    assert read("Account ID,Start date,End date,MRR,Outcome", "A-1,2025-04-01,2026-03-31,80000.00,Renewed").rows == [
        ours
    ]
    silent = read("顧客ID,開始日,月額,結果", "A-1,2025-04-01,,").rows
    assert silent == [ContractRow(2, "A-1", date(2025, 4, 1), None, None, "")]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (",2025-04-01,,,", "account_id_missing"),
        ("A-1,,,,", "starts_on_missing"),
        ("A-1,2025-02-30,,,", "date_impossible"),
        ("A-1,2025-04-01,あした,,", "date_unreadable"),
        ("A-1,2025-04-01,,八万,", "fee_unreadable"),
        ("A-1,2025-04-01,,-5,", "fee_unreadable"),
        ("A-1,2025-04-01,,80.5,", "fee_unreadable"),
        ("A-1,2025-04-01,,,たぶん", "outcome_unknown"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(line: str, key: str) -> None:
    found = read("顧客ID,開始日,終了日,月額,結果", line)
    assert ([one.key for one in found.refused], found.rows) == ([key], [])


def test_a_last_day_and_a_day_of_renewal_that_do_not_fit_are_not_guessed_at() -> None:
    head = "顧客ID,開始日,終了日,更新日"
    assert read(head, "A-1,2025-04-01,2026-03-31,2026-04-01").rows[0].ends_on == date(2026, 4, 1)
    assert read(head, "A-1,2025-04-01,2026-03-31,2026-05-01").refused[0].key == "ends_twice"
