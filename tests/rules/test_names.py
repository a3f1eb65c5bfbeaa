"""Names compare as people mean them and are shown as their owners write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.names import clean_name, family_name, leading_name, name_key, phone_digits


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("山田 花子", "山田　花子"),
        ("山田 花子", "山田花子 様"),
        ("山田花子", "山田花子さん"),
        ("髙橋 ①郎", "高橋1郎"),
        ("山﨑 渡邊", "山崎渡辺"),
        ("ﾀｶﾊｼ ｼﾞﾛｳ", "たかはし　じろう"),
        ("TANAKA, Taro", "tanaka taro"),
        ("Ｔａｎａｋａ　Ｔａｒｏ", "Tanaka-Taro"),
        ("Mr. Taro Tanaka", "Taro Tanaka"),
        ("㈱わかば地所", "（株）わかば地所"),
        ("葛\U000e0100城", "葛城"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("高橋 一郎", "高橋 二郎"), ("田中 誠", "田中 誠一"), ("ハシ", "バシ"), ("", "様")]
)
def test_different_names_keep_different_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(st.text())
def test_a_key_is_its_own_key_and_holds_no_blank(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == key
    assert all(character.isalnum() for character in key)


@given(st.text())
def test_cleaning_twice_is_cleaning_once_and_never_changes_who_is_meant(text: str) -> None:
    assert clean_name(clean_name(text)) == clean_name(text)
    assert name_key(clean_name(text)) == name_key(text)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("  山本　　篤司 ", "山本 篤司"),
        ("髙橋 ①郎", "髙橋 ①郎"),
        ("㈱しらかば不動産", "㈱しらかば不動産"),
        ("ﾓﾘ ﾔｽﾋﾛ", "モリ ヤスヒロ"),
        ("横浜\u00a0店\ufeff", "横浜 店"),
    ],
)
def test_names_are_shown_as_their_owners_write_them(written: str, shown: str) -> None:
    assert clean_name(written) == shown


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("山田 花子", "山田"),
        ("髙橋　①郎 様", "髙橋"),
        ("山田花子", "山田花子"),
        ("Hanako Yamada", "Yamada"),
        ("Yamada, Hanako", "Yamada"),
        ("山田さん", "山田"),
        ("", ""),
    ],
)
def test_the_family_name_comes_first_in_japanese_and_last_in_english(name: str, family: str) -> None:
    assert family_name(name) == family


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("03-1234-5678", "0312345678"),
        ("０３（１２３４）５６７８", "0312345678"),
        ("+81 90-1234-5678", "09012345678"),
        ("+81 (0)3 1234 5678", "0312345678"),
        ("+1 555 123 4567", "15551234567"),
        ("090-1234-5678 内線12", "09012345678"),
        ("03-1234-5678 / 090-1234-5678", "0312345678"),
        ("9012345678", "09012345678"),
        ("312345678", "0312345678"),
        ("", ""),
        ("なし", ""),
    ],
)
def test_telephone_numbers_compare_by_the_digits_one_dials(written: str, digits: str) -> None:
    assert phone_digits(written) == digits


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("銀座店", "銀座店"),
        ("銀座店 Sara", "銀座店"),
        ("東銀座店 Sara", "東銀座店"),
        ("銀座店スタッフ", "銀座店"),
        ("ｇｉｎｚａ　ｅａｓｔ : Sara", "ginzaeast"),
        ("Ginza Sara", "ginza"),
        ("Ginzas", ""),
        ("Sara 銀座店", ""),
        ("佐藤", ""),
        ("", ""),
    ],
)
def test_a_text_begins_with_the_longest_name_that_is_a_whole_word(text: str, name: str) -> None:
    assert leading_name(text, ["", "銀座店", "東銀座店", "ginza", "ginzaeast", "a"]) == name
