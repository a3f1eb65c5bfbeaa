"""Answers which tags there are and who bears them."""

from __future__ import annotations

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.tags import Tag
from scheduler.rules.names import name_key


def every() -> list[Tag]:
    """List all tags in the order of their names."""
    return list(db.session.scalars(select(Tag).order_by(Tag.name_key)))


def by_name(name: str) -> Tag | None:
    """Return the tag that reads like this, if there is one."""
    return db.session.scalar(select(Tag).where(Tag.name_key == name_key(name)))
