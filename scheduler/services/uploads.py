"""Answers how long a handed-in file is kept that nobody confirmed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, update

from scheduler.models.db import db
from scheduler.models.uploads import Upload


def expire(now: datetime) -> int:
    """Empty the files whose time between preview and confirmation is over; return how many."""
    with db.writing():
        done = db.session.execute(
            update(Upload)
            .where(Upload.confirmed_at.is_(None), Upload.expires_at <= now, func.length(Upload.content) > 0)
            .values(content=b"")
            .execution_options(synchronize_session=False)
        )
        return int(done.rowcount)  # type: ignore[attr-defined]
