"""Answers what is taught and when: courses, series and dated lectures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.accounts import Account
from scheduler.models.db import Base, where
from scheduler.models.setup import SetupStep
from scheduler.models.staff import Staff


class Course(Base):
    __tablename__ = "courses"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Stable key in addresses, rules and the API (basic, advanced).
    key: Mapped[str] = mapped_column(unique=True)
    # {"ja", "en"}: the course's name and, in one line, what it gives the customer.
    name: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Length of a lecture in minutes, and how many of them must be attended to count.
    minutes: Mapped[int]
    minimum_minutes: Mapped[int]
    # The course whose lecture must have been attended before; null: none.
    prerequisite_id: Mapped[int | None] = mapped_column(ForeignKey("courses.id"))
    # The team that teaches it.
    team: Mapped[str] = mapped_column(default="onboarding")
    # Addresses of what goes with it: {"before": …, "recording": …, "after": …}; what is missing is not shown.
    materials: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # When its name, summary or materials last changed, which calendars show; null: not since it was made.
    revised_at: Mapped[datetime | None]
    # The set-up step wanted before one comes (first sign-in, …): its lack warns the owner and blocks nothing.
    wanted_step_id: Mapped[int | None] = mapped_column(
        ForeignKey("setup_steps.id", name="fk_courses_wanted_step_id_setup_steps")
    )
    # Order on pages.
    position: Mapped[int] = mapped_column(default=0)

    prerequisite: Mapped[Course | None] = relationship(remote_side=[id])
    wanted_step: Mapped[SetupStep | None] = relationship()


class Series(Base):
    __tablename__ = "series"
    __table_args__ = (
        CheckConstraint("holidays IN ('keep', 'skip', 'next')", name="holidays"),
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("kind IN ('webinar', 'meeting')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    # RFC 5545 recurrence rule without DTSTART.
    rrule: Mapped[str]
    # First slot: local wall time of the zone as YYYY-MM-DDTHH:MM.
    starts_at_local: Mapped[str]
    # IANA name.
    zone: Mapped[str]
    # Length of each lecture in minutes.
    minutes: Mapped[int]
    # What happens to a date on a holiday: keep, skip, or next (working day).
    holidays: Mapped[str] = mapped_column(default="skip")
    # Seats of each lecture.
    capacity: Mapped[int]
    host_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # Address of the online meeting, and its number and passcode for whoever joins without the link.
    join_url: Mapped[str] = mapped_column(default="")
    meeting_id: Mapped[str] = mapped_column(default="")
    passcode: Mapped[str] = mapped_column(default="")
    # The language it is held in (ja, en).
    locale: Mapped[str] = mapped_column(default="ja")
    # webinar (nobody sees the others) or meeting (other companies take part).
    kind: Mapped[str] = mapped_column(default="webinar")
    # The most seats that one account may take on a date; null: no limit.
    account_limit: Mapped[int | None]
    # The only account it is held for (個社開催); null: open to all.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    # The first local date of its rule that is not its own any more: it was given an end, or another series goes on from
    # there ("this and following"); null: it goes on.
    ends_before: Mapped[date | None]
    # The series from which it took over, and the first local date of the rule that is its own.
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"), index=True)
    goes_on_from: Mapped[date | None]
    # Set when the series was ended: no new lectures are made.
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    course: Mapped[Course] = relationship()
    host: Mapped[Staff | None] = relationship()
    account: Mapped[Account | None] = relationship()


class Lecture(Base):
    __tablename__ = "lectures"
    __table_args__ = (
        UniqueConstraint("series_id", "slot"),
        CheckConstraint("seats_taken >= 0 AND seats_taken <= capacity", name="seats"),
        CheckConstraint("status IN ('scheduled', 'cancelled')", name="status"),
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint("kind IN ('webinar', 'meeting')", name="kind"),
        Index("ix_lectures_course_start", "course_id", "starts_at"),
        # Without the many that are open to all, lest these be looked for here.
        Index("ix_lectures_account_id", "account_id", **where("account_id IS NOT NULL")),
        Index("ix_lectures_contact_id", "contact_id", **where("contact_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Identity in calendars, never changed.
    uid: Mapped[str] = mapped_column(unique=True)
    # RFC 5545 SEQUENCE: raised on every change of time, place or status; and when that was.
    sequence: Mapped[int] = mapped_column(default=0)
    revised_at: Mapped[datetime]
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    # The series that made it; null for a one-off.
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    # Local date and time of the series' rule (YYYY-MM-DDTHH:MM), kept when the lecture moves; null for a one-off.
    slot: Mapped[str | None]
    # The only account that may see it (個社開催); null: open to all. And the only person of it; null: all its people.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)
    # Local wall time of the start (YYYY-MM-DDTHH:MM) and its IANA zone, beside UTC because zone data changes.
    local_start: Mapped[str]
    zone: Mapped[str]
    # Seats, and how many are held by booked registrations.
    capacity: Mapped[int]
    seats_taken: Mapped[int] = mapped_column(default=0)
    host_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    join_url: Mapped[str] = mapped_column(default="")
    meeting_id: Mapped[str] = mapped_column(default="")
    passcode: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="ja")
    # scheduled or cancelled; a cancelled one keeps its registrations so that it can be brought back.
    status: Mapped[str] = mapped_column(default="scheduled")
    # {"ja", "en"}: why it was cancelled or moved, for customers.
    reason: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # True once changed by hand: the horizon leaves it alone.
    edited: Mapped[bool] = mapped_column(default=False)
    # webinar (nobody sees the others) or meeting (other companies take part).
    kind: Mapped[str] = mapped_column(default="webinar")
    # The most seats that one account may take; null: no limit.
    account_limit: Mapped[int | None]
    # Since when the date no longer fits its series' rule though people are booked; null: it fits, or was decided.
    stray_since: Mapped[datetime | None]
    # When it was called off at short notice (緊急中止): whoever was booked is called, see Call.
    called_off_at: Mapped[datetime | None]
    # What the host shows and attendees type to say that they are there; null: not shown yet.
    code: Mapped[str | None] = mapped_column(unique=True)
    # When thanks and missed mails were last owed from an attendance report; null: no report yet.
    reported_at: Mapped[datetime | None]
    # Since when its thanks and missed mails are held back; null: they leave when they are due.
    follow_up_held_at: Mapped[datetime | None]

    course: Mapped[Course] = relationship()
    series: Mapped[Series | None] = relationship()
    host: Mapped[Staff | None] = relationship()
    account: Mapped[Account | None] = relationship()


class Call(Base):
    __tablename__ = "calls"
    __table_args__ = (UniqueConstraint("lecture_id", "contact_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Who was reached on the telephone about a lecture that was called off (連絡済).
    lecture_id: Mapped[int] = mapped_column(ForeignKey("lectures.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    # When, and by which member.
    called_at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
