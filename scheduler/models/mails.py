"""Answers what message is owed to whom, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.accounts import Contact
from scheduler.models.applications import Application
from scheduler.models.db import Base, where
from scheduler.models.staff import Staff

# What was handed over, whatever became of it afterwards; and what is on its way or has arrived.
LEFT = ("sent", "delivered", "bounced")
GOING = ("queued", "sending", "sent", "delivered")
# In the order of a mail's life.
STATES = ("queued", "sending", "sent", "delivered", "bounced", "failed", "missed", "dropped")


class Mail(Base):
    __tablename__ = "mails"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'delivered', 'bounced', 'failed', 'missed', 'dropped')",
            name="state",
        ),
        CheckConstraint(
            "(CASE WHEN contact_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN staff_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN application_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_recipient",
        ),
        Index("ix_mails_waiting", "next_try_at", **where("state IN ('queued', 'sending')")),
        Index("ix_mails_state_due", "state", "due_at"),
        # Without the many to contacts, which would only be written.
        Index("ix_mails_staff_id", "staff_id", **where("staff_id IS NOT NULL")),
        Index("ix_mails_application_id", "application_id", **where("application_id IS NOT NULL")),
        Index("ix_mails_batch", "batch", **where("batch IS NOT NULL")),
        Index("ix_mails_note_id", "note_id", **where("note_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # (kind, subject, occasion): the same message cannot be owed twice.
    key: Mapped[str] = mapped_column(unique=True)
    # One of emails.kinds.
    kind: Mapped[str]
    # To whom: a contact, a member of staff, or a visitor who applied on the public page.
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    application_id: Mapped[int | None] = mapped_column(ForeignKey("applications.id"))
    # What it is about.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registrations.id"), index=True)
    lecture_id: Mapped[int | None] = mapped_column(ForeignKey("lectures.id"), index=True)
    handover_id: Mapped[int | None] = mapped_column(ForeignKey("handovers.id"))
    # Facts of the occasion that cannot be read later (old time, invitation's sequence).
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # queued → sending → sent → delivered or bounced (where the provider tells); or failed, missed (too late to be
    # useful), dropped (no longer wanted).
    state: Mapped[str] = mapped_column(default="queued")
    # Why it failed, was missed or dropped, or what it waits for, as a key; for a failure what the other side said.
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(index=True)
    # Not before; not after (null: always useful).
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    # When it is tried next: due_at at first, the end of the lease while sending, the backoff after an error.
    next_try_at: Mapped[datetime]
    # Which worker holds the lease; a row is only settled by its holder.
    claimed_by: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    # Message-ID, given at the first try and the same on every later one; and the provider's own id.
    message_id: Mapped[str | None]
    provider_id: Mapped[str | None]
    # What was sent: address, language, subject, text, and the version of the words.
    to_address: Mapped[str | None]
    locale: Mapped[str | None]
    subject: Mapped[str | None]
    text: Mapped[str | None]
    template_version: Mapped[str | None]
    # The press that owed it together with others; until it leaves, all of them can be called back.
    batch: Mapped[str | None]
    # The note to its account that it carried.
    note_id: Mapped[int | None] = mapped_column(ForeignKey("mail_notes.id"))
    # When it reached the mailbox, was first opened by a person (not by a program), and one of its links was followed.
    delivered_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    clicked_at: Mapped[datetime | None]

    contact: Mapped[Contact | None] = relationship()
    staff: Mapped[Staff | None] = relationship()
    application: Mapped[Application | None] = relationship()


class Suppression(Base):
    __tablename__ = "suppressions"
    __table_args__ = (UniqueConstraint("address", "list"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Lower-case address that gets none of this list's mails.
    address: Mapped[str]
    # invitations, nudges; all: nothing may be sent there, not even what is owed.
    list: Mapped[str]
    # Why: unsubscribed (by its reader), bounced, complained (called it spam).
    reason: Mapped[str]
    # What the other side said of it, without addresses.
    detail: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class MailEvent(Base):
    __tablename__ = "mail_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The provider's own id of the event: told twice, it counts once.
    event_id: Mapped[str] = mapped_column(unique=True)
    mail_id: Mapped[int] = mapped_column(ForeignKey("mails.id", ondelete="CASCADE"), index=True)
    # processed, deferred, delivered, bounced, blocked, dropped, opened, machine_opened, clicked, complained, unsubscribed.
    kind: Mapped[str]
    # When it happened, by the provider's clock.
    at: Mapped[datetime]
    # What the other side said, without addresses.
    detail: Mapped[str] = mapped_column(default="")


class Template(Base):
    __tablename__ = "templates"
    __table_args__ = (UniqueConstraint("kind", "locale", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Whose words they are: a kind of emails.kinds and a language.
    kind: Mapped[str]
    locale: Mapped[str]
    # Counted from 1 for each of them; the highest one is used, and none is ever changed.
    version: Mapped[int]
    # First line the subject, then Markdown with Jinja placeholders; null: from here on the shipped words again.
    source: Mapped[str | None]
    # Why it was changed, for the list of versions.
    note: Mapped[str] = mapped_column(default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]

    author: Mapped[Staff | None] = relationship()


class MailNote(Base):
    __tablename__ = "mail_notes"
    __table_args__ = (
        # One at a time for an account and kind.
        Index("uq_mail_notes_open", "account_id", "kind", unique=True, **where("removed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Words for the next mail of a kind that each person of the account gets.
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    kind: Mapped[str]
    words: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    # When it was taken out, or replaced; null: it still goes with the next one.
    removed_at: Mapped[datetime | None]

    author: Mapped[Staff | None] = relationship()
