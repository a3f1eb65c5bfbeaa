"""Answers how an account passes from one team to the next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.accounts import Account
from scheduler.models.db import Base
from scheduler.models.staff import Staff

OPEN = text("state = 'requested'")


class Handover(Base):
    __tablename__ = "handovers"
    __table_args__ = (
        CheckConstraint("state IN ('requested', 'accepted', 'returned', 'withdrawn')", name="state"),
        Index("uq_handovers_open", "account_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_handovers_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    # Stages it passes between.
    from_stage: Mapped[str]
    to_stage: Mapped[str]
    # requested 依頼, accepted 引き受け, returned 差し戻し, withdrawn 取り下げ.
    state: Mapped[str] = mapped_column(default="requested")
    requested_at: Mapped[datetime]
    # Who asked; null: a program.
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # What the giver wants the receiver to know.
    note: Mapped[str] = mapped_column(default="")
    # Why it is asked for while clauses are still open; empty: the account was ready.
    early_reason: Mapped[str] = mapped_column(default="")
    # The member meant to receive it; null: anyone of the team.
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # Why it was returned or withdrawn.
    reason: Mapped[str] = mapped_column(default="")
    # The keys of the conditions that returning it opened again.
    reopened: Mapped[list[Any]] = mapped_column(default=list)
    # The conditions as they stood when it was accepted.
    clauses: Mapped[list[Any]] = mapped_column(default=list)
    # Whether the customer's coordinators get the letter; and the press that moved many accounts together.
    letter: Mapped[bool] = mapped_column(default=True)
    wave: Mapped[str | None] = mapped_column(index=True)
    # What accepting changed on the account, so that it can be undone: stage_since (ISO 8601, UTC) and owner_id. Of one that
    # was returned: with which words its conditions were taken back, taken_back {key: words}.
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)

    account: Mapped[Account] = relationship()
    requested_by: Mapped[Staff | None] = relationship(foreign_keys=[requested_by_id])
    receiver: Mapped[Staff | None] = relationship(foreign_keys=[receiver_id])
    decided_by: Mapped[Staff | None] = relationship(foreign_keys=[decided_by_id])
