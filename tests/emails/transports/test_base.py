"""Answers whether the reasons of failed mails can be shown and logged."""

from __future__ import annotations

import pytest

from emails.transports.base import without_addresses


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("550 5.1.1 <taro@mihon.example>: unknown", "550 5.1.1 <…>: unknown"),
        ('550 "ab..c"@docomo.ne.jp unknown', "550 … unknown"),
        ("two\r\nlines\x00 and a\ttab", "two lines and a tab"),
        ("taro@mihon.example, hana@mihon.example", "…, …"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_reason_is_one_short_line_without_addresses(said: str, kept: str) -> None:
    assert without_addresses(said) == kept
