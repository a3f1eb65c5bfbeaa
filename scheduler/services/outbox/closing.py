"""Answers whether the way out for mails is closed: the transport refused everything, and until when nobody tries it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from scheduler.models.db import db, table
from scheduler.models.settings import Setting
from scheduler.services import history
from scheduler.services.actors import WORKER, Actor

# After a transport refused us altogether (a wrong key) nothing is tried for so long.
CLOSED_FOR = timedelta(minutes=5)
_KEY = "transport"
_VALUE = select(table(Setting).c.value).where(table(Setting).c.key == _KEY)


@dataclass(frozen=True)
class Closed:
    """Since when nothing gets out, what the other side said, and when it is tried again (aware UTC)."""

    since: datetime
    reason: str
    until: datetime


def state() -> Closed | None:
    """Return what keeps mails from leaving; None when nothing does. By a plain statement: every round asks."""
    value: dict[str, Any] | None = db.core(_VALUE).scalar_one_or_none()
    if value is None:
        return None
    moments = {name: datetime.fromisoformat(value[name]) for name in ("since", "until")}
    return Closed(reason=value["reason"], **moments)


def close(reason: str, now: datetime) -> None:
    """Note that the transport refuses everything; nothing is tried for five minutes."""
    with db.writing():
        known = state()
        closed = Closed(known.since if known else now, reason, now + CLOSED_FOR)
        value = asdict(closed) | {"since": closed.since.isoformat(), "until": closed.until.isoformat()}
        db.session.merge(Setting(key=_KEY, value=value, changed_at=now))
        if known is None:
            history.record("transport_closed", now=now, actor=WORKER)


def reopen(now: datetime, actor: Actor) -> bool:
    """Note that mails leave again, or are to be tried at once; return whether the way out was closed."""
    with db.writing():
        if not db.changed(delete(Setting).where(Setting.key == _KEY)):
            return False
        history.record("transport_opened", now=now, actor=actor)
        return True
