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


class Mail(Base):
    __tablename__ = "mails"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed', 'missed', 'dropped')", name="state"),
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
    # queued → sending → sent; or failed, missed (too late to be useful), dropped (no longer wanted).
    state: Mapped[str] = mapped_column(default="queued")
    # Why it failed, was missed or dropped, as a key; for a failure what the other side said.
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

    contact: Mapped[Contact | None] = relationship()
    staff: Mapped[Staff | None] = relationship()
    application: Mapped[Application | None] = relationship()


class Suppression(Base):
    __tablename__ = "suppressions"
    __table_args__ = (UniqueConstraint("address", "list"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Lower-case address that gets none of this list's mails.
    address: Mapped[str]
    # invitations, nudges.
    list: Mapped[str]
    # Why: unsubscribed.
    reason: Mapped[str]
    created_at: Mapped[datetime]
