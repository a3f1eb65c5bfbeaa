"""What the meeting tool tells while a lecture runs, and what it comes to."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from scheduler.models.attendance import Attendance, KnownName, Presence
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.readers.zoom_hooks import Passage
from scheduler.rules.names import name_key
from scheduler.services.attendance import webhooks
from tests.factories import a_contact, a_lecture, a_member, a_registration, an_account
from tests.services.together import at_once

START = datetime(2026, 4, 15, 5, tzinfo=UTC)
END = START + timedelta(hours=1)
ROOM = "81234567890"


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def passage(way: str, number: float, person: str = "u1", **fields: object) -> Passage:
    values: dict[str, object] = {
        "meeting": ROOM,
        "occasion": "one==",
        "starts_at": START,
        "name": "林 健太",
        "email": "",
        "registrant": "",
        "is_host": False,
    }
    return Passage(way=way, person=person, at=minute(number), **values | fields)  # type: ignore[arg-type]


@pytest.fixture
def lecture(request: pytest.FixtureRequest) -> Lecture:
    request.getfixturevalue("database" if "database" in request.fixturenames else "app")
    return a_lecture(starts_at=START, meeting_id="812 3456 7890")


def presences() -> list[tuple[object, ...]]:
    columns = (
        *(Presence.lecture_id, Presence.contact_id, Presence.display_name, Presence.email, Presence.personal_key),
        *(Presence.from_at, Presence.to_at, Presence.key),
    )
    return sorted((tuple(row) for row in db.session.execute(select(*columns))), key=repr)


def verdict_of(contact_id: int) -> tuple[str, int, list[str]] | None:
    row = db.session.scalar(
        select(Attendance).where(Attendance.contact_id == contact_id).execution_options(populate_existing=True)
    )
    return (row.verdict, row.seconds, row.sources) if row else None


def take(*passages: Passage, now: datetime | None = None) -> list[bool]:
    return [webhooks.take(one, now or one.at) for one in passages]


def test_who_stays_long_enough_has_attended_and_the_history_says_so(database: Flask, lecture: Lecture) -> None:
    contact = a_registration(lecture=lecture).contact
    mail = {"email": contact.email}
    assert take(passage("joined", -2, **mail), passage("left", 50, **mail)) == [True, True]
    assert verdict_of(contact.id) == ("attended", 50 * 60, ["webhook"])
    line = db.session.scalars(select(Event).where(Event.key == "attended")).one()
    assert (line.contact_id, line.actor_kind, line.channel) == (contact.id, "worker", "webhook")
    assert take(passage("joined", -2, **mail), passage("left", 50, **mail)) == [False, False]
    assert len(presences()) == 1


def test_who_came_back_has_two_stays_and_all_minutes(lecture: Lecture) -> None:
    contact = a_registration(lecture=lecture).contact
    mail = {"email": contact.email}
    told = [("joined", 0), ("left", 20), ("joined", 25), ("left", 60)]
    take(*(passage(way, number, **mail) for way, number in told))
    assert len(presences()) == 2
    assert verdict_of(contact.id) == ("attended", 55 * 60, ["webhook"])


def test_who_left_early_is_judged_once_the_lecture_is_over(database: Flask, lecture: Lecture) -> None:
    contact = a_registration(lecture=lecture).contact
    take(passage("joined", 0, email=contact.email), passage("left", 10, email=contact.email))
    assert verdict_of(contact.id) is None
    assert webhooks.settle(minute(59)) == 0
    assert webhooks.settle(END) == 1
    assert verdict_of(contact.id) == ("partial", 600, ["webhook"])
    assert webhooks.settle(END) == 0


def test_a_name_alone_stays_nobodys_and_missed_is_nobody_without_a_report(lecture: Lecture) -> None:
    contact = a_registration(a_contact(name="林 健太"), lecture).contact
    take(passage("joined", 0), passage("left", 60))
    assert [row[1] for row in presences()] == [None]
    assert verdict_of(contact.id) is None
    assert webhooks.settle(END) == 0


def test_a_name_that_somebody_confirmed_before_counts(lecture: Lecture) -> None:
    contact = a_registration(a_contact(name="林 健太"), lecture).contact
    with db.writing():
        db.session.add(KnownName(name_key=name_key("K. Hayashi"), contact_id=contact.id, confirmed_at=START))
    take(passage("joined", 0, name="K. Hayashi"), passage("left", 60, name="K. Hayashi"))
    assert verdict_of(contact.id) == ("attended", 3600, ["webhook"])


def test_a_personal_link_counts_where_it_was_one_persons_before_but_not_under_another_name(lecture: Lecture) -> None:
    contact = a_registration(a_contact(name="林 健太"), lecture).contact
    earlier = a_lecture(starts_at=START - timedelta(days=7), meeting_id=ROOM)
    with db.writing():
        known = {"source": "webhook", "personal_key": "reg-1", "recorded_at": START}
        db.session.add(Presence(lecture_id=earlier.id, contact_id=contact.id, **known))
    take(passage("joined", 0, person="a", registrant="reg-1"), passage("left", 50, person="a", registrant="reg-1"))
    assert verdict_of(contact.id) == ("attended", 3000, ["webhook"])
    take(passage("joined", 0, person="b", registrant="reg-1", name="佐藤 一郎"))
    forwarded = db.session.scalars(select(Presence).where(Presence.display_name == "佐藤 一郎")).one()
    assert forwarded.contact_id is None


def test_somebody_known_but_not_registered_walked_in(lecture: Lecture) -> None:
    contact = a_contact(email="walk@in.example")
    take(passage("joined", 0, email="walk@in.example"), passage("left", 60, email="walk@in.example"))
    assert verdict_of(contact.id) == ("attended", 3600, ["webhook"])


def test_our_own_people_are_not_written_down(lecture: Lecture) -> None:
    member = a_member(email="misaki@vendor-company.example")
    assert not any(
        take(
            passage("joined", 0, is_host=True),
            passage("joined", 0, email=member.email),
            passage("joined", 0, email="guest@vendor-company.example"),
        )
    )
    assert presences() == []
    a_contact(email="borrowed@vendor-company.example")
    assert take(passage("joined", 0, email="borrowed@vendor-company.example")) == [True]


@pytest.mark.parametrize(
    "fields",
    [
        {"meeting_id": "999 9999 9999"},
        {"meeting_id": ROOM, "status": "cancelled"},
        {"meeting_id": ROOM, "starts_at": START + timedelta(days=1)},
    ],
)
def test_what_happens_in_no_lectures_room_is_left_alone(app: Flask, fields: dict[str, object]) -> None:
    a_lecture(**{"starts_at": START} | fields)  # type: ignore[arg-type]
    assert take(passage("joined", 0)) == [False]
    assert presences() == []


def test_who_somebody_said_a_person_is_stays_so(lecture: Lecture) -> None:
    contact = a_registration(a_contact(name="鈴木 花"), lecture).contact
    member = a_member()
    take(passage("joined", 0))
    with db.writing():
        row = db.session.scalars(select(Presence)).one()
        row.contact_id, row.staff_id = contact.id, member.id
    take(passage("left", 60))
    assert verdict_of(contact.id) == ("attended", 3600, ["webhook"])


def test_who_left_after_somebody_was_named_is_still_that_person_by_that_member(lecture: Lecture) -> None:
    contact = a_registration(a_contact(name="鈴木 花"), lecture).contact
    member = a_member()
    take(passage("joined", 0))
    with db.writing():
        row = db.session.scalars(select(Presence)).one()
        row.contact_id, row.staff_id = contact.id, member.id
    take(passage("left", 20), passage("joined", 30))
    rows = db.session.execute(select(Presence.contact_id, Presence.staff_id)).all()
    assert [tuple(row) for row in rows] == [(contact.id, member.id)] * 2


def test_two_people_of_one_name_are_two(lecture: Lecture) -> None:
    take(passage("joined", 0, person="a"), passage("joined", 0, person="b"))
    assert len(presences()) == 2


PEOPLE = ("健太のiPhone", "林 健太", "佐藤 一郎", "hayashi")
told = st.lists(
    st.tuples(
        st.sampled_from(["joined", "left"]),
        st.integers(-10, 70),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(PEOPLE),
        st.sampled_from(["", "", "kenta@aoba.example"]),
        st.sampled_from(["", "", "reg-1"]),
    ),
    max_size=10,
    # One moment of one person is told with one name, however often.
    unique_by=lambda one: one[:3],
)


def world() -> None:
    lecture = a_lecture(starts_at=START, meeting_id=ROOM)
    account = an_account()
    contact = a_registration(a_contact(account, name="林 健太", email="kenta@aoba.example"), lecture).contact
    other = a_registration(a_contact(account, name="佐藤 一郎"), lecture).contact
    earlier = a_lecture(starts_at=START - timedelta(days=7))
    with db.writing():
        known = {"source": "webhook", "personal_key": "reg-1", "recorded_at": START}
        db.session.add(Presence(lecture_id=earlier.id, contact_id=contact.id, **known))
        db.session.add(KnownName(name_key=name_key("佐藤 一郎"), contact_id=other.id, confirmed_at=START))


def outcome(passages: Iterable[Passage]) -> tuple[Sequence[object], Sequence[object]]:
    """Tell what a fresh lecture's events come to, and take it all back."""
    now = minute(80)
    take(*passages, now=now)
    judged = select(Attendance.contact_id, Attendance.verdict, Attendance.seconds).order_by(Attendance.contact_id)
    result = presences(), [tuple(row) for row in db.session.execute(judged)]
    with db.writing():
        db.session.execute(delete(Attendance))
        db.session.execute(delete(Presence).where(Presence.key.is_not(None)))
    return result


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=told, seed=st.integers(0, 1000))
def test_any_order_and_repetition_of_events_comes_to_the_same(app: Flask, events: list[tuple], seed: int) -> None:  # type: ignore[type-arg]
    if db.session.scalar(select(Lecture.id).limit(1)) is None:
        world()
    passages = [
        passage(way, number, person, name=name, email=email, registrant=key)
        for way, number, person, name, email, key in events
    ]
    shuffled = random.Random(seed).sample(passages * 2, len(passages) * 2)
    assert outcome(shuffled) == outcome(passages)


def test_events_that_come_at_the_same_moment_are_all_kept(database: Flask, lecture: Lecture) -> None:
    contact = a_registration(lecture=lecture).contact
    told = [(way, number) for number in (0, 20, 40) for way in ("joined", "left")]
    passages = [
        passage(way, number + (10 if way == "left" else 0), email=contact.email)
        for way, number in told
        for _twice in "ab"
    ]
    at_once(database, *(partial(webhooks.take, one, END) for one in passages))
    assert len(presences()) == 3
    assert verdict_of(contact.id) == ("partial", 30 * 60, ["webhook"])
