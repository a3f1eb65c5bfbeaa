"""Answers which scheduled lectures a host, or the meeting behind a join link, would be needed for at the same time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from scheduler.models.db import db
from scheduler.models.lectures import Lecture

# From and to, as aware moments; the end does not belong to it.
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Clash:
    """A span that was asked about and a scheduled lecture that overlaps it; its course is loaded."""

    span: Span
    lecture: Lecture
    # What both need: the same person, the same meeting, or both.
    host: bool
    link: bool


def find(host_id: int | None, join_url: str, spans: Iterable[Span], *, but: Collection[int] = ()) -> list[Clash]:
    """List the clashes of a host or a join link with scheduled lectures, by span and start; one query.

    `but` names lectures that do not count: those that would be moved themselves. A clash warns and never blocks.
    """
    asked = sorted(set(spans))
    if not asked or (host_id is None and not join_url):
        return []
    same = [Lecture.host_id == host_id] if host_id is not None else []
    same += [Lecture.join_url == join_url] if join_url else []
    query = (
        select(Lecture)
        .where(
            Lecture.status == "scheduled",
            Lecture.starts_at < max(end for _start, end in asked),
            Lecture.ends_at > asked[0][0],
            or_(*same),
        )
        .options(joinedload(Lecture.course))
        .order_by(Lecture.starts_at, Lecture.id)
    )
    others = [lecture for lecture in db.session.scalars(query) if lecture.id not in but]
    return [
        Clash(
            (start, end),
            lecture,
            host=host_id is not None and lecture.host_id == host_id,
            link=bool(join_url) and lecture.join_url == join_url,
        )
        for start, end in asked
        for lecture in others
        if lecture.starts_at < end and start < lecture.ends_at
    ]
