"""Answers what a form's fields mean: dates, moments, numbers and texts in two languages, each fault named by its field."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import request
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.rules.workdays import to_utc
from scheduler.services import courses
from scheduler.services.lectures.values import MEETING
from scheduler.services.refusals import Invalid, Refused
from scheduler.web import ids
from scheduler.web.words import refusals, texts

# What a browser's datetime-local field sends.
LOCAL = "%Y-%m-%dT%H:%M"
# Days outside these years are slips of the keyboard; the calendar itself ends not far from the last that can be typed.
YEARS = range(1900, 2200)


def errors(error: Refused) -> dict[str, str]:
    """Return {field: sentence} for a form; what belongs to no field stands under `form`."""
    return {str(error.params.get("field", "form")): refusals.sentence(error)}


def optional_date(text: str | None) -> date | None:
    """Read an ISO date, None when it is empty, none, or of a year nobody means."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if day.year in YEARS else None


def meeting() -> dict[str, Any]:
    """Return how people get into the meeting as it was entered: its link, number and passcode."""
    return {name: request.form.get(name, "").strip() for name in MEETING}


def naive_moment(field: str) -> datetime:
    """Read a wall-clock moment without zone; raise Invalid."""
    text = request.form.get(field, "").strip()
    for shape in (LOCAL, "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M"):
        try:
            moment = datetime.strptime(text, shape)  # noqa: DTZ007  (the series or lecture brings the zone)
        except ValueError:
            continue
        if moment.year in YEARS:
            return moment
    raise Invalid(field=field, why="moment_unreadable", value=text)


def local_moment(field: str, zone: str) -> datetime:
    """Read a wall-clock moment of a zone as aware UTC; raise Invalid."""
    return to_utc(naive_moment(field), zone)


def optional_local_moment(field: str, zone: str) -> datetime | None:
    """Like `local_moment`, None when the field is empty."""
    return local_moment(field, zone) if request.form.get(field, "").strip() else None


def whole(field: str) -> int:
    """Read a whole number, also one in full-width digits; raise Invalid."""
    text = request.form.get(field, "").strip()
    if len(text) > ids.LONGEST:
        raise Invalid(field=field, why="number_too_long", maximum=ids.LONGEST)
    try:
        return int(text)
    except ValueError as error:
        raise Invalid(field=field, why="not_a_number", value=text) from error


def optional_whole(field: str) -> int | None:
    """Like `whole`, None when the field is empty."""
    return whole(field) if request.form.get(field, "").strip() else None


def optional_id(field: str) -> int | None:
    """Read the id a select sends, None when nothing was chosen."""
    return ids.read_id(request.form.get(field, "").strip())


def bilingual(field: str) -> dict[str, str]:
    """Read the two fields of a text in both languages; what is missing is left out."""
    texts = {locale: request.form.get(f"{field}_{locale}", "").strip() for locale in ("ja", "en")}
    return {locale: text for locale, text in texts.items() if text}


def host_options() -> list[tuple[int, str]]:
    """List the members who can hold a lecture, as a select's options."""
    members = db.session.execute(select(Staff.id, Staff.name).where(Staff.active).order_by(Staff.name_key))
    return [(number, name) for number, name in members]


def course_options() -> list[tuple[str, str]]:
    """List the courses as a select's options."""
    return [(course.key, texts.plain(course.name)) for course in courses.in_order()]
