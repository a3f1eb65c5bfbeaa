"""Answers what must hold before an account passes on: its conditions, those that were re-opened, and the sheet filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.services import account_fields, boundaries, history, locking, readiness
from scheduler.services.actors import Actor
from scheduler.services.facts import local_day
from scheduler.services.refusals import HandoverClosed, Invalid, SheetIncomplete

# The longest word with which a condition is taken back.
LONGEST = 500


def are_asked(stage: str) -> bool:
    """Tell whether a stage has conditions at all."""
    return boundaries.rule_of(stage) is not None


def is_ready(account: Account) -> bool:
    """Tell whether an account may pass on without a reason: its stage asks for nothing, or all of it is met."""
    return not are_asked(account.stage) or account.ready_since is not None


def demanded(stage: str) -> tuple[str, ...]:
    """Return which fields of the account its giver must have filled in before asking the next team (the rule's sheet)."""
    rule = boundaries.rule_of(stage)
    return rule.sheet if rule is not None else ()


def fill_in(account: Account, sheet: Mapping[str, Any], now: datetime, actor: Actor) -> None:
    """Save what the giver filled in, within the open transaction.

    Raises Invalid(field, why), and SheetIncomplete(fields) while one that is demanded is empty.
    """
    changed = account_fields.change(account, account_fields.account(sheet))
    if changed:
        history.record("account_changed", now=now, actor=actor, account_id=account.id, fields=changed)
    if empty := [name for name in demanded(account.stage) if getattr(account, name) in (None, "")]:
        raise SheetIncomplete(fields=empty)


def keys_of(clauses: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the keys of the plain conditions among those kept with an account, also of those within groups."""
    return {
        key for clause in clauses for key in (keys_of(clause["parts"]) if clause.get("parts") else {str(clause["key"])})
    }


def reopen(account: Account, handover_id: int, keys: Sequence[str], now: datetime) -> list[str]:
    """Count conditions as not met again, within the open transaction; return their keys, each once.

    They stay so, whatever the facts say, until they are taken back. Raises Invalid for one that the account does not have.
    """
    wanted = list(dict.fromkeys(keys))
    known = keys_of(account.clauses)
    if unknown := set(wanted) - known:
        raise Invalid(field="reopened", why="not_a_choice", value=min(unknown), choices=", ".join(sorted(known)))
    on = local_day(now).isoformat()
    stays = [one for one in account.reopened if one["key"] not in wanted]
    account.reopened = [*stays, *({"key": key, "handover_id": handover_id, "on": on} for key in wanted)]
    return wanted


def take_back(account_id: int, key: str, words: str, now: datetime, actor: Actor) -> None:
    """Note in a few words that what a receiver found missing is there now: the condition is judged by the facts again.

    Raises NotFound, Invalid(words, why) without words or for too many, and HandoverClosed where it is not re-opened.
    """
    told = words.strip()
    if not told:
        raise Invalid(field="words", why="missing")
    if len(told) > LONGEST:
        raise Invalid(field="words", why="too_long", maximum=LONGEST)
    with db.writing():
        account = locking.account(account_id)
        if key not in {one["key"] for one in account.reopened}:
            raise HandoverClosed()
        handover_id = next(one["handover_id"] for one in account.reopened if one["key"] == key)
        account.reopened = [one for one in account.reopened if one["key"] != key]
        # The words may name people, so they stay with the handover and not in the history.
        returned = db.session.get_one(Handover, handover_id, populate_existing=True)
        returned.before = returned.before | {"taken_back": returned.before.get("taken_back", {}) | {key: told}}
        about: dict[str, Any] = {"conditions": [key], "handover_id": handover_id}
        history.record("condition_taken_back", now=now, actor=actor, account_id=account_id, **about)
        readiness.refresh(account_id, now)
