"""Answers whether an address that people entered can be opened in a browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from scheduler.services.refusals import Invalid


def check(address: str, field: str) -> None:
    """Raise Invalid(field, link_malformed) unless it is an address that browsers open (http or https, with a host)."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise Invalid(field=field, why="link_malformed", value=address)
