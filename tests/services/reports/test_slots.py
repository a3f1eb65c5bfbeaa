"""The seats of the next weeks, the weekly times and the lectures to come of a small company, counted by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.models.snapshots import Milestone
from scheduler.models.tags import Tag, account_tags
from scheduler.rules.reporting import Asked, Named, Report
from scheduler.services import wishes
from scheduler.services.actors import CLI
from scheduler.services.refusals import NotFound
from scheduler.services.reports.slots import building, rows
from scheduler.services.snapshots import making
from scheduler.services.wishes import Wish
from tests.factories import NOW, a_contact, a_course, a_lecture, a_member, a_registration, an_account
from tests.statements import noted

DAY = timedelta(days=1)
ASKED = Asked(date(2026, 1, 1), date(2026, 4, 1))
# Mondays at 10:00 and Wednesdays at 14:00 in Tokyo: the last ones before the tests' moment, a Wednesday at 09:00.
MONDAY, WEDNESDAY = NOW - 2 * DAY + timedelta(hours=1), NOW - 7 * DAY + timedelta(hours=5)


def held(course: Course, at: datetime, verdicts: dict[str, int], people: list[Contact], **fields: Any) -> None:
    """Hold a lecture to which the first of the people came, or not, by verdict."""
    lecture = a_lecture(course, at, **{"capacity": 10} | fields)
    told = [verdict for verdict, count in verdicts.items() for _ in range(count)]
    for person, verdict in zip(people, told, strict=False):
        a_registration(person, lecture, registered_at=at - 5 * DAY)
        with db.writing():
            values = {"lecture_id": lecture.id, "contact_id": person.id, "decided_at": at}
            db.session.add(Attendance(**values, verdict=verdict))


def a_company() -> dict[str, Any]:
    """Fill the database: Mondays five of twelve came, on Wednesdays eleven of twelve; eight accounts wait for the course, one holds a seat."""
    host, basic = a_member(), a_course(position=1)
    advanced = a_course("advanced", prerequisite_id=basic.id, position=2)
    done = an_account(created_at=NOW - 80 * DAY, signed_on=date(2026, 1, 10))
    people = [a_contact(done) for _ in range(4)]
    for week in range(3):
        held(basic, MONDAY - 7 * week * DAY, {"attended": 2 if week else 1, "missed": 2 if week else 3}, people)
        held(basic, WEDNESDAY - 7 * week * DAY, {"attended": 4 if week else 3, "partial": 0 if week else 1}, people)
    # Not open to all, or not held: nobody counts them.
    held(basic, MONDAY, {"attended": 4}, people, account_id=done.id)
    held(basic, MONDAY - DAY, {"missed": 4}, people, status="cancelled")
    new = [an_account(signed_on=date(2026, 3, 1 + n), onboarding_owner_id=host.id) for n in range(8)]
    for account in new:
        a_contact(account)
    booked = an_account(signed_on=date(2026, 3, 20))
    coming = a_lecture(basic, NOW + 5 * DAY + timedelta(hours=1), capacity=10, host_id=host.id)
    late = a_lecture(basic, NOW + 21 * DAY + timedelta(hours=5), capacity=10)
    a_lecture(basic, NOW + 40 * DAY)
    a_registration(a_contact(booked), coming)
    for account in new[:2]:
        a_registration(a_contact(account), coming, status="waitlisted")
    for number, account in enumerate(new[:3]):
        person = a_contact(account)
        days = (
            (Wish(date(2026, 4, 10), "morning"), Wish(None, words="いつでも")) if number else (Wish(None, "any", "夜"),)
        )
        wishes.ask(person.id, "basic", days, "", "", NOW, CLI)
    wishes.ask(a_contact(new[3]).id, "basic", (Wish(date(2026, 4, 15), "afternoon"),), "", "", NOW, CLI)
    making.make(NOW)
    with db.writing():
        db.session.get_one(Milestone, done.id).attended_on = date(2026, 3, 9)
    return {"basic": basic, "advanced": advanced, "done": done, "new": new, "coming": coming, "late": late}


@pytest.fixture
def world(app: object) -> dict[str, Any]:
    return a_company()


@pytest.fixture
def report(world: dict[str, Any]) -> Report:
    return building.build(ASKED, NOW)


def values(report: Report, part: str) -> dict[str, dict[str, Any]]:
    found = report.part(part)
    keys = [column.key for column in found.columns]
    return {row.key: dict(zip(keys, row.values, strict=True)) for row in found.rows}


def test_seats_wanted_are_held_against_seats_free(world: dict[str, Any], report: Report) -> None:
    told = values(report, "seats")[str(world["basic"].id)]
    assert (told["waiting"], told["arrived"], told["seated"], told["lectures"], told["free"]) == (8, 10, 1, 2, 19)
    assert (told["rate"].hits, told["rate"].base) == (16, 24)
    # Four people of the one account that came; ten accounts in thirteen weeks make three in four.
    assert told["each"] == 4
    assert told["arriving"].middle == pytest.approx(10 * 4 / 13)
    assert told["wanted"].middle > told["free"]
    assert told["wanted"].low < told["wanted"].middle < told["wanted"].high
    assert told["state"] == "short"
    # The one account that attended the first course needs the second, which nobody holds.
    advanced = values(report, "seats")[str(world["advanced"].id)]
    assert (advanced["waiting"], advanced["arrived"], advanced["lectures"], advanced["free"]) == (1, 1, 0, 0)


def test_weeks_without_a_lecture_are_told_too(world: dict[str, Any], report: Report) -> None:
    basic = str(world["basic"].id)
    told = {key.split(".")[0]: row for key, row in values(report, "weeks").items() if key.endswith(f".{basic}")}
    assert {key: (row["lectures"], row["capacity"], row["free"]) for key, row in told.items()} == {
        "2026-03-30": (0, 0, 0),
        "2026-04-06": (1, 10, 9),
        "2026-04-13": (0, 0, 0),
        "2026-04-20": (1, 10, 10),
    }


def test_each_weekly_time_is_judged_and_wishes_are_laid_beside_it(world: dict[str, Any], report: Report) -> None:
    basic = world["basic"].id
    told = values(report, "times")
    monday, wednesday = told[f"{basic}-0-10"], told[f"{basic}-2-14"]
    assert (monday["lectures"], monday["rate"].hits, monday["rate"].base, monday["ahead"]) == (3, 5, 12, 1)
    assert monday["fill"] == pytest.approx(12 / 30)
    assert monday["waitlisted"] == 2
    assert (monday["verdict"], monday["reason"]) == ("keep", "stay_away_but_needed")
    assert (wednesday["verdict"], wednesday["reason"]) == ("add", "best_time")
    # Drawn towards the sixteen of twenty-four.
    assert 5 / 12 < monday["drawn"] < 16 / 24 < wednesday["drawn"] < 11 / 12
    assert wednesday["wishes"] == 1
    # Two people wish for a Friday morning, when there is nothing.
    friday = told[f"{basic}-4-morning"]
    assert (friday["wishes"], friday["lectures"], friday["ahead"], friday["verdict"]) == (2, 0, 0, "none")
    assert [(note.key, note.params) for note in report.part("times").notes] == [("vague_wishes", {"wishes": 3})]


def test_a_lecture_with_few_bookings_is_named(world: dict[str, Any], report: Report) -> None:
    told = values(report, "empty")
    # All book five days ahead, so on Monday, five days ahead, half of those between the bands are still to come.
    monday = told[str(world["coming"].id)]
    assert monday["lecture"] == Named(str(world["coming"].id), world["basic"].name)
    assert (monday["day"], monday["time"], monday["booked"]) == (date(2026, 4, 6), "10:00", 1)
    assert monday["usually"] == pytest.approx(2)
    assert 0 < monday["nobody"] < monday["few"] <= 1
    # Four more book in time for the Wednesday, and most of them come.
    assert str(world["late"].id) not in told
    assert [(note.key, note.params) for note in report.part("empty").notes] == [("looked_at", {"lectures": 2})]


@pytest.mark.usefixtures("database")
def test_behind_every_number_stand_as_many_rows() -> None:
    a_company()
    with noted() as statements:
        report = building.build(ASKED, NOW)
    assert len(statements) <= 12
    linked = 0
    for part in report.parts:
        for row in part.rows:
            for column, value in zip(part.columns, row.values, strict=True):
                number = getattr(value, "base", value)
                if column.rows and number:
                    found = rows.behind(ASKED, part.key, row.key, column.key, NOW, 1, 0)
                    assert (found.total, len(found.rows)) == (number, 1), (part.key, row.key, column.key)
                    assert all(len(one.values) == len(found.columns) for one in found.rows)
                    linked += 1
    assert linked >= 18
    for place, key, name in (("seats", "x", "waiting"), ("times", "1-9-10", "rate"), ("empty", "1", "nobody")):
        with pytest.raises(NotFound):
            rows.behind(ASKED, place, key, name, NOW, 10, 0)


def test_a_tag_narrows_who_waits_and_an_empty_house_says_so(world: dict[str, Any]) -> None:
    with db.writing():
        tag = Tag(name="試行", name_key="試行", created_at=NOW)
        db.session.add(tag)
        db.session.flush()
        db.session.execute(account_tags.insert().values(account_id=world["new"][0].id, tag_id=tag.id))
    found = building.build(Asked(ASKED.since, ASKED.until, tag_id=tag.id), NOW)
    told = values(found, "seats")[str(world["basic"].id)]
    assert (told["waiting"], told["arrived"], told["free"], told["rate"].base) == (1, 1, 19, 0)
    assert [note.key for note in found.notes] == ["narrowed"]
    # Lectures likely to be empty are those of everybody.
    assert values(found, "empty").keys() == {str(world["coming"].id)}
