"""Answers what reports count: rows made from history by night, which can be made again from it at any time."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.db import Base


class Turnout(Base):
    """What became of one seat: a booked registration on a lecture that is over and was not cancelled."""

    __tablename__ = "turnouts"
    __table_args__ = (
        CheckConstraint("verdict IN ('attended', 'partial', 'missed', 'excused', 'unknown')", name="verdict"),
        CheckConstraint("reminder IN ('seen', 'sent', 'none')", name="reminder"),
        CheckConstraint("asked IN ('first', 'again', 'unasked')", name="asked"),
        Index("ix_turnouts_day_course", "day", "course_id"),
    )

    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    # Whose and which; the registration's own references guard them, a second check of a million rows would only cost.
    lecture_id: Mapped[int] = mapped_column(index=True)
    account_id: Mapped[int] = mapped_column(index=True)
    contact_id: Mapped[int]
    course_id: Mapped[int]
    # The local day of the lecture, in the lecture's own zone.
    day: Mapped[date]
    # How long before the lecture it was booked: a key of rules.attendance_rates.LEAD_BANDS.
    lead: Mapped[str]
    # How many stores in scope the account has: a key of SIZE_BANDS; its plan and how used to IT it is, as written.
    size: Mapped[str]
    plan: Mapped[str]
    it_skill: Mapped[str]
    # Whether it was booked after the first invitation (first), after a repeated one (again) or without any (unasked).
    asked: Mapped[str]
    # The best that became of its reminders: seen (opened or followed), sent, or none left.
    reminder: Mapped[str]
    # 出欠, and whether anything shows that the person came at all (also for a part of it).
    verdict: Mapped[str]
    joined: Mapped[bool]


class Milestone(Base):
    """The days on which an account reached the knots of its way; null: not reached, or nobody knows when."""

    __tablename__ = "milestones"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    # The day from which its way counts: signed, or added here where nobody knows when it was signed; and whether it came
    # here already live (it was never in onboarding), so that its way was gone elsewhere; also while nobody has said so.
    began_on: Mapped[date] = mapped_column(index=True)
    came_live: Mapped[bool]
    signed_on: Mapped[date | None]
    invited_on: Mapped[date | None]
    registered_on: Mapped[date | None]
    attended_on: Mapped[date | None]
    set_up_on: Mapped[date | None]
    in_use_on: Mapped[date | None]
    # The first day on which it was ready for success, and the day success accepted it.
    ready_on: Mapped[date | None]
    handed_over_on: Mapped[date | None] = mapped_column(index=True)
    # The last day of use known.
    last_used_on: Mapped[date | None]
    # The first day on which one of its people attended a lecture of a course that another course must precede (活用編).
    advanced_on: Mapped[date | None]
    # The day its contract was cancelled: its way ends there.
    cancelled_on: Mapped[date | None]
    # Stores in scope, and how many of them somebody attended for.
    stores: Mapped[int]
    stores_attended: Mapped[int]


class Tenure(Base):
    """A span in which an account stood in one stage with one owner and so many stores."""

    __tablename__ = "tenures"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on > from_on", name="order"),
        Index("ix_tenures_account", "account_id", "from_on", unique=True),
        Index("ix_tenures_span", "from_on", "until_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    stage: Mapped[str]
    # The owner for the team of that stage; null: nobody.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    # Stores in scope.
    stores: Mapped[int]
    # The first day of it, and the first day after it (null: it lasts), in the installation's zone.
    from_on: Mapped[date]
    until_on: Mapped[date | None]
