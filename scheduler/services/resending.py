"""Answers whether a mail can be sent once more, and sends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import history
from scheduler.services.actors import Actor
from scheduler.services.naming import LARGEST_ID
from scheduler.services.outbox import about, deliver
from scheduler.services.outbox.owe import owe_many
from scheduler.services.outbox.told import AGAIN
from scheduler.services.outbox.wanted import unwanted
from scheduler.services.refusals import MailNotWanted, MailWaits, NotFound

# What has come to its end is owed anew, so that what became of it stays readable.
ENDED = ("sent", "delivered", "bounced", "missed", "dropped")


def hindrance(mail_id: int, now: datetime) -> str:
    """Tell why a mail that came to its end would not be sent again at `now`, as a key; empty when it would be."""
    found = about.read(mail_id)
    if found is None:
        return ""
    mail = found.mail
    # As if it was owed just now, after everything else: the very check it will have to pass.
    again = Mail(
        id=LARGEST_ID, kind=mail.kind, key=mail.key, state="sending", attempts=1, created_at=now, **_about(mail)
    )
    again.contact, again.staff, again.application = mail.contact, mail.staff, mail.application
    again.expires_at, again.params = mail.expires_at, mail.params
    verdict = unwanted(replace(found, mail=again), now)
    return verdict[1] if verdict is not None else ""


def presses(mail: Mail) -> int:
    """Count how often a mail was sent again: the next press carries this number, so that pressing twice sends one."""
    again = Mail.key.startswith(f"{mail.key}{AGAIN}", autoescape=True)
    return db.session.scalar(select(func.count()).select_from(Mail).where(again)) or 0


def resend(mail_id: int, now: datetime, actor: Actor, *, press: int | None = None) -> int:
    """Send a mail once more, checked again when it leaves; return the id of the mail that goes.

    One that failed is queued again, one that came to its end is owed anew; the same `press` (default: the next one)
    owes it once. Raises NotFound, MailWaits, MailNotWanted(reason).
    """
    with db.writing():
        mail = db.session.get(Mail, mail_id, populate_existing=True)
        if mail is None:
            raise NotFound(what="mail")
        if mail.state == "failed":
            deliver.retry(mail_id, now, actor)
            return mail_id
        if mail.state not in ENDED:
            raise MailWaits()
        if reason := hindrance(mail_id, now):
            raise MailNotWanted(reason=reason)
        key = f"{mail.key}{AGAIN}{presses(mail) if press is None else press}"
        row = _about(mail) | {"kind": mail.kind, "key": key, "expires_at": mail.expires_at, "params": mail.params}
        new = owe_many([row], now)
        number = db.session.scalars(select(Mail.id).where(Mail.key == key)).one()
        if new:
            told = {"account_id": mail.account_id, "contact_id": mail.contact_id, "lecture_id": mail.lecture_id}
            history.record("mail_resent", now=now, actor=actor, mail_id=number, kind=mail.kind, **told)
        return number


def _about(mail: Mail) -> dict[str, Any]:
    names = ("contact_id", "staff_id", "application_id", "account_id", "registration_id", "lecture_id", "handover_id")
    return {name: getattr(mail, name) for name in names}
