"""A course is made, changed, and deleted only while nothing ever used it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Course
from scheduler.services import courses
from scheduler.services.actors import CLI
from scheduler.services.outbox.owe import owe
from scheduler.services.refusals import CourseInUse, Invalid, NotFound
from tests.factories import NOW, a_contact, a_course, a_lecture, a_series
from tests.services.together import at_once

pytestmark = pytest.mark.usefixtures("database")

COURSE: dict[str, Any] = {"name": {"ja": "応用編"}, "minutes": 60, "minimum_minutes": 40}


def put(**changes: Any) -> Course:
    return courses.put("expert", **COURSE | changes, now=NOW, actor=CLI)[0]


def test_what_is_not_given_stays_as_it_is() -> None:
    put(team="success", materials={"before": " https://v.example/a ", "after": ""}, summary={"ja": "一言"})
    row = put()
    assert (row.team, row.materials, row.summary) == ("success", {"before": "https://v.example/a"}, {"ja": "一言"})
    assert put(materials={}).materials == {}


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "ftp://v.example/a", "v.example/a", "https://", "https://[", "メモ"]
)
def test_material_that_no_browser_opens_is_refused(address: str) -> None:
    with pytest.raises(Invalid) as refusal:
        put(materials={"recording": address})
    assert (refusal.value.params["field"], refusal.value.params["why"]) == ("materials_recording", "link_malformed")
    assert db.session.scalars(select(Course)).all() == []


def _invited(course: Course) -> None:
    contact = a_contact()
    with db.writing():
        owe("invitation", f"invitation:{course.key}:{contact.id}", now=NOW, contact_id=contact.id)


@pytest.mark.parametrize(
    ("use", "by"),
    [
        (lambda course: a_lecture(course), "lectures"),
        (lambda course: a_series(course), "series"),
        (lambda course: a_course("next", prerequisite_id=course.id), "prerequisite"),
        (_invited, "invitations"),
    ],
)
def test_a_course_in_use_is_not_deleted(use: Callable[[Course], object], by: str) -> None:
    use(put())
    with pytest.raises(CourseInUse) as refusal:
        courses.delete("expert", NOW, CLI)
    assert refusal.value.params["by"] == by
    assert courses.by_key("expert")


def test_the_course_that_handing_over_asks_for_is_not_deleted_and_one_of_like_key_does_not_count() -> None:
    a_course("basic")
    _invited(put())
    with pytest.raises(CourseInUse):
        courses.delete("basic", NOW, CLI)
    a_course("exp_rt")
    courses.delete("exp_rt", NOW, CLI)
    with pytest.raises(NotFound):
        courses.delete("exp_rt", NOW, CLI)


def test_an_unused_course_goes_and_the_history_says_so(now: datetime) -> None:
    put()
    courses.delete("expert", now, CLI)
    assert db.session.scalars(select(Course)).all() == []
    assert "course_deleted" in db.session.scalars(select(Event.key)).all()


def made(key: str, name: str, *, new_only: bool = False) -> Course:
    course, _new = courses.put(
        key, name={"ja": name}, minutes=60, minimum_minutes=40, now=NOW, actor=CLI, new_only=new_only
    )
    return course


def test_a_new_course_never_takes_the_place_of_another_of_its_key(app: Flask) -> None:
    made("more", "追加編")
    with pytest.raises(Invalid) as refused:
        made("more", "別の講座", new_only=True)
    assert refused.value.params["why"] == "key_taken"
    assert courses.by_key("more").name == {"ja": "追加編"}


def test_two_programs_that_make_the_same_course_at_once_make_one(database: Flask) -> None:
    assert set(at_once(database, *(lambda: made("more", "追加編"),) * 4)) <= {"changed_meanwhile"}
    assert [course.key for course in courses.in_order()].count("more") == 1
