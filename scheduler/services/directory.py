"""Answers which accounts and people are meant by what somebody typed: searching, filtering and sorting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from re import fullmatch
from typing import Any
from unicodedata import normalize

import jaconv
from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload

from scheduler.models.accounts import Account, Contact, Store, contact_stores
from scheduler.models.db import db
from scheduler.models.tags import account_tags
from scheduler.rules.names import name_key, phone_digits

# From how many digits on a number is looked for in telephone numbers.
DIGITS = 4


@dataclass(frozen=True)
class Filter:
    """Which accounts a list shows; empty fields do not narrow it."""

    text: str = ""
    stage: str = ""
    # Only those behind or stuck, or of this level.
    follow: bool = False
    level: str = ""
    # True: ready for the next team; False: with sales or onboarding and not ready.
    ready: bool | None = None
    undecided: bool | None = None
    # Only those on hold on this day, or whose contract is cancelled by it.
    held_on: date | None = None
    cancelled_by: date | None = None
    # The member who owns the account for the team whose stage it is in.
    owner_id: int | None = None
    # The member of sales who won the account.
    sold_by_id: int | None = None
    # Only those that bear this tag.
    tag_id: int | None = None
    # A key of SORTS, with `-` before it for the other direction.
    sort: str = ""


# What a list can be sorted by; readings stand for names, as Japanese sorts.
SORTS: dict[str, tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]] = {
    "name": (func.coalesce(func.nullif(Account.reading, ""), Account.name),),
    "planned": (Account.planned_start_on,),
    "stage": (Account.stage, Account.stage_since),
    "ready": (Account.ready_since,),
}


def accounts(wanted: Filter, page: int = 1, per_page: int = 50) -> tuple[list[Account], int]:
    """List one page (from 1) of the accounts wanted, their owners loaded, and count them all."""
    query = _narrowed(select(Account), wanted)
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = _sorted(query, wanted.sort).limit(per_page).offset((page - 1) * per_page)
    return list(db.session.scalars(rows.options(*_owners()))), total


def every_account(wanted: Filter) -> Iterable[Account]:
    """Walk all the accounts wanted, in their order, for an export."""
    return db.session.scalars(_sorted(_narrowed(select(Account), wanted), wanted.sort).options(*_owners()))


def store_counts(account_ids: Iterable[int]) -> dict[int, int]:
    """Count the stores in scope of each account."""
    query = select(Store.account_id, func.count()).where(Store.account_id.in_(list(account_ids)), Store.scope == "in")
    return dict(db.session.execute(query.group_by(Store.account_id)).all())


def find_people(text: str, limit: int = 20, *, gone_too: bool = False) -> list[Contact]:
    """Find people by name, reading, telephone, address, company or shop; every word must fit. Account and stores loaded.

    Whoever left the company is found with `gone_too` only: who was there before is no one to register any more.
    """
    words = _words(text)
    if not words:
        return []
    query = select(Contact).join(Account, Account.id == Contact.account_id).where(*map(_fits_person, words))
    if not gone_too:
        query = query.where(Contact.left_on.is_(None))
    query = query.order_by(Contact.name_key == "", Contact.name_key, Contact.id).limit(limit)
    return list(db.session.scalars(query.options(joinedload(Contact.account), selectinload(Contact.stores))))


def owned_by(staff_id: int) -> bool:
    """Tell whether a member owns any account at its present stage."""
    return db.session.scalar(select(exists().where(owner_is(staff_id)))) or False


def owner_is(staff_id: int) -> ColumnElement[bool]:
    """Match the accounts a member looks after: owner for the team whose stage it is in."""
    return or_(
        *(
            (Account.stage == stage) & (column == staff_id)
            for stage, column in (
                ("sales", Account.sales_owner_id),
                ("onboarding", Account.onboarding_owner_id),
                ("success", Account.success_owner_id),
                ("renewal", Account.renewal_owner_id),
            )
        )
    )


def bears(tag_id: int) -> ColumnElement[bool]:
    """Match the accounts that bear a tag."""
    return exists().where(account_tags.c.account_id == Account.id, account_tags.c.tag_id == tag_id)


def _words(text: str) -> list[str]:
    """Split what was typed at its spaces, but for a telephone number, which is one word."""
    plain = normalize("NFKC", text).strip()
    return [plain] if plain and fullmatch(r"[\d\s()+.‐-―−-]+", plain) else plain.split()


def _owners() -> list[Any]:
    return [
        selectinload(relation)
        for relation in (Account.sales_owner, Account.onboarding_owner, Account.success_owner, Account.renewal_owner)
    ]


def _narrowed(query: Select[Any], wanted: Filter) -> Select[Any]:
    for word in _words(wanted.text):
        query = query.where(_fits_account(word))
    if wanted.stage:
        query = query.where(Account.stage == wanted.stage)
    if wanted.follow:
        query = query.where(Account.level != "on_track", ~Account.undecided)
    if wanted.level:
        query = query.where(Account.level == wanted.level, ~Account.undecided)
    if wanted.ready is True:
        query = query.where(Account.ready_since.is_not(None))
    if wanted.ready is False:
        query = query.where(Account.ready_since.is_(None), Account.stage.in_(("sales", "onboarding")))
    if wanted.undecided is not None:
        query = query.where(Account.undecided == wanted.undecided)
    if wanted.held_on is not None:
        query = query.where(Account.on_hold_until > wanted.held_on)
    if wanted.cancelled_by is not None:
        query = query.where(Account.cancelled_on <= wanted.cancelled_by)
    if wanted.sold_by_id is not None:
        query = query.where(Account.sales_owner_id == wanted.sold_by_id)
    if wanted.owner_id is not None:
        query = query.where(owner_is(wanted.owner_id))
    if wanted.tag_id is not None:
        query = query.where(bears(wanted.tag_id))
    return query


def _sorted(query: Select[Any], sort: str) -> Select[Any]:
    columns = SORTS.get(sort.lstrip("-")) or SORTS["name"]
    ordered = [(column.desc() if sort.startswith("-") else column.asc()).nulls_last() for column in columns]
    return query.order_by(*ordered, Account.id)


def _fits_account(word: str) -> ColumnElement[bool]:
    by_person = exists().where(Contact.account_id == Account.id, or_(*_person(word)))
    by_store = exists().where(Store.account_id == Account.id, _contains(Store.name, word))
    return or_(*_company(word), by_store, by_person)


def _fits_person(word: str) -> ColumnElement[bool]:
    by_store = exists().where(
        contact_stores.c.contact_id == Contact.id,
        contact_stores.c.store_id == Store.id,
        _contains(Store.name, word),
    )
    return or_(*_person(word), *_company(word), by_store)


def _company(word: str) -> list[ColumnElement[bool]]:
    return [
        _contains(Account.name, word),
        *_reading(Account.reading, word),
        func.lower(Account.external_id).startswith(word.casefold(), autoescape=True),
    ]


def _person(word: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        *_reading(Contact.reading, word),
        Contact.email.startswith(word.casefold(), autoescape=True),
    ]
    if key := name_key(word):
        found.append(Contact.name_key.contains(key, autoescape=True))
    if len(digits := phone_digits(word)) >= DIGITS:
        found.append(Contact.phone_digits.contains(digits, autoescape=True))
    return found


def _contains(column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    """Match a part of a name as written, or written full or half width, whatever the case."""
    spellings = {word.casefold(), normalize("NFKC", word).casefold()}
    return or_(*(func.lower(column).contains(spelling, autoescape=True) for spelling in sorted(spellings)))


def _reading(column: InstrumentedAttribute[str], word: str) -> list[ColumnElement[bool]]:
    """Match a part of a reading, typed in either kana."""
    plain = normalize("NFKC", word)
    spellings = {jaconv.hira2kata(plain), jaconv.kata2hira(plain)}
    unspaced = func.replace(func.replace(column, " ", ""), "\u3000", "")
    return [unspaced.contains(spelling, autoescape=True) for spelling in sorted(spellings)]
