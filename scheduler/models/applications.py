"""Answers who asked for a seat on the public page, before it is known who that is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import Base
from scheduler.models.lectures import Lecture

OPEN = text("state IN ('sent', 'waiting')")


class Application(Base):
    __tablename__ = "applications"
    __table_args__ = (
        CheckConstraint("state IN ('sent', 'waiting', 'done', 'refused')", name="state"),
        Index("ix_applications_state_created", "state", "created_at"),
        # The same form again is the same application, until it is decided.
        Index("uq_applications_open", "lecture_id", "email", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # The date asked for.
    lecture_id: Mapped[int] = mapped_column(ForeignKey("lectures.id"), index=True)
    # What the visitor wrote; the address is lower-case.
    company: Mapped[str]
    store: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    email: Mapped[str] = mapped_column(index=True)
    phone: Mapped[str] = mapped_column(default="")
    # Language of the page and of the mail (ja, en), and the IANA zone of its dates.
    locale: Mapped[str] = mapped_column(default="ja")
    zone: Mapped[str] = mapped_column(default="Asia/Tokyo")
    # When the form with its consent was last sent and a link owed; when the button behind the link was pressed.
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    # sent (the link was mailed) → waiting (confirmed by somebody unknown: staff decide) → done or refused.
    state: Mapped[str] = mapped_column(default="sent")
    # The account that the address's domain proposes to staff; who it turned out to be.
    proposed_account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    # Who decided, and when.
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]

    lecture: Mapped[Lecture] = relationship()
    proposed_account: Mapped[Account | None] = relationship()
    contact: Mapped[Contact | None] = relationship()
