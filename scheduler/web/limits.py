"""Answers how often somebody may be refused: failed sign-ins, wrong links and unknown tokens, by address."""

from __future__ import annotations

from flask import abort, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import parse

# Only refusals are counted, never successes. A good link or token always passes, whatever others at the same address
# try; only sign-in looks before it verifies, because passwords can be guessed.
limiter = Limiter(get_remote_address, headers_enabled=False)

REFUSALS = {
    "sign_in": parse("10 per 15 minutes"),
    "link": parse("30 per 10 minutes"),
    "token": parse("30 per 10 minutes"),
}


def check(kind: str) -> None:
    """Abort with 429 when this address was refused too often lately."""
    if not limiter.limiter.test(REFUSALS[kind], kind, request.remote_addr or ""):
        abort(429)


def refused(kind: str) -> None:
    """Count one refusal for this address; abort with 429 when there were too many."""
    check(kind)
    limiter.limiter.hit(REFUSALS[kind], kind, request.remote_addr or "")
