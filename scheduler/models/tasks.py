"""Answers what a person must do for an account: with owner and due day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import Base, where
from scheduler.models.staff import Staff


class Task(Base):
    __tablename__ = "tasks"
    __table_args__ = (Index("ix_tasks_open", "due_on", **where("done_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # (kind, subject, occasion): the same task is not made twice.
    key: Mapped[str] = mapped_column(unique=True)
    # What is to be done: wish (no date suits), stray (a date outside its series), by_hand, …
    kind: Mapped[str]
    # For whom.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    lecture_id: Mapped[int | None] = mapped_column(ForeignKey("lectures.id"), index=True)
    # What is known of it (wished times, number to call), and the words somebody wrote.
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    words: Mapped[str] = mapped_column(default="")
    # Who is to do it; null: the team of the account's stage.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    due_on: Mapped[date]
    created_at: Mapped[datetime]
    # When it was done, and by whom; null: open.
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    account: Mapped[Account | None] = relationship()
    contact: Mapped[Contact | None] = relationship()
    owner: Mapped[Staff | None] = relationship(foreign_keys=[owner_id])
