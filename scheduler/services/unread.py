"""Answers which mails that came back wait for somebody to read them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_

from scheduler.models.replies import Reply

# What a person has to look at. The others did what their senders asked for, or ask for nothing.
TO_READ = frozenset({"kept", "counter", "delegated", "forged_sender", "unknown_uid", "stale", "not_booked"})


def waits() -> ColumnElement[bool]:
    """Match the mails that wait for somebody: those nothing could be done with, and answers with words beside them."""
    return Reply.seen_at.is_(None) & or_(Reply.outcome.in_(TO_READ), Reply.text != "")
