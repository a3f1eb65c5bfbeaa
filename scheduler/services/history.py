"""Answers what happened to an account: writes and reads its append-only history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from scheduler.models.db import db, table
from scheduler.models.history import Event
from scheduler.services.actors import Actor

_INSERT = insert(table(Event))


def record(
    key: str,
    *,
    now: datetime,
    actor: Actor,
    account_id: int | None = None,
    contact_id: int | None = None,
    lecture_id: int | None = None,
    **params: Any,
) -> None:
    """Add one line to the history within the open transaction; `params` hold ids and keys, never names or addresses."""
    record_many(
        [about_one(key, account_id=account_id, contact_id=contact_id, lecture_id=lecture_id, **params)], now, actor
    )


def about_one(
    key: str,
    *,
    account_id: int | None = None,
    contact_id: int | None = None,
    lecture_id: int | None = None,
    **params: Any,
) -> dict[str, Any]:
    """Make what `record_many` takes of one line."""
    return {"key": key, "account_id": account_id, "contact_id": contact_id, "lecture_id": lecture_id, "params": params}


def record_many(lines: Sequence[dict[str, Any]], now: datetime, actor: Actor) -> None:
    """Add lines (`about_one`) to the history within the open transaction, in one statement."""
    if lines:
        by = {"at": now, "actor_kind": actor.kind, "actor_id": actor.id, "channel": actor.channel}
        db.core(_INSERT, [line | by for line in lines] if len(lines) > 1 else lines[0] | by)


def of_account(account_id: int, limit: int = 200, before: int | None = None) -> list[Event]:
    """List an account's events, newest first; `before` is an event id to go on from."""
    query = select(Event).where(Event.account_id == account_id).order_by(Event.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Event.id < before)
    return list(db.session.scalars(query))


def of_lecture(lecture_id: int, limit: int = 30) -> list[Event]:
    """List what happened to a lecture itself, newest first; what its people did stands in their accounts' histories."""
    query = select(Event).where(Event.lecture_id == lecture_id, Event.contact_id.is_(None))
    return list(db.session.scalars(query.order_by(Event.id.desc()).limit(limit)))


@dataclass(frozen=True)
class Wanted:
    """Which events are asked for; None does not narrow. `keys` are kinds of events, `since` and `until` aware moments."""

    account_id: int | None = None
    keys: tuple[str, ...] | None = None
    actor_kind: str | None = None
    # With actor_kind "staff": this member.
    actor_id: int | None = None
    channel: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def search(wanted: Wanted, limit: int, before: int | None = None) -> list[Event]:
    """List events, newest first; `before` is an event id to go on from."""
    query = select(Event).order_by(Event.id.desc()).limit(limit)
    equal = {
        Event.account_id: wanted.account_id,
        Event.actor_kind: wanted.actor_kind,
        Event.actor_id: wanted.actor_id,
        Event.channel: wanted.channel,
    }
    query = query.where(*(column == value for column, value in equal.items() if value is not None))
    if wanted.keys is not None:
        query = query.where(Event.key.in_(wanted.keys))
    if wanted.since is not None:
        query = query.where(Event.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Event.at < wanted.until)
    if before is not None:
        query = query.where(Event.id < before)
    return list(db.session.scalars(query))
