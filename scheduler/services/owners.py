"""Answers who of us looks after an account at its stage."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from scheduler.models.accounts import STAGES, Account
from scheduler.models.db import db
from scheduler.models.staff import Staff


def owner_of(account: Account) -> Staff | None:
    """Return the owner of the team whose stage it is, else the nearest earlier team's, else a later one's."""
    own = STAGES.index(account.stage)
    order = [STAGES[own], *reversed(STAGES[:own]), *STAGES[own + 1 :]]
    return next((owner for team in order if (owner := getattr(account, f"{team}_owner")) is not None), None)


def reached_by(accounts: Collection[Account]) -> dict[int, list[Staff]]:
    """Return, by account id, whom a mail about an account goes to: its owner, else the stage's team, else operations."""
    owners = {account.id: owner_of(account) for account in accounts}
    found = {number: [one] for number, one in owners.items() if one is not None and one.active and one.email}
    if len(found) < len(owners):
        able = select(Staff).where(Staff.active, Staff.email.is_not(None)).order_by(Staff.id)
        teams: dict[str, list[Staff]] = {}
        for member in db.session.scalars(able):
            teams.setdefault(member.team, []).append(member)
        others = [account for account in accounts if account.id not in found]
        found |= {account.id: teams.get(account.stage) or teams.get("operations", []) for account in others}
    return found
