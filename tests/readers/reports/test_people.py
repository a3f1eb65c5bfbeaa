from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.readers.reports.people import Row, gather, usable_email
from scheduler.readers.reports.shapes import Line

START = datetime(2026, 4, 15, 5, 0, tzinfo=UTC)


def row(number: int, name: str, begins: int, ends: int, email: str = "", key: str = "", original: str = "") -> Row:
    line = Line(number, name, original, original or name, email, key)
    return Row(line, (START + timedelta(minutes=begins), START + timedelta(minutes=ends)))


@pytest.mark.parametrize(
    ("promise", "rows", "people"),
    [
        ("one address is one person", [("Sato", 0, 20, "A@x.jp"), ("Emi", 22, 60, "a@x.jp")], [(1, 2)]),
        ("one name, two addresses: two people", [("田中", 0, 60, "a@x.jp"), ("田中", 0, 60, "b@x.jp")], [(1,), (2,)]),
        (
            "an address and none are not joined by name",
            [("高橋 大樹", 0, 60), ("高橋 大樹", 10, 40, "d@x.jp")],
            [(1,), (2,)],
        ),
        ("somebody came back", [("田中", 0, 20), ("田中", 22, 60)], [(1, 2)]),
        ("two at once under a bare name", [("田中", 0, 60), ("田中", 2, 55)], [(1,), (2,)]),
        ("a ghost of a dropped connection", [("田中", 0, 20), ("田中", 19, 60)], [(1, 2)]),
        (
            "who comes back continues the seat that is free",
            [("田中", 0, 60), ("田中", 2, 20), ("田中", 22, 55)],
            [(1,), (2, 3)],
        ),
        ("two devices of a full name", [("高橋 大樹", 0, 60), ("高橋　大樹", 10, 40)], [(1, 2)]),
        ("two devices of a full name in one piece", [("鈴木一郎", 0, 60), ("鈴木一郎", 10, 40)], [(1, 2)]),
        ("two screens of one shop", [("仙台支店", 0, 60), ("仙台支店", 0, 60)], [(1,), (2,)]),
        ("two screens of a company's shop", [("さくら 仙台支店", 0, 60), ("さくら 仙台支店", 0, 60)], [(1,), (2,)]),
        ("devices are each somebody", [("iPhone", 0, 20), ("iPhone", 22, 60)], [(1,), (2,)]),
        ("a telephone that rang again", [("+81 3-0000-0000", 0, 20), ("+81 3-0000-0000", 22, 60)], [(1, 2)]),
    ],
)
def test_lines_become_people(promise: str, rows: list[tuple[str, int, int]], people: list[tuple[int, ...]]) -> None:
    found, left_out = gather([row(number, *values) for number, values in enumerate(rows, 1)])
    assert [person.rows for person in found] == people, promise
    assert not left_out


def test_a_renamed_device_joins_its_owner_by_the_original_name() -> None:
    people, _ = gather([row(1, "ﾀｶﾊｼ ﾀﾞｲｷ (高橋 大樹)", 0, 60, original="高橋 大樹"), row(2, "高橋　大樹", 10, 40)])
    assert [(person.rows, person.original_name, person.flags) for person in people] == [
        ((1, 2), "高橋 大樹", frozenset({"two_devices"}))
    ]
    assert [device.rows for device in people[0].apart] == [(1,), (2,)]


def test_a_personal_key_comes_before_the_address() -> None:
    people, _ = gather([row(1, "花子", 0, 20, "a@x.jp", "k1"), row(2, "花子", 22, 60, "", "k1")])
    assert [(person.rows, person.personal_key, person.email) for person in people] == [((1, 2), "k1", "a@x.jp")]


def test_people_kept_apart_under_one_name_say_so() -> None:
    people, _ = gather([row(1, "田中", 0, 60), row(2, "田中", 2, 55)])
    assert all("same_name" in person.flags for person in people)


@pytest.mark.parametrize(
    ("text", "email"),
    [
        (" Emi.Sato@Kanade.example.com ", "emi.sato@kanade.example.com"),
        ("--", ""),
        ("NA", ""),
        ("misaki_aoba.example.jp#EXT#@vendor.example.com", ""),
        ("1.guest@abcguest.webex.localhost", ""),
        ("two words@x.jp", ""),
    ],
)
def test_only_real_addresses_count(text: str, email: str) -> None:
    assert usable_email(text) == email
