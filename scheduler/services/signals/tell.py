"""Answers how other programs and chat rooms come to know of something: as rows, within the fact's own transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.signals import SIGNALS, Delivery, Destination, Signal
from scheduler.services.inserting import add_missing, added


@dataclass(frozen=True)
class Told:
    """One thing to tell: `kind` is one of SIGNALS, `key` makes it happen once, `data` holds ids and keys, no names."""

    kind: str
    key: str
    account_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


def tell(kind: str, key: str, now: datetime, account_id: int | None = None, **data: Any) -> None:
    """Tell every destination that wants it, within the open transaction; the same `key` again changes nothing.

    `data` is what JSON takes: ids and keys as the API shows them, no people's names; the account's external id is added.
    """
    tell_many([Told(kind, key, account_id, data)], now)


def tell_many(signals: Sequence[Told], now: datetime) -> int:
    """Tell many things at once, within the open transaction; return how many were new. Rows only if somebody wants them.

    Raises ValueError for a kind that is none of SIGNALS.
    """
    unknown = {one.kind for one in signals} - set(SIGNALS)
    if unknown:
        raise ValueError(f"nobody could ask for {sorted(unknown)}")
    takers = _takers({one.kind for one in signals})
    wanted = [one for one in signals if takers.get(one.kind)]
    if not wanted:
        return 0
    external = _external_ids({one.account_id for one in wanted if one.account_id is not None})
    rows = [
        {
            "uid": new_uid(),
            "key": one.key,
            "kind": one.kind,
            "account_id": one.account_id,
            "data": ({"account": external[one.account_id]} if one.account_id is not None else {}) | one.data,
            "at": now,
        }
        for one in wanted
    ]
    new = added(Signal, rows, "id", "kind")
    add_missing(Delivery, [queued(number, to, now) for number, kind in new for to in takers[kind]])
    return len(new)


def queued(signal_id: int, destination_id: int, now: datetime, replay: int = 0) -> dict[str, Any]:
    """Make the row of a delivery that is due at once; `replay` counts how often a person had it sent again."""
    times = {"next_try_at": now, "created_at": now}
    ids = {"signal_id": signal_id, "destination_id": destination_id, "replay": replay}
    return {**ids, **times, "state": "queued", "attempts": 0, "error": ""}


def new_uid() -> str:
    """Make a message's id, as Standard Webhooks writes them."""
    return f"msg_{secrets.token_hex(16)}"


def _takers(kinds: set[str]) -> dict[str, list[int]]:
    """Return the destinations that are told of each kind, but those that have ended."""
    rows = db.session.execute(select(Destination.id, Destination.signals).where(Destination.ended_at.is_(None))).all()
    return {kind: [number for number, signals in rows if kind in signals] for kind in kinds}


def _external_ids(account_ids: Iterable[int]) -> dict[int, str]:
    ids = sorted(account_ids)
    found: dict[int, str] = {}
    for start in range(0, len(ids), 10_000):
        some = Account.id.in_(ids[start : start + 10_000])
        found |= dict(db.session.execute(select(Account.id, Account.external_id).where(some)).all())
    return found
