"""Answers what came back by mail: replies of calendar programs, and what else was written to that address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.db import Base
from scheduler.models.registrations import Registration


class Reply(Base):
    __tablename__ = "replies"
    __table_args__ = (Index("ix_replies_received_at", "received_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Message-ID, or the digest of the message where there is none: the same mail counts once.
    message_id: Mapped[str] = mapped_column(unique=True)
    received_at: Mapped[datetime]
    # Lower-case address of the sender, the subject, and the text's beginning for staff.
    sender: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    # The registration it answers; null: none was found.
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registrations.id"), index=True)
    # What came of it: declined, accepted, tentative; or why nothing did (forged_sender, unknown_uid, stale, kept, …).
    outcome: Mapped[str]
    # When a member of staff put it aside; null: still to be read, where somebody must.
    seen_at: Mapped[datetime | None]

    registration: Mapped[Registration | None] = relationship()
