"""Answers what a changed rule would do: how many of today's accounts would be ready by it, and which would change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.rules.readiness import Rule, evaluate
from scheduler.services import boundaries
from scheduler.services import facts as account_facts

# The most accounts that a page computes, those last come into the stage; it takes about a second.
MOST = 5000
BATCH = 500


@dataclass(frozen=True)
class Effect:
    """Of so many accounts in the stage, those ready by the rule as it is and as it would be; who becomes ready, who no longer.

    `complete` is False where the stage has more than MOST accounts, of which only the latest were looked at.
    """

    accounts: int
    ready_before: int
    ready_after: int
    gained: tuple[Account, ...]
    lost: tuple[Account, ...]
    complete: bool


def effect(stage: str, rule: Rule, now: datetime) -> Effect:
    """Judge the accounts of a stage by its rule and by another one, without changing anything."""
    today = account_facts.local_day(now)
    live = or_(Account.cancelled_on.is_(None), Account.cancelled_on > today)
    query = select(Account).where(Account.stage == stage, ~Account.undecided, live)
    found = list(db.session.scalars(query.order_by(Account.stage_since.desc(), Account.id.desc()).limit(MOST + 1)))
    accounts, present = found[:MOST], boundaries.rules()[stage]
    before: set[int] = set()
    after: set[int] = set()
    for start in range(0, len(accounts), BATCH):
        for number, facts in account_facts.load(accounts[start : start + BATCH]).items():
            if evaluate(facts, present, now).ready:
                before.add(number)
            if evaluate(facts, rule, now).ready:
                after.add(number)
    named = sorted(accounts, key=lambda one: (one.reading or one.name, one.id))
    return Effect(
        accounts=len(accounts),
        ready_before=len(before),
        ready_after=len(after),
        gained=tuple(one for one in named if one.id in after - before),
        lost=tuple(one for one in named if one.id in before - after),
        complete=len(found) <= MOST,
    )
