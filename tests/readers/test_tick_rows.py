"""Lists of ticks, as operations fill them in and as other programs write them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from scheduler.readers.tables import Unreadable
from scheduler.readers.tick_rows import TickList, TickRow, read_ticks

TOKYO = ZoneInfo("Asia/Tokyo")


def read(*lines: str) -> TickList:
    return read_ticks("\n".join(lines).encode(), "ticks.csv", TOKYO)


def test_every_column_is_found_by_its_header_wherever_it_stands() -> None:
    found = read(
        "導入状況の一覧",
        "状態,店舗コード,項目,顧客ID,完了日,理由,対応待ちの相手",
        "完了,Y01,logins,A-1,2026/4/1,,",
        "対応待ち,,menu,A-1,,工事の日程待ち,外部の会社",
        "対象外,,menu,A-2,,本部で一括,",
        "未完了,,menu,A-3,,,",
        ",,menu,A-4,,,",
    )
    assert found.rows == [
        TickRow(3, "A-1", "logins", "Y01", "done", "", date(2026, 4, 1), ""),
        TickRow(4, "A-1", "menu", "", "waiting", "third_party", None, "工事の日程待ち"),
        TickRow(5, "A-2", "menu", "", "not_needed", "", None, "本部で一括"),
        TickRow(6, "A-3", "menu", "", "open", "", None, ""),
    ]
    assert (found.refused, found.silent) == ([], 1)


@pytest.mark.parametrize(
    ("written", "state", "waiting_on"),
    [
        ("完了", "done", ""),
        ("済", "done", ""),
        ("○", "done", ""),
        ("Done", "done", ""),
        ("TRUE", "done", ""),
        ("1", "done", ""),
        ("未完了", "open", ""),
        ("×", "open", ""),
        ("FALSE", "open", ""),
        ("対応待ち（外部の会社）", "waiting", "third_party"),
        ("waiting (us)", "waiting", "us"),
        ("対応待ち", "waiting", ""),
        ("Not needed", "not_needed", ""),
    ],
)
def test_states_are_read_as_people_and_programs_write_them(written: str, state: str, waiting_on: str) -> None:
    (row,) = read("account_id,step,state", f"A-1,menu,{written}").rows
    assert (row.state, row.waiting_on) == (state, waiting_on)


def test_without_a_column_for_the_state_every_row_says_done() -> None:
    assert [row.state for row in read("Account ID,Step", "A-1,menu", "A-2,menu").rows] == ["done", "done"]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (",menu,完了,", "account_id_missing"),
        ("A-1,,完了,", "step_missing"),
        ("A-1,menu,たぶん,", "state_unknown"),
        ("A-1,menu,対応待ち（だれか）,", "doer_unknown"),
        ("A-1,menu,完了,2026/2/30", "date_impossible"),
        ("A-1,menu,完了,04/05/2026", "date_open"),
        ("A-1,menu,完了,昨日", "date_unreadable"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_and_the_others_are_not(line: str, key: str) -> None:
    found = read("顧客ID,項目,状態,完了日", line, "A-9,menu,完了,")
    assert [(one.number, one.key) for one in found.refused] == [(2, key)]
    assert [row.account_id for row in found.rows] == ["A-9"]


def test_a_file_whose_other_days_tell_the_order_needs_no_question() -> None:
    found = read("顧客ID,項目,完了日", "A-1,menu,04/05/2026", "A-2,menu,04/25/2026")
    assert [row.on for row in found.rows] == [date(2026, 4, 5), date(2026, 4, 25)]


def test_a_moment_with_its_offset_counts_for_the_day_here() -> None:
    (row,) = read("account_id,step,done_at", "A-1,menu,2026-03-31T20:00:00Z").rows
    assert row.on == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("lines", "key"),
    [(["顧客ID,状態", "A-1,完了"], "columns_missing"), (["顧客ID,項目"], "no_rows"), ([""], "empty")],
)
def test_a_file_that_is_no_such_list_says_why(lines: list[str], key: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(*lines)
    assert refusal.value.key == key
