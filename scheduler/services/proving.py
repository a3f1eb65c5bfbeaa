"""Answers whether what is stored of every account's readiness is what its facts say, and repairs what is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import select, update

from scheduler.models.accounts import Account, Store
from scheduler.models.among import Among
from scheduler.models.db import db, table
from scheduler.services import boundaries, history, locking, readiness
from scheduler.services import facts as account_facts
from scheduler.services.actors import WORKER
from scheduler.services.readiness import Judged

# Accounts looked at in one go, and judged anew in one transaction: others may write in between. With more at a time Python's
# collector goes through all of them again and again.
BATCH, AT_ONCE = 250, 200
# Conditions that turn by themselves when days pass.
BY_DAYS = frozenset({"days_in_stage", "contract_ends", "all", "any", "at_least"})


_accounts = table(Account)
_STORED = (
    select(*[column for column in _accounts.c if column.name != "imported"])
    .where(Among(_accounts.c.id))
    .order_by(_accounts.c.id)
)


def refresh_all(now: datetime) -> int:
    """Look at every account, judge anew those of which something else is stored, and return how many there were of these.

    Days that pass change levels and how long somebody waits, and are no news. A condition that stands otherwise than it was
    stored is: the history says which (readiness_repaired).
    """
    _begin_stores(now)
    ids = list(db.session.scalars(select(Account.id).order_by(Account.id)))
    return sum(_prove(ids[start : start + BATCH], now) for start in range(0, len(ids), BATCH))


def apply_rules(now: datetime) -> int:
    """Judge the accounts of the stages whose rules were changed and not all judged yet; return how many accounts."""
    count = 0
    for stage, changed_at in boundaries.pending().items():
        ids = list(db.session.scalars(select(Account.id).where(Account.stage == stage).order_by(Account.id)))
        for start in range(0, len(ids), AT_ONCE):
            count += readiness.refresh_many(ids[start : start + AT_ONCE], now)
        boundaries.done(stage, changed_at, now)
    return count


def _prove(ids: Sequence[int], now: datetime) -> int:
    # Plain rows say what the objects say, without the session's part.
    accounts = cast("list[Account]", db.core(_STORED, {"ids": ids}).all())
    wrong = [account.id for account, judged in readiness.judge(accounts, now) if _repaired(account, judged) is not None]
    # What others write from here on is seen by the next look.
    db.session.rollback()
    return sum(_repair(wrong[start : start + AT_ONCE], now) for start in range(0, len(wrong), AT_ONCE))


def _repair(ids: Sequence[int], now: datetime) -> int:
    """Judge accounts anew in one transaction; what somebody else put right meanwhile is no repair."""
    with db.writing():
        found = list(readiness.judge(locking.accounts(ids), now))
        lines = [
            history.about_one("readiness_repaired", account_id=account.id, clauses=keys)
            for account, judged in found
            if (keys := _repaired(account, judged))
        ]
        history.record_many(lines, now, WORKER)
        return readiness.keep(found, now)


def _repaired(account: Account, judged: Judged) -> list[str] | None:
    """Return the conditions stored otherwise than they are, but those that days turn; None: nothing at all differs."""
    if (
        account.knots == judged.knots
        and account.clauses == judged.clauses
        and account.level == judged.level
        and account.level_reasons == judged.level_reasons
        and account.next_step == judged.next_step
        and (account.ready_since is not None) == judged.ready
    ):
        return None
    if not account.clauses:
        # Never judged yet in this stage.
        return []
    before = [(clause["key"], clause["met"]) for clause in account.clauses]
    after = [(clause["key"], clause["met"]) for clause in judged.clauses]
    return sorted({key for key, _met in {*before} ^ {*after} if key not in BY_DAYS})


def _begin_stores(now: datetime) -> None:
    """Take stores into scope whose day has come."""
    with db.writing():
        statement = (
            update(Store)
            .where(Store.scope == "later", Store.scope_from <= account_facts.local_day(now))
            .values(scope="in")
            .returning(Store.id, Store.account_id)
        )
        rows = db.session.execute(statement).all()
        for store_id, account_id in rows:
            history.record("store_in_scope", now=now, actor=WORKER, account_id=account_id, store_id=store_id)
        if rows:
            readiness.refresh_many({account_id for _store, account_id in rows}, now)
