"""Answers how an account's stores change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from scheduler.models.accounts import Store
from scheduler.models.db import db
from scheduler.services import account_fields, history, locking, readiness
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound


def add(account_id: int, fields: Mapping[str, Any], now: datetime, actor: Actor) -> int:
    """Add a store and return its id; raise Invalid when its code is taken."""
    with db.writing():
        locking.account(account_id)
        if _by_code(account_id, fields.get("code")) is not None:
            raise Invalid(field="code", why="code_taken", value=fields.get("code"))
        store = put(account_id, fields, now, actor)
        readiness.refresh(account_id, now)
        return store.id


def edit(store_id: int, fields: Mapping[str, Any], now: datetime, actor: Actor) -> None:
    """Change a store by hand; raise NotFound or Invalid."""
    values = account_fields.store(fields)
    with db.writing():
        store = db.session.get(Store, store_id)
        if store is None:
            raise NotFound(what="store")
        locking.account(store.account_id)
        other = _by_code(store.account_id, values.get("code", store.code))
        if other is not None and other.id != store.id:
            raise Invalid(field="code", why="code_taken", value=values["code"])
        _change(store, values, now, actor)
        readiness.refresh(store.account_id, now)


def put(account_id: int, fields: Mapping[str, Any], now: datetime, actor: Actor) -> Store:
    """Within the caller's transaction, add the store of this code or change the one there is; raise Invalid."""
    values = account_fields.store(fields)
    store = _by_code(account_id, values.get("code"))
    if store is not None:
        _change(store, values, now, actor)
        return store
    if "code" not in values:
        raise Invalid(field="code", why="missing")
    store = Store(account_id=account_id, **{"name": values["code"]} | values)
    db.session.add(store)
    db.session.flush()
    history.record("store_added", now=now, actor=actor, account_id=account_id, store_id=store.id)
    return store


def by_codes(account_id: int, codes: Sequence[str]) -> list[Store]:
    """Return an account's stores of these codes; raise Invalid for one that it does not have."""
    query = select(Store).where(Store.account_id == account_id, Store.code.in_(codes)).order_by(Store.code)
    found = list(db.session.scalars(query))
    unknown = set(codes) - {store.code for store in found}
    if unknown:
        raise Invalid(field="stores", why="unknown_store", value=", ".join(sorted(unknown)))
    return found


def _by_code(account_id: int, code: Any) -> Store | None:
    return db.session.scalar(select(Store).where(Store.account_id == account_id, Store.code == code))


def _change(store: Store, values: dict[str, Any], now: datetime, actor: Actor) -> None:
    changed = account_fields.change(store, values)
    if changed:
        history.record(
            "store_changed", now=now, actor=actor, account_id=store.account_id, store_id=store.id, fields=changed
        )
