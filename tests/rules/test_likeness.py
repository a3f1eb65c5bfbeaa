"""How alike names are: whole names in any spelling 100, a shop and the family name less, the shop alone little."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.likeness import likeness

HAYASHI = ("林 健太", "ハヤシ ケンタ")
PLACES = ("株式会社あおば", "仙台支店")


@pytest.mark.parametrize(
    ("display", "lowest", "highest"),
    [
        ("林 健太", 100, 100),
        ("健太 林", 100, 100),
        ("林健太 様", 100, 100),
        ("ﾊﾔｼ ｹﾝﾀ", 100, 100),
        ("Kenta HAYASHI", 100, 100),
        ("仙台支店 林 健太", 100, 100),
        ("株式会社あおば　林健太", 100, 100),
        ("仙台支店 林", 90, 90),
        ("林＠仙台", 90, 90),
        ("林", 70, 70),
        ("Kenta Hayasi", 90, 99),
        ("仙台支店 林 健大", 60, 90),
        ("仙台支店", 40, 40),
        ("佐藤 恵美", 0, 30),
        ("", 0, 0),
    ],
)
def test_a_display_name_is_scored_by_how_much_of_the_contact_it_says(display: str, lowest: int, highest: int) -> None:
    assert lowest <= likeness([display], HAYASHI, PLACES) <= highest


def test_the_best_of_several_names_counts() -> None:
    assert likeness(["iPhone", "林 健太"], HAYASHI) == 100
    assert likeness([], HAYASHI) == 0
    assert likeness(["林"], []) == 0


@given(st.text(max_size=30), st.text(max_size=20))
def test_a_score_is_between_nothing_and_a_hundred(display: str, name: str) -> None:
    assert 0 <= likeness([display], [name], PLACES) <= 100
