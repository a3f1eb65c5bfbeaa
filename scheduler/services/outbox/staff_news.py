"""Answers what mails to our own staff tell of an account: why it is stuck, who cannot be reached, what was answered."""

from __future__ import annotations

from emails import Entry, Link, phrases
from emails.values import Value
from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.replies import Reply
from scheduler.models.staff import Staff
from scheduler.services import addresses


def stuck(mail: Mail, member: Staff) -> dict[str, Value]:
    """Say why the account is stuck as it was last judged, and what to do next."""
    account = db.session.get_one(Account, mail.account_id)
    return {
        "reasons": tuple(
            Entry(phrases.reason(one["key"], one["params"], member.locale)) for one in account.level_reasons
        ),
        "next_step": phrases.next_step(account.next_step, member.locale),
    }


def unreachable(mail: Mail, member: Staff) -> dict[str, Value]:
    """Say whom no mail reaches, at which address and why; params: contact_id, reason and detail of the suppression."""
    contact = db.session.get_one(Contact, mail.params["contact_id"])
    return {
        "contact_name": contact.name,
        "contact_address": contact.email or "",
        "why": phrases.closed(mail.params["reason"], mail.params["detail"], member.locale),
        "contact_url": Link(addresses.person(contact)),
    }


def reply(mail: Mail, _member: Staff) -> dict[str, Value]:
    """Say what was answered; params: reply_id, and contact_id where only one person has the sender's address."""
    row = db.session.get_one(Reply, mail.params["reply_id"])
    number = mail.params.get("contact_id")
    writer = db.session.get(Contact, number) if number is not None else None
    return {
        "contact_name": writer.name if writer is not None else "",
        "reply_subject": row.subject,
        "reply_text": row.text,
        "reply_url": Link(addresses.replies()),
    }
