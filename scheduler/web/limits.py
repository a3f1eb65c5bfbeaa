"""Answers how often, by address, somebody may be refused, and how often use what is open to anybody."""

from __future__ import annotations

from flask import Flask, abort, current_app, request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

# Of what has a door only refusals are counted, never successes. A good link or token always passes, whatever others at
# the same address try; only sign-in looks before it verifies, because passwords can be guessed.
REFUSALS = {
    "sign_in": parse("10 per 15 minutes"),
    "link": parse("30 per 10 minutes"),
    "token": parse("30 per 10 minutes"),
    "code": parse("30 per 10 minutes"),
}
# What needs no link at all counts each time it is done.
USES = {"application": parse("20 per hour"), "find_mail": parse("20 per hour"), "attend": parse("300 per hour")}


def init_app(app: Flask) -> None:
    """Give an application its counts; each process counts for itself, so that pages depend on nothing but the database."""
    app.extensions["limits"] = FixedWindowRateLimiter(MemoryStorage())


def check(kind: str) -> None:
    """Abort with 429 when this address was refused too often lately."""
    if not counts().test(REFUSALS[kind], kind, request.remote_addr or ""):
        abort(429)


def refused(kind: str) -> None:
    """Count one refusal for this address; abort with 429 when there were too many."""
    check(kind)
    counts().hit(REFUSALS[kind], kind, request.remote_addr or "")


def use(kind: str) -> bool:
    """Count one use for this address; tell whether it is still within what is allowed."""
    return counts().hit(USES[kind], kind, request.remote_addr or "")


def counts() -> FixedWindowRateLimiter:
    """Return what the application has counted."""
    return current_app.extensions["limits"]
