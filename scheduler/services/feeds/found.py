"""Answers what a feed is before it is written: its revision, and how its bytes are made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection


class Found(NamedTuple):
    """A feed as it stands: its opaque tag (without quotes), when it last changed, and what writes it."""

    tag: str
    changed_at: datetime
    write: Callable[[Connection], bytes]


# Finds a feed by a link's subject and version in a language (None: the reader's own) at a moment.
Find = Callable[[Connection, int, int, str | None, datetime], Found | None]
