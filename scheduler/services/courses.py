"""Answers what is taught: courses, made, changed and deleted by key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture, Series
from scheduler.models.mails import Mail
from scheduler.models.proposals import Proposal
from scheduler.models.setup import SetupStep
from scheduler.rules.clauses.attended import Attended
from scheduler.services import boundaries, history, weblinks
from scheduler.services.actors import Actor
from scheduler.services.refusals import ChangedMeanwhile, CourseInUse, Invalid, NotFound

# Who may own a course.
TEAMS = ("onboarding", "success", "renewal")
# What goes with a course: read before, watched again after, read after.
MATERIALS = ("before", "recording", "after")


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
    team: str | None = None,
    materials: Mapping[str, str] | None = None,
    wanted_step: str | None = None,
    new_only: bool = False,
) -> tuple[Course, bool]:
    """Make a course or change it; return it and whether it is new.

    `summary`, `team`, `materials` (addresses by MATERIALS) and `wanted_step` (the key of the set-up step wanted first, "":
    none) stay as they are when they are not given. Raises Invalid: no name, minutes not positive, the minimum longer than
    the lecture, a prerequisite that is unknown or leads back to the course, an unknown team, material whose address cannot
    be opened, a step that there is not, or with `new_only` a key that is taken; and
    ChangedMeanwhile when somebody else made the course at this very moment.
    """
    _check(key, name, minutes, minimum_minutes)
    if team is not None and team not in TEAMS:
        raise Invalid(field="team", why="unknown_team", value=team)
    addresses = None if materials is None else _addresses(materials)
    with db.writing():
        course = db.session.scalar(select(Course).where(Course.key == key))
        new = course is None
        if course is not None and new_only:
            raise Invalid(field="key", why="key_taken", value=key)
        if course is None:
            course = Course(key=key, position=len(in_order()), summary={})
        before = _shown(course)
        course.name, course.minutes, course.minimum_minutes = dict(name), minutes, minimum_minutes
        course.prerequisite_id = _prerequisite(key, prerequisite)
        if summary is not None:
            course.summary = dict(summary)
        if addresses is not None:
            course.materials = addresses
        if wanted_step is not None:
            course.wanted_step_id = _wanted_step_id(wanted_step)
        course.team = team or course.team
        if not new and _shown(course) != before:
            course.revised_at = now
        db.session.add(course)
        try:
            db.session.flush()
        except IntegrityError as error:
            raise ChangedMeanwhile() from error
        history.record("course_added" if new else "course_changed", now=now, actor=actor, course_id=course.id)
        return course, new


def delete(key: str, now: datetime, actor: Actor) -> None:
    """Delete a course that was never used. Raises NotFound, and CourseInUse with what uses it (`by`)."""
    with db.writing():
        course = by_key(key)
        users = in_use(course)
        if users:
            raise CourseInUse(by=", ".join(users))
        number = course.id
        db.session.delete(course)
        try:
            db.session.flush()
        except IntegrityError as error:
            # Somebody made a lecture of it at this very moment.
            raise CourseInUse(by="lectures") from error
        history.record("course_deleted", now=now, actor=actor, course_id=number, course=key)


def in_use(course: Course) -> list[str]:
    """Name what uses a course: lectures, series, prerequisite, proposals, invitations, readiness."""
    # Invitations name their course in the unique key.
    invited = Mail.key.startswith(f"invitation:{course.key}:", autoescape=True)
    users = {
        "lectures": Lecture.course_id == course.id,
        "series": Series.course_id == course.id,
        "prerequisite": Course.prerequisite_id == course.id,
        "proposals": Proposal.course_id == course.id,
        "invitations": (Mail.kind == "invitation") & invited,
    }
    found = [name for name, match in users.items() if db.session.scalar(select(exists().where(match)))]
    return found + (["readiness"] if course.key in _wanted_for_readiness() else [])


def _shown(course: Course) -> tuple[dict[str, Any], ...]:
    """Return what calendars show of a course."""
    return course.name, course.summary, course.materials


def _wanted_for_readiness() -> set[str]:
    return {
        clause.course for rule in boundaries.rules().values() for clause in rule.leaves if isinstance(clause, Attended)
    }


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


def _wanted_step_id(key: str) -> int | None:
    if not key:
        return None
    step_id = db.session.scalar(select(SetupStep.id).where(SetupStep.key == key))
    if step_id is None:
        raise Invalid(field="wanted_step", why="step_unknown", value=key)
    return step_id


def _addresses(materials: Mapping[str, str]) -> dict[str, str]:
    """Keep the addresses that are given, what is not ASCII in them escaped as browsers do."""
    kept = {}
    for name in MATERIALS:
        address = quote((materials.get(name) or "").strip(), safe="%/:?#[]@!$&'()*+,;=~-._")
        if address:
            weblinks.check(address, f"materials_{name}")
            kept[name] = address
    return kept
