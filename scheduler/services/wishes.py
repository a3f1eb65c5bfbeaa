"""Answers what becomes of 「ご都合の合う日程がない」: a contact's wishes for a date as a task for the account's owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.models.tasks import Task
from scheduler.services import history, locking, tasks
from scheduler.services.actors import Actor
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid, NotFound

# The parts of a day that can be wished for.
PARTS = ("any", "morning", "noon", "afternoon", "evening")
MOST = 3
LONGEST_WISH, LONGEST_PHONE, LONGEST_WORDS = 100, 40, 300


@dataclass(frozen=True)
class Wish:
    """One time that would suit: a day (of the contact's zone) with a part of it, words, or both."""

    on: date | None = None
    part: str = "any"
    words: str = ""

    @property
    def empty(self) -> bool:
        """Tell whether nothing is wished for."""
        return self.on is None and not self.words.strip()


def ask(
    contact_id: int,
    course_key: str,
    wishes: Sequence[Wish],
    phone: str,
    words: str,
    now: datetime,
    actor: Actor,
) -> int:
    """Take a contact's wishes down as a task for the account's owner; return its id.

    While it is open, wishes sent again replace the earlier ones of the same course: pressing twice makes one task. Raises
    NotFound for an unknown course, Invalid(field, why) without any wish, for a day that is past, or for what is too long.
    """
    kept = [wish for wish in wishes if not wish.empty][:MOST]
    with db.writing():
        contact = db.session.get(Contact, contact_id)
        course = db.session.scalar(select(Course).where(Course.key == course_key))
        if contact is None or course is None:
            raise NotFound()
        _check(wishes, kept, phone, words, now.astimezone(here().tz).date())
        locking.account(contact.account_id)
        params: dict[str, Any] = {
            "course": course_key,
            "wishes": [
                {"on": wish.on.isoformat() if wish.on else None, "part": wish.part, "words": wish.words.strip()}
                for wish in kept
            ],
            "phone": phone.strip(),
        }
        known = open_wish(contact_id, course.id)
        if known is None:
            return tasks.add(
                f"{_prefix(contact_id, course.id)}{_count(contact_id, course.id)}",
                "wish",
                now=now,
                account_id=contact.account_id,
                contact_id=contact_id,
                params=params,
                words=words.strip(),
                actor=actor,
            )
        if (known.params, known.words) != (params, words.strip()):
            known.params, known.words = params, words.strip()
            about = {"account_id": contact.account_id, "contact_id": contact_id}
            history.record("wish_changed", now=now, actor=actor, task_id=known.id, **about)
        return known.id


def open_wish(contact_id: int, course_id: int) -> Task | None:
    """Return the wishes of a contact for a course that nobody has met yet."""
    query = select(Task).where(Task.key.startswith(_prefix(contact_id, course_id)), Task.done_at.is_(None))
    return db.session.scalar(query.order_by(Task.id).limit(1).execution_options(populate_existing=True))


def open_ones(contact_id: int) -> dict[str, Task]:
    """Return a contact's open wishes by the course's key."""
    query = select(Task).where(Task.contact_id == contact_id, Task.kind == "wish", Task.done_at.is_(None))
    return {task.params["course"]: task for task in db.session.scalars(query.order_by(Task.id.desc()))}


def met(contact_id: int, course_id: int, now: datetime, actor: Actor) -> None:
    """Note that a contact's wish for a course is met, since a lecture was made for it; nothing when there is none."""
    known = open_wish(contact_id, course_id)
    if known is not None:
        tasks.done(known.id, now, actor)


def _check(wishes: Sequence[Wish], kept: list[Wish], phone: str, words: str, today: date) -> None:
    if not kept:
        raise Invalid(field="wish_1", why="wish_missing")
    for number, wish in enumerate(wishes[:MOST], start=1):
        if wish.on is not None and wish.on < today:
            raise Invalid(field=f"wish_{number}", why="day_past")
        if wish.part not in PARTS:
            raise Invalid(field=f"wish_{number}", why="not_a_choice", value=wish.part, choices=", ".join(PARTS))
        if len(wish.words) > LONGEST_WISH:
            raise Invalid(field=f"wish_{number}", why="too_long", maximum=LONGEST_WISH)
    for field, text, longest in (("phone", phone, LONGEST_PHONE), ("words", words, LONGEST_WORDS)):
        if len(text) > longest:
            raise Invalid(field=field, why="too_long", maximum=longest)


def _prefix(contact_id: int, course_id: int) -> str:
    return f"wish:{contact_id}:{course_id}:"


def _count(contact_id: int, course_id: int) -> int:
    known = Task.key.startswith(_prefix(contact_id, course_id))
    return db.session.scalar(select(func.count()).select_from(Task).where(known)) or 0
