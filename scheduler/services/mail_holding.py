"""Answers what a hand holds back: all mails, those to one account's people, and what follows a lecture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, select, update

from emails import FOLLOW_UP
from scheduler.models.accounts import Account
from scheduler.models.db import db, table
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.settings import Setting
from scheduler.services import history
from scheduler.services.actors import Actor
from scheduler.services.refusals import NotFound

_KEY = "mail_pause"
_VALUE = select(table(Setting).c.value).where(table(Setting).c.key == _KEY)


@dataclass(frozen=True)
class Pause:
    """全送信を一時停止: since when (aware UTC), and by which member (id; None: by the command line)."""

    since: datetime
    by: int | None


@dataclass(frozen=True)
class FollowUp:
    """The mails that follow a lecture: how many of each state, and when the first that waits is due."""

    counts: Mapping[str, int]
    due_at: datetime | None

    @property
    def waiting(self) -> int:
        """Return how many have not left yet."""
        return self.counts.get("queued", 0)


def paused_everything() -> Pause | None:
    """Return the pause of all mails; None when they leave. By a plain statement: every round asks."""
    value: dict[str, Any] | None = db.core(_VALUE).scalar_one_or_none()
    return Pause(datetime.fromisoformat(value["since"]), value["by"]) if value is not None else None


def pause_everything(now: datetime, actor: Actor) -> bool:
    """Let no mail leave until `resume_everything`; return whether that is new."""
    with db.writing():
        if paused_everything() is not None:
            return False
        value = {"since": now.isoformat(), "by": actor.staff_id}
        db.session.merge(Setting(key=_KEY, value=value, changed_at=now))
        history.record("mails_paused", now=now, actor=actor)
        return True


def resume_everything(now: datetime, actor: Actor) -> bool:
    """Let mails leave again; return whether they did not. What is of no use any more is told so by the outbox."""
    with db.writing():
        if not db.changed(delete(Setting).where(Setting.key == _KEY)):
            return False
        history.record("mails_resumed", now=now, actor=actor)
        return True


def pause_account(account_id: int, now: datetime, actor: Actor) -> bool:
    """Let no mail leave to the people of an account; return whether that is new. Raises NotFound."""
    with db.writing():
        account = _account(account_id)
        if account.mails_paused_at is not None:
            return False
        account.mails_paused_at = now
        history.record("account_mails_paused", now=now, actor=actor, account_id=account_id)
        return True


def resume_account(account_id: int, now: datetime, actor: Actor) -> bool:
    """Let mails leave to the people of an account again; return whether they did not. Raises NotFound."""
    with db.writing():
        account = _account(account_id)
        if account.mails_paused_at is None:
            return False
        account.mails_paused_at = None
        _wake("paused", now, Mail.account_id == account_id)
        history.record("account_mails_resumed", now=now, actor=actor, account_id=account_id)
        return True


def follow_up(lecture_id: int) -> FollowUp:
    """Count the mails that follow a lecture by state."""
    rows = db.session.execute(
        select(Mail.state, func.count(), func.min(Mail.due_at))
        .where(Mail.lecture_id == lecture_id, Mail.kind.in_(FOLLOW_UP.values()))
        .group_by(Mail.state)
    ).all()
    due = {state: due_at for state, _count, due_at in rows}
    return FollowUp({state: count for state, count, _due_at in rows}, due.get("queued"))


def hold_follow_up(lecture_id: int, now: datetime, actor: Actor) -> bool:
    """Keep the mails that follow a lecture back; return whether that is new. Raises NotFound."""
    with db.writing():
        lecture = _lecture(lecture_id)
        if lecture.follow_up_held_at is not None:
            return False
        lecture.follow_up_held_at = now
        history.record("follow_up_held", now=now, actor=actor, lecture_id=lecture_id)
        return True


def release_follow_up(lecture_id: int, now: datetime, actor: Actor) -> int:
    """Let the mails that follow a lecture leave, none before it is due; return how many wait. Raises NotFound."""
    with db.writing():
        lecture = _lecture(lecture_id)
        if lecture.follow_up_held_at is not None:
            lecture.follow_up_held_at = None
            _wake("held", now, Mail.lecture_id == lecture_id)
            history.record("follow_up_released", now=now, actor=actor, lecture_id=lecture_id)
        return follow_up(lecture_id).waiting


def _wake(reason: str, now: datetime, *which: ColumnElement[bool]) -> None:
    """Have mails looked at again that were put off because somebody held them back."""
    at = case((Mail.due_at > now, Mail.due_at), else_=now)
    waiting = update(Mail).where(Mail.state == "queued", Mail.reason == reason, *which)
    db.changed(waiting.values(next_try_at=at, reason="").execution_options(synchronize_session=False))


def _account(account_id: int) -> Account:
    row = db.session.get(Account, account_id, populate_existing=True)
    if row is None:
        raise NotFound(what="account")
    return row


def _lecture(lecture_id: int) -> Lecture:
    row = db.session.get(Lecture, lecture_id, populate_existing=True)
    if row is None:
        raise NotFound(what="lecture")
    return row
