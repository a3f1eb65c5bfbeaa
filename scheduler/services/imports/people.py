"""Answers how the stores and people of a customer list are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update

from scheduler.models.accounts import Contact, Store, contact_stores
from scheduler.models.db import db
from scheduler.rules.differences import Known
from scheduler.rules.drafts import AccountDraft, ContactDraft, KnownAccount
from scheduler.rules.names import name_key, phone_digits
from scheduler.services.installation import here

# Who a person is to the database, within the account: address, name as compared, digits.
Identity = tuple[str, str, str]

_IDENTIFYING = frozenset({"name", "email", "phone"})


def write_stores(
    drafts: Sequence[AccountDraft], numbers: Mapping[str, int], existing: Mapping[str, KnownAccount]
) -> dict[tuple[int, str], int]:
    """Write what is new or differs of stores; return the ids of all stores of these accounts by (account id, code)."""
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    ids: dict[tuple[int, str], int] = {}
    for account in drafts:
        number = numbers[account.external_id]
        known = {
            store.id: store
            for store in (existing[account.external_id].stores if account.external_id in existing else ())
        }
        ids.update({(number, str(store.current["code"])): store.id for store in known.values()})
        for store in account.stores:
            difference = store.difference
            values: dict[str, Any] = {change.field: _plain(change.new) for change in difference.changes}
            if difference.known_id is None:
                blank = {"account_id": number, "code": store.code, "name": store.code, "closed_days": []}
                new.append(blank | values | {"imported": difference.imported})
            elif values or difference.imported != known[difference.known_id].imported:
                changed.append({"id": difference.known_id, "imported": difference.imported} | values)
    if changed:
        db.session.execute(update(Store), changed)
    if new:
        rows = db.session.execute(insert(Store).returning(Store.account_id, Store.code, Store.id), new)
        ids.update({(account_id, code): store_id for account_id, code, store_id in rows})
    return ids


def write_contacts(
    drafts: Sequence[AccountDraft],
    numbers: Mapping[str, int],
    existing: Mapping[str, KnownAccount],
    stores: Mapping[tuple[int, str], int],
    now: datetime,
) -> None:
    """Write what is new or differs of people and of the stores they are in; `stores` are ids by (account id, code)."""
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    codes: dict[tuple[int, Identity], tuple[str, ...]] = {}
    moved: dict[int, list[int]] = {}
    for account in drafts:
        number = numbers[account.external_id]
        known = {
            one.id: one for one in (existing[account.external_id].contacts if account.external_id in existing else ())
        }
        taken = {_identity(one.current) for one in known.values()}
        for person in account.contacts:
            if person.difference.known_id is None:
                row = _row(person)
                codes[number, (person.email, person.name_key, person.phone_digits)] = person.store_codes
                new.append(row | {"account_id": number, "created_at": now})
                continue
            one = known[person.difference.known_id]
            values = _changes(person, one, taken)
            if "stores" in values:
                moved[one.id] = [stores[number, code] for code in values.pop("stores")]
            if values:
                changed.append({"id": one.id} | values)
    _update(changed, moved)
    if not new:
        return
    returned = insert(Contact).returning(
        Contact.account_id, Contact.id, Contact.email, Contact.name_key, Contact.phone_digits
    )
    links = [
        {"contact_id": contact_id, "store_id": stores[account_id, code]}
        for account_id, contact_id, email, key, digits in db.session.execute(returned, new)
        for code in codes[account_id, (email or "", key, digits)]
    ]
    if links:
        db.session.execute(insert(contact_stores), links)


def _update(changed: Sequence[dict[str, Any]], moved: Mapping[int, Sequence[int]]) -> None:
    if changed:
        db.session.execute(update(Contact), changed)
    if moved:
        db.session.execute(delete(contact_stores).where(contact_stores.c.contact_id.in_(moved)))
        links = [{"contact_id": number, "store_id": store} for number, of in moved.items() for store in of]
        db.session.execute(insert(contact_stores), links)


def _row(person: ContactDraft) -> dict[str, Any]:
    """Write a new person; what the list leaves open and we fill in is remembered as imported, so that it can say it later."""
    given = {"role": person.role or "member", "locale": person.locale or here().locale}
    checks = sorted(mark.key for mark in person.marks)
    return given | {
        "name": person.name,
        "name_key": person.name_key,
        "reading": person.reading,
        "email": person.email or None,
        "phone": person.phone,
        "phone_digits": person.phone_digits,
        "note": person.note,
        "zone": here().zone,
        "checks": checks,
        "imported": given | person.difference.imported | {"checks": checks},
    }


def _changes(person: ContactDraft, known: Known, taken: set[Identity]) -> dict[str, Any]:
    """Return what to write of a known person; `taken` are the identities in the account, kept up to date.

    When somebody else has become who the list says, name, address and telephone stay as they are.
    """
    values: dict[str, Any] = {change.field: _plain(change.new) for change in person.difference.changes}
    before, after = _identity(known.current), _identity({**known.current, **values})
    if after != before and after in taken:
        values = {name: value for name, value in values.items() if name not in _IDENTIFYING}
    else:
        taken.discard(before)
        taken.add(after)
    if "name" in values:
        values["name_key"] = name_key(values["name"])
    if "phone" in values:
        values["phone_digits"] = phone_digits(values["phone"])
    imported = person.difference.imported | {"checks": sorted(mark.key for mark in person.marks)}
    if imported != known.imported:
        values |= {"imported": imported, "checks": _checks(imported["checks"], known)}
    return values


def _checks(raised: Sequence[str], known: Known) -> list[str]:
    """Add what the list raises for the first time and end what it no longer raises; what somebody settled stays settled."""
    before = set(known.imported.get("checks", ()))
    present = [str(check) for check in known.current["checks"] or ()]  # type: ignore[union-attr]
    kept = [check for check in present if check in raised or check not in before]
    return kept + [check for check in raised if check not in before and check not in kept]


def _identity(values: Mapping[str, Any]) -> Identity:
    name, phone = str(values["name"]), str(values["phone"])
    return str(values["email"] or ""), name_key(name), phone_digits(phone)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
