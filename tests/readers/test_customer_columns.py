"""Columns are found by their names, wherever the header stands, unless a mapping says otherwise."""

from __future__ import annotations

import csv
import io

import pytest

from scheduler.readers.customers import read_customers
from scheduler.readers.tables import Unreadable


def as_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


@pytest.mark.parametrize(
    ("header", "mapping"),
    [
        (
            "Record ID,Company name,Close Date,Lifecycle Stage,Company owner,Go-live date",
            {
                **{"account_id": "Record ID", "account_name": "Company name", "signed_on": "Close Date"},
                **{"phase": "Lifecycle Stage", "owner": "Company owner", "planned_start_on": "Go-live date"},
            },
        ),
        (
            "Account ID,Account Name,First Name,Last Name,Email Address,Mobile,Job Title,Preferred language",
            {
                **{"account_id": "Account ID", "account_name": "Account Name", "first_name": "First Name"},
                **{"last_name": "Last Name", "email": "Email Address", "mobile": "Mobile", "role": "Job Title"},
                **{"language": "Preferred language"},
            },
        ),
        (
            "External ID,Name,Contact,E-mail,Branch,Closed on,Owner,Sales owner",
            {
                **{"account_id": "External ID", "account_name": "Name", "name": "Contact", "email": "E-mail"},
                **{"store_name": "Branch", "closed_days": "Closed on", "owner": "Owner", "sales_owner": "Sales owner"},
            },
        ),
        (
            " 取引先 ＩＤ ※,企業名（必須）,担当者名,担当,ＴＥＬ,携帯,課金開始日,メモ,支店名",
            {
                **{
                    "account_id": "取引先 ＩＤ ※",
                    "account_name": "企業名（必須）",
                    "name": "担当者名",
                    "owner": "担当",
                },
                **{"phone": "ＴＥＬ", "mobile": "携帯", "billing_starts_on": "課金開始日", "note": "メモ"},
                **{"store_name": "支店名"},
            },
        ),
    ],
)
def test_columns_are_found_by_their_names_in_either_language(header: str, mapping: dict[str, str]) -> None:
    found = read_customers(as_csv([header.split(","), ["A1", "みほん"]]), "f")
    assert found.mapping == mapping
    assert found.unmapped == []


def test_the_header_may_stand_below_a_title_and_repeat() -> None:
    header = ["顧客ID", "会社名", "店舗名"]
    rows = [["顧客一覧"], [], ["出力日", "2026/4/1"], header, ["A1", "みほん", "横浜店"], header, ["A2", "たすき", ""]]
    found = read_customers(as_csv(rows), "f")
    assert [(row.number, row.account_id) for row in found.rows] == [(5, "A1"), (7, "A2")]


def test_a_mapping_overrides_what_was_found_and_may_leave_a_column_out() -> None:
    rows = [
        ["コード", "会社名", "営業担当", "連絡用", "連絡用"],
        ["A1", "みほん", "山田 康弘", "a@example.com", "b@example.com"],
    ]
    mapping = {"account_id": "コード", "sales_owner": "", "owner": "営業担当", "email": "連絡用 (2)"}
    found = read_customers(as_csv(rows), "f", mapping=mapping)
    assert (found.rows[0].owner, found.rows[0].sales_owner, found.rows[0].email) == ("山田 康弘", "", "b@example.com")
    assert found.columns == ["コード", "会社名", "営業担当", "連絡用", "連絡用 (2)"]
    assert found.unmapped == ["連絡用"]


@pytest.mark.parametrize(
    ("rows", "options", "key", "params"),
    [
        (
            [["会社名", "氏名"], ["x", "y"]],
            {},
            "columns_missing",
            {
                "missing": ["account_id"],
                "columns": ["会社名", "氏名"],
                "mapping": {"account_name": "会社名", "name": "氏名"},
            },
        ),
        (
            [["a", "b"], ["x", "y"]],
            {},
            "columns_missing",
            {"missing": ["account_id", "account_name"], "columns": ["a", "b"], "mapping": {}},
        ),
        ([["顧客ID", "会社名"]], {}, "no_rows", {"filename": "f", "columns": ["顧客ID", "会社名"]}),
        (
            [["顧客ID", "会社名"], ["A1", "x"]],
            {"mapping": {"email": "宛先"}},
            "mapping_unknown_column",
            {"field": "email", "column": "宛先", "columns": ["顧客ID", "会社名"]},
        ),
        ([["顧客ID", "会社名"], ["A1", "x"]], {"mapping": {"mail": "x"}}, "mapping_unknown_field", {"field": "mail"}),
        ([["顧客ID", "会社名"], ["A1", "x"]], {"date_order": "ymd"}, "date_order_unknown", {"date_order": "ymd"}),
    ],
)
def test_a_list_that_cannot_be_understood_says_what_is_missing(
    rows: list[list[str]], options: dict[str, object], key: str, params: dict[str, object]
) -> None:
    with pytest.raises(Unreadable) as refused:
        read_customers(as_csv(rows), "f", **options)  # type: ignore[arg-type]
    assert (refused.value.key, refused.value.params) == (key, params)
