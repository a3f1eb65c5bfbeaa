"""Answers where a reader may be sent back to: pages of this program only."""

from __future__ import annotations

from re import fullmatch
from urllib.parse import urlsplit


def local_path(target: str | None, otherwise: str) -> str:
    """Return the target when it is a path of this program, else the other one.

    Browsers read `//host` and `/\\host` as another site, and drop control characters from addresses.
    """
    if not target or not fullmatch(r"/(?![/\\])[\x20-\x7e\u0080-\U0010ffff]*", target):
        return otherwise
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else otherwise
