"""Answers which column is what in the reports of tools that are not known, once somebody has said so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from scheduler.models.attendance import ReportLayout
from scheduler.models.db import db
from scheduler.readers.reports.mapped import Layout
from scheduler.services import history
from scheduler.services.actors import Actor
from scheduler.services.inserting import add_missing


def known() -> dict[str, Layout]:
    """Return every remembered layout by its header line's key (`readers.reports.mapped`)."""
    rows = db.session.execute(select(ReportLayout.header_key, ReportLayout.columns))
    return {header_key: columns for header_key, columns in rows}  # noqa: C416  (rows are no pairs to mypy)


def remember(header_key: str, layout: Layout, now: datetime, actor: Actor) -> None:
    """Within the caller's transaction, keep what the columns of a header line are, in place of what was said before."""
    first = {"header_key": header_key, "columns": dict(layout), "staff_id": actor.staff_id, "created_at": now}
    # Two people may name the columns of one header line at once: the later one's words stay.
    is_new = add_missing(ReportLayout, [first])
    row = db.session.scalars(select(ReportLayout).where(ReportLayout.header_key == header_key).with_for_update()).one()
    if not is_new and row.columns == dict(layout):
        return
    row.columns, row.staff_id, row.created_at = dict(layout), actor.staff_id, now
    db.session.flush()
    history.record("report_columns_named", now=now, actor=actor, layout_id=row.id)
