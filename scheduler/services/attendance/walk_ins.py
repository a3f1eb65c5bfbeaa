"""Answers how somebody in the room whom nobody knew becomes a contact: shown on the preview, added with the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from emails import FOLLOW_UP
from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.rules.attendance import Verdict
from scheduler.rules.names import name_key
from scheduler.rules.roster import Candidate
from scheduler.services import contacts
from scheduler.services.actors import Actor
from scheduler.services.attendance.follow_up import FollowUp
from scheduler.services.attendance.staging import WalkIn
from scheduler.services.refusals import Invalid, NotFound


def as_candidates(walk_ins: Mapping[int, WalkIn]) -> dict[int, Candidate]:
    """Return who would be added, by an id of their own below zero; raise NotFound for a company that there is not."""
    companies = _companies({one.account_id for one in walk_ins.values()})
    return {
        -number: Candidate(-number, one.account_id, one.name, email=one.email, account=companies[one.account_id])
        for number, one in walk_ins.items()
    }


def add(walk_ins: Mapping[int, WalkIn], now: datetime, actor: Actor) -> dict[int, int]:
    """Within the caller's transaction, add them as contacts; return their ids by the row of the report.

    The verdict that follows judges their accounts anew. Raises NotFound, and Invalid for a name or address that cannot be
    used, also for somebody known already.
    """
    _companies({one.account_id for one in walk_ins.values()})
    return {number: _add(one, now, actor) for number, one in sorted(walk_ins.items())}


def reached(mails: FollowUp, verdicts: Mapping[int, Verdict], added: Mapping[int, Candidate]) -> FollowUp:
    """Count those who are to be added with an address among those written to: nothing was ever sent there."""
    for number in [number for number in mails.unreached if number in added and added[number].email]:
        kind = FOLLOW_UP[verdicts[number].verdict]
        rest = tuple(other for other in mails.unreached if other != number)
        more: dict[str, Any] = {kind: (*mails.by_kind[kind], number)}
        mails = replace(mails, unreached=rest, **more)
    return mails


def _add(one: WalkIn, now: datetime, actor: Actor) -> int:
    if not name_key(one.name):
        raise Invalid(field="name", why="walk_in_unnamed")
    try:
        return contacts.enter(one.account_id, {"name": one.name, "email": one.email}, now, actor)
    except Invalid as error:
        if error.params["why"] != "contact_known":
            raise
        # Two people of one name are never merged: somebody chooses her from the list, or writes the name in full.
        raise Invalid(field="name", why="walk_in_known", value=one.name) from error


def _companies(account_ids: set[int]) -> dict[int, str]:
    found = dict(db.session.execute(select(Account.id, Account.name).where(Account.id.in_(account_ids))).all())
    if account_ids - found.keys():
        raise NotFound(what="account", value=min(account_ids - found.keys()))
    return found
