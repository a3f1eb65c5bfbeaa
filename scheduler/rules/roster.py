"""Which of a lecture's known contacts a display name may mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from scheduler.rules.likeness import likeness
from scheduler.rules.names import name_key
from scheduler.rules.spellings import (
    company_domain,
    company_words,
    family_spellings,
    full_spellings,
    part_spellings,
    parts,
    place_spellings,
    short_place_spellings,
    with_place,
    written_names,
)

# Below this likeness (of 100) a name is not offered; any two names share letters once they are written in Latin.
_ALIKE, _ALIKE_LATIN = 60, 80
_SIMILAR_OFFERED = 3
_LONGEST_KEY = 60


@dataclass(frozen=True)
class Candidate:
    """A contact whom a person in the room may be; `shared` says that other people use the same address."""

    contact_id: int
    account_id: int
    name: str
    reading: str = ""
    email: str = ""
    shared: bool = False
    # Names of the contact's stores.
    stores: tuple[str, ...] = ()
    booked: bool = False
    # Keys of personal join links, and registrants' ids.
    personal_keys: frozenset[str] = frozenset()
    # The company's name.
    account: str = ""

    def likeness(self, texts: Iterable[str]) -> int:
        """Score names that somebody goes by against this contact's, of 100."""
        names = written_names(self.name, self.reading)
        return likeness(texts, names, (self.account, *self.stores, *company_words(self.email)))


@dataclass
class Found:
    """The contacts a name may mean, best first with the reason, and those it says uniquely."""

    reasons: dict[int, str] = field(default_factory=dict)
    certain: dict[int, str] = field(default_factory=dict)
    places: set[int] = field(default_factory=set)

    @property
    def sure(self) -> int | None:
        """Give the one booked contact whom all that was written points to; None where two names disagree."""
        return next(iter(self.certain)) if len(self.certain) == 1 else None

    def add(self, ids: Iterable[int], reason: str) -> None:
        """Offer contacts after those already offered."""
        for contact_id in ids:
            self.reasons.setdefault(contact_id, reason)


class Roster:
    """Contacts, booked and others, to be found by link, address, name and store."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self.by_id: dict[int, Candidate] = {}
        self.by_email: dict[str, list[Candidate]] = {}
        self.by_personal_key: dict[str, Candidate] = {}
        self._accounts_of_domain: dict[str, set[int]] = {}
        self._full: dict[str, set[int]] = {}
        self._elsewhere: dict[str, set[int]] = {}
        self._family: dict[str, set[int]] = {}
        self._part: dict[str, set[int]] = {}
        self._places: dict[str, set[int]] = {}
        self._short_places: dict[str, set[int]] = {}
        for candidate in candidates:
            self._add(candidate)

    def account_of(self, email: str) -> int | None:
        """Give the company whose people alone use an address's domain."""
        accounts = self._accounts_of_domain.get(company_domain(email), set())
        return next(iter(accounts)) if len(accounts) == 1 else None

    def find(self, texts: Iterable[str]) -> Found:
        """Find the booked contacts that names of one person may mean, then others of exactly that name."""
        found = Found()
        texts = [text for text in texts if text]
        for text in texts:
            self._find_whole(text, found)
        for text in texts:
            self._find_at_place(text, found)
        for text in texts:
            for key in (name_key(text), *parts(text)):
                found.add(sorted(self._family.get(key, set()) | self._part.get(key, set())), "part_of_name")
        found.add(() if found.reasons else sorted(found.places), "store")
        for text in texts:
            for key in full_spellings(text):
                found.add(sorted(self._elsewhere.get(key, ())), "not_booked")
        for text in [] if found.reasons else texts:
            found.add(self._similar(text), "similar")
        return found

    def _add(self, candidate: Candidate) -> None:
        self.by_id[candidate.contact_id] = candidate
        for key in candidate.personal_keys:
            self.by_personal_key[key] = candidate
        if candidate.email:
            self.by_email.setdefault(candidate.email.lower(), []).append(candidate)
            domain = company_domain(candidate.email)
            if domain:
                self._accounts_of_domain.setdefault(domain, set()).add(candidate.account_id)
        named = [name for name in (candidate.name, candidate.reading) if name]
        whole = self._full if candidate.booked else self._elsewhere
        for name in written_names(candidate.name, candidate.reading):
            _index(whole, full_spellings(name), candidate)
        if not candidate.booked:
            return
        for name in named:
            _index(self._family, family_spellings(name), candidate)
            _index(self._part, part_spellings(name), candidate)
        for place in (candidate.account, *candidate.stores):
            _index(self._places, place_spellings(place), candidate)
            _index(self._short_places, short_place_spellings(place), candidate)
        _index(self._places, company_words(candidate.email), candidate)

    def _find_whole(self, text: str, found: Found) -> None:
        hits = set().union(*(self._full.get(key, set()) for key in full_spellings(text)))
        if len(hits) == 1:
            found.certain.update(dict.fromkeys(hits, "name"))
        found.add(sorted(hits), "name" if len(hits) == 1 else "several_of_this_name")

    def _find_at_place(self, text: str, found: Found) -> None:
        """Find who is named together with a shop, a company or its domain: 仙台支店 林健太, ＡＯＢＡ＿長谷川."""
        for owners, rest, whole_place in self._split_off_places(with_place(text)[:_LONGEST_KEY]):
            hits = owners & (self._full.get(rest, set()) | self._family.get(rest, set()))
            if whole_place and not hits:
                hits = owners & self._part.get(rest, set())
            if len(hits) == 1:
                found.certain.update(dict.fromkeys(hits, "store_and_name"))
            found.add(sorted(hits), "store_and_name")
            if whole_place:
                found.places |= owners

    def _split_off_places(self, key: str) -> Iterator[tuple[set[int], str, bool]]:
        """Yield the people of a place that the key begins or ends with, and the rest; longest places first."""
        for length in range(len(key), 1, -1):
            for place, rest in ((key[:length], key[length:]), (key[-length:], key[:-length])):
                for places, whole in ((self._places, True), (self._short_places, False)):
                    owners = places.get(place)
                    if owners:
                        inner = self._split_off_places(rest) if rest else iter(())
                        yield from ((owners & of, name, whole) for of, name, _ in inner if owners & of)
                        yield owners, rest, whole

    def _similar(self, text: str) -> list[int]:
        """Find who of those booked is called almost so, in any order or script; the closest first."""
        closest: dict[str, float] = {}
        for key in set(full_spellings(text)):
            least = _ALIKE_LATIN if key.isascii() else _ALIKE
            found = process.extract(
                key, self._full.keys(), scorer=fuzz.ratio, score_cutoff=least, limit=2 * _SIMILAR_OFFERED
            )
            for spelling, alike, _ in found:
                closest[spelling] = max(alike, closest.get(spelling, 0))
        ranked = sorted(closest, key=lambda spelling: (-closest[spelling], spelling))
        people = dict.fromkeys(contact for spelling in ranked for contact in sorted(self._full[spelling]))
        return list(people)[:_SIMILAR_OFFERED]


def _index(index: dict[str, set[int]], keys: Iterable[str], candidate: Candidate) -> None:
    for key in keys:
        index.setdefault(key, set()).add(candidate.contact_id)
