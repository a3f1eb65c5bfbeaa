"""Answers what mails to our own staff tell of accounts that pass on: who has not answered, what is asked of nobody, what moved."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from emails import Entry, Link
from emails.values import Value
from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.services import addresses
from scheduler.services.outbox.about import About
from scheduler.services.owners import owner_of

# So many accounts are named in a mail; its link leads to all of them.
NAMED = 20


def waiting(mail: Mail, _member: Staff) -> dict[str, Value]:
    """Say who was asked to take an account over and for how long; params: waiting_days, to_operations."""
    handover = db.session.get_one(Handover, mail.handover_id)
    return {
        **_for_how_long(mail),
        "receiver_name": handover.receiver.name if handover.receiver is not None else "",
        "handover_url": Link(addresses.handover(handover.id)),
    }


def unasked(mail: Mail, _member: Staff) -> dict[str, Value]:
    """Say who could hand an account on and for how long; params: waiting_days, to_operations."""
    account = db.session.get_one(Account, mail.account_id)
    owner = owner_of(account)
    return {
        **_for_how_long(mail),
        "owner_name": owner.name if owner is not None else "",
        "handover_url": Link(addresses.hand_on(account.id)),
    }


def moved(mail: Mail, member: Staff) -> dict[str, Value]:
    """Name the accounts that are the reader's since a wave; params: wave."""
    rows = _given(mail.params["wave"], member.id)
    by = rows[0].requested_by if rows else None
    return {
        "moved_by": by.name if by is not None else "",
        "account_count": len(rows),
        "accounts": tuple(Entry(row.account.name) for row in rows[:NAMED]),
        "wave_url": Link(addresses.wave(mail.params["wave"])),
    }


def answer_wanted(about: About) -> str:
    """Want a request that nobody has answered."""
    return "" if about.handover is not None and about.handover.state == "requested" else "handover_changed"


def request_wanted(about: About) -> str:
    """Want an account that is ready since the same moment and asked of nobody."""
    account = about.account
    since = account.ready_since.isoformat() if account is not None and account.ready_since is not None else ""
    if account is None or since != about.mail.params["ready_since"]:
        return "no_longer_ready"
    asked = exists().where(Handover.account_id == account.id, Handover.state == "requested")
    return "handover_changed" if db.session.scalar(select(asked)) else ""


def moved_wanted(about: About) -> str:
    """Want accounts that were not brought back."""
    mail = about.mail
    return "" if _given(mail.params["wave"], mail.staff_id or 0) else "handover_undone"


def _given(wave: str, staff_id: int) -> Sequence[Handover]:
    query = select(Handover).where(
        Handover.wave == wave, Handover.receiver_id == staff_id, Handover.state == "accepted"
    )
    people = (joinedload(Handover.account), joinedload(Handover.requested_by))
    return db.session.scalars(query.order_by(Handover.id).options(*people)).all()


def _for_how_long(mail: Mail) -> dict[str, Value]:
    return {"waiting_days": mail.params["waiting_days"], "to_operations": mail.params["to_operations"]}
