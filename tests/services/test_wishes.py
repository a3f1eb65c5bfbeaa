"""「ご都合の合う日程がない」: wishes become one task for the account's owner, until somebody has met them."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.tasks import Task
from scheduler.services import tasks, wishes
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.wishes import Wish
from tests.factories import NOW, a_contact, a_course, a_member, an_account
from tests.services.together import at_once

TUESDAY = date(2026, 4, 7)


def the(task_id: int) -> Task:
    return db.session.get_one(Task, task_id, populate_existing=True)


def events() -> list[str]:
    return list(db.session.scalars(select(Event.key).order_by(Event.id)))


def test_wishes_become_a_task_of_the_owner_due_the_next_working_day(database: Flask) -> None:
    owner, course = a_member(), a_course()
    contact = a_contact(an_account(onboarding_owner_id=owner.id))
    actor = Actor("contact", contact.id, "page")
    wished = [Wish(TUESDAY, "morning"), Wish(), Wish(words=" 平日の夕方 ")]
    task = the(wishes.ask(contact.id, course.key, wished, " 090-1111 ", " 予約枠も相談したい ", NOW, actor))
    assert (task.kind, task.owner_id, task.due_on) == ("wish", owner.id, date(2026, 4, 2))
    assert (task.account_id, task.contact_id, task.words) == (contact.account_id, contact.id, "予約枠も相談したい")
    assert task.params == {
        "course": "basic",
        "wishes": [
            {"on": "2026-04-07", "part": "morning", "words": ""},
            {"on": None, "part": "any", "words": "平日の夕方"},
        ],
        "phone": "090-1111",
    }
    assert events() == ["task_added"]


def test_pressed_twice_it_is_one_task(database: Flask) -> None:
    contact, course = a_contact(), a_course()
    actor = Actor("contact", contact.id, "page")
    contact_id, key = contact.id, course.key
    press = lambda: wishes.ask(contact_id, key, [Wish(TUESDAY)], "", "", NOW, actor)  # noqa: E731
    assert at_once(database, press, press) == []
    assert tasks.count_open() == 1
    assert events() == ["task_added"]


def test_wishes_sent_again_replace_the_open_ones_and_after_they_were_met_are_new(app: Flask) -> None:
    contact, course = a_contact(), a_course()
    actor = Actor("contact", contact.id, "page")
    first = wishes.ask(contact.id, course.key, [Wish(TUESDAY)], "", "", NOW, actor)
    assert wishes.ask(contact.id, course.key, [Wish(words="いつでも")], "", "", NOW, actor) == first
    assert the(first).params["wishes"] == [{"on": None, "part": "any", "words": "いつでも"}]
    wishes.met(contact.id, course.id, NOW, actor)
    assert wishes.open_ones(contact.id) == {}
    second = wishes.ask(contact.id, course.key, [Wish(words="いつでも")], "", "", NOW, actor)
    assert second != first
    tasks.reopen(first, NOW, actor)
    tasks.done(second, NOW, actor)
    assert wishes.ask(contact.id, course.key, [Wish(words="午後")], "", "", NOW, actor) == first
    assert events()[:3] == ["task_added", "wish_changed", "task_done"]


def test_each_course_and_each_person_has_wishes_of_its_own(app: Flask) -> None:
    contact, colleague = a_contact(), a_contact()
    courses = [a_course(), a_course("advanced")]
    made = {
        wishes.ask(person.id, course.key, [Wish(TUESDAY)], "", "", NOW, Actor("contact", person.id, "page"))
        for person in (contact, colleague)
        for course in courses
    }
    assert len(made) == 4
    assert set(wishes.open_ones(contact.id)) == {"basic", "advanced"}


@pytest.mark.parametrize(
    ("wished", "phone", "words", "field"),
    [
        ([], "", "", "wish_1"),
        ([Wish(part="morning"), Wish(words="  ")], "", "", "wish_1"),
        ([Wish(TUESDAY), Wish(date(2026, 3, 31))], "", "", "wish_2"),
        ([Wish(TUESDAY, "midnight")], "", "", "wish_1"),
        ([Wish(words="字" * 101)], "", "", "wish_1"),
        ([Wish(TUESDAY)], "0" * 41, "", "phone"),
        ([Wish(TUESDAY)], "", "字" * 301, "words"),
    ],
)
def test_what_cannot_be_wished_is_refused(app: Flask, wished: list[Wish], phone: str, words: str, field: str) -> None:
    contact, course = a_contact(), a_course()
    with pytest.raises(Invalid) as refusal:
        wishes.ask(contact.id, course.key, wished, phone, words, NOW, Actor("contact", contact.id, "page"))
    assert refusal.value.params["field"] == field
    assert tasks.count_open() == 0


def test_an_unknown_course_is_not_found(app: Flask) -> None:
    contact = a_contact()
    with pytest.raises(NotFound):
        wishes.ask(contact.id, "none", [Wish(TUESDAY)], "", "", NOW, Actor("contact", contact.id, "page"))
