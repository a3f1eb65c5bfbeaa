"""Texts in two languages fall back to the one there is, and addresses break where a reader expects it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from scheduler.web.words.texts import FITS, breakable


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("山田 花子", "山田 花子"),
        ("a-b@c-d.example", '<span class="nowrap">a-b@</span><wbr><span class="nowrap">c-d.example</span>'),
        (f"a@{'d' * FITS}.example", f'<span class="nowrap">a@</span><wbr>{"d" * FITS}.example'),
        ("<b>@x.example", '<span class="nowrap">&lt;b&gt;@</span><wbr><span class="nowrap">x.example</span>'),
    ],
)
def test_an_address_breaks_after_its_at_sign_and_only_a_long_half_elsewhere(text: str, written: str) -> None:
    assert breakable(text) == written


@given(st.text())
def test_what_is_read_and_copied_stays_the_same(text: str) -> None:
    marks = ('<span class="nowrap">', "</span>", "<wbr>")
    shown = str(breakable(text))
    for mark in marks:
        shown = shown.replace(mark, "")
    assert Markup(shown).unescape() == text
