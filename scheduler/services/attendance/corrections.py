"""Answers to whom a mail can be sent that corrects what an earlier one said of the attendance; staff choose to send it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update

from emails import FOLLOW_UP
from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services import history, mail_rules, seating
from scheduler.services.actors import Actor
from scheduler.services.attendance import follow_up
from scheduler.services.outbox.owe import owe_many
from scheduler.services.refusals import NothingToCorrect

# So long after it was sent for a correction is still of use.
USEFUL = timedelta(days=7)


def wanted(lecture_id: int, contact_ids: Collection[int] | None = None) -> dict[int, str]:
    """Return who was told something else of a lecture than the verdict says by now, with the kind of mail that was sent.

    Not who wants no mails about it, nor who is on the way to be told already.
    """
    return {number: kind for number, (_mail_id, kind) in _wrong(lecture_id, contact_ids).items()}


def send(lecture_id: int, contact_id: int, now: datetime, actor: Actor) -> None:
    """Owe the mail that the verdict asks for and that says that the earlier one was wrong; once for each correction.

    Raises NotFound, NothingToCorrect.
    """
    with db.writing():
        seating.lock(lecture_id)
        found = _wrong(lecture_id, [contact_id])
        if contact_id not in found:
            raise NothingToCorrect()
        wrong_id, wrong_kind = found[contact_id]
        kind = _asked_for(lecture_id, [contact_id])[contact_id]
        key = f"{kind}:{lecture_id}:{contact_id}:after:{wrong_id}"
        account_id = db.session.get_one(Contact, contact_id).account_id
        about = {"contact_id": contact_id, "account_id": account_id, "lecture_id": lecture_id}
        params = {"correction": True, "corrects": wrong_kind}
        until = now + USEFUL
        if not owe_many([{"kind": kind, "key": key, "expires_at": until, "params": params} | about], now):
            # Asked for before, and taken back when the verdict changed once more.
            again = {"state": "queued", "reason": "", "due_at": now, "next_try_at": now, "expires_at": until}
            db.changed(update(Mail).where(Mail.key == key, Mail.state == "dropped").values(again))
        history.record("correction_sent", now=now, actor=actor, mail_kind=kind, **about)


def _wrong(lecture_id: int, contact_ids: Collection[int] | None) -> dict[int, tuple[int, str]]:
    asked = _asked_for(lecture_id, contact_ids)
    told = follow_up.told(lecture_id, asked)
    return {number: told[number] for number, kind in asked.items() if number in told and told[number][1] != kind}


def _asked_for(lecture_id: int, contact_ids: Collection[int] | None) -> dict[int, str]:
    """Return the mail that each verdict asks for, where one leaves at all and none waits to leave."""
    silent = select(Registration.contact_id).where(
        Registration.lecture_id == lecture_id, Registration.status == "booked", ~Registration.mails
    )
    waiting = select(Mail.contact_id).where(
        Mail.lecture_id == lecture_id, Mail.kind.in_(FOLLOW_UP.values()), Mail.state == "queued"
    )
    query = select(Attendance.contact_id, Attendance.verdict).where(
        Attendance.lecture_id == lecture_id,
        Attendance.verdict.in_(FOLLOW_UP),
        Attendance.contact_id.not_in(silent),
        Attendance.contact_id.not_in(waiting),
    )
    if contact_ids is not None:
        query = query.where(Attendance.contact_id.in_(contact_ids))
    rules = mail_rules.get()
    kinds = {number: FOLLOW_UP[verdict] for number, verdict in db.session.execute(query)}
    return {number: kind for number, kind in kinds.items() if rules.enabled(kind)}
