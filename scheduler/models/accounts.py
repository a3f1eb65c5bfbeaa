"""Answers what is known of a customer: the account, its stores and its contacts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.db import Base, where
from scheduler.models.staff import Staff

STAGES = ("sales", "onboarding", "success", "renewal")


class Account(Base):
    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("stage IN ('sales', 'onboarding', 'success', 'renewal')", name="stage"),
        CheckConstraint("level IN ('on_track', 'behind', 'stuck')", name="level"),
        Index("ix_accounts_stage_ready", "stage", "ready_since"),
        Index("ix_accounts_mails_paused", "id", **where("mails_paused_at IS NOT NULL")),
        Index("ix_accounts_on_hold", "on_hold_until", **where("on_hold_until IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # The account's key in the CRM; everything outside names the account by it.
    external_id: Mapped[str] = mapped_column(unique=True)
    # The company's name as the customer writes it.
    name: Mapped[str]
    # Its reading in kana, for sorting and for the telephone.
    reading: Mapped[str] = mapped_column(default="")
    # Where the account is: one of STAGES; after creation it moves by handover only.
    stage: Mapped[str] = mapped_column(default="onboarding", index=True)
    # Since when it is in that stage.
    stage_since: Mapped[datetime]
    # True while nobody has said whether this imported account is being introduced or already live.
    undecided: Mapped[bool] = mapped_column(default=False)
    # The plan it bought, a free note, how used to IT its people are.
    plan: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    it_skill: Mapped[str] = mapped_column(default="")
    # What sales promised the customer, and what is still open when it is handed on.
    promises: Mapped[str] = mapped_column(default="")
    open_points: Mapped[str] = mapped_column(default="")
    # The day the contract was signed, the day use is to begin, the day the fee begins.
    signed_on: Mapped[date | None]
    planned_start_on: Mapped[date | None]
    billing_starts_on: Mapped[date | None]
    # The day use began as confirmed by a person, how she knows, and who she is.
    started_on: Mapped[date | None]
    started_source: Mapped[str] = mapped_column(default="")
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # One owner per team.
    sales_owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    onboarding_owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    success_owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    renewal_owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    # 保留: the first day on which the clock runs again (null: it runs), and why it stands still.
    on_hold_until: Mapped[date | None]
    hold_reason: Mapped[str] = mapped_column(default="")
    # 解約: the day the contract was cancelled, and why; nothing is sent to its people from then on.
    cancelled_on: Mapped[date | None] = mapped_column(index=True)
    cancel_reason: Mapped[str] = mapped_column(default="")
    # When 案内を開始 was pressed and for whom: coordinator, manager or everyone.
    introduced_at: Mapped[datetime | None]
    introduced_to: Mapped[str | None]
    # Since when no mail leaves to its people (全送信を一時停止); null: they leave.
    mails_paused_at: Mapped[datetime | None]
    # Readiness as last computed: since when every clause is met (null: not ready), and the clauses.
    ready_since: Mapped[datetime | None]
    clauses: Mapped[list[Any]] = mapped_column(default=list)
    # Conditions that a receiver opened again when returning it: {"key", "handover_id", "on"}; not met until taken back.
    reopened: Mapped[list[Any]] = mapped_column(default=list)
    # Track as last computed, with its reasons (key and parameters) and the key of the step proposed next.
    level: Mapped[str] = mapped_column(default="on_track", index=True)
    level_reasons: Mapped[list[Any]] = mapped_column(default=list)
    next_step: Mapped[str] = mapped_column(default="")
    # The seven knots of the sash as last computed.
    knots: Mapped[list[Any]] = mapped_column(default=list)
    # The last imported value of each field, so that an edit by hand is recognised and kept.
    imported: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]

    sales_owner: Mapped[Staff | None] = relationship(foreign_keys=[sales_owner_id])
    onboarding_owner: Mapped[Staff | None] = relationship(foreign_keys=[onboarding_owner_id])
    success_owner: Mapped[Staff | None] = relationship(foreign_keys=[success_owner_id])
    renewal_owner: Mapped[Staff | None] = relationship(foreign_keys=[renewal_owner_id])


class Store(Base):
    __tablename__ = "stores"
    __table_args__ = (
        UniqueConstraint("account_id", "code"),
        CheckConstraint("scope IN ('in', 'later', 'out')", name="scope"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    # The store's key within the account; its name where the customer's list has no codes.
    code: Mapped[str]
    name: Mapped[str]
    # Weekdays on which the shop is closed (定休日), Monday = 0.
    closed_days: Mapped[list[Any]] = mapped_column(default=list)
    # Whether it counts for set-up and attendance: in, later (from scope_from) or out.
    scope: Mapped[str] = mapped_column(default="in")
    scope_from: Mapped[date | None]
    # The last imported value of each field.
    imported: Mapped[dict[str, Any]] = mapped_column(default=dict)

    account: Mapped[Account] = relationship()


contact_stores = Table(
    "contact_stores",
    Base.metadata,
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True),
    Column("store_id", ForeignKey("stores.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Contact(Base):
    __tablename__ = "contacts"
    __table_args__ = (
        CheckConstraint("role IN ('coordinator', 'manager', 'member')", name="role"),
        Index("uq_contacts_person", "account_id", text("coalesce(email, '')"), "name_key", "phone_digits", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    # The person's name, family name first in Japanese; empty for a shop's shared address.
    name: Mapped[str] = mapped_column(default="")
    # The name as it is compared (rules.names.name_key), never shown.
    name_key: Mapped[str] = mapped_column(default="", index=True)
    # Its reading in kana.
    reading: Mapped[str] = mapped_column(default="")
    # coordinator (窓口), manager (店長) or member (一般).
    role: Mapped[str] = mapped_column(default="member")
    # Lower-case address; null: reached by phone. It may be shared with other contacts.
    email: Mapped[str | None] = mapped_column(index=True)
    # The number as written, and its digits alone for searching.
    phone: Mapped[str] = mapped_column(default="")
    phone_digits: Mapped[str] = mapped_column(default="", index=True)
    # What to know about the person, from the customer's list or by hand; never shown to customers.
    note: Mapped[str] = mapped_column(default="")
    # The language of mails and pages (ja, en) and the IANA zone of their dates.
    locale: Mapped[str] = mapped_column(default="ja")
    zone: Mapped[str] = mapped_column(default="Asia/Tokyo")
    # Raised to make all signed links, or the calendar feed's link alone, invalid.
    link_version: Mapped[int] = mapped_column(default=1)
    feed_version: Mapped[int] = mapped_column(default=1)
    # 退職・異動: the day since which the person is not there any more; links and mails ended, what was attended stays.
    left_on: Mapped[date | None]
    # Who took over from that person.
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"))
    # What somebody should check, as keys: no_email, shared_address, second_person, several_stores, ...
    checks: Mapped[list[Any]] = mapped_column(default=list)
    # The last imported value of each field.
    imported: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]

    account: Mapped[Account] = relationship()
    stores: Mapped[list[Store]] = relationship(secondary=contact_stores, order_by=Store.code)


class Contract(Base):
    __tablename__ = "contracts"
    __table_args__ = (
        UniqueConstraint("account_id", "starts_on"),
        CheckConstraint("ends_on > starts_on", name="order"),
        CheckConstraint("outcome IN ('renewed', 'ended')", name="outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    # The first day of its term, and the first day after it.
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(index=True)
    # The fee a month, in whole units of the vendor's currency; null: not known.
    monthly_fee: Mapped[int | None]
    # renewed or ended; null: it runs, or nobody said yet.
    outcome: Mapped[str | None]
    created_at: Mapped[datetime]

    account: Mapped[Account] = relationship()
