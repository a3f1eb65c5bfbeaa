"""Answers how somebody in the room whom nobody knew becomes a contact: shown on the preview, added with the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.rules.roster import Candidate
from scheduler.services import account_fields, contacts
from scheduler.services.actors import Actor
from scheduler.services.attendance.follow_up import FollowUp
from scheduler.services.attendance.staging import WalkIn
from scheduler.services.refusals import Invalid, NotFound


def as_candidates(walk_ins: Mapping[int, WalkIn]) -> dict[int, Candidate]:
    """Return who would be added, by an id of their own below zero; raise NotFound, or Invalid for a name or address."""
    companies = _companies({one.account_id for one in walk_ins.values()})
    found = {}
    for number, one in walk_ins.items():
        values = _values(one)
        email = values.get("email") or ""
        found[-number] = Candidate(
            -number, one.account_id, values["name"], email=email, account=companies[one.account_id]
        )
    return found


def add(walk_ins: Mapping[int, WalkIn], now: datetime, actor: Actor) -> dict[int, int]:
    """Within the caller's transaction, add them as contacts; return their ids by the row of the report.

    The verdict that follows judges their accounts anew. Raises NotFound, and Invalid also for somebody known already.
    """
    _companies({one.account_id for one in walk_ins.values()})
    return {
        number: contacts.enter(one.account_id, _values(one), now, actor)
        for number, one in sorted(walk_ins.items())
    }  # fmt: skip


def reached(mails: FollowUp, added: Mapping[int, Candidate]) -> FollowUp:
    """Count those who are to be added with an address among the thanked: nothing was ever sent there."""
    thanked = tuple(number for number in mails.unreached if number in added and added[number].email)
    rest = tuple(number for number in mails.unreached if number not in thanked)
    return replace(mails, thanks=(*mails.thanks, *thanked), unreached=rest)


def _values(one: WalkIn) -> dict[str, str]:
    values = account_fields.contact({"name": one.name, "email": one.email})
    if not values["name"]:
        raise Invalid(field="name", why="missing")
    return values


def _companies(account_ids: set[int]) -> dict[int, str]:
    found = dict(db.session.execute(select(Account.id, Account.name).where(Account.id.in_(account_ids))).all())
    if account_ids - found.keys():
        raise NotFound(what="account", value=min(account_ids - found.keys()))
    return found
