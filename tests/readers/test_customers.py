"""A customer list in any shape is read alike, repaired where it can be, and refused row by row where it cannot."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.readers.customer_rows import CustomerFile, CustomerRow
from scheduler.readers.customers import read_customers

DATA = Path(__file__).parents[1] / "data"
SAMPLE = (DATA / "customers_cp932.csv").read_bytes()
EXPECTED = json.loads((DATA / "customers_expected.json").read_text())


def as_csv(rows: list[list[str]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def read(cells_by_header: Mapping[str, str], **options: str) -> CustomerFile:
    """Read a list of one row; the account's columns are filled in where the test does not care."""
    given_cells = {"顧客ID": "A1", "会社名": "株式会社みほん", **cells_by_header}
    return read_customers(as_csv([list(given_cells), list(given_cells.values())]), "list.csv", **options)


def read_row(**cells_by_header: str) -> CustomerRow:
    return read(cells_by_header).rows[0]


def keys(row: CustomerRow) -> list[str]:
    return [mark.key for mark in row.marks]


# The sample of a CRM's export


def test_the_sample_refuses_exactly_the_rows_that_cannot_go_in() -> None:
    found = read_customers(SAMPLE, "customers_cp932.csv")
    assert len(found.rows) + len(found.refused) == EXPECTED["rows"]
    assert [(refusal.number, refusal.key) for refusal in found.refused] == [
        (96, "date_impossible"),
        (398, "account_id_missing"),
        (595, "email_invalid"),
    ]
    assert {refusal.number for refusal in found.refused} == {row["row"] for row in EXPECTED["refused_rows"]}
    assert (found.encoding, found.unmapped, found.questions) == ("cp932", [], [])


def test_the_workbook_reads_as_the_export_it_was_made_of() -> None:
    from_workbook = read_customers((DATA / "customers.xlsx").read_bytes(), "customers.xlsx")
    from_export = read_customers(SAMPLE, "customers_cp932.csv")
    above = 2
    assert from_workbook.mapping == from_export.mapping
    assert [replace(row, number=row.number - above) for row in from_workbook.rows] == from_export.rows[:259]
    assert [refusal.number - above for refusal in from_workbook.refused] == [96]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_every_encoding_reads_the_same(encoding: str) -> None:
    again = read_customers(SAMPLE.decode("cp932").encode(encoding), "list.csv")
    assert again.rows == read_customers(SAMPLE, "list.csv").rows


@given(st.randoms(use_true_random=False))
def test_columns_in_any_order_read_the_same(order: random.Random) -> None:
    rows = list(csv.reader(io.StringIO(SAMPLE.decode("cp932"))))[:120]
    positions = list(range(len(rows[0])))
    order.shuffle(positions)
    shuffled = [[row[position] for position in positions] for row in rows]
    assert read_customers(as_csv(shuffled), "f").rows == read_customers(as_csv(rows), "f").rows


def test_what_was_read_reads_the_same_once_written_out_again() -> None:
    first = read_customers(SAMPLE, "f").rows
    header = [
        "顧客ID",
        "会社名",
        "契約日",
        "利用開始予定日",
        "フェーズ",
        "プラン",
        "備考",
        "ITスキル",
        "店舗コード",
        "店舗名",
        "定休日",
    ]
    header += ["氏名", "氏名カナ", "役割", "メールアドレス", "電話番号", "営業担当", "自社担当"]
    roles = {"coordinator": "窓口", "manager": "店長", "member": "一般", "": ""}
    lines = [
        [
            *[row.account_id, row.account_name, str(row.signed_on), str(row.planned_start_on), row.phase, row.plan],
            *[row.note, row.it_skill, row.store_code, row.store_name],
            "・".join("月火水木金土日"[day] for day in row.closed_days or ()),
            *[row.name, row.reading, roles[row.role], row.email, row.phone, row.sales_owner, row.owner],
        ]
        for row in first
    ]
    again = read_customers(as_csv([header, *lines]), "f").rows
    assert [replace(row, number=0) for row in again] == [replace(row, number=0) for row in first]


# Rows


@pytest.mark.parametrize(
    ("cells_by_header", "key"),
    [
        ({"顧客ID": ""}, "account_id_missing"),
        ({"顧客ID": " － "}, "account_id_missing"),
        ({"会社名": ""}, "account_name_missing"),
        ({"契約日": "2026/2/30"}, "date_impossible"),
        ({"氏名": "渡辺 桃子", "メールアドレス": "tanaka.example.jp", "電話番号": ""}, "email_invalid"),
    ],
)
def test_a_row_is_refused_only_for_what_nobody_could_repair(cells_by_header: dict[str, str], key: str) -> None:
    found = read(cells_by_header)
    assert (found.rows, [(refusal.number, refusal.key) for refusal in found.refused]) == ([], [(2, key)])


def test_an_account_named_in_one_row_is_named_in_all() -> None:
    found = read_customers(as_csv([["顧客ID", "会社名"], ["A1", ""], ["A1", "みほん"], ["A2", ""]]), "f")
    assert [row.number for row in found.rows] == [2, 3]
    assert [refusal.number for refusal in found.refused] == [4]


@pytest.mark.parametrize(
    ("cells_by_header", "marks"),
    [
        ({"氏名": "山田 花子", "メールアドレス": "a@example.com"}, []),
        ({"氏名": "山田 花子", "電話番号": "03-1234-5678"}, ["no_email"]),
        ({"氏名": "山田 花子", "メールアドレス": "なし", "電話番号": "03-1234-5678"}, ["no_email"]),
        ({"氏名": "山田 花子", "電話番号": ""}, ["unreachable"]),
        ({"氏名": "", "メールアドレス": "shop@example.com"}, ["shared_address"]),
        ({"氏名": "ご担当者様", "メールアドレス": "shop@example.com"}, ["shared_address"]),
        ({"氏名": "", "電話番号": "03-1234-5678"}, ["no_email", "no_name"]),
        ({"氏名": "山田 花子", "メールアドレス": "a@@example", "電話番号": "03-1234-5678"}, ["email_invalid"]),
        ({"氏名": "山田 花子", "メールアドレス": "a@example.com, b@example.com"}, ["several_emails"]),
        ({"氏名": "山田 花子", "メールアドレス": "a@example.com", "言語": "Deutsch"}, ["language_unknown"]),
        ({"店舗名": "横浜店", "定休日": "第3水曜"}, ["closed_days_unclear"]),
        ({"利用開始予定日": "4月下旬"}, ["date_unreadable"]),
    ],
)
def test_what_is_doubtful_goes_in_marked(cells_by_header: dict[str, str], marks: list[str]) -> None:
    found = read(cells_by_header)
    assert found.refused == []
    assert keys(found.rows[0]) == marks


def test_an_address_that_is_none_is_left_out_where_a_telephone_reaches_the_person() -> None:
    row = read_row(氏名="山田 花子", メールアドレス="tanaka.example.jp", 電話番号="０３－１２３４－５６７８")
    assert (row.email, row.phone, row.phone_digits) == ("", "03-1234-5678", "0312345678")
    assert row.marks[0].params == {"field": "email", "column": "メールアドレス", "value": "tanaka.example.jp"}


def test_a_list_of_stores_or_accounts_has_no_people_even_with_telephones() -> None:
    row = read_row(店舗コード="Ａ１-００１", 店舗名="横浜店", 電話番号="045-123-4567")
    assert (row.has_contact, row.store_code, row.marks) == (False, "A1-001", ())


@pytest.mark.parametrize(
    ("cells_by_header", "name"),
    [
        ({"姓": "山田", "名": "花子"}, "山田 花子"),
        ({"Last Name": "Yamada", "First Name": "Hanako"}, "Hanako Yamada"),
        ({"氏名": "山田　　花子", "姓": "やまだ", "名": "はなこ"}, "山田 花子"),
        ({"氏名": "", "姓": "山田", "名": ""}, "山田"),
        ({"氏名": "ﾔﾏﾀﾞ ﾊﾅｺ"}, "ヤマダ ハナコ"),
        ({"氏名": "髙橋 ①郎"}, "髙橋 ①郎"),
    ],
)
def test_names_are_joined_and_kept_as_written(cells_by_header: dict[str, str], name: str) -> None:
    assert read({**cells_by_header, "メール": "a@example.com"}).rows[0].name == name


def test_the_mobile_number_serves_where_there_is_no_other() -> None:
    assert read_row(氏名="山田", 電話番号="", 携帯="090-1234-5678").phone == "090-1234-5678"
    assert read_row(氏名="山田", 電話番号="03-1234-5678", 携帯="090-1234-5678").phone == "03-1234-5678"


# Dates whose order is open


def test_a_file_whose_dates_may_be_swapped_asks_and_takes_the_answer() -> None:
    rows = [["顧客ID", "会社名", "契約日"], ["A1", "みほん", "04/01/2026"], ["A2", "たすき", "05/06/2026"]]
    asked = read_customers(as_csv(rows), "f")
    (question,) = asked.questions
    assert (question.key, question.options) == ("date_order", ("mdy", "dmy"))
    assert question.params == {"columns": ["契約日"], "examples": ["04/01/2026", "05/06/2026"]}
    assert [row.signed_on for row in asked.rows] == [None, None]
    answered = read_customers(as_csv(rows), "f", date_order="mdy")
    assert answered.questions == []
    assert [row.signed_on for row in answered.rows] == [date(2026, 4, 1), date(2026, 5, 6)]


def test_one_day_above_twelve_answers_for_the_whole_file() -> None:
    rows = [["顧客ID", "会社名", "契約日"], ["A1", "みほん", "04/01/2026"], ["A2", "たすき", "13/06/2026"]]
    found = read_customers(as_csv(rows), "f")
    assert found.questions == []
    assert [row.signed_on for row in found.rows] == [date(2026, 1, 4), date(2026, 6, 13)]
