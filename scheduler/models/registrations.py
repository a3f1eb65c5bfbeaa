"""Answers who is coming: one contact on one lecture."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.accounts import Contact
from scheduler.models.db import Base
from scheduler.models.lectures import Lecture

ACTIVE = text("status <> 'cancelled'")
OFFERED = text("offered_until IS NOT NULL")


class Registration(Base):
    __tablename__ = "registrations"
    __table_args__ = (
        CheckConstraint("status IN ('booked', 'waitlisted', 'cancelled')", name="status"),
        # One live registration per person and lecture; a cancelled one is taken up again rather than joined by another.
        Index(
            "uq_registrations_live",
            "lecture_id",
            "contact_id",
            unique=True,
            sqlite_where=ACTIVE,
            postgresql_where=ACTIVE,
        ),
        Index("ix_registrations_lecture_status", "lecture_id", "status"),
        # Offers whose time is over are looked for every minute.
        Index("ix_registrations_offered_until", "offered_until", sqlite_where=OFFERED, postgresql_where=OFFERED),
        # The feed's revision (count, latest revision, sum of sequences) is read from this index alone.
        Index("ix_registrations_contact", "contact_id", "revised_at", "sequence"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Moves with a change of date, so that calendars move the entry.
    lecture_id: Mapped[int] = mapped_column(ForeignKey("lectures.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    # booked, waitlisted (キャンセル待ち) or cancelled.
    status: Mapped[str]
    # Identity of the invitation in the contact's calendar; its SEQUENCE and the moment of the last revision.
    uid: Mapped[str] = mapped_column(unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    revised_at: Mapped[datetime]
    # When this date was booked or the waiting list joined (order of the list); reminders due before it are not sent.
    registered_at: Mapped[datetime]
    # How it came: page, phone, staff, api.
    channel: Mapped[str] = mapped_column(default="page")
    # Names of colleagues who watch the same screen (同席者), and how many more there are without a name.
    companions: Mapped[list[Any]] = mapped_column(default=list)
    unnamed_companions: Mapped[int] = mapped_column(default=0)
    # While waitlisted: until when a freed seat is kept for this person to accept; null: nothing is offered.
    offered_until: Mapped[datetime | None]
    # Why staff let somebody in who lacks the prerequisite; empty: nobody did.
    exception: Mapped[str] = mapped_column(default="")
    # When we were told beforehand that the person will not come (欠席連絡あり), and by whom: contact or staff.
    absence_told_at: Mapped[datetime | None]
    absence_told_by: Mapped[str] = mapped_column(default="")
    # What the person's calendar program answered (RFC 5545 PARTSTAT in lower case); null: nothing yet.
    reply: Mapped[str | None]
    # False: staff asked for no mails about it (reached by phone).
    mails: Mapped[bool] = mapped_column(default=True)

    lecture: Mapped[Lecture] = relationship()
    contact: Mapped[Contact] = relationship()
