"""Answers how what is known of a customer changes: the account, its stores, its people and who looks after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from scheduler.models.accounts import STAGES, Account, Contact, Store
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services import account_fields, history, locking, readiness, staff
from scheduler.services.actors import Actor
from scheduler.services.refusals import Ambiguous, Invalid, NotFound

# What is wrong with a person's address when it comes from a program or a list; a person's own entry takes it away.
_ADDRESS_CHECKS = frozenset({"no_email", "shared_address", "second_person"})


def upsert(external_id: str, payload: Mapping[str, Any], now: datetime, actor: Actor) -> tuple[int, bool]:
    """Make an account or change what the payload names; return its id and whether it is new. It mails nobody.

    `payload`: fields of the account; `stage` (heeded at creation only); `owners` {team: staff email}; `stores` (matched by
    code); `contacts` (matched by id, else by email and compared name). What it does not name stays. Raises Invalid.
    """
    fields = {key: value for key, value in payload.items() if key not in ("stage", "owners", "stores", "contacts")}
    values = account_fields.account(fields)
    with db.writing():
        known = db.session.scalar(select(Account.id).where(Account.external_id == external_id))
        if known is None:
            account = _create(external_id, values, payload.get("stage") or "onboarding", now, actor)
        else:
            account = locking.account(known)
            _change_account(account, values, now, actor)
        for team, email in (payload.get("owners") or {}).items():
            if team not in STAGES:
                raise Invalid(field="owners", why="not_a_choice", value=team, choices=", ".join(STAGES))
            _assign(account, team, staff.by_email(email, team, now) if email else None, now, actor)
        for entry in payload.get("stores") or ():
            _put_store(account, entry, now, actor)
        for entry in payload.get("contacts") or ():
            _put_contact(account, entry, now, actor)
        readiness.refresh(account.id, now)
        return account.id, known is None


def edit(account_id: int, fields: Mapping[str, Any], now: datetime, actor: Actor) -> None:
    """Change fields of an account by hand; raise NotFound or Invalid(field, why)."""
    values = account_fields.account(fields)
    with db.writing():
        _change_account(locking.account(account_id), values, now, actor)
        readiness.refresh(account_id, now)


def add_store(account_id: int, fields: Mapping[str, Any], now: datetime, actor: Actor) -> int:
    """Add a store and return its id; raise Invalid when its code is taken."""
    with db.writing():
        account = locking.account(account_id)
        if _store_by_code(account_id, fields.get("code")) is not None:
            raise Invalid(field="code", why="code_taken", value=fields.get("code"))
        store = _put_store(account, fields, now, actor)
        readiness.refresh(account_id, now)
        return store.id


def edit_store(store_id: int, fields: Mapping[str, Any], now: datetime, actor: Actor) -> None:
    """Change a store by hand; raise NotFound or Invalid."""
    values = account_fields.store(fields)
    with db.writing():
        store = db.session.get(Store, store_id)
        if store is None:
            raise NotFound()
        locking.account(store.account_id)
        other = _store_by_code(store.account_id, values.get("code", store.code))
        if other is not None and other.id != store.id:
            raise Invalid(field="code", why="code_taken", value=values["code"])
        _change_store(store, values, now, actor)
        readiness.refresh(store.account_id, now)


def add_contact(account_id: int, fields: Mapping[str, Any], now: datetime, actor: Actor) -> int:
    """Add a person (fields of a contact, `stores` as codes) and return the id; raise Invalid when known already."""
    with db.writing():
        account = locking.account(account_id)
        contact = _new_contact(account, fields, now, actor)
        readiness.refresh(account_id, now)
        return contact.id


def edit_contact(contact_id: int, fields: Mapping[str, Any], now: datetime, actor: Actor) -> None:
    """Change a person by hand; what somebody should check about the address counts as checked when it is changed."""
    with db.writing():
        contact = db.session.get(Contact, contact_id)
        if contact is None:
            raise NotFound()
        locking.account(contact.account_id)
        _change_contact(contact, fields, now, actor)
        readiness.refresh(contact.account_id, now)


def mark_checked(contact_id: int, now: datetime, actor: Actor) -> None:
    """Take away what somebody should check about a person: it is right as it stands."""
    with db.writing():
        contact = db.session.get(Contact, contact_id)
        if contact is None:
            raise NotFound()
        if contact.checks:
            contact.checks = []
            history.record(
                "contact_checked", now=now, actor=actor, account_id=contact.account_id, contact_id=contact_id
            )


def reset_links(contact_id: int, now: datetime, actor: Actor) -> None:
    """Make every link of a person invalid, also the calendar's; new mails carry new ones."""
    with db.writing():
        contact = db.session.get(Contact, contact_id)
        if contact is None:
            raise NotFound()
        contact.link_version += 1
        contact.feed_version += 1
        history.record("links_reset", now=now, actor=actor, account_id=contact.account_id, contact_id=contact_id)


def assign(account_ids: Iterable[int], team: str, staff_id: int | None, now: datetime, actor: Actor) -> int:
    """Make a member the owner of accounts for a team (None: nobody); return how many changed."""
    if team not in STAGES:
        raise Invalid(field="team", why="unknown_team", value=team)
    with db.writing():
        member = db.session.get(Staff, staff_id) if staff_id is not None else None
        if staff_id is not None and (member is None or not member.active):
            raise Invalid(field="owner", why="member_unknown", value=staff_id)
        return sum(_assign(account, team, staff_id, now, actor) for account in locking.accounts(account_ids))


def decide(account_ids: Iterable[int], stage: str, now: datetime, actor: Actor) -> int:
    """Say of undecided accounts that they are being introduced (onboarding) or already live (success); count them."""
    if stage not in ("onboarding", "success"):
        raise Invalid(field="stage", why="not_a_choice", value=stage, choices="onboarding, success")
    decided = 0
    with db.writing():
        for account in locking.accounts(account_ids):
            if not account.undecided:
                continue
            account.undecided = False
            account.stage, account.stage_since = stage, now
            history.record("decided", now=now, actor=actor, account_id=account.id, stage=stage)
            readiness.refresh(account.id, now)
            decided += 1
    return decided


def _create(external_id: str, values: dict[str, Any], stage: str, now: datetime, actor: Actor) -> Account:
    if not external_id.strip() or len(external_id) > account_fields.LINE:
        raise Invalid(field="external_id", why="missing")
    if stage not in STAGES:
        raise Invalid(field="stage", why="not_a_choice", value=stage, choices=", ".join(STAGES))
    if not values.get("name"):
        raise Invalid(field="name", why="missing")
    account = Account(external_id=external_id, stage=stage, stage_since=now, created_at=now, **values)
    db.session.add(account)
    db.session.flush()
    history.record("account_added", now=now, actor=actor, account_id=account.id, stage=stage)
    return account


def _change_account(account: Account, values: dict[str, Any], now: datetime, actor: Actor) -> None:
    changed = _set(account, values)
    if changed:
        history.record("account_changed", now=now, actor=actor, account_id=account.id, fields=changed)


def _assign(account: Account, team: str, staff_id: int | None, now: datetime, actor: Actor) -> bool:
    column = f"{team}_owner_id"
    if getattr(account, column) == staff_id:
        return False
    setattr(account, column, staff_id)
    history.record("owner_assigned", now=now, actor=actor, account_id=account.id, team=team, staff_id=staff_id)
    return True


def _store_by_code(account_id: int, code: Any) -> Store | None:
    return db.session.scalar(select(Store).where(Store.account_id == account_id, Store.code == code))


def _put_store(account: Account, fields: Mapping[str, Any], now: datetime, actor: Actor) -> Store:
    values = account_fields.store(fields)
    store = _store_by_code(account.id, values.get("code"))
    if store is not None:
        _change_store(store, values, now, actor)
        return store
    if "code" not in values:
        raise Invalid(field="code", why="missing")
    store = Store(account_id=account.id, **{"name": values["code"]} | values)
    db.session.add(store)
    db.session.flush()
    history.record("store_added", now=now, actor=actor, account_id=account.id, store_id=store.id)
    return store


def _change_store(store: Store, values: dict[str, Any], now: datetime, actor: Actor) -> None:
    changed = _set(store, values)
    if changed:
        history.record(
            "store_changed", now=now, actor=actor, account_id=store.account_id, store_id=store.id, fields=changed
        )


def _put_contact(account: Account, entry: Mapping[str, Any], now: datetime, actor: Actor) -> None:
    fields = {key: value for key, value in entry.items() if key != "id"}
    contact = _matching(account, entry.get("id"), account_fields.contact(_without_stores(fields)))
    if contact is None:
        _mark(_new_contact(account, fields, now, actor))
    else:
        _change_contact(contact, fields, now, actor)


def _matching(account: Account, number: Any, values: Mapping[str, Any]) -> Contact | None:
    """Find the person an entry means: by id, else by address and compared name, else (no address) by name and telephone."""
    people = list(db.session.scalars(select(Contact).where(Contact.account_id == account.id).order_by(Contact.id)))
    if number is not None:
        found = next((person for person in people if str(person.id) == str(number)), None)
        if found is None:
            raise Invalid(field="contacts", why="contact_unknown", value=number)
        return found
    same = [
        person
        for person in people
        if person.email == values.get("email") and person.name_key == values.get("name_key", "")
    ]
    if len(same) > 1 or not values.get("email"):
        digits = values.get("phone_digits", "")
        by_phone = [person for person in same if person.phone_digits == digits]
        same = by_phone if digits or len(same) > 1 else same
    if len(same) > 1:
        raise Ambiguous(people=[(person.id, person.name) for person in same])
    return same[0] if same else None


def _new_contact(account: Account, fields: Mapping[str, Any], now: datetime, actor: Actor) -> Contact:
    values = account_fields.contact(_without_stores(fields))
    if not (values.get("name") or values.get("email") or values.get("phone_digits")):
        raise Invalid(field="name", why="contact_empty")
    contact = Contact(account_id=account.id, created_at=now, stores=_stores(account.id, fields.get("stores") or ()))
    for key, value in values.items():
        setattr(contact, key, value)
    db.session.add(contact)
    _flush_person()
    history.record("contact_added", now=now, actor=actor, account_id=account.id, contact_id=contact.id)
    return contact


def _change_contact(contact: Contact, fields: Mapping[str, Any], now: datetime, actor: Actor) -> None:
    stores = _stores(contact.account_id, fields["stores"] or ()) if "stores" in fields else contact.stores
    changed = _set(contact, account_fields.contact(_without_stores(fields)))
    if not (contact.name or contact.email or contact.phone_digits):
        raise Invalid(field="name", why="contact_empty")
    if {store.id for store in stores} != {store.id for store in contact.stores}:
        contact.stores = stores
        changed.append("stores")
    if "email" in changed:
        contact.checks = [check for check in contact.checks if check not in _ADDRESS_CHECKS]
    _flush_person()
    if changed:
        history.record(
            "contact_changed",
            now=now,
            actor=actor,
            account_id=contact.account_id,
            contact_id=contact.id,
            fields=[field for field in changed if field not in ("name_key", "phone_digits")],
        )


def _mark(contact: Contact) -> None:
    """Mark a person who came from a program for checking: without an address, or at somebody else's."""
    if contact.email is None:
        contact.checks = ["no_email"]
        return
    others = select(Contact.id).where(
        Contact.account_id == contact.account_id, Contact.email == contact.email, Contact.id != contact.id
    )
    if db.session.scalar(others.limit(1)) is not None:
        contact.checks = ["second_person"]


def _stores(account_id: int, codes: Sequence[str]) -> list[Store]:
    query = select(Store).where(Store.account_id == account_id, Store.code.in_(codes)).order_by(Store.code)
    stores = list(db.session.scalars(query))
    unknown = set(codes) - {store.code for store in stores}
    if unknown:
        raise Invalid(field="stores", why="store_unknown", value=", ".join(sorted(unknown)))
    return stores


def _without_stores(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != "stores"}


def _set(row: Account | Store | Contact, values: Mapping[str, Any]) -> list[str]:
    """Set what differs; return its names, sorted."""
    changed = sorted(key for key, value in values.items() if getattr(row, key) != value)
    for key in changed:
        setattr(row, key, values[key])
    return changed


def _flush_person() -> None:
    """Write the person now; raise Invalid when the account knows somebody of this name, address and telephone."""
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Invalid(field="name", why="contact_known") from error
