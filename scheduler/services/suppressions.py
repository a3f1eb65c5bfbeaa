"""Answers which addresses get no mail, or none of a list, and why; who lifts that says for what reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import joinedload

from emails import KINDS
from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.mails import Suppression
from scheduler.services import history
from scheduler.services.actors import Actor
from scheduler.services.inserting import added
from scheduler.services.refusals import Invalid, NotFound

# The lists that a reader can leave; what is sent because of something the reader did belongs to none.
LISTS = tuple(sorted({kind.subscription for kind in KINDS.values() if kind.subscription}))
# No list: nothing may be sent there, whatever it is.
ALL = "all"
# The longest reason for lifting.
LONGEST = 300


@dataclass(frozen=True)
class Closing:
    """What closes an address (lower-case) to one of LISTS or to ALL: unsubscribed, bounced or complained."""

    address: str
    list: str
    reason: str
    # What the other side said of it, without addresses.
    detail: str = ""


@dataclass(frozen=True)
class Closed:
    """A suppression with the people whose address it is; there may be none left."""

    suppression: Suppression
    people: Sequence[Contact]


def stopping(wanted_list: str | None) -> tuple[str, ...]:
    """Return the lists one of which keeps a mail of this list from leaving; None: a mail that belongs to no list."""
    return (wanted_list, ALL) if wanted_list else (ALL,)


def add(closings: Iterable[Closing], now: datetime) -> dict[str, Closing]:
    """Close addresses within the open transaction; return, by address, those that nothing may be sent to from now on.

    A complaint weighs more than a bounce: its reason stands, in whatever order they are told.
    """
    wanted: dict[tuple[str, str], Closing] = {}
    for one in closings:
        known = wanted.get((one.address, one.list))
        if known is None or (one.reason == "complained" and known.reason != "complained"):
            wanted[one.address, one.list] = one
    rows = [
        {"address": one.address, "list": one.list, "reason": one.reason, "detail": one.detail, "created_at": now}
        for one in wanted.values()
    ]
    new = {(address, wanted_list) for address, wanted_list in added(Suppression, rows, "address", "list")}
    complained = [key[0] for key, one in wanted.items() if one.reason == "complained" and key not in new]
    if complained:
        bounced = Suppression.address.in_(complained), Suppression.list == ALL, Suppression.reason != "complained"
        db.changed(
            update(Suppression).where(*bounced).values(reason="complained").execution_options(synchronize_session=False)
        )
    return {address: wanted[address, wanted_list] for address, wanted_list in new if wanted_list == ALL}


def lift(suppression_id: int, words: str, now: datetime, actor: Actor) -> str:
    """Let mails leave to an address again, for a reason in a member's words; return the address.

    Raises NotFound, Invalid(reason, why) without words or for too many of them.
    """
    words = words.strip()
    if not words:
        raise Invalid(field="reason", why="missing")
    if len(words) > LONGEST:
        raise Invalid(field="reason", why="too_long", maximum=LONGEST)
    with db.writing():
        row = db.session.get(Suppression, suppression_id, populate_existing=True)
        if row is None or not db.changed(delete(Suppression).where(Suppression.id == suppression_id)):
            raise NotFound()
        people = db.session.execute(select(Contact.account_id, Contact.id).where(Contact.email == row.address)).all()
        what: dict[str, Any] = {"list": row.list, "suppressed": row.reason, "words": words}
        lines = [
            history.about_one("suppression_lifted", account_id=account_id, contact_id=contact_id, **what)
            for account_id, contact_id in people
        ]
        history.record_many(lines or [history.about_one("suppression_lifted", **what)], now, actor)
        return row.address


def page_of(search: str = "", page: int = 1, per_page: int = 50) -> tuple[list[Closed], int]:
    """List one page (from 1) of what is closed, the newest first, and count it all.

    `search` is part of an address, of a person's name or of a company's.
    """
    query = select(Suppression)
    if search:
        named = (
            select(Contact.email)
            .join(Account, Account.id == Contact.account_id)
            .where(or_(Contact.name.contains(search, autoescape=True), Account.name.contains(search, autoescape=True)))
        )
        written = Suppression.address.contains(search.lower(), autoescape=True)
        query = query.where(or_(written, Suppression.address.in_(named)))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = list(db.session.scalars(query.order_by(Suppression.id.desc()).limit(per_page).offset((page - 1) * per_page)))
    people = _people({row.address for row in rows})
    return [Closed(row, people.get(row.address, ())) for row in rows], total


def _people(addresses: set[str]) -> dict[str, list[Contact]]:
    found: dict[str, list[Contact]] = {}
    query = select(Contact).where(Contact.email.in_(addresses)).options(joinedload(Contact.account))
    for person in db.session.scalars(query.order_by(Contact.id)):
        found.setdefault(person.email or "", []).append(person)
    return found
