"""Answers what became of every mail: set-based reading for pages, the API and the command line."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from scheduler.models.db import db
from scheduler.models.mails import STATES, Mail

# Loads whom each mail goes to.
WITH_PEOPLE = (joinedload(Mail.contact), joinedload(Mail.staff), joinedload(Mail.application))


@dataclass(frozen=True)
class Wanted:
    """Which mails a list shows; empty fields do not narrow it."""

    state: str = ""
    kind: str = ""
    account_id: int | None = None
    contact_id: int | None = None


def page_of(wanted: Wanted, page: int = 1, per_page: int = 50) -> tuple[list[Mail], int]:
    """List one page (from 1) of the mails, newest first, with their people loaded, and count them all."""
    query = select(Mail)
    for column, value in ((Mail.state, wanted.state), (Mail.kind, wanted.kind)):
        if value:
            query = query.where(column == value)
    if wanted.account_id is not None:
        query = query.where(Mail.account_id == wanted.account_id)
    if wanted.contact_id is not None:
        query = query.where(Mail.contact_id == wanted.contact_id)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = query.options(*WITH_PEOPLE).order_by(Mail.id.desc())
    return list(db.session.scalars(rows.limit(per_page).offset((page - 1) * per_page))), total


def counts() -> dict[str, int]:
    """Count the mails of each state."""
    rows = db.session.execute(select(Mail.state, func.count()).group_by(Mail.state))
    return dict.fromkeys(STATES, 0) | dict(rows.all())
