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
        CheckConstraint("due_days >= 0", name="due_days"),
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
    # Who does it: customer, us or third_party.
    doer: Mapped[str] = mapped_column(default="customer")
    # Who may tick it: of customer, staff and api.
    tickers: Mapped[list[Any]] = mapped_column(default=lambda: ["customer", "staff", "api"])
    # Due so many days before the planned start; null: no due day.
    due_days: Mapped[int | None]
    # Address of a guide to it.
    guide_url: Mapped[str] = mapped_column(default="")
    # Order on pages.
    position: Mapped[int] = mapped_column(default=0)
    # False: no longer asked of anyone; what was done stays.
    active: Mapped[bool] = mapped_column(default=True)
    # Asked only of accounts added from then on; null: of all.
    asked_from: Mapped[datetime | None]


class Completion(Base):
    __tablename__ = "completions"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'not_needed')", name="state"),
        CheckConstraint("waiting_on IN ('customer', 'us', 'third_party')", name="waiting_on"),
        CheckConstraint("(state = 'waiting') = (waiting_on IS NOT NULL)", name="waits_on_somebody"),
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
    # waiting 対応待ち (on whom), done 完了 or not_needed 対象外 (with a reason); no row: open.
    state: Mapped[str] = mapped_column(default="done")
    waiting_on: Mapped[str | None]
    reason: Mapped[str] = mapped_column(default="")
    # When it was done; for the others, since when it stands so.
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
