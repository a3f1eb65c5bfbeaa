"""Answers how sales hands in a newly signed account: who it is, what was promised, and the request to onboarding, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.staff import Staff
from scheduler.services import accounts, handovers
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotReady, SheetIncomplete


@dataclass(frozen=True)
class HandedIn:
    """The account, the request to onboarding, and the conditions still open where there is none yet."""

    account_id: int
    handover_id: int | None
    missing: tuple[str, ...]


def hand_in(
    external_id: str,
    payload: Mapping[str, Any],
    now: datetime,
    actor: Actor,
    *,
    note: str = "",
    reason: str = "",
    receiver_id: int | None = None,
) -> HandedIn:
    """Save a newly signed account and ask onboarding to take it over; the same again finds the open request.

    `payload` is what `accounts.upsert` takes. While conditions are open and no `reason` says why it should pass early, the
    account stays with sales, saved, and what is missing is returned; so it does while the boundary demands fields that are
    empty. Raises Invalid(field, why), also past_sales for an account that another team has already.
    """
    with db.writing():
        known = db.session.execute(select(Account.id, Account.stage).where(Account.external_id == external_id)).first()
        if known is not None and known.stage != "sales":
            raise Invalid(field="external_id", why="past_sales", value=external_id)
        owner = {} if actor.staff_id is None or known is not None else {"sales": _address(actor)}
        values = dict(payload) | {"stage": "sales", "owners": owner | dict(payload.get("owners") or {})}
        account_id, _new = accounts.upsert(external_id, values, now, actor)
        open_one = select(Handover.id).where(Handover.account_id == account_id, Handover.state == "requested")
        if (number := db.session.scalar(open_one)) is not None:
            return HandedIn(account_id, number, ())
        try:
            number = handovers.request(account_id, "onboarding", now, actor, note, receiver_id, reason)
        except NotReady:
            row = db.session.get_one(Account, account_id, populate_existing=True)
            return HandedIn(account_id, None, tuple(_name(one) for one in row.clauses if not one["met"]))
        except SheetIncomplete as error:
            return HandedIn(account_id, None, tuple(error.params["fields"]))
        return HandedIn(account_id, number, ())


def _address(actor: Actor) -> str | None:
    member = actor.staff_id
    return db.session.scalar(select(Staff.email).where(Staff.id == member)) if member is not None else None


def _name(clause: Mapping[str, Any]) -> str:
    """Name an open condition by the field it asks for, else by its key."""
    return str(clause["params"].get("field") or clause["key"])
