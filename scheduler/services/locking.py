"""Answers who changes an account, or a setting, just now: one transaction at a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.settings import Setting
from scheduler.services.inserting import added
from scheduler.services.refusals import NotFound


def account(account_id: int) -> Account:
    """Lock an account for the open transaction and return it as it is now; raise NotFound.

    Two facts recorded at the same moment would else each be judged without the other, and the account would stay
    "not ready" although every clause is met. The lock lets rows that refer to the account be added (FOR NO KEY UPDATE);
    SQLite has one writer anyway.
    """
    rows = accounts([account_id])
    if not rows:
        raise NotFound()
    return rows[0]


def accounts(account_ids: Iterable[int]) -> list[Account]:
    """Lock accounts in the order of their ids, which is the same for everybody, and return them as they are now."""
    query = select(Account).where(Account.id.in_(sorted(set(account_ids)))).order_by(Account.id)
    return list(db.session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True)))


def setting(key: str, now: datetime) -> Setting:
    """Lock a setting, made empty where nobody decided it yet, and return it as it is now."""
    added(Setting, [{"key": key, "value": {}, "changed_at": now}], "key")
    query = select(Setting).where(Setting.key == key).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()
