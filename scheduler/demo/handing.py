"""Answers which companies of the demo were handed over, which wait for an answer, and which came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from scheduler.demo.book import Book
from scheduler.demo.days import LATELY, Days
from scheduler.demo.house import House
from scheduler.demo.plays import Play
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.services.actors import Actor

_NOTES = (
    "窓口の方は電話よりメールが早いです。来店予約ボタンは制作会社に依頼中とのこと。",
    "本店の店長がとても詳しく、他店への展開も進めてくださっています。活用編もぜひご案内ください。",
    "繁忙期（1〜3月）の前に反響対応を定着させたいとのご要望です。",
    "基本操作編の受講後、全店で毎日ご利用いただいています。次は数字の見かたに関心をお持ちです。",
    "",
)
_RETURNS = (
    "窓口の方がご異動と伺いました。新しい窓口の方のお名前とご連絡先を確認してから、もう一度お願いします。",
    "半数の店舗でまだ反響メールが届いていないようです。受信設定を確かめてから引き受けます。",
)


@dataclass(frozen=True)
class Handed:
    """One handover of the past as its row, with the company's play."""

    row: Handover
    play: Play


def hand_over(plays: Sequence[Play], house: House, days: Days, book: Book) -> list[Handed]:
    """Write the handovers from onboarding to success with what accepting one changes; return them in their order."""
    wanted = [play for play in plays if play.story.handover != "none" and play.ready_at is not None]
    asked = sorted(((_asked_at(play, days), play) for play in wanted), key=lambda one: one[0])
    handed = []
    for at, play in asked:
        receiver = days.dice.choice(house.members["success"])
        row = Handover(
            account_id=play.account.id,
            from_stage="onboarding",
            to_stage="success",
            state="requested",
            requested_at=at,
            requested_by_id=play.owner_id,
            note=days.dice.choice(_NOTES),
            receiver_id=receiver.id if days.dice.random() < 0.6 else None,
        )
        db.session.add(row)
        db.session.flush()
        handed.append(Handed(row, play))
        told: dict[str, Any] = {
            "from": "onboarding",
            "to": "success",
            "early": False,
            "open": 0,
            "receiver_id": row.receiver_id,
        }
        owner = Actor("staff", play.owner_id, "page")
        book.tell("handover_requested", at, owner, play.account.id, handover_id=row.id, **told)
        if play.story.handover == "returned":
            _return(row, play, receiver.id, days, book)
        elif play.story.handover != "requested":
            row.decided_by_id = receiver.id
            _accept(row, play, days, book)
            play.account.success_owner = receiver
    return handed


def _asked_at(play: Play, days: Days) -> datetime:
    assert play.ready_at is not None
    return min(days.office(days.local(play.ready_at + timedelta(hours=40)).date()), days.now - LATELY)


def _decided_at(row: Handover, days: Days) -> datetime:
    first = row.requested_at + timedelta(hours=2)
    return max(first, days.office(days.local(row.requested_at + timedelta(hours=44)).date()))


def _return(row: Handover, play: Play, by_id: int, days: Days, book: Book) -> None:
    row.state, row.decided_at, row.decided_by_id = "returned", _decided_at(row, days), by_id
    row.reason = _RETURNS[row.id % len(_RETURNS)]
    book.tell("handover_returned", row.decided_at, Actor("staff", by_id, "page"), play.account.id, handover_id=row.id)


def _accept(row: Handover, play: Play, days: Days, book: Book) -> None:
    account = play.account
    row.state, row.decided_at = "accepted", _decided_at(row, days)
    if play.story.handover == "accepted_lately":
        row.decided_at = max(row.decided_at, days.office(days.ago((0, 3))))
    row.decided_at = min(row.decided_at, days.now - LATELY)
    row.before = {
        "stage_since": account.stage_since.isoformat(),
        "owner_id": account.success_owner_id,
        "receiver_id": row.receiver_id,
        "ready_since": account.ready_since.isoformat() if account.ready_since is not None else None,
        "reopened": [],
    }
    row.clauses, account.ready_since = account.clauses, None
    account.stage, account.stage_since = "success", row.decided_at
    letters = sum(person.email is not None for person in play.coordinators)
    actor = Actor("staff", row.decided_by_id, "page")
    told: dict[str, Any] = {"handover_id": row.id, "to": "success", "letters": letters}
    book.tell("handover_accepted", row.decided_at, actor, account.id, **told)
