"""An exported cell is text to every spreadsheet, never a formula."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from scheduler.web import csvs


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("株式会社みほん", "株式会社みほん"),
        ('=HYPERLINK("http://evil")', '\'=HYPERLINK("http://evil")'),
        ("+81 45 123", "'+81 45 123"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        (None, ""),
        (3, "3"),
        (date(2026, 4, 1), "2026-04-01"),
        (datetime(2026, 4, 1, 5, tzinfo=UTC), "2026-04-01T05:00:00+00:00"),
    ],
)
def test_a_cell_reads(value: object, text: str) -> None:
    assert csvs.cell(value) == text


@given(st.text())
def test_no_text_becomes_a_formula(text: str) -> None:
    assert not csvs.cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_file_opens_in_excel_with_its_lines_and_quotes_intact(app: Flask) -> None:
    response = csvs.response("a.csv", ["名称", "備考"], [["み,ほん", '一行目\n"二行目"']])
    body = response.get_data()
    assert body.startswith(b"\xef\xbb\xbf")
    assert response.headers["Content-Disposition"] == "attachment; filename=a.csv"
    assert list(csv.reader(StringIO(body.decode("utf-8-sig"), newline=""))) == [
        ["名称", "備考"],
        ["み,ほん", '一行目\n"二行目"'],
    ]
