"""Answers who was there: evidence, verdicts, and names somebody confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.accounts import Contact
from scheduler.models.db import Base
from scheduler.models.lectures import Lecture


class Presence(Base):
    __tablename__ = "presences"
    __table_args__ = (
        CheckConstraint(
            "source IN ('report', 'webhook', 'checkin', 'code', 'join_click', 'recording', 'manual')", name="source"
        ),
        Index("ix_presences_lecture_contact", "lecture_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lecture_id: Mapped[int] = mapped_column(ForeignKey("lectures.id"))
    # Whose it is; null: nobody knows yet who this person in the room was.
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    # Where the evidence comes from, best first: manual, report, webhook, checkin (by us), code (typed by the person),
    # join_click; recording: the person watched the recording afterwards.
    source: Mapped[str]
    # The upload it stands in, for reports.
    upload_id: Mapped[int | None] = mapped_column(ForeignKey("uploads.id"), index=True)
    # The name as the tool shows it.
    display_name: Mapped[str] = mapped_column(default="")
    # From and to; null where the tool gives a duration only (seconds).
    from_at: Mapped[datetime | None]
    to_at: Mapped[datetime | None]
    # Seconds, where there is no from and to.
    seconds: Mapped[int | None]
    recorded_at: Mapped[datetime]
    # What makes it the same evidence when it is told twice (a tool's own ids and the time of joining); null: never is.
    key: Mapped[str | None] = mapped_column(unique=True)
    # The address the tool gave, lower case; and the registrant's key.
    email: Mapped[str] = mapped_column(default="")
    personal_key: Mapped[str] = mapped_column(default="")
    # Which member recorded it; null: a program, or the person itself.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Attendance(Base):
    __tablename__ = "attendances"
    __table_args__ = (
        UniqueConstraint("lecture_id", "contact_id"),
        CheckConstraint("verdict IN ('attended', 'partial', 'missed', 'excused', 'unknown')", name="verdict"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lecture_id: Mapped[int] = mapped_column(ForeignKey("lectures.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    # attended 出席, partial 一部参加, missed 欠席, excused 欠席連絡あり (told us beforehand), unknown 未確認.
    verdict: Mapped[str]
    # Seconds present within the lecture: union of the intervals.
    seconds: Mapped[int] = mapped_column(default=0)
    # The sources the verdict rests on.
    sources: Mapped[list[Any]] = mapped_column(default=list)
    # Set by a person's own mark, which outlives every import: who, and why.
    marked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime]

    lecture: Mapped[Lecture] = relationship()
    contact: Mapped[Contact] = relationship()


class KnownName(Base):
    __tablename__ = "known_names"
    __table_args__ = (UniqueConstraint("name_key", "contact_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # A display name as compared (rules.names.name_key) that somebody confirmed to be this contact.
    name_key: Mapped[str]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    confirmed_at: Mapped[datetime]
    # The report on whose preview it was confirmed; undoing that forgets it.
    upload_id: Mapped[int | None] = mapped_column(ForeignKey("uploads.id"), index=True)


class Feedback(Base):
    __tablename__ = "feedbacks"
    __table_args__ = (
        UniqueConstraint("lecture_id", "contact_id"),
        CheckConstraint("understanding IN ('understood', 'unsure', 'talk')", name="understanding"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lecture_id: Mapped[int] = mapped_column(ForeignKey("lectures.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    # understood 理解できた, unsure 少し不安, talk 個別に相談したい; null: only the code was typed.
    understanding: Mapped[str | None]
    comment: Mapped[str] = mapped_column(default="")
    given_at: Mapped[datetime]

    contact: Mapped[Contact] = relationship()


class ReportLayout(Base):
    __tablename__ = "report_layouts"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The header line as compared (folded cells joined); a file with the same one is read without asking.
    header_key: Mapped[str] = mapped_column(unique=True)
    # Which column is what: {field: label}, see readers.reports.mapped.
    columns: Mapped[dict[str, Any]]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
