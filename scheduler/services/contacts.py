"""Answers how an account's people change: added, edited, matched with an entry, checked, their links reset."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.services import account_fields, history, locking, readiness, stores
from scheduler.services.actors import Actor
from scheduler.services.outbox.owe import owe
from scheduler.services.refusals import Ambiguous, Invalid, NotFound

# What is to be checked about an address that came from a program or a list; another address ends it.
_ADDRESS_CHECKS = frozenset({"no_email", "shared_address", "second_person"})
# Made from what was entered; the history names only the latter.
_DERIVED = frozenset({"name_key", "phone_digits"})


def add(account_id: int, fields: Mapping[str, Any], now: datetime, actor: Actor) -> int:
    """Add a person (fields of a contact, `stores` as codes) and return the id; raise Invalid when known already."""
    with db.writing():
        locking.account(account_id)
        contact = _new(account_id, fields, now, actor)
        readiness.refresh(account_id, now)
        return contact.id


def enter(account_id: int, fields: Mapping[str, Any], now: datetime, actor: Actor) -> int:
    """Within the caller's transaction, which judges the account anew afterwards, add a person and return the id.

    Raises Invalid when known already.
    """
    return _new(account_id, fields, now, actor).id


def edit(contact_id: int, fields: Mapping[str, Any], now: datetime, actor: Actor) -> None:
    """Change a person by hand; raise NotFound, or Invalid also when the account knows somebody like that already."""
    with db.writing():
        contact = _the(contact_id)
        locking.account(contact.account_id)
        _change(contact, fields, now, actor)
        readiness.refresh(contact.account_id, now)


def put(account_id: int, entry: Mapping[str, Any], now: datetime, actor: Actor) -> None:
    """Within the caller's transaction, change the person an entry of a program means, or add and mark a new one.

    Raises Invalid, and Ambiguous where several people fit.
    """
    fields = {key: value for key, value in entry.items() if key != "id"}
    contact = _matching(account_id, entry.get("id"), account_fields.contact(_own(fields)))
    if contact is None:
        _mark(_new(account_id, fields, now, actor))
    else:
        _change(contact, fields, now, actor)


def mark_checked(contact_id: int, now: datetime, actor: Actor) -> None:
    """Take away what somebody should check about a person: it is right as it stands."""
    with db.writing():
        contact = _the(contact_id)
        if contact.checks:
            contact.checks = []
            history.record(
                "contact_checked", now=now, actor=actor, account_id=contact.account_id, contact_id=contact_id
            )


def reset_links(contact_id: int, now: datetime, actor: Actor) -> None:
    """Make every link of a person invalid, also the calendar's; new mails carry new ones."""
    with db.writing():
        contact = _the(contact_id)
        contact.link_version += 1
        contact.feed_version += 1
        history.record("links_reset", now=now, actor=actor, account_id=contact.account_id, contact_id=contact_id)


def reset_feed(contact_id: int, now: datetime, actor: Actor) -> None:
    """Make the link of a person's calendar feed invalid, and no other; a mail says so and leads to the new one."""
    with db.writing():
        contact = _the(contact_id)
        contact.feed_version += 1
        about: dict[str, Any] = {"account_id": contact.account_id, "contact_id": contact_id}
        history.record("feed_reset", now=now, actor=actor, **about)
        if contact.email is not None:
            owe("feed_reset", f"feed_reset:{contact_id}:{contact.feed_version}", now=now, **about)


def _the(contact_id: int) -> Contact:
    contact = db.session.get(Contact, contact_id)
    if contact is None:
        raise NotFound(what="contact")
    return contact


def _matching(account_id: int, number: Any, values: Mapping[str, Any]) -> Contact | None:
    """Find who is meant: by id, else by address and compared name, and by telephone where that leaves a choice."""
    people = list(db.session.scalars(select(Contact).where(Contact.account_id == account_id).order_by(Contact.id)))
    if number is not None:
        found = next((person for person in people if str(person.id) == str(number)), None)
        if found is None:
            raise Invalid(field="contacts", why="contact_unknown", value=number)
        return found
    key, email, digits = values.get("name_key", ""), values.get("email"), values.get("phone_digits", "")
    same = [person for person in people if (person.email, person.name_key) == (email, key)]
    if len(same) > 1 or (email is None and digits):
        same = [person for person in same if person.phone_digits == digits] or ([] if digits else same)
    if len(same) > 1:
        raise Ambiguous(people=[(person.id, person.name) for person in same])
    return same[0] if same else None


def _new(account_id: int, fields: Mapping[str, Any], now: datetime, actor: Actor) -> Contact:
    values = account_fields.contact(_own(fields))
    contact = Contact(account_id=account_id, created_at=now, **values)
    contact.stores = stores.by_codes(account_id, fields.get("stores") or ())
    _check_reachable(contact)
    db.session.add(contact)
    _flush()
    history.record("contact_added", now=now, actor=actor, account_id=account_id, contact_id=contact.id)
    return contact


def _change(contact: Contact, fields: Mapping[str, Any], now: datetime, actor: Actor) -> None:
    of_stores = stores.by_codes(contact.account_id, fields["stores"] or ()) if "stores" in fields else contact.stores
    changed = account_fields.change(contact, account_fields.contact(_own(fields)))
    _check_reachable(contact)
    if {store.id for store in of_stores} != {store.id for store in contact.stores}:
        contact.stores = of_stores
        changed.append("stores")
    if "email" in changed:
        contact.checks = [check for check in contact.checks if check not in _ADDRESS_CHECKS]
    _flush()
    if changed:
        told = [field for field in changed if field not in _DERIVED]
        history.record(
            "contact_changed",
            now=now,
            actor=actor,
            account_id=contact.account_id,
            contact_id=contact.id,
            fields=told,
        )


def _mark(contact: Contact) -> None:
    """Mark a person who came from a program for checking: without an address, or at somebody else's."""
    others = select(Contact.id).where(
        Contact.account_id == contact.account_id, Contact.email == contact.email, Contact.id != contact.id
    )
    if contact.email is None:
        contact.checks = ["no_email"]
    elif db.session.scalar(others.limit(1)) is not None:
        contact.checks = ["second_person"]


def _own(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != "stores"}


def _check_reachable(contact: Contact) -> None:
    if not (contact.name or contact.email or contact.phone_digits):
        raise Invalid(field="name", why="contact_empty")


def _flush() -> None:
    """Write the person now; raise Invalid when the account knows somebody of this name, address and telephone."""
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Invalid(field="name", why="contact_known") from error
