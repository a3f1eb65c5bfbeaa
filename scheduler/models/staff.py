"""Answers who works here and which programs may call: members of the vendor's teams and API tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.db import Base

TEAMS = ("sales", "onboarding", "success", "renewal", "operations")


class Staff(Base):
    __tablename__ = "staff"
    __table_args__ = (
        CheckConstraint("team IN ('sales', 'onboarding', 'success', 'renewal', 'operations')", name="team"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Lower-case address; null for a member known by name only from a customer list, until `staff add` adopts it.
    email: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    # The name as it is compared (rules.names.name_key).
    name_key: Mapped[str] = mapped_column(index=True)
    # One of TEAMS; operations (CS operations and managers) may do everything.
    team: Mapped[str]
    # The number customers are given.
    phone: Mapped[str] = mapped_column(default="")
    # Argon2 hash; null: cannot sign in.
    password_hash: Mapped[str | None]
    # Raised with every new password: ends open sign-ins and unused password links.
    password_version: Mapped[int] = mapped_column(default=1)
    # Raised to make the links of the member's calendar feeds invalid.
    feed_version: Mapped[int] = mapped_column(default=1)
    locale: Mapped[str] = mapped_column(default="ja")
    zone: Mapped[str] = mapped_column(default="Asia/Tokyo")
    # False: has left; keeps the name on old rows.
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class ApiToken(Base):
    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Which program holds it.
    name: Mapped[str] = mapped_column(unique=True)
    # SHA-256 of the token in hex; the token itself is shown once and never stored.
    token_hash: Mapped[str] = mapped_column(unique=True)
    # What it may do: read, write.
    scopes: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    # The day it was last used (written at most once a day).
    last_used_at: Mapped[datetime | None]
    # When it was taken back; null: valid.
    revoked_at: Mapped[datetime | None]


class IdempotentAnswer(Base):
    __tablename__ = "idempotent_answers"
    __table_args__ = (UniqueConstraint("token_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id", ondelete="CASCADE"))
    # The caller's Idempotency-Key.
    key: Mapped[str]
    # SHA-256 of method, path and body: another body under the same key is refused.
    request_hash: Mapped[str]
    # What was answered: HTTP status and JSON body.
    status: Mapped[int]
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
