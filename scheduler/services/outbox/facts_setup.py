"""Answers what customers still have to set up before they can begin, for the words and the timing of nudges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from emails import Link
from emails.lines import of_stores
from emails.values import Entry, Value
from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.setup import Completion, SetupStep, UsageDay
from scheduler.services import addresses
from scheduler.services.outbox.about import About

# Once for the account, and in a store.
_ONCE, _THERE = aliased(Completion), aliased(Completion)


@dataclass(frozen=True)
class Item:
    """How far an account has come with a step that readiness waits for: in how many places of how many."""

    step_id: int
    doer: str
    total: int
    closed: int
    # In how many places it is the customer's turn: theirs to do and open, or waiting on them.
    theirs: int

    @property
    def is_open(self) -> bool:
        """Tell whether something of it is left to do."""
        return self.closed < self.total


def required(accounts: Select[int] | Iterable[int]) -> dict[int, list[Item]]:
    """Tell how far accounts (their ids) have come with every required step, in one statement, in the order of pages."""
    rows = db.session.execute(_progress(accounts)).all()
    found: dict[int, list[Item]] = {}
    for account_id, step_id, doer, total, closed, theirs in rows:
        found.setdefault(account_id, []).append(Item(step_id, doer, total, closed, theirs))
    return found


def used() -> ColumnElement[bool]:
    """Match the accounts that have begun to use the product, as it told or as a person confirmed."""
    return or_(Account.started_on.is_not(None), exists().where(UsageDay.account_id == Account.id))


def values(mail: Mail, contact: Contact) -> dict[str, Value]:
    """Give what a set-up nudge lists: the customer's own required steps that are open, and how many are done of how many."""
    items = required([contact.account_id]).get(contact.account_id, [])
    mine = [item for item in items if item.doer == "customer" or item.theirs]
    names: dict[int, dict[str, Any]] = dict(db.session.execute(select(SetupStep.id, SetupStep.name)).all())
    return {
        "steps": [
            Entry(
                _text(names[item.step_id], contact.locale),
                of_stores(item.closed, item.total, contact.locale) if item.total > 1 else "",
                Link(addresses.personal(contact)),
            )
            for item in mine
            if item.theirs
        ],
        "done_count": sum(not item.is_open for item in mine),
        "step_count": len(mine),
    }


def setup_wanted(about: About) -> str:
    """Tell why a set-up nudge is not wanted any more; empty: it is."""
    account = about.account
    if account is None or account.stage != "onboarding":
        return "stage_changed"
    items = required([account.id]).get(account.id, [])
    return "" if any(item.theirs for item in items) else "nothing_open"


def usage_wanted(about: About) -> str:
    """Tell why a usage nudge is not wanted any more; empty: it is."""
    account = about.account
    if account is None or account.stage != "onboarding":
        return "stage_changed"
    begun = db.session.scalar(select(Account.id).where(Account.id == account.id, used()))
    return "use_began" if begun is not None else ""


def _progress(accounts: Select[int] | Iterable[int]) -> Select[int, int, str, int, int, int]:
    """Read, for each account and required step, how many places it is seen to in; without stores in scope there is one.

    What waits on somebody is not seen to.
    """
    ids: Any = accounts if isinstance(accounts, Select) else list(accounts)
    in_store = and_(_THERE.store_id == Store.id, _THERE.step_id == SetupStep.id)
    once = and_(
        Store.id.is_(None),
        _ONCE.account_id == Account.id,
        _ONCE.step_id == SetupStep.id,
        _ONCE.store_id.is_(None),
    )
    state = func.coalesce(_THERE.state, _ONCE.state, "open")
    turn = case(
        (state == "open", SetupStep.doer), (state == "waiting", func.coalesce(_THERE.waiting_on, _ONCE.waiting_on))
    )
    asked = or_(SetupStep.asked_from.is_(None), SetupStep.asked_from <= Account.created_at)
    return (
        select(
            Account.id,
            SetupStep.id,
            SetupStep.doer,
            func.count(),
            func.count(case((state.in_(("done", "not_needed")), 1))),
            func.count(case((turn == "customer", 1))),
        )
        .select_from(Account)
        .join(SetupStep, and_(SetupStep.active, SetupStep.required, asked))
        .outerjoin(Store, and_(Store.account_id == Account.id, Store.scope == "in", SetupStep.per == "store"))
        .outerjoin(_THERE, in_store)
        .outerjoin(_ONCE, once)
        .where(Account.id.in_(ids))
        .group_by(Account.id, SetupStep.id, SetupStep.doer, SetupStep.position)
        .order_by(Account.id, SetupStep.position, SetupStep.id)
    )


def _text(words: dict[str, Any], locale: str) -> str:
    return str(words.get(locale) or next((value for value in words.values() if value), ""))
