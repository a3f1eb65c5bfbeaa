"""Answers who is sent the link to her own page once more: whoever has the address that somebody wrote into the form."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import account_fields, spared

# A shop's shared address may be that of several people, each with a page of her own; more is no shop.
MOST = 10
# Who asked has long found it, or asks again.
USEFUL = timedelta(days=1)


def send_again(address: str, now: datetime) -> None:
    """Owe each person with this address the link to her page, at most once within the same hour; raise Invalid.

    One statement whoever it is, known or not, so that neither an answer nor the time it takes can tell.
    """
    email = account_fields.application({"email": address})["email"]
    table = Mail.__table__.c
    hour = now.replace(minute=0, second=0, microsecond=0)
    columns: dict[str, Any] = {
        "key": literal("link_again:") + cast(Contact.id, String) + literal(f":{hour.isoformat()}"),
        "kind": literal("link_again"),
        "contact_id": Contact.id,
        "account_id": Contact.account_id,
        "params": literal({}, table.params.type),
        "state": literal("queued"),
        "reason": literal(""),
        "created_at": literal(now, table.created_at.type),
        "due_at": literal(now, table.due_at.type),
        "next_try_at": literal(now, table.next_try_at.type),
        "expires_at": literal(now + USEFUL, table.expires_at.type),
        "attempts": literal(0),
    }
    people = select(*columns.values()).where(Contact.email == email, spared.there()).order_by(Contact.id).limit(MOST)
    with db.writing():
        insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
        statement = insert(Mail).from_select(list(columns), people)
        db.session.execute(statement.on_conflict_do_nothing(index_elements=["key"]))
