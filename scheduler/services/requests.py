"""Answers how a program's request is carried out: all of it or nothing, and once when it brings an Idempotency-Key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from scheduler.models.db import db
from scheduler.services import tokens
from scheduler.services.refusals import Invalid
from scheduler.services.tokens import Answer

LONGEST_KEY = 255

Result = TypeVar("Result")


def together(act: Callable[[], Result]) -> Result:
    """Do what one request asks of several services in one transaction."""
    with db.writing():
        return act()


def once(token_id: int, key: str | None, request: bytes, now: datetime, act: Callable[[], Answer]) -> Answer:
    """Do what a request asks in one transaction; with a key, a repetition gets the first answer and does nothing.

    `request` is what makes two requests the same: method, path and content. Raises Invalid for a key too long, and
    AnotherBody when the key came with something else within 24 hours.
    """
    if not key:
        return together(act)
    if len(key) > LONGEST_KEY or "\x00" in key:
        raise Invalid(field="Idempotency-Key", why="too_long", maximum=LONGEST_KEY)
    return tokens.once(token_id, key, request, now, act)
