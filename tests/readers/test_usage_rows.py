"""Lists of usage, as products export them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from scheduler.readers.usage_rows import UsageList, UsageRow, read_usage

TOKYO = ZoneInfo("Asia/Tokyo")


def read(*lines: str) -> UsageList:
    return read_usage("\n".join(lines).encode("cp932"), "usage.csv", TOKYO)


def test_rows_are_days_with_what_happened_and_where() -> None:
    found = read(
        "利用日時,顧客ID,操作,店舗コード",
        "2026/03/30 18:12,A-1,反響に返信,Y01",
        "2026-03-31T20:00:00Z,A-1,,",
    )
    assert found.rows == [
        UsageRow(2, "A-1", date(2026, 3, 30), "反響に返信", "Y01"),
        UsageRow(3, "A-1", date(2026, 4, 1), "used", ""),
    ]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("2026-03-30,", "account_id_missing"),
        (",A-1", "date_missing"),
        ("2026-02-30,A-1", "date_impossible"),
        ("1/2/2026,A-1", "date_open"),
        ("きのう,A-1", "date_unreadable"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_and_the_others_are_not(line: str, key: str) -> None:
    found = read("date,account_id", line, "2026-03-30,A-9")
    assert [(one.number, one.key) for one in found.refused] == [(2, key)]
    assert [row.account_id for row in found.rows] == ["A-9"]
