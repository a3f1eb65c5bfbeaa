"""Answers who else is told when something happens to an account: other programs and chat rooms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.accounts import Account
from scheduler.models.db import Base, where
from scheduler.models.staff import Staff

# What is told: account.stuck and so on; a destination takes any of them.
SIGNALS = (
    "account.ready",
    "account.stuck",
    "handover.requested",
    "handover.accepted",
    "handover.returned",
    "handover.withdrawn",
    "attendance.recorded",
)


class Destination(Base):
    __tablename__ = "destinations"
    __table_args__ = (
        CheckConstraint("kind IN ('webhook', 'chat')", name="kind"),
        CheckConstraint("ended_why IN ('by_hand', 'gone', 'failing')", name="ended_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # webhook: signed requests to another program (Standard Webhooks); chat: a message to a room by an Apprise URL.
    kind: Mapped[str]
    name: Mapped[str]
    # Where it goes. A chat room's address holds its key, so it is shown shortened and never logged.
    url: Mapped[str]
    # The key that signs (whsec_ and base64), and the one before while both count; empty for a chat room.
    secret: Mapped[str] = mapped_column(default="")
    old_secret: Mapped[str] = mapped_column(default="")
    # Which of SIGNALS it gets; and the language of a chat room.
    signals: Mapped[list[Any]]
    locale: Mapped[str] = mapped_column(default="ja")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # When it ended and why: by_hand, gone (it answered 410), failing (nothing arrived for three days); null: it gets them.
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None]

    created_by: Mapped[Staff | None] = relationship()


class Signal(Base):
    __tablename__ = "signals"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The message's id for those who get it (msg_…), the same on every try; and what makes it happen once.
    uid: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str] = mapped_column(unique=True)
    # One of SIGNALS, and what it says beside that, as it was at that moment: ids and keys, no people's names.
    kind: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(index=True)

    account: Mapped[Account | None] = relationship()


class Delivery(Base):
    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("signal_id", "destination_id", "replay"),
        CheckConstraint("state IN ('queued', 'sending', 'delivered', 'failed', 'dropped')", name="state"),
        Index("ix_deliveries_waiting", "next_try_at", **where("state IN ('queued', 'sending')")),
        Index("ix_deliveries_destination", "destination_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    signal_id: Mapped[int] = mapped_column(ForeignKey("signals.id", ondelete="CASCADE"))
    destination_id: Mapped[int] = mapped_column(ForeignKey("destinations.id", ondelete="CASCADE"))
    # 0: by itself; 1, 2, …: sent again by a person.
    replay: Mapped[int] = mapped_column(default=0)
    # queued → sending → delivered; failed (given up after three days), dropped (the destination ended).
    state: Mapped[str] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    # When it is tried next; while sending, the end of the lease of the worker that holds it.
    next_try_at: Mapped[datetime]
    claimed_by: Mapped[str | None]
    # What the other side last answered: HTTP status, and in a few words what went wrong.
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]

    signal: Mapped[Signal] = relationship()
    destination: Mapped[Destination] = relationship()
