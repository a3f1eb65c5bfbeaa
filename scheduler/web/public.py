"""Answers what anybody may see: the public programme, and what search engines may read."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.services.eligibility import FEW
from scheduler.services.installation import here
from scheduler.web import edge
from scheduler.web.words import texts

public = Blueprint("public", __name__)

# How far the programme looks ahead.
AHEAD = timedelta(days=90)

# Feeds are for calendar programs, some of which heed this file too; they carry noindex themselves.
ROBOTS = "User-agent: *\nAllow: /lectures\nAllow: /static/\nAllow: /calendar/\nDisallow: /\n"


class Date(NamedTuple):
    """One public date; `seats` is free, few or full, never a number."""

    course_id: int
    starts_at: datetime
    ends_at: datetime
    seats: str
    locale: str


class Programme(NamedTuple):
    """What the list of dates depends on: its text is made once for all who see the same."""

    base_url: str
    locale: str
    zone: str
    year: int
    # Id, key, name, summary, minutes.
    courses: tuple[tuple[int, str, str, str, int], ...]
    dates: tuple[Date, ...]


@public.get("/")
def root() -> ResponseReturnValue:
    """Lead to the programme."""
    return redirect("/lectures")


@public.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Let search engines read the programme and nothing else."""
    return Response(ROBOTS, mimetype="text/plain")


@public.get("/lectures")
def lectures() -> ResponseReturnValue:
    """Show the dates that are open to all, by course and day; `?course=` keeps one course."""
    chosen = request.args.get("course", "")
    known = db.session.execute(
        select(Course.id, Course.key, Course.name, Course.summary, Course.minutes).order_by(Course.position, Course.id)
    ).all()
    if chosen and chosen not in {key for _id, key, *_rest in known}:
        abort(404)
    shown = [row for row in known if not chosen or row.key == chosen]
    programme = Programme(
        here().base_url,
        edge.locale(),
        str(edge.zone()),
        edge.now().astimezone(edge.zone()).year,
        tuple((row.id, row.key, texts.plain(row.name), texts.plain(row.summary), row.minutes) for row in shown),
        _dates([row.id for row in shown]),
    )
    return render_template(
        "public/lectures.html",
        courses=known,
        choices=[(texts.plain(row.name), f"/lectures?course={quote(row.key)}", row.key == chosen) for row in known],
        chosen=chosen,
        programme=_written(programme),
    )


def _dates(course_ids: list[int]) -> tuple[Date, ...]:
    now = edge.now()
    rows = db.session.execute(
        select(
            Lecture.course_id,
            Lecture.starts_at,
            Lecture.ends_at,
            Lecture.capacity - Lecture.seats_taken,
            Lecture.locale,
        )
        .where(
            Lecture.starts_at > now,
            Lecture.starts_at < now + AHEAD,
            Lecture.status == "scheduled",
            Lecture.account_id.is_(None),
            Lecture.course_id.in_(course_ids),
        )
        .order_by(Lecture.starts_at, Lecture.id)
    )
    return tuple(Date(course, starts, ends, _seats(left), locale) for course, starts, ends, left, locale in rows)


def _seats(left: int) -> str:
    if left <= 0:
        return "full"
    return "few" if left <= FEW else "free"


@lru_cache(maxsize=32)
def _written(programme: Programme) -> Markup:
    """Write the dates; the reader's language and zone are part of what is asked for."""
    zone = ZoneInfo(programme.zone)
    sections: list[dict[str, Any]] = []
    for number, key, name, summary, minutes in programme.courses:
        languages = {one.locale for one in programme.dates if one.course_id == number}
        own = [one for one in programme.dates if one.course_id == number]
        days = groupby(own, key=lambda one: one.starts_at.astimezone(zone).date())
        sections.append(
            {
                "name": name,
                "summary": summary,
                "minutes": minutes,
                # The one language of all its dates, where that is not the reader's.
                "once": languages.pop() if len(languages) == 1 and programme.locale not in languages else "",
                "feed": f"webcal://{programme.base_url.partition('://')[2]}/calendar/courses/{quote(key)}.ics",
                "days": [(day, list(ones)) for day, ones in days],
            }
        )
    return Markup(render_template("public/programme.html", sections=sections))
