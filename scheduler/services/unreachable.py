"""Answers what follows when mail does not arrive at an address any more: it is closed, a person calls, the owner is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from re import search

import structlog
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import STAGES, Account, Contact
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import history, readiness, spared, suppressions, tasks
from scheduler.services.actors import WORKER, Actor
from scheduler.services.outbox.owe import owe_many
from scheduler.services.owners import reached_by
from scheduler.services.suppressions import ALL, Closing
from scheduler.services.tasks import Wanted

log = structlog.get_logger()

# Enhanced status codes (RFC 3463, section 3.2) that say of the recipient's address that there is none; 5.1.7 and 5.1.8
# complain of the sender's. 5.2.1 is a mailbox that takes nothing any more.
_NO_ADDRESS = r"(?<![\d.])5\.(?:1\.(?:0|1|2|3|6|10)|2\.1)(?![\d]|\.\d)"


def note_failed(mail_id: int, reason: str, now: datetime) -> None:
    """Close the address of a mail that was refused for good, where the answer says that there is no such address.

    Within the open transaction. Another refusal (of the words, of the sender) says nothing of the address.
    """
    if not search(_NO_ADDRESS, reason):
        return
    with db.writing():
        address = db.session.scalar(select(Mail.to_address).where(Mail.id == mail_id))
        if address:
            close([Closing(address.lower(), ALL, "bounced", reason)], now)


def close(closings: Iterable[Closing], now: datetime, also: Collection[int] = ()) -> None:
    """Close addresses within the open transaction and have everybody's accounts whose address is closed to all seen to.

    Once for each address, until it is opened again: a task on each account, a mail to whoever looks after it, a line in
    its history, and the account judged anew, together with those in `also`.
    """
    with db.writing():
        new = suppressions.add(closings, now)
        people = _people(new) if new else []
        if people:
            _see_to(people, new, now)
        accounts = {person.account_id for person in people} | set(also)
        if accounts:
            _judge(accounts, now)


def lift(suppression_id: int, words: str, now: datetime, actor: Actor) -> None:
    """Let mails leave to an address again, for a reason in a member's words, and judge the accounts it belongs to anew.

    Raises NotFound, Invalid(reason, why) without words or for too many of them.
    """
    with db.writing():
        address = suppressions.lift(suppression_id, words, now, actor)
        _judge({person.account_id for person in _people([address])}, now)


def _see_to(people: Iterable[Contact], new: Mapping[str, Closing], now: datetime) -> None:
    """Once for each account and address, however many people of an account share it."""
    lines, wanted, mails = [], [], []
    receivers = reached_by({person.account_id: person.account for person in people}.values())
    for person in {(one.account_id, one.email): one for one in people}.values():
        closing = new[person.email or ""]
        # An address that is closed again another time is another occasion.
        occasion = f"{person.id}:{now.isoformat()}"
        lines.append(
            history.about_one(
                "address_closed", account_id=person.account_id, contact_id=person.id, suppressed=closing.reason
            )
        )
        wanted.append(
            Wanted(
                f"unreachable:{occasion}",
                "unreachable",
                person.account,
                contact_id=person.id,
                params={"reason": closing.reason, "detail": closing.detail},
            )
        )
        mails += [
            {
                "kind": "staff_unreachable",
                "key": f"staff_unreachable:{occasion}:{member.id}",
                "staff_id": member.id,
                "account_id": person.account_id,
                "params": {"contact_id": person.id, "reason": closing.reason, "detail": closing.detail},
            }
            for member in receivers[person.account_id]
        ]
    history.record_many(lines, now, WORKER)
    tasks.add_many(wanted, now)
    owe_many(mails, now)


def _people(addresses: Iterable[str]) -> list[Contact]:
    owners = [joinedload(Contact.account).joinedload(getattr(Account, f"{stage}_owner")) for stage in STAGES]
    # The one with a name before a shop's shared mailbox: the later row of an account and address is kept.
    query = select(Contact).where(Contact.email.in_(list(addresses)), spared.there()).options(*owners)
    return list(db.session.scalars(query.order_by(Contact.name != "", Contact.id.desc())))


def _judge(account_ids: set[int], now: datetime) -> None:
    """Have accounts judged anew; a fault in that leaves the rest of the transaction standing."""
    try:
        with db.session.begin_nested():
            readiness.refresh_many(account_ids, now)
    except Exception:
        # The nightly pass judges them again.
        log.exception("accounts_not_judged", count=len(account_ids))
