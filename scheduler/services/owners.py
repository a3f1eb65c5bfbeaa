"""Answers who of us looks after an account at its stage."""

from __future__ import annotations

from scheduler.models.accounts import STAGES, Account
from scheduler.models.staff import Staff


def owner_of(account: Account) -> Staff | None:
    """Return the owner of the team whose stage it is, else the nearest earlier team's, else a later one's."""
    own = STAGES.index(account.stage)
    order = [STAGES[own], *reversed(STAGES[:own]), *STAGES[own + 1 :]]
    return next((owner for team in order if (owner := getattr(account, f"{team}_owner")) is not None), None)
