"""Answers which new ways of working are tried, with whom and when, and the monthly figures that are imported to judge them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.accounts import Account
from scheduler.models.db import Base
from scheduler.models.staff import Staff
from scheduler.models.tags import Tag


class Trial(Base):
    __tablename__ = "trials"
    __table_args__ = (CheckConstraint("subjects IN ('accounts', 'staff')", name="subjects"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    # Whether accounts or members are compared.
    subjects: Mapped[str]
    # The first days of the first and the last month before it (baseline), and of the trial itself; both ends count.
    baseline_from: Mapped[date]
    baseline_to: Mapped[date]
    trial_from: Mapped[date]
    trial_to: Mapped[date]
    # Which measures it is judged by: keys of our own ones or of imported ones.
    measures: Mapped[list[Any]]
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class TrialGroup(Base):
    __tablename__ = "trial_groups"
    __table_args__ = (UniqueConstraint("trial_id", "tag_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    trial_id: Mapped[int] = mapped_column(ForeignKey("trials.id", ondelete="CASCADE"))
    # Whoever bears the tag belongs to the group: rolling out is giving the tag to more.
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), index=True)
    # True: works the new way; False: is compared with.
    tried: Mapped[bool]
    # Order on pages.
    position: Mapped[int] = mapped_column(default=0)

    tag: Mapped[Tag] = relationship()


class Figure(Base):
    __tablename__ = "figures"
    __table_args__ = (
        CheckConstraint("(account_id IS NULL) <> (staff_id IS NULL)", name="one_subject"),
        # A month of somebody's has one value of a measure; a file handed in again replaces it.
        Index(
            "uq_figures_month",
            "measure",
            "month",
            text("coalesce(account_id, 0)"),
            text("coalesce(staff_id, 0)"),
            unique=True,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # The first day of the month.
    month: Mapped[date]
    # Whose it is: an account's or a member's.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    # What is counted: meetings 商談数, revenue 売上, renewed 更新 (1 yes, 0 no).
    measure: Mapped[str]
    value: Mapped[float]
    # The file it came with.
    upload_id: Mapped[int | None] = mapped_column(ForeignKey("uploads.id"), index=True)

    account: Mapped[Account | None] = relationship()
    staff: Mapped[Staff | None] = relationship()
