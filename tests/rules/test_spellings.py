from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.spellings import (
    company_domain,
    family_spellings,
    full_spellings,
    part_spellings,
    parts,
    place_spellings,
    short_place_spellings,
    with_place,
)


@pytest.mark.parametrize(
    ("registered", "shown"),
    [
        ("林 健太", "健太 林"),
        ("林 健太", "林健太 様"),
        ("サトウ エミ", "Sato Emi"),
        ("サトウ エミ", "emi satoh"),
        ("オオノ ジュンイチ", "Junichi Ohno"),
        ("シンバシ ユウキ", "Yuki Shimbashi"),
        ("ハッチ ユーコ", "Yuko Hatchi"),
        ("Maria del Carmen", "del Carmen, Maria"),
        ("山田 花子", "店長 山田 花子"),
        ("山田 花子", "山田 花子店長"),
    ],
)
def test_two_ways_to_write_one_name_share_a_spelling(registered: str, shown: str) -> None:
    assert set(full_spellings(registered)) & set(full_spellings(shown))


@pytest.mark.parametrize(
    ("one", "other"),
    [("林 健太", "林 健二"), ("Emi Sato", "Emi Saito"), ("サトウ エミ", "サトウ ユミ"), ("田中", "田中 次郎")],
)
def test_different_names_share_none(one: str, other: str) -> None:
    assert not set(full_spellings(one)) & set(full_spellings(other))


def test_parts_are_known_only_where_the_name_is_written_in_parts() -> None:
    assert family_spellings("ハヤシ ケンタ") == {"ハヤシ", "hayashi"}
    assert family_spellings("林健太") == part_spellings("林健太") == set()
    assert part_spellings("Priya Nair") == {"priya", "nair"}
    assert parts("店長 山田") == ("山田",)


def test_places_are_known_by_their_name_without_words_for_company_and_shop() -> None:
    assert place_spellings("株式会社あおば") == {"アオバ", "aoba"}
    assert place_spellings("Aoba Co., Ltd.") == {"aoba"}
    assert short_place_spellings("仙台支店") == {"仙台"}
    assert short_place_spellings("本店") == short_place_spellings("みほん商事") == set()
    assert with_place("（株）あおば 仙台支店_店長 林さん") == "アオバ仙台支店林"


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("a@Aoba.example.jp", "aoba.example.jp"),
        ("a@gmail.com", ""),
        ("a@yahoo.co.jp", ""),
        ("a@docomo.ne.jp", ""),
        ("", ""),
    ],
)
def test_a_mail_providers_domain_is_no_companys(email: str, domain: str) -> None:
    assert company_domain(email) == domain


@given(st.text(max_size=60))
def test_no_name_breaks_the_spellings(name: str) -> None:
    assert all(full_spellings(name))
    assert "" not in family_spellings(name) | part_spellings(name) | place_spellings(name)
