"""Long proof: many processes register, change, cancel and move at once, and no seat is sold twice or lost."""

from __future__ import annotations

import multiprocessing
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.app import create_app
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services import lectures, registrations
from scheduler.services.actors import Actor
from scheduler.services.refusals import Refused
from scheduler.settings import Settings
from tests.factories import a_contact, a_course, a_lecture, an_account

NOW = datetime(2026, 4, 1, tzinfo=UTC)
PROCESSES, PEOPLE, STEPS = 8, 160, 60

pytestmark = pytest.mark.proof


@pytest.fixture
def world(database: Flask) -> Flask:
    """Twelve lectures of three to ten seats and 160 people of eight companies."""
    course = a_course()
    for number in range(12):
        a_lecture(course, NOW + timedelta(days=5 + number), capacity=3 + number % 8)
    accounts = [an_account() for _ in range(8)]
    for number in range(PEOPLE):
        a_contact(accounts[number % len(accounts)])
    return database


def one_process(
    settings: Settings, seed: int, people: list[int], dates: list[int], faults: multiprocessing.Queue
) -> None:
    """Do sixty things at random, as pages would ask for them."""
    chance = random.Random(seed)
    actor = Actor("contact", None, "page")
    app = create_app(settings)
    for _step in range(STEPS):
        with app.app_context():
            try:
                _something(chance, people, dates, actor)
            except Refused:
                db.session.rollback()
            except Exception as error:
                faults.put(f"{type(error).__name__}: {error}")
                db.session.rollback()


def _something(chance: random.Random, people: list[int], dates: list[int], actor: Actor) -> None:
    person, date = chance.choice(people), chance.choice(dates)
    live = select(Registration.id).where(Registration.contact_id == person, Registration.status != "cancelled")
    number = db.session.scalar(live.limit(1))
    act = chance.random()
    if act < 0.55 or number is None:
        registrations.register(person, date, NOW, actor, waitlist=chance.random() < 0.6)
    elif act < 0.75:
        registrations.cancel(number, NOW, actor)
    elif act < 0.93:
        registrations.swap(number, date, NOW, actor)
    else:
        lectures.change(date, {"capacity": chance.randint(3, 12)}, NOW, actor)


def test_no_seat_is_oversold_or_lost_under_load(world: Flask, tmp_path: Path) -> None:
    settings: Settings = world.extensions["tasuki"]
    people = list(db.session.scalars(select(Contact.id)))
    dates = list(db.session.scalars(select(Lecture.id)))
    db.session.rollback()
    db.engine.dispose()
    context = multiprocessing.get_context("spawn")
    faults = context.Queue()
    workers = [
        context.Process(target=one_process, args=(settings, seed, people, dates, faults)) for seed in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(300)
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    assert faults.empty(), faults.get()
    booked = select(Registration.lecture_id, func.count()).where(Registration.status == "booked")
    counted = dict(db.session.execute(booked.group_by(Registration.lecture_id)).all())
    for lecture in db.session.scalars(select(Lecture).execution_options(populate_existing=True)):
        assert lecture.seats_taken == counted.get(lecture.id, 0) <= lecture.capacity
        waiting = select(Registration.id).where(
            Registration.lecture_id == lecture.id, Registration.status == "waitlisted"
        )
        assert lecture.seats_taken == lecture.capacity or not db.session.scalars(waiting).all()
    keys = db.session.scalars(select(Mail.key)).all()
    assert len(keys) == len(set(keys)) > 0
