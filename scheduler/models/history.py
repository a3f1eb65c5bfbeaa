"""Answers what happened, when and by whom: the append-only history of accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.db import Base


class Event(Base):
    __tablename__ = "events"
    __table_args__ = (
        CheckConstraint("actor_kind IN ('contact', 'staff', 'api', 'worker', 'cli')", name="actor_kind"),
        Index("ix_events_account_at", "account_id", "at"),
        Index("ix_events_key", "key", "id"),
        Index("ix_events_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    # What it is about; ids and keys only, never names or addresses, so that erasing a person needs no edit here.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None]
    lecture_id: Mapped[int | None] = mapped_column(index=True)
    # What happened: a key such as registered, cancelled, attended, ready, handover_requested.
    key: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Who did it: contact, staff, api (token id), worker or cli; and the channel: page, phone, import, report, api, cli.
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    channel: Mapped[str] = mapped_column(default="page")
