"""Answers what files were handed in, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.db import Base
from scheduler.models.lectures import Lecture
from scheduler.models.staff import Staff


class Upload(Base):
    __tablename__ = "uploads"
    __table_args__ = (
        CheckConstraint("kind IN ('customers', 'attendance', 'setup', 'usage', 'figures', 'contracts')", name="kind"),
        Index("ix_uploads_kind_created", "kind", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # customers (a customer list), attendance (a webinar tool's report), setup (ticks), usage (days of use), figures
    # (monthly series) or contracts (terms and their outcomes).
    kind: Mapped[str]
    # The lecture, for attendance.
    lecture_id: Mapped[int | None] = mapped_column(ForeignKey("lectures.id"), index=True)
    filename: Mapped[str]
    # The file as handed in, kept between preview and confirm; emptied when the upload expires unconfirmed.
    content: Mapped[bytes] = mapped_column(deferred=True)
    # SHA-256 of the content in hex.
    sha256: Mapped[str] = mapped_column(index=True)
    # What the user corrected on the preview: mapping, date order, zone, decisions.
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Totals and refusals once confirmed.
    result: Mapped[dict[str, Any] | None]
    # Who handed it in; null: the command line or the API.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    # What confirming changed, as far as undoing it needs that; and when it was undone, by whom.
    before: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    lecture: Mapped[Lecture | None] = relationship()
    staff: Mapped[Staff | None] = relationship(foreign_keys=[staff_id])
