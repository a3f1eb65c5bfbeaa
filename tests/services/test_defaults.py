"""What an empty installation begins with, made once whoever asks for it, and never over what operations changed."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Course
from scheduler.models.setup import SetupStep
from scheduler.services import defaults
from tests.services.together import at_once


def courses() -> list[Course]:
    return list(db.session.scalars(select(Course).order_by(Course.position).execution_options(populate_existing=True)))


@pytest.mark.usefixtures("database")
def test_an_empty_installation_gets_two_courses_and_five_steps(now: datetime) -> None:
    defaults.ensure(now)
    assert [(course.key, course.minutes, course.minimum_minutes) for course in courses()] == [
        ("basic", 60, 40),
        ("advanced", 60, 40),
    ]
    assert courses()[1].prerequisite_id == courses()[0].id
    steps = list(db.session.scalars(select(SetupStep).order_by(SetupStep.position)))
    assert {step.per for step in steps} == {"account", "store"}
    assert {step.doer for step in steps} == {"customer", "us", "third_party"}
    assert all(step.name["ja"] and step.name["en"] and step.help["ja"] and step.help["en"] for step in steps)
    assert len(steps) == 5


def test_two_machines_that_begin_at_the_same_moment_make_them_once(database: Flask, now: datetime) -> None:
    assert at_once(database, lambda: defaults.ensure(now), lambda: defaults.ensure(now)) == []
    assert (len(courses()), len(db.session.scalars(select(SetupStep)).all())) == (2, 5)


@pytest.mark.usefixtures("app")
def test_what_operations_changed_stays(now: datetime) -> None:
    defaults.ensure(now)
    with db.writing():
        courses()[0].minimum_minutes = 30
        db.session.scalars(select(SetupStep)).first().active = False  # type: ignore[union-attr]
    defaults.ensure(now)
    assert courses()[0].minimum_minutes == 30
    assert len(db.session.scalars(select(SetupStep).where(SetupStep.active)).all()) == 4
    assert len(db.session.scalars(select(Event).where(Event.key == "defaults_added")).all()) == 1
