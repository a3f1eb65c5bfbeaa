"""Links are short, stay the same, and open what they were made for and nothing else."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.links import PURPOSES, BadLink, Links, PurposeName, Signed

LINKS = Links(["the key of these tests, 2026-11"])
IDS = st.integers(0, 2**63 - 1)
VERSIONS = st.integers(0, 10_000)
NAMES = st.sampled_from(sorted(PURPOSES))


@given(NAMES, IDS, VERSIONS)
def test_a_link_stands_for_what_it_was_made_for(purpose: PurposeName, subject_id: int, version: int) -> None:
    token = LINKS.sign(purpose, subject_id, version)
    assert LINKS.read(purpose, token) == Signed(subject_id, version)
    assert token == LINKS.sign(purpose, subject_id, version)
    assert re.fullmatch(r"[0-9A-Za-z_.-]{19,40}", token)


@given(NAMES, IDS, VERSIONS, st.data())
def test_a_link_with_any_character_changed_is_refused(
    purpose: PurposeName, subject_id: int, version: int, data: st.DataObject
) -> None:
    token = LINKS.sign(purpose, subject_id, version)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters() | st.sampled_from("abcXYZ019-_.+/= \n"))
    for changed in (
        token[:place] + other + token[place + 1 :],
        token[:place] + other + token[place:],
        token[:place] + token[place + 1 :],
        token + other,
    ):
        if changed != token:
            with pytest.raises(BadLink):
                LINKS.read(purpose, changed)


@pytest.mark.parametrize(
    "token", ["", ".", "a" * 16, "a" * 16 + "1.1", "a" * 5000, "署名" * 10, "\x00", "a" * 16 + "01.1"]
)
def test_what_was_never_a_link_is_refused(token: str) -> None:
    with pytest.raises(BadLink):
        LINKS.read("me", token)


def test_no_link_opens_anything_but_its_own() -> None:
    for one, other in combinations(PURPOSES, 2):
        with pytest.raises(BadLink):
            LINKS.read(other, LINKS.sign(one, 7, 1))


def test_after_a_change_of_keys_the_first_signs_and_all_verify() -> None:
    old, new = "the key of last year, 2025-11", "the key of this year, 2026-11"
    before, after = Links([old]), Links([new, old])
    assert after.read("me", before.sign("me", 7, 1)) == Signed(7, 1)
    assert Links([new]).read("me", after.sign("me", 7, 1)) == Signed(7, 1)
    with pytest.raises(BadLink):
        Links([new]).read("me", before.sign("me", 7, 1))


def test_an_unsubscribe_address_fits_into_a_mail_header() -> None:
    address = "https://tasuki.example.co.jp/unsubscribe/" + LINKS.sign("unsubscribe", 2**31, 9)
    assert len(address) <= 77


def test_each_purpose_says_what_it_opens_and_when_it_ends() -> None:
    for purpose in PURPOSES.values():
        assert all((purpose.opens, purpose.subject, purpose.version, purpose.expires))
