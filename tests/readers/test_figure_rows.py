"""Lists of monthly figures, as people fill them in and as other programs write them."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import Workbook

from scheduler.readers.customer_rows import Refusal
from scheduler.readers.figure_rows import FigureList, FigureRow, parse_amount, parse_month, read_figures
from scheduler.readers.tables import Unreadable

APRIL = date(2026, 4, 1)


def read(*lines: str) -> FigureList:
    return read_figures("\n".join(lines).encode(), "figures.csv")


def test_every_column_is_found_by_its_header_wherever_it_stands() -> None:
    found = read(
        "月次の数字",
        "売上,備考,担当者,月,商談数,更新",
        "1200000,,小林 美咲,2026-04,18,",
        '"¥1,230,000",新しい,misaki@vendor.example,2026年5月,,はい',
        ",何もない月,小林 美咲,2026/6,,-",
    )
    assert found.rows == [
        FigureRow(3, APRIL, "person", "小林 美咲", {"meetings": 18, "revenue": 1_200_000}),
        FigureRow(4, date(2026, 5, 1), "person", "misaki@vendor.example", {"revenue": 1_230_000, "renewed": 1}),
    ]
    assert (found.refused, found.silent, found.left_out) == ([], 1, ("備考",))


@pytest.mark.parametrize(
    ("head", "kind"),
    [("顧客企業", "account"), ("顧客ID", "account"), ("Account", "account"), ("Member", "person"), ("対象", "subject")]
    + [("person or account", "subject"), ("担当者/顧客企業", "subject"), ("メールアドレス", "person")],
)
def test_the_header_tells_whose_the_figures_are(head: str, kind: str) -> None:
    assert [row.kind for row in read(f"month,{head},meetings", "2026-04,A-1,3").rows] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "2026-04",
        "2026/4",
        "2026.04",
        "2026年4月",
        "２０２６年４月",
        "2026年4月分",
        "202604",
        "4/2026",
        "04-2026",
        "April 2026",
    ]
    + [
        "Apr. 2026",
        "apr 2026",
        "Apr-26",
        "2026 April",
        "令和8年4月",
        "R8.4",
        "2026-04-01",
        "2026/4/15",
        "2026-04-30 00:00:00",
    ],
)
def test_a_month_is_read_in_any_usual_form(text: str) -> None:
    assert parse_month(text) == APRIL


@pytest.mark.parametrize(
    "text", ["", "4月", "2026", "2026-13", "2026-00", "26-04", "1887-04", "第1四半期", "04/05/2026", "x"]
)
def test_what_names_no_month_is_none(text: str) -> None:
    assert parse_month(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0),
        ("12", 12.0),
        ("１２", 12.0),
        ("1,200,000", 1.2e6),
        ("￥1,200,000", 1.2e6),
        ("120円", 120.0),
        ("3 件", 3.0),
    ]
    + [("12.5", 12.5), ("-0", 0.0), ("-5", "negative"), ("▲5", "negative"), ("△1,000", "negative"), ("(5)", "negative")]
    + [("¥-5", "negative"), ("多数", "not_a_number"), ("1,2", "not_a_number"), ("1e6", "not_a_number")]
    + [("nan", "not_a_number"), ("inf", "not_a_number"), ("12/3", "not_a_number"), ("9" * 20, "not_a_number")],
)
def test_an_amount_is_read_or_what_is_wrong_is_named(text: str, value: float | str) -> None:
    assert parse_amount(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("はい", 1), ("yes", 1), ("Y", 1), ("1", 1), ("○", 1), ("〇", 1), ("更新済み", 1), ("TRUE", 1)]
    + [("いいえ", 0), ("No", 0), ("0", 0), ("×", 0), ("なし", 0), ("解約", 0)],
)
def test_a_renewal_is_yes_or_no(text: str, value: int) -> None:
    assert [row.values["renewed"] for row in read("month,account,renewed", f"2026-04,A-1,{text}").rows] == [value]


@pytest.mark.parametrize(
    ("row", "refusal"),
    [
        (",小林,,3,", Refusal(2, "month_missing")),
        ("来月,小林,,3,", Refusal(2, "month_unreadable", {"value": "来月"})),
        ("2026-04,,,3,", Refusal(2, "subject_missing")),
        ("2026-04,小林,A-1,3,", Refusal(2, "subject_twice")),
        ("2026-04,小林,,三件,", Refusal(2, "not_a_number", {"field": "meetings", "value": "三件"})),
        ("2026-04,小林,,-3,", Refusal(2, "negative", {"field": "meetings", "value": "-3"})),
        ("2026-04,小林,,,たぶん", Refusal(2, "answer_unknown", {"field": "renewed", "value": "たぶん"})),
    ],
)
def test_a_row_that_cannot_be_used_says_why(row: str, refusal: Refusal) -> None:
    found = read("月,担当者,顧客企業,商談数,更新", row)
    assert (found.rows, found.refused) == ([], [refusal])


@pytest.mark.parametrize(
    ("head", "missing"),
    [
        ("月,商談数", ["subject"]),
        ("月,担当者,備考", ["figures"]),
        ("月,備考", ["subject", "figures"]),
        ("担当者,商談数", ["month"]),
    ],
)
def test_a_list_without_the_columns_it_needs_is_refused(head: str, missing: list[str]) -> None:
    with pytest.raises(Unreadable) as error:
        read(head, "2026-04,3,4")
    assert (error.value.key, error.value.params["missing"]) == ("columns_missing", missing)


def test_a_workbook_brings_its_months_as_dates() -> None:
    book, stream = Workbook(), BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in (["月", "担当者", "売上", "更新"], [datetime(2026, 4, 1), "小林", 1200000.0, True]):
        sheet.append(row)
    book.save(stream)
    (found,) = read_figures(stream.getvalue(), "figures.xlsx").rows
    assert found == FigureRow(2, APRIL, "person", "小林", {"revenue": 1_200_000, "renewed": 1})
