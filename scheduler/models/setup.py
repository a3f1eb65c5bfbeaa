"""Answers what an account must set up, what is done, and when the product was used."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.accounts import Account, Store
from scheduler.models.db import Base

OF_ACCOUNT = text("store_id IS NULL")
OF_STORE = text("store_id IS NOT NULL")


class SetupStep(Base):
    __tablename__ = "setup_steps"
    __table_args__ = (
        CheckConstraint("per IN ('account', 'store')", name="per"),
        CheckConstraint("doer IN ('customer', 'us', 'third_party')", name="doer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Stable key in the API and in rules.
    key: Mapped[str] = mapped_column(unique=True)
    # {"ja", "en"}: its name, and help for whoever does it.
    name: Mapped[dict[str, Any]]
    help: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Done once per account, or in each store in scope.
    per: Mapped[str] = mapped_column(default="account")
    # Whether readiness waits for it.
    required: Mapped[bool] = mapped_column(default=True)
    # Who does it: customer, us or third_party. Only the customer's own can be ticked on the personal page.
    doer: Mapped[str] = mapped_column(default="customer")
    # Order on pages.
    position: Mapped[int] = mapped_column(default=0)
    # False: no longer asked of anyone; what was done stays.
    active: Mapped[bool] = mapped_column(default=True)


class Completion(Base):
    __tablename__ = "completions"
    __table_args__ = (
        CheckConstraint("state IN ('done', 'not_needed')", name="state"),
        Index(
            "uq_completions_account",
            "account_id",
            "step_id",
            unique=True,
            sqlite_where=OF_ACCOUNT,
            postgresql_where=OF_ACCOUNT,
        ),
        Index(
            "uq_completions_store", "store_id", "step_id", unique=True, sqlite_where=OF_STORE, postgresql_where=OF_STORE
        ),
        Index("ix_completions_account", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    step_id: Mapped[int] = mapped_column(ForeignKey("setup_steps.id"))
    # The store, for a step done per store; null for one done once.
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id", ondelete="CASCADE"))
    # done 完了 or not_needed 対象外 (with a reason).
    state: Mapped[str] = mapped_column(default="done")
    reason: Mapped[str] = mapped_column(default="")
    done_at: Mapped[datetime]
    # Who said so: contact, staff or api, and the id.
    by_kind: Mapped[str]
    by_id: Mapped[int | None]

    step: Mapped[SetupStep] = relationship()
    store: Mapped[Store | None] = relationship()


class UsageDay(Base):
    __tablename__ = "usage_days"
    __table_args__ = (
        # A repeated or late signal of a day finds its row; no signal counts twice.
        Index("uq_usage_days", "account_id", "day", "event", text("coalesce(store_id, 0)"), unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id", ondelete="CASCADE"))
    # The day in the installation's zone on which the product was used.
    day: Mapped[date]
    # What happened, as the product names it.
    event: Mapped[str]
    # When the first signal of that day arrived.
    recorded_at: Mapped[datetime]

    account: Mapped[Account] = relationship()
