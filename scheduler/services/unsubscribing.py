"""Answers who leaves a list of mails, and comes back to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.mails import Suppression
from scheduler.services import history
from scheduler.services.actors import Actor
from scheduler.services.inserting import add_missing
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.suppressions import LISTS


def leave(contact_id: int, wanted_list: str, now: datetime, actor: Actor) -> bool:
    """Take a contact's address off a list; return whether that was new.

    Everybody who shares the address is off with it. Raises NotFound, Invalid for an unknown list.
    """
    with db.writing():
        contact = _contact(contact_id, wanted_list)
        if not contact.email:
            return False
        row = {
            "address": contact.email.lower(),
            "list": wanted_list,
            "reason": "unsubscribed",
            "created_at": now,
        }
        new = add_missing(Suppression, [row]) == 1
        if new:
            _record("unsubscribed", contact, wanted_list, now, actor)
        return new


def come_back(contact_id: int, wanted_list: str, now: datetime, actor: Actor) -> bool:
    """Put a contact's address back on a list it left; return whether anything changed. Raises as `leave`."""
    with db.writing():
        contact = _contact(contact_id, wanted_list)
        left = (
            Suppression.address == (contact.email or "").lower(),
            Suppression.list == wanted_list,
            Suppression.reason == "unsubscribed",
        )
        changed = db.changed(delete(Suppression).where(*left)) > 0
        if changed:
            _record("resubscribed", contact, wanted_list, now, actor)
        return changed


def _contact(contact_id: int, wanted_list: str) -> Contact:
    if wanted_list not in LISTS:
        raise Invalid(field="list", why="unknown_list", value=wanted_list)
    contact = db.session.get(Contact, contact_id)
    if contact is None:
        raise NotFound()
    return contact


def _record(key: str, contact: Contact, wanted_list: str, now: datetime, actor: Actor) -> None:
    history.record(
        key,
        now=now,
        actor=actor,
        account_id=contact.account_id,
        contact_id=contact.id,
        list=wanted_list,
    )
