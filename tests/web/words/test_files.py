"""Whatever is wrong with a handed-in file, the sentence names it and says how to hand it in again, in both languages."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from flask import Flask

from scheduler.readers import tables
from scheduler.services.refusals import FileUnreadable
from scheduler.web.words import columns, files, refusals

READERS = Path(tables.__file__).parent


def complaints() -> set[str]:
    """Find every key with which the readers refuse a file."""
    found: set[str] = set()
    for file in READERS.glob("**/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Unreadable":
                key = node.args[0]
                options = (key.body, key.orelse) if isinstance(key, ast.IfExp) else (key,)
                found |= {option.value for option in options if isinstance(option, ast.Constant)}  # type: ignore[misc]
    return found


def test_every_complaint_of_the_readers_has_words(app: Flask) -> None:
    assert len(complaints()) > 10
    with app.test_request_context():
        assert complaints() <= files.sentences().keys()


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"why": "empty", "filename": "顧客.csv"}, ["顧客.csv"]),
        ({"why": "too_large", "filename": "a.csv", "limit_mb": 20}, ["20 MB"]),
        ({"why": "too_large", "filename": "a.xlsx", "limit_cells": 2_000_000}, ["a.xlsx", "行や列"]),
        ({"why": "unclosed_quote", "filename": "a.csv", "line": 7}, ["7 行目"]),
        (
            {"why": "columns_missing", "missing": ["account_id"], "columns": ["会社名", "氏名"], "mapping": {}},
            ["顧客ID", "会社名、氏名"],
        ),
        ({"why": "date_order_open", "columns": ["契約日"], "examples": ["04/01/2026"]}, ["契約日", "04/01/2026"]),
        (
            {"why": "mapping_unknown_column", "field": "email", "column": "宛先", "columns": ["会社名"]},
            ["メールアドレス", "宛先", "会社名"],
        ),
    ],
)
def test_a_complaint_names_what_it_is_about(app: Flask, params: dict[str, object], named: list[str]) -> None:
    with app.test_request_context(headers={"Accept-Language": "ja"}):
        sentence = refusals.sentence(FileUnreadable(**params))
    assert [word for word in named if word not in sentence] == []


def test_of_many_headers_the_first_dozen_are_named(app: Flask) -> None:
    headers = [f"列{number}" for number in range(1, 31)]
    with app.test_request_context(headers={"Accept-Language": "ja"}):
        sentence = files.sentence("columns_missing", {"missing": ["account_name"], "columns": headers})
    assert "列12、ほか 18 列" in sentence
    assert "列13" not in sentence


def test_every_field_of_a_list_has_a_name(app: Flask) -> None:
    with app.test_request_context():
        assert [field for field, name in columns.options() if field == name] == []
