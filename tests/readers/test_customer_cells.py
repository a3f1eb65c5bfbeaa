"""Cells of a customer list are repaired where their meaning is clear, and say so where it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.readers import customer_cells as cells
from scheduler.rules.names import phone_digits


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("  U003@C1017.EXAMPLE.JP ", "u003@c1017.example.jp"),
        ("u002＠c1026.example.com", "u002@c1026.example.com"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏｍ", "taro@example.com"),
        ("mailto:a@example.com", "a@example.com"),
        ("山田 花子 <A@example.com>", "a@example.com"),
        ("a @ example.com", "a@example.com"),
        ("a@example.com、", "a@example.com"),
        ("a@example.com.", "a@example.com"),
        ("a@example.com; a@example.com", "a@example.com"),
        ("taro..hanako.@docomo.ne.jp", "taro..hanako.@docomo.ne.jp"),
        (".taro@ezweb.ne.jp", ".taro@ezweb.ne.jp"),
    ],
)
def test_addresses_are_repaired(written: str, address: str) -> None:
    assert cells.email(written) == (address, True)


@pytest.mark.parametrize(
    "written", ["tanaka.example.jp", "a@", "a@localhost", "a@b@c.com", "a@example,com", "a..b@example.com"]
)
def test_what_no_repair_makes_an_address_is_none(written: str) -> None:
    assert cells.email(written) == ("", False)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("水", (2,)),
        ("火・水", (1, 2)),
        ("火、水曜", (1, 2)),
        ("毎週水曜日", (2,)),
        ("水曜と木曜", (2, 3)),
        ("火水", (1, 2)),
        ("土日祝", (5, 6)),
        ("月〜水", (0, 1, 2)),
        ("土曜～月曜", (0, 5, 6)),
        ("定休日なし", ()),
        ("年中無休", ()),
        ("なし", ()),
        ("祝日", None),
        ("", None),
        ("Wed", (2,)),
        ("Tuesdays / Thu.", (1, 3)),
        ("Sun & public holidays", (6,)),
        ("none", ()),
    ],
)
def test_weekly_closed_days_are_understood(written: str, days: tuple[int, ...] | None) -> None:
    assert cells.closed_days(written) == (days, True)


@pytest.mark.parametrize(
    ("written", "days"),
    [("第3水曜", None), ("月、第2火", (0,)), ("不定休", None), ("水（祝日は営業）", (2,)), ("隔週木曜", None)],
)
def test_closed_days_that_are_not_weekly_are_left_to_a_person(written: str, days: tuple[int, ...] | None) -> None:
    assert cells.closed_days(written) == (days, False)


@pytest.mark.parametrize(
    ("written", "role"),
    [
        ("窓口", "coordinator"),
        ("Primary contact", "coordinator"),
        ("店長", "manager"),
        ("Store Manager", "manager"),
        ("副店長", "member"),
        ("一般", "member"),
        ("部長", "member"),
        ("", ""),
    ],
)
def test_roles(written: str, role: str) -> None:
    assert cells.role(written) == role


@pytest.mark.parametrize(
    ("written", "language"),
    [("日本語", "ja"), ("JA", "ja"), ("English", "en"), ("en-US", "en"), ("英語", "en"), ("", "")],
)
def test_languages(written: str, language: str) -> None:
    assert cells.language(written) == (language, True)


@pytest.mark.parametrize(
    ("raw", "text"),
    [('="0012"', "0012"), ("'+81 3", "+81 3"), ("\ufeff A1\u200b ", "A1"), ('=HYPERLINK("x")', '=HYPERLINK("x")')],
)
def test_cells_come_out_of_what_spreadsheets_wrap_around_them(raw: str, text: str) -> None:
    assert cells.cell_text(raw) == text


@given(st.text(max_size=30))
def test_repairing_twice_is_repairing_once(text: str) -> None:
    for repair in (cells.code, cells.person, cells.note, cells.phone):
        assert repair(repair(text)) == repair(text)
    address, _ = cells.email(text)
    assert not address or cells.email(address) == (address, True)


@given(st.from_regex(r"[0-9+() ０-９ー−-]{0,18}", fullmatch=True))
def test_a_repaired_number_dials_the_same(text: str) -> None:
    assert phone_digits(cells.phone(text)) == phone_digits(text)
