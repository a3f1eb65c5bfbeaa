"""Answers who the people of a report may be: those on the lecture, their colleagues, and whom an address names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from scheduler.models.accounts import Account, Contact, Store, contact_stores
from scheduler.models.attendance import KnownName, Presence
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.rules.roster import Candidate


@dataclass(frozen=True)
class Candidates:
    """Whom a lecture's report may name, and what is known of them."""

    by_id: Mapping[int, Candidate]
    # Contacts with a seat; those of them who want no mails about it.
    booked: frozenset[int]
    silent: frozenset[int]
    # Names and addresses that somebody confirmed before, with the contacts they were.
    known_names: Mapping[str, frozenset[int]]
    # Who pressed the join button or checked in: a hint, no attendance.
    clicked: frozenset[int]


def load(lecture: Lecture, emails: Collection[str], also: Collection[int] = ()) -> Candidates:
    """Gather a lecture's candidates in a handful of statements; `emails` stand in its report (lower case).

    Other companies' people are candidates only by an address of the report, their own or one confirmed as theirs; `also`
    are contacts that somebody named before.
    """
    seats = db.session.execute(
        select(Registration.contact_id, Registration.status, Registration.mails).where(
            Registration.lecture_id == lecture.id
        )
    ).all()
    booked = frozenset(contact_id for contact_id, status, _mails in seats if status == "booked")
    wanted = _wanted(lecture, emails, also)
    clicks = select(Presence.contact_id).where(
        Presence.lecture_id == lecture.id, Presence.source.in_(("join_click", "checkin"))
    )
    return Candidates(
        by_id=_contacts(wanted, booked),
        booked=booked,
        silent=frozenset(contact_id for contact_id, status, mails in seats if status == "booked" and not mails),
        known_names=_known_names(wanted),
        clicked=frozenset(number for number in db.session.scalars(clicks) if number is not None),
    )


def _wanted(lecture: Lecture, emails: Collection[str], also: Collection[int]) -> ColumnElement[bool]:
    on_it = select(Registration.contact_id).where(Registration.lecture_id == lecture.id)
    companies = select(Contact.account_id).where(Contact.id.in_(on_it))
    confirmed = select(KnownName.contact_id).where(KnownName.name_key.in_(emails))
    conditions: list[ColumnElement[bool]] = [
        Contact.account_id.in_(companies),
        Contact.email.in_(emails),
        Contact.id.in_(confirmed),
    ]
    if lecture.account_id is not None:
        conditions.append(Contact.account_id == lecture.account_id)
    if also:
        conditions.append(Contact.id.in_(also))
    return or_(*conditions)


def _contacts(wanted: ColumnElement[bool], booked: frozenset[int]) -> dict[int, Candidate]:
    stores: dict[int, list[str]] = defaultdict(list)
    places = (
        select(contact_stores.c.contact_id, Store.name)
        .join(Store, Store.id == contact_stores.c.store_id)
        .join(Contact, Contact.id == contact_stores.c.contact_id)
        .where(wanted)
        .order_by(Store.code)
    )
    for contact_id, name in db.session.execute(places):
        stores[contact_id].append(name)
    rows = db.session.execute(
        select(
            *(Contact.id, Contact.account_id, Contact.name, Contact.reading, Contact.email, Contact.checks),
            Account.name,
        )
        .join(Account, Account.id == Contact.account_id)
        .where(wanted)
        .order_by(Contact.id)
    ).all()
    holders = Counter(row.email for row in rows)
    return {
        number: Candidate(
            number,
            account_id,
            name,
            reading,
            email or "",
            shared=bool(email) and (holders[email] > 1 or "shared_address" in checks),
            stores=tuple(stores[number]),
            booked=number in booked,
            account=account,
        )
        for number, account_id, name, reading, email, checks, account in rows
    }


def _known_names(wanted: ColumnElement[bool]) -> dict[str, frozenset[int]]:
    query = select(KnownName.name_key, KnownName.contact_id).join(Contact, Contact.id == KnownName.contact_id)
    known: dict[str, set[int]] = defaultdict(set)
    for key, contact_id in db.session.execute(query.where(wanted)):
        known[key].add(contact_id)
    return {key: frozenset(contacts) for key, contacts in known.items()}
