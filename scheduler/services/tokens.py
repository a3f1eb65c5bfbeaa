"""Answers which program calls: API tokens, shown once and kept as hashes, and answers kept for a repeated request."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from scheduler.models.db import db
from scheduler.models.staff import ApiToken, IdempotentAnswer
from scheduler.services import history
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid

SCOPES = ("read", "write")
KEPT = timedelta(hours=24)


class AnotherBody(Invalid):
    """The same Idempotency-Key came with another request."""

    key = "idempotency_key_reused"


@dataclass(frozen=True)
class Answer:
    """What a request was answered: HTTP status and JSON body."""

    status: int
    body: str


def add(name: str, scopes: tuple[str, ...], now: datetime, actor: Actor) -> str:
    """Make a token for a program and return it, the only time it is seen; an older one of that name ends."""
    if not set(scopes) <= set(SCOPES) or not scopes:
        raise Invalid(field="scopes", why="unknown_scope", value=",".join(scopes))
    token = "tsk_" + secrets.token_urlsafe(32)
    with db.writing():
        row = db.session.scalar(select(ApiToken).where(ApiToken.name == name)) or ApiToken(name=name)
        row.token_hash, row.scopes, row.created_at, row.revoked_at = _hash(token), list(scopes), now, None
        db.session.add(row)
        db.session.flush()
        history.record("token_added", now=now, actor=actor, token_id=row.id)
    return token


def revoke(token_id: int, now: datetime, actor: Actor) -> None:
    """Take a token back at once."""
    with db.writing():
        row = db.session.get(ApiToken, token_id)
        if row is not None and row.revoked_at is None:
            row.revoked_at = now
            history.record("token_revoked", now=now, actor=actor, token_id=token_id)


def authenticate(token: str, now: datetime) -> ApiToken | None:
    """Return the valid token that this text is, else None; note the day of its last use."""
    row = db.session.scalar(select(ApiToken).where(ApiToken.token_hash == _hash(token), ApiToken.revoked_at.is_(None)))
    if row is None:
        return None
    if row.last_used_at is None or now - row.last_used_at > timedelta(days=1):
        with db.writing():
            row.last_used_at = now
            db.session.add(row)
    return row


def once(token_id: int, key: str, request: bytes, now: datetime, act: Callable[[], Answer]) -> Answer:
    """Do what a request asks once per Idempotency-Key: a repetition gets the first answer and does nothing.

    `request` is method, path and body; `act` does the work and returns what to answer. Work and answer commit together,
    so a caller whose connection broke may simply ask again. Raises AnotherBody when the key came with something else.
    An answer is kept for 24 hours, per token.
    """
    digest = hashlib.sha256(request).hexdigest()
    try:
        with db.writing():
            db.session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.created_at < now - KEPT))
            earlier = _earlier(token_id, key, digest)
            if earlier is not None:
                return earlier
            row = IdempotentAnswer(token_id=token_id, key=key, request_hash=digest, status=0, body="", created_at=now)
            db.session.add(row)
            db.session.flush()
            answer = act()
            row.status, row.body = answer.status, answer.body
            return answer
    except IntegrityError:
        # Another machine did the same request at the same moment and committed first.
        earlier = _earlier(token_id, key, digest)
        if earlier is None:
            raise
        return earlier


def _earlier(token_id: int, key: str, digest: str) -> Answer | None:
    row = db.session.scalar(
        select(IdempotentAnswer).where(IdempotentAnswer.token_id == token_id, IdempotentAnswer.key == key)
    )
    if row is None:
        return None
    if row.request_hash != digest:
        raise AnotherBody(field="Idempotency-Key", why="another_body")
    return Answer(row.status, row.body)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
