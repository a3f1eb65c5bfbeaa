"""Answers how the conditions read that a receiver opened again when returning an account."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.models.accounts import Account
from scheduler.web.words import terms


@dataclass(frozen=True)
class Reopened:
    """A condition that was opened again: what it asks, since which day (ISO 8601), and by which handover."""

    key: str
    title: str
    on: str
    handover_id: int


def of(account: Account) -> list[Reopened]:
    """List what a receiver found missing and nobody has taken back."""
    return [
        Reopened(one["key"], str(terms.CONDITIONS.get(one["key"], one["key"])), one["on"], one["handover_id"])
        for one in account.reopened
    ]
