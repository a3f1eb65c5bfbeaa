"""Which contact each person of an attendance report is, as far as anything says so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from scheduler.readers.reports.shapes import ReportPerson
from scheduler.rules.names import name_key
from scheduler.rules.roster import Candidate, Found, Roster

State = Literal["matched", "proposed", "unmatched"]
Known = Mapping[str, Collection[int]]
_BRACKET = re.compile("[(\uff08]")
# How many contacts a person is offered.
_OFFERED = 5
# How many of a shop's people are compared with a name at most, to offer the closest.
_SCORED = 100


@dataclass(frozen=True)
class Proposal:
    """A contact offered for a person, why, and how alike the names are (of 100); ticked when one press is to confirm it."""

    contact_id: int
    reason: str
    ticked: bool = False
    score: int = 0


@dataclass(frozen=True)
class Match:
    """What is known of one person: matched for certain, proposed (best first) or unmatched, and why.

    `account_id` is the company somebody not yet confirmed seems to belong to, by address or shop.
    """

    person: ReportPerson
    state: State
    reason: str
    contact_id: int | None = None
    proposals: tuple[Proposal, ...] = ()
    account_id: int | None = None

    @property
    def ticked(self) -> int | None:
        """Give the contact that stands ticked, if any."""
        return next((proposal.contact_id for proposal in self.proposals if proposal.ticked), None)


@dataclass(frozen=True)
class Matching:
    """The matches of a report, in its order."""

    matches: tuple[Match, ...]

    @property
    def matched(self) -> tuple[Match, ...]:
        """Give those that need no confirming."""
        return self._in("matched")

    @property
    def proposed(self) -> tuple[Match, ...]:
        """Give those that somebody has to confirm or choose."""
        return self._in("proposed")

    @property
    def unmatched(self) -> tuple[Match, ...]:
        """Give those whom nothing names."""
        return self._in("unmatched")

    def _in(self, state: State) -> tuple[Match, ...]:
        return tuple(match for match in self.matches if match.state == state)


def known_key(person: ReportPerson) -> str:
    """Give the key under which a confirmed person is remembered: the address, else the name; empty for a device."""
    return person.email or ("" if _anonymous(person) else name_key(person.original_name or person.name))


def match(people: Sequence[ReportPerson], candidates: Iterable[Candidate], known_names: Known) -> Matching:
    """Say who each person is among the candidates: those booked, and other contacts, who may have walked in.

    Certain are only a personal link, an address that is one contact's alone, and what somebody confirmed before
    (`known_names`: contacts by `known_key`). A name only proposes; unique among those booked it stands ticked. Nobody
    stands ticked for two people, nor for one while another is certainly the same contact. Devices that the report took
    for one person's are people of their own when several of that name are booked.
    """
    roster = Roster(candidates)
    matches: list[Match] = []
    for person in people:
        found = _match(person, roster, known_names)
        namesakes = person.apart if found.reason == "several_of_this_name" else ()
        matches += [replace(found, person=one) for one in namesakes] or [found]
    return Matching(tuple(_settled(matches, roster)))


def _match(person: ReportPerson, roster: Roster, known_names: Known) -> Match:
    linked = roster.by_personal_key.get(person.personal_key)
    if linked:
        return _by_link(person, linked, roster, known_names)
    holders = roster.by_email.get(person.email, []) if person.email else []
    if len(holders) == 1 and not holders[0].shared:
        return Match(person, "matched", "email" if holders[0].booked else "walk_in", holders[0].contact_id)
    if holders:
        return _by_shared_email(person, holders, known_names)
    found = roster.find(_names(person))
    return _by_memory(person, found, roster, known_names) or _by_name(person, found, roster)


def _by_link(person: ReportPerson, linked: Candidate, roster: Roster, known_names: Known) -> Match:
    """Match the owner of a personal link, unless the name says that it was forwarded to somebody else."""
    own = Roster([replace(linked, booked=True)]).find(_names(person)).reasons.values()
    silent = _anonymous(person) or person.phone_like or not linked.name
    known = linked.contact_id in known_names.get(known_key(person), ())
    if silent or known or set(own) - {"similar"} or (person.email and person.email == linked.email.lower()):
        return Match(person, "matched", "personal_link", linked.contact_id)
    found = roster.find(_names(person))
    found.add([linked.contact_id], "forwarded_link")
    return replace(_by_name(person, found, roster), reason="forwarded_link")


def _by_shared_email(person: ReportPerson, holders: Sequence[Candidate], known_names: Known) -> Match:
    """Choose among the contacts of one address by name; a shop's mailbox without a name is whoever sits there."""
    ids = {holder.contact_id for holder in holders}
    remembered = ids.intersection(known_names.get(name_key(person.original_name or person.name), ()))
    if len(remembered) == 1 and not _anonymous(person):
        return Match(person, "matched", "confirmed_before", remembered.pop())
    sure = Roster(replace(holder, booked=True) for holder in holders).find(_names(person)).sure
    if sure is None and len(holders) == 1 and not holders[0].name:
        sure = holders[0].contact_id
    names = _names(person)
    scores = {holder.contact_id: holder.likeness(names) for holder in holders}
    ranked = sorted(
        holders, key=lambda holder: (holder.contact_id != sure, not holder.booked, -scores[holder.contact_id])
    )
    proposals = (
        Proposal(holder.contact_id, "shared_email", holder.contact_id == sure, scores[holder.contact_id])
        for holder in ranked
    )
    account_ids = {holder.account_id for holder in holders}
    return Match(
        person,
        "proposed",
        "shared_email",
        proposals=tuple(proposals)[:_OFFERED],
        account_id=account_ids.pop() if len(account_ids) == 1 else None,
    )


def _by_memory(person: ReportPerson, found: Found, roster: Roster, known_names: Known) -> Match | None:
    """Match whom somebody confirmed under this key, unless somebody else who is booked bears the name as well."""
    remembered = [contact for contact in known_names.get(known_key(person), ()) if contact in roster.by_id]
    if not remembered:
        return None
    named = {contact for contact, reason in found.reasons.items() if reason not in ("store", "similar", "not_booked")}
    if len(remembered) == 1 and (found.sure == remembered[0] or named <= set(remembered)):
        return Match(person, "matched", "confirmed_before", remembered[0])
    among = Found(certain=found.certain)
    among.add(sorted(remembered, key=lambda contact: not roster.by_id[contact].booked), "confirmed_before")
    for contact, reason in found.reasons.items():
        among.add([contact], reason)
    return _by_name(person, among, roster)


def _by_name(person: ReportPerson, found: Found, roster: Roster) -> Match:
    account_id = roster.account_of(person.email) if person.email else None
    if account_id is None and found.places:
        account_ids = {roster.by_id[contact].account_id for contact in found.places}
        account_id = account_ids.pop() if len(account_ids) == 1 else None
    names = _names(person)
    offered = [
        Proposal(contact, reason, contact == found.sure, roster.by_id[contact].likeness(names))
        for contact, reason in list(found.reasons.items())[:_SCORED]
    ]
    if not offered:
        return Match(person, "unmatched", _why_unmatched(person, account_id), account_id=account_id)
    # What somebody said before counts more than letters; then the closest name.
    offered.sort(key=lambda proposal: (not proposal.ticked, proposal.reason != "confirmed_before", -proposal.score))
    proposals = tuple(offered[:_OFFERED])
    return Match(person, "proposed", proposals[0].reason, proposals=proposals, account_id=account_id)


def _why_unmatched(person: ReportPerson, account_id: int | None) -> str:
    if person.phone_like:
        return "phone"
    if _anonymous(person):
        return "nobody"
    if person.email:
        return "known_domain" if account_id else "unknown_email"
    return "unknown_name"


def _settled(matches: list[Match], roster: Roster) -> Iterable[Match]:
    """Take back what cannot be so: one contact who would be two people in the room, on no more than their names."""
    certain = Counter(match.contact_id for match in matches if match.reason != "confirmed_before")
    remembered = Counter(known_key(match.person) for match in matches if match.reason == "confirmed_before")
    for place, match in enumerate(matches):
        if match.state != "matched" or match.reason != "confirmed_before" or match.contact_id is None:
            continue
        twice = remembered[known_key(match.person)] > 1
        if twice or (certain[match.contact_id] and not match.person.phone_like):
            alike = roster.by_id[match.contact_id].likeness(_names(match.person))
            proposal = Proposal(match.contact_id, "confirmed_before", score=alike)
            matches[place] = Match(match.person, "proposed", "same_contact_twice", proposals=(proposal,))
    claims = Counter(match.contact_id or match.ticked for match in matches)
    for match in matches:
        if match.ticked is not None and claims[match.ticked] > 1:
            unticked = tuple(replace(proposal, ticked=False) for proposal in match.proposals)
            yield replace(match, reason="same_contact_twice", proposals=unticked)
        else:
            yield match


def _names(person: ReportPerson) -> list[str]:
    """List the names a person goes by, the most telling first; a device or a telephone has none."""
    if person.phone_like or _anonymous(person):
        return []
    shown = _BRACKET.split(person.name, maxsplit=1)[0].strip()
    return list(dict.fromkeys(name for name in (person.original_name, shown, person.name) if name))


def _anonymous(person: ReportPerson) -> bool:
    return "nobody" in person.flags
