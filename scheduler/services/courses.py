"""Answers what is taught: courses, made and changed by key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.services import history
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound


def by_key(key: str) -> Course:
    """Return the course of this key; raise NotFound."""
    course = db.session.scalar(select(Course).where(Course.key == key))
    if course is None:
        raise NotFound(what="course", value=key)
    return course


def in_order() -> list[Course]:
    """List the courses in the order of pages."""
    return list(db.session.scalars(select(Course).order_by(Course.position, Course.id)))


def put(
    key: str,
    *,
    name: dict[str, str],
    minutes: int,
    minimum_minutes: int,
    now: datetime,
    actor: Actor,
    prerequisite: str | None = None,
    summary: dict[str, str] | None = None,
) -> tuple[Course, bool]:
    """Make a course or change it; return it and whether it is new.

    Raises Invalid: no name, minutes not positive, the minimum longer than the lecture, a prerequisite that is unknown or
    leads back to the course.
    """
    _check(key, name, minutes, minimum_minutes)
    with db.writing():
        course = db.session.scalar(select(Course).where(Course.key == key))
        new = course is None
        if course is None:
            course = Course(key=key, position=len(in_order()), summary={})
        course.name, course.minutes, course.minimum_minutes = dict(name), minutes, minimum_minutes
        course.prerequisite_id = _prerequisite(key, prerequisite)
        if summary is not None:
            course.summary = dict(summary)
        db.session.add(course)
        db.session.flush()
        history.record("course_added" if new else "course_changed", now=now, actor=actor, course_id=course.id)
        return course, new


def _check(key: str, name: dict[str, Any], minutes: int, minimum_minutes: int) -> None:
    if not key.replace("-", "").replace("_", "").isalnum() or not key.isascii():
        raise Invalid(field="key", why="key_malformed", value=key)
    if not any(text.strip() for text in name.values()):
        raise Invalid(field="name", why="name_missing")
    if minutes <= 0:
        raise Invalid(field="minutes", why="minutes_not_positive", value=minutes)
    if not 0 < minimum_minutes <= minutes:
        raise Invalid(field="minimum_minutes", why="minimum_longer_than_lecture", value=minimum_minutes)


def _prerequisite(key: str, wanted: str | None) -> int | None:
    if wanted is None:
        return None
    course = db.session.scalar(select(Course).where(Course.key == wanted))
    if course is None:
        raise Invalid(field="prerequisite", why="prerequisite_unknown", value=wanted)
    step: Course | None = course
    while step is not None:
        if step.key == key:
            raise Invalid(field="prerequisite", why="prerequisite_circular", value=wanted)
        step = step.prerequisite
    return course.id
