from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.readers.reports.display import full_name, is_full_name, is_phone, names_behind, names_nobody


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        ("林 健太", ("林 健太", "")),
        ("iPhone (渡辺 里奈)", ("iPhone", "渡辺 里奈")),
        ("015_Loki (Loki Laufeyson)", ("015_Loki", "Loki Laufeyson")),
        ("ﾀｶﾊｼ ﾀﾞｲｷ (高橋 大樹)", ("タカハシ ダイキ", "高橋 大樹")),
        ("林健太（仙台支店）", ("林健太", "仙台支店")),
        ("Kim Lee (she/her)", ("Kim Lee", "")),
        ("渡辺 里奈 (iPhone)", ("渡辺 里奈", "")),
        ("山田のiPhone", ("山田のiPhone", "山田")),
        ("Kenta's iPad Pro", ("Kenta's iPad Pro", "Kenta")),
        ("=SUM(1,1)", ("=SUM(1,1)", "")),
    ],
)
def test_the_name_behind_a_display_name(display: str, expected: tuple[str, str]) -> None:
    assert names_behind(display) == expected


@pytest.mark.parametrize("name", ["81300000000", "+81 3-0000-0000", "+1 555-***-**23", "０３－００００－００００"])
def test_telephone_numbers_are_known_as_such(name: str) -> None:
    assert is_phone(name)
    assert not names_nobody(name)


@pytest.mark.parametrize(
    "name", ["iPhone", "ゲスト", "iPhone 15 Pro", "Galaxy S21", "Zoom ユーザー", "Guest 2", "my iPad", "", "???"]
)
def test_devices_and_roles_name_nobody(name: str) -> None:
    assert names_nobody(name)
    assert not is_full_name(name)


@pytest.mark.parametrize("name", ["Max", "Pro Hart", "田中", "山田のiPhone", "Guestave", "S"])
def test_people_are_not_taken_for_devices(name: str) -> None:
    assert not names_nobody(name)


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("高橋 大樹", True),
        ("高橋　大樹", True),
        ("佐藤, 恵美", True),
        ("鈴木一郎", True),
        ("Daiki Takahashi", True),
        ("田中", False),
        ("Tanaka", False),
        ("林健太", False),
        ("仙台支店", False),
        ("さくら不動産 仙台支店", False),
        ("営業部", False),
        ("81 300 000 000", False),
    ],
)
def test_a_full_name_is_one_that_two_people_in_a_room_hardly_share(name: str, full: bool) -> None:
    assert is_full_name(name) is full


def test_names_are_joined_in_the_order_of_their_script() -> None:
    assert full_name("大樹", "高橋") == "高橋 大樹"
    assert full_name("Kenta", "Hayashi") == "Kenta Hayashi"
    assert full_name("高橋 大樹", "") == "高橋 大樹"


@given(st.text(max_size=80))
def test_no_display_name_breaks_the_reader(display: str) -> None:
    names_behind(display)
    is_phone(display)
    is_full_name(display)


def test_a_long_display_name_is_judged_at_once() -> None:
    assert not names_nobody("1" * 200 + "x山")
    assert not is_full_name("(" * 5000)
