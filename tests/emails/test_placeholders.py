"""Whoever writes words is told of every placeholder what it stands for."""

from __future__ import annotations

from emails import KINDS, LOCALES
from emails.placeholders import MEANINGS


def test_every_placeholder_is_explained_in_both_languages_and_nothing_else_is() -> None:
    assert set(MEANINGS) == {name for kind in KINDS.values() for name in kind.placeholders}
    for name, meaning in MEANINGS.items():
        assert set(meaning) == set(LOCALES), name
        assert all(meaning.values()), name


def test_no_two_placeholders_are_explained_alike() -> None:
    for locale in LOCALES:
        told = [meaning[locale] for meaning in MEANINGS.values()]
        assert len(set(told)) == len(told)
