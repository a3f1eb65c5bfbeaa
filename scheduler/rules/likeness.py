"""How alike a display name is to what a contact is called, of 100."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz, process

from scheduler.rules.names import name_key
from scheduler.rules.spellings import (
    family_spellings,
    full_spellings,
    part_spellings,
    parts,
    place_spellings,
    short_place_spellings,
    with_place,
)

# What a display name is worth that says a part of the contact: the shop and the family name, a name's part, the shop alone.
PLACE_AND_PART, PART, PLACE = 90, 70, 40


def likeness(texts: Iterable[str], names: Iterable[str], places: Iterable[str] = ()) -> int:
    """Score the names somebody goes by against a contact's name and reading, in any spelling; shops and companies aside.

    100 is the whole name, whether in the other order, in kana, in Latin letters, or behind a shop's name.
    """
    spellings = [spelling for name in names for spelling in _whole(name)]
    pieces = {piece for name in names for piece in _pieces(name)}
    known = frozenset(spelling for place in places for spelling in _places(place))
    return max((_of_one(text, spellings, pieces, known) for text in texts if text), default=0)


def _of_one(text: str, spellings: list[str], pieces: set[str], places: frozenset[str]) -> int:
    key = with_place(text)
    rests = {
        rest
        for place in places
        for rest, at_place in ((key[len(place) :], key.startswith(place)), (key[: -len(place)], key.endswith(place)))
        if at_place
    }
    best = max((_alike(spelling, spellings) for spelling in {*_whole(text), *rests} if spelling), default=0)
    if rests & pieces:
        best = max(best, PLACE_AND_PART)
    if pieces.intersection((name_key(text), *parts(text))):
        best = max(best, PART)
    return max(best, PLACE) if rests else best


def _alike(key: str, spellings: list[str]) -> int:
    closest = process.extractOne(key, spellings, scorer=fuzz.ratio)
    return round(closest[1]) if closest else 0


@lru_cache(maxsize=8192)
def _whole(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(spelling for spelling in full_spellings(name) if spelling))


@lru_cache(maxsize=8192)
def _pieces(name: str) -> frozenset[str]:
    return frozenset(family_spellings(name) | part_spellings(name))


@lru_cache(maxsize=8192)
def _places(name: str) -> frozenset[str]:
    return frozenset(place_spellings(name) | short_place_spellings(name))
