"""Answers how often somebody may be refused: failed sign-ins, wrong links and unknown tokens, by address."""

from __future__ import annotations

from flask import Flask, abort, current_app, request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

# Only refusals are counted, never successes. A good link or token always passes, whatever others at the same address
# try; only sign-in looks before it verifies, because passwords can be guessed.
REFUSALS = {
    "sign_in": parse("10 per 15 minutes"),
    "link": parse("30 per 10 minutes"),
    "token": parse("30 per 10 minutes"),
}


def init_app(app: Flask) -> None:
    """Give an application its counts; each process counts for itself, so that pages depend on nothing but the database."""
    app.extensions["limits"] = FixedWindowRateLimiter(MemoryStorage())


def check(kind: str) -> None:
    """Abort with 429 when this address was refused too often lately."""
    if not _counts().test(REFUSALS[kind], kind, request.remote_addr or ""):
        abort(429)


def refused(kind: str) -> None:
    """Count one refusal for this address; abort with 429 when there were too many."""
    check(kind)
    _counts().hit(REFUSALS[kind], kind, request.remote_addr or "")


def _counts() -> FixedWindowRateLimiter:
    return current_app.extensions["limits"]
