"""Answers who the people of a report may be: those on the lecture, their colleagues, and whom an address names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select

from scheduler.models.accounts import Account, Contact, Store, contact_stores
from scheduler.models.attendance import KnownName, Presence
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.rules.roster import Candidate

# Evidence beside the report that speaks for somebody who may be a name in the room.
HINTS = ("join_click", "code", "checkin", "webhook")


@dataclass(frozen=True)
class Candidates:
    """Whom a lecture's report may name, and what is known of them."""

    by_id: Mapping[int, Candidate]
    # Contacts with a seat; those of them who want no mails about it.
    booked: frozenset[int]
    silent: frozenset[int]
    # Names and addresses that somebody confirmed before, with the contacts they were.
    known_names: Mapping[str, frozenset[int]]
    # What else tells that they were there, by contact: join_click, code, checkin, webhook.
    hints: Mapping[int, frozenset[str]]


def load(
    lecture: Lecture, emails: Collection[str], also: Collection[int] = (), registrants: Collection[str] = ()
) -> Candidates:
    """Gather a lecture's candidates in a handful of statements; `emails` (lower case) and `registrants` stand in its report.

    Other companies' people are candidates only by an address of the report, their own or one confirmed as theirs; `also`
    are contacts that somebody named before.
    """
    seats = db.session.execute(
        select(Registration.contact_id, Registration.status, Registration.mails).where(
            Registration.lecture_id == lecture.id
        )
    ).all()
    booked = frozenset(contact_id for contact_id, status, _mails in seats if status == "booked")
    keys = _personal_keys(lecture, registrants)
    wanted = _wanted(lecture, emails, {*also, *keys})
    return Candidates(
        by_id=_contacts(wanted, booked, keys),
        booked=booked,
        silent=frozenset(contact_id for contact_id, status, mails in seats if status == "booked" and not mails),
        known_names=_known_names(wanted),
        hints=_hints(lecture),
    )


def _hints(lecture: Lecture) -> dict[int, frozenset[str]]:
    query = select(Presence.contact_id, Presence.source).where(
        Presence.lecture_id == lecture.id, Presence.contact_id.is_not(None), Presence.source.in_(HINTS)
    )
    found: dict[int | None, set[str]] = defaultdict(set)
    for contact_id, source in db.session.execute(query.distinct()):
        found[contact_id].add(source)
    return {number: frozenset(sources) for number, sources in found.items() if number is not None}


def _personal_keys(lecture: Lecture, registrants: Collection[str]) -> dict[int, frozenset[str]]:
    """Return whose registrants' ids these are by what was recorded before of this meeting; one that two people used is nobody's."""
    if not registrants:
        return {}
    same = [Lecture.id == lecture.id]
    if lecture.series_id is not None:
        same.append(Lecture.series_id == lecture.series_id)
    if lecture.meeting_id:
        same.append(Lecture.meeting_id == lecture.meeting_id)
    query = (
        select(Presence.personal_key, Presence.contact_id)
        .join(Lecture, Lecture.id == Presence.lecture_id)
        .where(Presence.personal_key.in_(registrants), Presence.contact_id.is_not(None), or_(*same))
    )
    users: dict[str, set[int | None]] = defaultdict(set)
    for key, contact_id in db.session.execute(query.distinct()):
        users[key].add(contact_id)
    owned: dict[int | None, set[str]] = defaultdict(set)
    for key, contacts in users.items():
        if len(contacts) == 1:
            owned[next(iter(contacts))].add(key)
    return {number: frozenset(keys) for number, keys in owned.items() if number is not None}


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
    # Who had left by then is offered only where a booking, or somebody, says so.
    day = lecture.starts_at.astimezone(ZoneInfo(lecture.zone)).date()
    there = or_(Contact.left_on.is_(None), Contact.left_on > day, Contact.id.in_({*also}), Contact.id.in_(on_it))
    if also:
        conditions.append(Contact.id.in_(also))
    return and_(or_(*conditions), there)


def _contacts(
    wanted: ColumnElement[bool], booked: frozenset[int], keys: Mapping[int, frozenset[str]]
) -> dict[int, Candidate]:
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
            personal_keys=keys.get(number, frozenset()),
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
