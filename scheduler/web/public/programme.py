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
from sqlalchemy import bindparam, select

from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.services.eligibility import FEW
from scheduler.services.installation import here
from scheduler.services.outbox.offering import text
from scheduler.web import edge
from scheduler.web.subscribing import calendar_links

public = Blueprint("public", __name__)

# How far the programme looks ahead.
AHEAD = timedelta(days=90)

# Feeds are for calendar programs, some of which heed this file too; they carry noindex themselves.
ROBOTS = "User-agent: *\nAllow: /lectures\nAllow: /static/\nAllow: /calendar/\nDisallow: /\n"


_COURSES = select(Course.id, Course.key, Course.name, Course.summary, Course.minutes).order_by(
    Course.position, Course.id
)
_DATES = (
    select(
        Lecture.id,
        Lecture.course_id,
        Lecture.starts_at,
        Lecture.ends_at,
        (Lecture.capacity - Lecture.seats_taken).label("left"),
        Lecture.locale,
        # Lectures of one account, in which no other company takes part, are not shown.
        (Lecture.kind == "meeting").label("meeting"),
    )
    .where(
        Lecture.starts_at > bindparam("now"),
        Lecture.starts_at < bindparam("until"),
        Lecture.status == "scheduled",
        Lecture.account_id.is_(None),
        Lecture.stray_since.is_(None),
    )
    .order_by(Lecture.starts_at, Lecture.id)
)


class Taught(NamedTuple):
    """A course in the reader's language."""

    id: int
    key: str
    name: str
    summary: str
    minutes: int


class Date(NamedTuple):
    """One public date; `seats` is free, few or full, never a number."""

    id: int
    course_id: int
    starts_at: datetime
    ends_at: datetime
    seats: str
    locale: str
    # People of other companies take part and are seen.
    meeting: bool


class Programme(NamedTuple):
    """Everything the programme's text depends on: it is made once for all who see the same."""

    base_url: str
    # The language feeds are written in unless they are asked for another.
    house_locale: str
    locale: str
    zone: str
    # Days of other years are written with theirs.
    year: int
    # Key of the one course shown; empty: all.
    chosen: str
    courses: tuple[Taught, ...]
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
    chosen, now, zone, locale = request.args.get("course", ""), edge.now(), edge.zone(), edge.locale()
    connection = db.session.connection()
    courses = connection.execute(_COURSES).all()
    dates = connection.execute(_DATES, {"now": now, "until": now + AHEAD})
    if chosen and chosen not in {row.key for row in courses}:
        abort(404)
    programme = Programme(
        here().base_url,
        here().locale,
        locale,
        str(zone),
        now.astimezone(zone).year,
        chosen,
        tuple(
            Taught(row.id, row.key, text(row.name, locale), text(row.summary, locale), row.minutes) for row in courses
        ),
        tuple(
            Date(row.id, row.course_id, row.starts_at, row.ends_at, _seats(row.left), row.locale, bool(row.meeting))
            for row in dates
        ),
    )
    return render_template("public/lectures.html", programme=_written(programme))


def _seats(left: int) -> str:
    if left <= 0:
        return "full"
    return "few" if left <= FEW else "free"


@lru_cache(maxsize=32)
def _written(programme: Programme) -> Markup:
    """Write the programme in the reader's language and zone, which are part of what is asked for."""
    shown = [course for course in programme.courses if programme.chosen in ("", course.key)]
    return Markup(
        render_template(
            "public/programme.html",
            choices=[
                (course.name, f"/lectures?course={quote(course.key)}", course.key == programme.chosen)
                for course in programme.courses
            ],
            chosen=programme.chosen,
            sections=[_section(course, programme) for course in shown],
        )
    )


def _section(course: Taught, programme: Programme) -> dict[str, Any]:
    zone = ZoneInfo(programme.zone)
    own = [one for one in programme.dates if one.course_id == course.id]
    languages = {one.locale for one in own}
    days = groupby(own, key=lambda one: one.starts_at.astimezone(zone).date())
    asked = "" if programme.locale == programme.house_locale else f"?lang={programme.locale}"
    feed = f"{programme.base_url}/calendar/courses/{quote(course.key)}.ics{asked}"
    return {
        "course": course,
        "days": [(day, list(ones)) for day, ones in days],
        # The one language of all its dates, where that is not the reader's.
        "once": languages.pop() if len(languages) == 1 and programme.locale not in languages else "",
        "feed": feed,
        "calendars": calendar_links(feed, course.name),
    }
