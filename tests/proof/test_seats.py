"""Long proof: many processes register, change, cancel and widen at once, and no seat is sold twice, lost or jumped to."""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from scheduler.app import create_app
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services.installation import here
from scheduler.settings import Settings
from tests.factories import a_contact, a_course, a_lecture, a_token, an_account

PROCESSES, PEOPLE, DATES, STEPS = 16, 600, 40, 40

pytestmark = pytest.mark.proof


@pytest.fixture
def world(database: Flask) -> Flask:
    """Forty lectures of five to thirty seats, and six hundred people of thirty companies."""
    course, now = a_course(), datetime.now(UTC).replace(microsecond=0)
    for number in range(DATES):
        a_lecture(course, now + timedelta(days=10 + number), capacity=5 + number % 26)
    accounts = [an_account() for _ in range(30)]
    for number in range(PEOPLE):
        a_contact(accounts[number % len(accounts)])
    return database


class _Visitors:
    """One process's share of the people, at the program's own pages."""

    def __init__(self, app: Flask, seed: int, people: dict[int, str], dates: list[int], token: str) -> None:
        self.app, self.chance, self.people, self.dates = app, random.Random(seed), people, dates
        self.staff = {"Authorization": f"Bearer {token}"}
        self.seen: Counter[int] = Counter()

    def register(self, person: int) -> None:
        waits = {"waitlist": "1"} if self.chance.random() < 0.7 else {}
        self._post(f"{self.people[person]}/lectures/{self.chance.choice(self.dates)}/register", waits)

    def do_something(self) -> None:
        person, act = self.chance.choice(list(self.people)), self.chance.random()
        number = self._registration_of(person)
        if act < 0.1:
            date, seats = self.chance.choice(self.dates), {"capacity": self.chance.randint(5, 30)}
            self._count(self._client().patch(f"/api/v1/lectures/{date}", json=seats, headers=self.staff))
        elif number is None or act < 0.45:
            self.register(person)
        elif act < 0.7:
            self._post(f"{self.people[person]}/registrations/{number}/cancel", {})
        else:
            other = {"lecture": str(self.chance.choice(self.dates))}
            self._post(f"{self.people[person]}/registrations/{number}/change", other)

    def _registration_of(self, person: int) -> int | None:
        live = select(Registration.id).where(Registration.contact_id == person, Registration.status != "cancelled")
        with self.app.app_context():
            return db.session.scalar(live.limit(1))

    def _post(self, path: str, form: dict[str, str]) -> None:
        self._count(self._client().post(path, data=form))

    def _client(self) -> FlaskClient:
        return self.app.test_client(use_cookies=False)

    def _count(self, response: Any) -> None:
        self.seen[response.status_code] += 1
        response.close()


def one_process(
    settings: Settings,
    seed: int,
    people: dict[int, str],
    dates: list[int],
    token: str,
    seen: multiprocessing.Queue[dict[int, int]],
) -> None:
    """Register every one of these people, then do forty things at random; tell which answers came."""
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    visitors = _Visitors(app, seed, people, dates, token)
    for person in people:
        visitors.register(person)
    for _step in range(STEPS):
        visitors.do_something()
    seen.put(dict(visitors.seen))


def test_no_seat_is_oversold_lost_or_jumped_to_under_load(world: Flask, tmp_path: Path) -> None:
    settings: Settings = world.extensions["tasuki"]
    pages = {one.id: f"/me/{here().links.sign('me', one.id, 1)}" for one in db.session.scalars(select(Contact))}
    dates = list(db.session.scalars(select(Lecture.id)))
    token = a_token()
    db.session.rollback()
    db.engine.dispose()
    context = multiprocessing.get_context("spawn")
    seen: multiprocessing.Queue[dict[int, int]] = context.Queue()
    people = list(pages)
    workers = [
        context.Process(
            target=one_process,
            args=(settings, seed, {one: pages[one] for one in people[seed::PROCESSES]}, dates, token, seen),
        )
        for seed in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    answers: Counter[int] = Counter()
    for _worker in workers:
        answers.update(seen.get(timeout=400))
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    assert set(answers) <= {200, 303, 404, 409, 422}, answers
    assert answers[303] > PEOPLE / 2, answers
    _seats_are_right()
    _nobody_was_jumped()
    keys = db.session.scalars(select(Mail.key)).all()
    assert len(keys) == len(set(keys)) > 0


def _seats_are_right() -> None:
    booked = select(Registration.lecture_id, func.count()).where(Registration.status == "booked")
    counted = dict(db.session.execute(booked.group_by(Registration.lecture_id)).all())
    for lecture in db.session.scalars(select(Lecture).execution_options(populate_existing=True)):
        assert lecture.seats_taken == counted.get(lecture.id, 0) <= lecture.capacity
        waiting = select(Registration.id).where(
            Registration.lecture_id == lecture.id, Registration.status == "waitlisted"
        )
        assert lecture.seats_taken == lecture.capacity or not db.session.scalars(waiting).all()


def _nobody_was_jumped() -> None:
    """Play each lecture's history through: who moves up is the one who has waited longest."""
    waiting: dict[int, dict[int, datetime]] = defaultdict(dict)
    promoted = 0
    for event in db.session.scalars(select(Event).where(Event.lecture_id.is_not(None)).order_by(Event.id)):
        if event.lecture_id is None or event.contact_id is None:
            continue
        line = waiting[event.lecture_id]
        if event.key == "waitlisted":
            line[event.contact_id] = event.at
        elif event.key == "promoted":
            assert line[event.contact_id] == min(line.values())
            del line[event.contact_id]
            promoted += 1
        else:
            line.pop(event.contact_id, None)
            waiting[event.params.get("old_lecture_id", 0)].pop(event.contact_id, None)
    assert promoted > 0
