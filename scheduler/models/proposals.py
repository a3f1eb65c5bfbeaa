"""Answers which times staff offered a customer for a lecture of its own, and which one was chosen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import Base
from scheduler.models.lectures import Course, Lecture
from scheduler.models.staff import Staff


class Proposal(Base):
    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'chosen', 'withdrawn')", name="state"),
        CheckConstraint("kind IN ('webinar', 'meeting')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Who chooses, and for whom the lecture will be: the whole company or that person alone.
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    for_company: Mapped[bool] = mapped_column(default=False)
    # Ids of the colleagues who are registered along with whoever chooses.
    people: Mapped[list[Any]] = mapped_column(default=list)
    # What the lecture will be.
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    minutes: Mapped[int]
    capacity: Mapped[int]
    host_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    join_url: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="ja")
    kind: Mapped[str] = mapped_column(default="webinar")
    # Why people who lack the prerequisite are let in; empty: they are not.
    exception: Mapped[str] = mapped_column(default="")
    # Up to three starts: {"at": local wall time (YYYY-MM-DDTHH:MM) of the IANA zone, "despite": ids of the lectures it
    # clashed with when it was offered all the same}.
    times: Mapped[list[Any]] = mapped_column(default=list)
    zone: Mapped[str]
    # open → chosen (the lecture stands) or withdrawn.
    state: Mapped[str] = mapped_column(default="open")
    lecture_id: Mapped[int | None] = mapped_column(ForeignKey("lectures.id"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
    contact: Mapped[Contact] = relationship()
    course: Mapped[Course] = relationship()
    lecture: Mapped[Lecture | None] = relationship()
    host: Mapped[Staff | None] = relationship(foreign_keys=[host_id])
