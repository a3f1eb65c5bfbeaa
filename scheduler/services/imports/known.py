"""Answers what the database knows of the accounts that a customer list names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from scheduler.models.accounts import Account, Contact, Store, contact_stores
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.rules.differences import Known
from scheduler.rules.drafts import KnownAccount

# Ids per statement: both databases limit the parameters of one.
CHUNK = 5000

_ACCOUNT = ("name", "reading", "plan", "note", "it_skill", "signed_on", "planned_start_on", "billing_starts_on")
_CONTACT = ("name", "reading", "role", "phone", "locale", "note")
_OWNERS = ("sales", "onboarding", "success")


def load(external_ids: Iterable[str]) -> dict[str, KnownAccount]:
    """Load accounts with their stores and people, by external id, in a handful of statements however many they are.

    Beside the fields of a list, `current` holds an account's success_owner and a person's checks.
    """
    rows = list(_accounts(list(external_ids)))
    numbers = [number for number, *_ in rows]
    stores, contacts = _stores(numbers), _contacts(numbers)
    return {
        external_id: KnownAccount(number, current, imported, tuple(stores[number]), tuple(contacts[number]))
        for number, external_id, current, imported in rows
    }


def numbers_of(external_ids: Iterable[str]) -> dict[str, int]:
    """Return the ids of the accounts that are there, by external id."""
    found: dict[str, int] = {}
    for some in _chunks(list(external_ids)):
        query = select(Account.external_id, Account.id).where(Account.external_id.in_(some))
        found.update(dict(db.session.execute(query).all()))
    return found


def _accounts(external_ids: list[str]) -> Iterator[tuple[int, str, dict[str, Any], dict[str, Any]]]:
    owners = {team: aliased(Staff) for team in _OWNERS}
    query = select(Account.id, Account.external_id, Account.imported, *(getattr(Account, name) for name in _ACCOUNT))
    for team, owner in owners.items():
        column = getattr(Account, f"{team}_owner_id")
        query = query.add_columns(owner.name.label(f"{team}_owner")).outerjoin(owner, owner.id == column)
    names = (*_ACCOUNT, *(f"{team}_owner" for team in _OWNERS))
    for some in _chunks(external_ids):
        for number, external_id, imported, *values in db.session.execute(query.where(Account.external_id.in_(some))):
            yield number, external_id, dict(zip(names, values, strict=True)), imported


def _stores(numbers: list[int]) -> dict[int, list[Known]]:
    found: dict[int, list[Known]] = defaultdict(list)
    query = select(Store.account_id, Store.id, Store.code, Store.name, Store.closed_days, Store.imported)
    for some in _chunks(numbers):
        for account_id, number, code, name, closed_days, imported in db.session.execute(
            query.where(Store.account_id.in_(some)).order_by(Store.id)
        ):
            current = {"code": code, "name": name, "closed_days": tuple(closed_days)}
            found[account_id].append(Known(number, current, imported))
    return found


def _contacts(numbers: list[int]) -> dict[int, list[Known]]:
    found: dict[int, list[Known]] = defaultdict(list)
    query = select(
        Contact.account_id, Contact.id, Contact.email, Contact.checks, Contact.imported,
        *(getattr(Contact, name) for name in _CONTACT),
    )  # fmt: skip
    for some in _chunks(numbers):
        of_stores = _store_codes(some)
        for account_id, number, email, checks, imported, *values in db.session.execute(
            query.where(Contact.account_id.in_(some)).order_by(Contact.id)
        ):
            current = dict(zip(_CONTACT, values, strict=True))
            current |= {"email": email or "", "stores": tuple(of_stores[number]), "checks": tuple(checks)}
            found[account_id].append(Known(number, current, imported))
    return found


def _store_codes(numbers: Sequence[int]) -> dict[int, list[str]]:
    """Return the codes of each person's stores, by the person's id."""
    query = (
        select(contact_stores.c.contact_id, Store.code)
        .join(Store, Store.id == contact_stores.c.store_id)
        .where(Store.account_id.in_(numbers))
        .order_by(Store.code)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for contact_id, code in db.session.execute(query):
        found[contact_id].append(code)
    return found


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
