"""Answers what operations decided, and when each job last ran."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.db import Base, Json


class Setting(Base):
    __tablename__ = "settings"

    # vendor (会社情報), mail_rules (when mails leave), mail_pause (全送信を一時停止), transport (closed until), readiness
    # (rules by stage), stalling (thresholds by stage), first_contact (before or after the order), staffing (activities and what they are
    # reckoned with).
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    changed_at: Mapped[datetime]


class JobRun(Base):
    __tablename__ = "job_runs"

    # The job's name, as in services.jobs.
    name: Mapped[str] = mapped_column(primary_key=True)
    # When it last began and last finished well; what it last complained of.
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
