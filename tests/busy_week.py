"""Answers how a week looks in which every list of the weekly pack is long, with names and words as long as they come."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.history import Event
from scheduler.models.replies import Reply
from scheduler.models.tasks import Task
from tests.factories import NOW, a_course, a_lecture, a_member

# The week of Monday 23 March 2026, the last before the tests' moment.
LAST_WEEK = NOW - timedelta(days=6)
LONG = "首都圏統括本部の担当者様から、予約枠の登録と通知先の設定をやり直したいとのご連絡がありました。" * 3


def fill(number: int, mark: str = "") -> None:
    """Add so many lines to every list of the pack; another `mark` for more of them."""
    owner = a_member(name="長谷川 美咲優子")
    accounts = [_account(f"{mark}{n}", owner.id) for n in range(number)]
    passed = [_account(f"{mark}{number + n}", owner.id) for n in range(number)]
    with db.writing():
        db.session.add_all([*accounts, *passed])
        db.session.flush()
        for n, (one, other) in enumerate(zip(accounts, passed, strict=True)):
            for key in ("account_added", "ready"):
                event = {"account_id": one.id, "key": key, "params": {"stage": "onboarding"}, "actor_kind": "worker"}
                db.session.add(Event(at=LAST_WEEK, **event))
            _hand_over(one, "requested")
            _hand_over(other, "accepted", decided_at=LAST_WEEK, decided_by_id=owner.id)
            _hand_over(other, "returned", decided_at=LAST_WEEK, decided_by_id=owner.id, reason=LONG)
            task = {"due_on": date(2026, 3, 2), "created_at": LAST_WEEK, "owner_id": owner.id, "words": LONG[:500]}
            db.session.add(Task(key=f"late-{mark}{n}", kind="by_hand", account_id=one.id, **task))
            reply = {"received_at": LAST_WEEK, "sender": "somebody@customer.example", "subject": LONG}
            db.session.add(Reply(message_id=f"reply-{mark}{n}", outcome="kept", **reply))
    course = a_course()
    for n in range(number):
        for week in (LAST_WEEK, LAST_WEEK + timedelta(days=7)):
            a_lecture(course, week + timedelta(minutes=n), host_id=owner.id, seats_taken=20)


def _account(number: str, owner_id: int) -> Account:
    return Account(
        external_id=f"busy-{number}",
        name=f"株式会社グランドセントラル不動産ホールディングス首都圏統括本部第{number}営業部",
        stage="onboarding",
        stage_since=datetime(2026, 1, 1, tzinfo=NOW.tzinfo),
        ready_since=LAST_WEEK,
        level="stuck",
        level_reasons=[{"key": "not_registered", "params": {"working_days": 9}}],
        open_points=LONG,
        onboarding_owner_id=owner_id,
        planned_start_on=date(2026, 5, 1),
        created_at=LAST_WEEK,
    )


def _hand_over(account: Account, state: str, **fields: object) -> None:
    between = {"from_stage": "onboarding", "to_stage": "success", "requested_at": LAST_WEEK}
    db.session.add(Handover(account_id=account.id, state=state, **between, **fields))
