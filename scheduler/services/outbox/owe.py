"""Answers what is owed to whom: a mail is a row first, within the transaction of the fact that causes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update

from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services.inserting import add_missing


def owe(
    kind: str,
    key: str,
    *,
    now: datetime,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    contact_id: int | None = None,
    staff_id: int | None = None,
    application_id: int | None = None,
    account_id: int | None = None,
    registration_id: int | None = None,
    lecture_id: int | None = None,
    handover_id: int | None = None,
    params: dict[str, Any] | None = None,
) -> None:
    """Owe one message to a contact, a member of staff or an applicant; the same `key` again changes nothing.

    `due_at` is the earliest moment it may leave (default: now), `expires_at` the last at which it is still useful.
    """
    owe_many(
        [
            {
                "kind": kind,
                "key": key,
                "due_at": due_at or now,
                "expires_at": expires_at,
                "contact_id": contact_id,
                "staff_id": staff_id,
                "application_id": application_id,
                "account_id": account_id,
                "registration_id": registration_id,
                "lecture_id": lecture_id,
                "handover_id": handover_id,
                "params": params or {},
            }
        ],
        now,
    )


def owe_many(mails: list[dict[str, Any]], now: datetime) -> int:
    """Owe many messages in one statement; return how many were new. Rows are as the arguments of `owe`."""
    if not mails:
        return 0
    blank: dict[str, Any] = {
        "expires_at": None,
        "contact_id": None,
        "staff_id": None,
        "application_id": None,
        "account_id": None,
        "registration_id": None,
    }
    blank |= {"lecture_id": None, "handover_id": None, "params": {}}
    rows = [
        blank
        | mail
        | {"next_try_at": mail.get("due_at") or now, "due_at": mail.get("due_at") or now, "created_at": now}
        | {"state": "queued", "attempts": 0, "reason": ""}
        for mail in mails
    ]
    return add_missing(Mail, rows)


def drop(reason: str, **about: Any) -> int:
    """Take back mails that have not left, by columns (key=…, handover_id=…, kind=…); return how many.

    One that a worker is just sending is left to the check at sending time.
    """
    where = [getattr(Mail, column) == value for column, value in about.items()]
    statement = update(Mail).where(*where, Mail.state == "queued").values(state="dropped", reason=reason)
    return db.changed(statement)
