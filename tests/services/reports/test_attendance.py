"""The attendance report counts what a person would count by hand, and every number leads to exactly its rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.attendance import Attendance, Presence
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.models.snapshots import Milestone, Turnout
from scheduler.models.tags import Tag, account_tags
from scheduler.rules.attendance_rates import Rate, rate
from scheduler.rules.reporting import Asked, Named, Note, Report, Row
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.reports.attendance import behind, building, parts
from scheduler.services.snapshots import making
from tests.factories import a_contact, a_course, a_lecture, a_member, a_registration, a_store, an_account
from tests.statements import noted

NOW = datetime.fromisoformat("2026-04-01T00:00:00+00:00")
# Monday 2 and Tuesday 3 March, 10:00 and 14:00 in Tokyo.
MONDAY = datetime.fromisoformat("2026-03-02T01:00:00+00:00")
TUESDAY = datetime.fromisoformat("2026-03-03T05:00:00+00:00")
MARCH = Asked(date(2026, 3, 1), date(2026, 3, 31))


def seats(lecture: Lecture, account: Account, **verdicts: int) -> None:
    """Book people of an account on a lecture that is over, so many with each verdict, five days before."""
    told = [verdict for verdict, count in verdicts.items() for _ in range(count)]
    with db.writing():
        people = [
            Contact(account_id=account.id, name=f"受講 {place}", name_key=f"{lecture.id} {place}", created_at=NOW)
            for place, _ in enumerate(told)
        ]
        db.session.add_all(people)
        db.session.flush()
        for person, verdict in zip(people, told, strict=True):
            moment = lecture.starts_at - timedelta(days=5)
            what = {"lecture_id": lecture.id, "contact_id": person.id}
            booking = Registration(**what, uid=f"{person.id}@test.example", status="booked", revised_at=NOW)
            booking.registered_at = moment
            db.session.add(booking)
            if verdict != "unknown":
                db.session.add(Attendance(**what, verdict=verdict, decided_at=lecture.ends_at))


def judge(lecture: Lecture, person: Contact, verdict: str) -> None:
    with db.writing():
        row = Attendance(lecture_id=lecture.id, contact_id=person.id, verdict=verdict, decided_at=lecture.ends_at)
        db.session.add(row)


@pytest.fixture
def world(request: pytest.FixtureRequest) -> dict[str, Account]:
    """Two lectures: on Monday few came, on Tuesday most did; and one last year that is not asked for."""
    request.getfixturevalue("database" if "database" in request.fixturenames else "app")
    host = a_member(name="小林 美咲")
    light = an_account(plan="ライト", it_skill="高い", signed_on=date(2026, 2, 1), created_at=NOW)
    grand = an_account(plan="プレミアム", signed_on=date(2026, 1, 1))
    a_store(light)
    for _ in range(4):
        a_store(grand)
    monday = a_lecture(starts_at=MONDAY, capacity=99, host_id=host.id)
    tuesday = a_lecture(a_course("advanced"), TUESDAY, capacity=99, account_id=grand.id)
    before = a_lecture(starts_at=MONDAY - timedelta(days=365))
    seats(monday, light, attended=4, partial=2, missed=14, excused=3, unknown=2)
    seats(tuesday, grand, attended=18, missed=2)
    seats(before, light, attended=5)
    making.make(NOW)
    return {"light": light, "grand": grand}


def table(report: Report, part: str) -> dict[str, Row]:
    return {row.key: row for row in report.part(part).rows}


def numbers(report: Report, part: str, row: str, *columns: str) -> tuple[object, ...]:
    found = report.part(part)
    return tuple(table(report, part)[row].values[found.column(column)] for column in columns)


COUNTED = ("registered", "joined", "attended", "partial", "missed", "excused", "unknown", "rate")


def test_the_funnel_narrows_from_registered_over_joined_to_stayed(world: dict[str, Account]) -> None:
    report = building.build(MARCH, NOW)
    assert {key: row.values for key, row in table(report, "overall").items()} == {
        "registered": ("registered", 45, None, None),
        "known": ("known", 40, None, rate(40, 45)),
        "joined": ("joined", 24, rate(24, 40), rate(24, 40)),
        "stayed": ("stayed", 22, rate(22, 40), rate(22, 24)),
        "excused": ("excused", 3, None, rate(3, 45)),
        "unknown": ("unknown", 2, None, rate(2, 45)),
    }
    assert report.part("overall").notes == (Note("unknown", {"unknown": 2, "registered": 45}),)
    assert (report.zone, report.asked) == ("Asia/Tokyo", MARCH)


def test_every_group_has_its_counts_and_its_rate(database: Flask, world: dict[str, Account]) -> None:
    report = building.build(MARCH, NOW)
    monday = (25, 6, 4, 2, 14, 3, 2, rate(4, 20))
    tuesday = (20, 18, 18, 0, 2, 0, 0, rate(18, 20))
    for part, poor, good in (
        ("weekday", "0", "1"),
        ("hour", "10", "14"),
        ("heat", "0-10", "1-14"),
        ("plan", "=ライト", "=プレミアム"),
        ("it_skill", "=高い", "="),
        ("size", "1", "4_9"),
        ("kind", "open", "own"),
    ):
        assert numbers(report, part, poor, *COUNTED) == monday
        assert numbers(report, part, good, *COUNTED) == tuesday
        assert len(report.part(part).rows) == 2
    assert numbers(report, "week", "2026-03-02", *COUNTED) == (45, 24, 22, 2, 16, 3, 2, rate(22, 40))


def test_courses_and_hosts_are_named_and_stand_best_first(world: dict[str, Account]) -> None:
    report = building.build(MARCH, NOW)
    assert [row.values[0].name["ja"] for row in report.part("course").rows] == ["活用編", "基本操作編"]
    assert [row.values[0].name for row in report.part("host").rows] == ["", "小林 美咲"]
    assert report.part("host").rows[0].key == "0"


def test_lead_reminder_and_invitation_stand_in_bands(world: dict[str, Account]) -> None:
    report = building.build(MARCH, NOW)
    assert numbers(report, "lead", "4_7", "registered", "rate") == (45, rate(22, 40))
    assert numbers(report, "reminder", "none", "registered") == (45,)
    assert numbers(report, "asked", "unasked", "registered") == (45,)
    assert report.part("lead").notes == ()


def test_the_poor_monday_is_named_with_what_the_others_reach(world: dict[str, Account]) -> None:
    notes = building.build(MARCH, NOW).part("weekday").notes
    assert notes == (Note("weakest_weekday", {"weekday": "0", "rate": rate(4, 20), "rest": rate(18, 20)}),)


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        # One group alone is compared with nothing.
        ({"a": rate(5, 50)}, ()),
        ({}, ()),
        # Ten points apart among fifty people each: chance.
        ({"a": rate(30, 50), "b": rate(35, 50)}, (Note("alike"),)),
        # Nobody of nine came: too few to be named.
        ({"a": rate(0, 9), "b": rate(80, 100)}, (Note("too_few"),)),
        ({"a": rate(0, 9), "b": rate(80, 100), "c": rate(82, 100)}, (Note("alike"),)),
        # The worst whose difference is certain, though a smaller one is worse.
        (
            {"a": rate(4, 10), "b": rate(45, 100), "c": rate(160, 200)},
            (Note("weakest_x", {"x": "b", "rate": rate(45, 100), "rest": rate(164, 210)}),),
        ),
    ],
)
def test_only_a_difference_beyond_chance_is_said(rates: dict[str, Rate], said: tuple[Note, ...]) -> None:
    assert parts.weakest("x", "x", rates, {key: key for key in rates}) == said


def test_small_groups_are_marked_and_stand_after_the_ranked(app: Flask) -> None:
    for plan, came, stayed_away in (("小さい", 9, 0), ("普通", 10, 10), ("よい", 15, 5), ("一人", 1, 0)):
        seats(a_lecture(starts_at=MONDAY), an_account(plan=plan), attended=came, missed=stayed_away)
    making.make(NOW)
    rows = building.build(MARCH, NOW).part("plan").rows
    assert [(row.key, row.small) for row in rows] == [
        ("=よい", False),
        ("=普通", False),
        ("=小さい", True),
        ("=一人", True),
    ]


def test_weeks_follow_each_other_and_tell_where_the_rate_is_heading(app: Flask) -> None:
    account = an_account()
    for week, came in ((0, 4), (1, 8), (3, 12), (4, 19)):
        seats(a_lecture(starts_at=MONDAY + timedelta(weeks=week)), account, attended=came, missed=20 - came)
    making.make(NOW)
    part = building.build(Asked(date(2026, 3, 1), date(2026, 4, 1)), NOW).part("week")
    assert [row.key for row in part.rows] == ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23", "2026-03-30"]
    assert numbers(building.build(MARCH, NOW), "week", "2026-03-16", "registered", "rate") == (0, rate(0, 0))
    (note,) = part.notes
    assert note.key == "rising"
    assert 60 < note.params["points"] < 80
    assert note.params["low"] > 0


def test_accounts_nobody_attended_for_are_counted_by_stage(database: Flask, world: dict[str, Account]) -> None:
    waiting = an_account(signed_on=date(2025, 12, 1), next_step="call", onboarding_owner_id=a_member(name="青木").id)
    newer = an_account(signed_on=date(2026, 3, 1))
    an_account(cancelled_on=date(2026, 3, 1)), an_account(undecided=True)
    making.make(NOW)
    with db.writing():
        db.session.get_one(Account, world["grand"].id).stage = "success"
    report = building.build(MARCH, NOW)
    assert table(report, "without")["onboarding"].values == ("onboarding", 3, 1, 2, rate(1, 3))
    assert table(report, "without")["success"].values == ("success", 1, 1, 0, rate(1, 1))
    found = behind.behind(MARCH, "without", "onboarding", "without", NOW)
    assert found.total == 2
    assert [row.values[0] for row in found.rows] == [Named(str(one.id), one.name) for one in (waiting, newer)]
    first = dict(zip([column.key for column in found.columns], found.rows[0].values, strict=True))
    assert (first["waited"], first["next_step"], first["owner"].name) == (121, "call", "青木")
    assert behind.behind(MARCH, "without", "onboarding", "reached", NOW).total == 1


def test_whoever_came_live_is_not_expected_to_attend(app: Flask) -> None:
    an_account(stage="success")
    making.make(NOW)
    with db.writing():
        db.session.query(Milestone).update({"came_live": True})
    report = building.build(MARCH, NOW)
    assert report.part("without").rows == ()


def test_stores_are_counted_by_size_and_plan(database: Flask, world: dict[str, Account]) -> None:
    light, grand = world["light"], world["grand"]
    stores = db.session.scalars(db.select(Store).where(Store.account_id == grand.id).order_by(Store.id)).all()
    lecture = a_lecture(starts_at=TUESDAY)
    for store in stores[:3]:
        person = a_contact(grand, (store,))
        a_registration(person, lecture)
        judge(lecture, person, "attended")
    making.make(NOW)
    report = building.build(MARCH, NOW)
    assert table(report, "stores_size")["all"].values == ("all", 2, 5, 3, rate(3, 5))
    assert table(report, "stores_size")["4_9"].values == ("4_9", 1, 4, 3, rate(3, 4))
    assert table(report, "stores_plan")["=ライト"].values == (Named("ライト", "ライト"), 1, 1, 0, rate(0, 1))
    assert all(row.small for row in report.part("stores_plan").rows)
    attended = behind.behind(MARCH, "stores_size", "all", "stores_attended", NOW)
    assert [row.values[0] for row in attended.rows] == [store.name for store in stores[:3]]
    every = behind.behind(MARCH, "stores_size", "all", "stores", NOW)
    assert [row.values[2] for row in every.rows] == ["yes"] * 3 + ["no"] * 2
    page = behind.behind(MARCH, "stores_size", "all", "stores", NOW, 2, 3)
    assert (page.rows, page.total) == (every.rows[3:5], 5)
    assert every.rows[4].values[1] == Named(str(light.id), light.name)


def test_every_number_leads_to_as_many_rows(database: Flask, world: dict[str, Account]) -> None:
    report = building.build(MARCH, NOW)
    checked = 0
    for part in report.parts:
        for row in part.rows:
            for column, value in zip(part.columns, row.values, strict=True):
                if column.rows and value is not None:
                    found = behind.behind(MARCH, part.key, row.key, column.key, NOW, 2, 0)
                    expected = value.base if isinstance(value, Rate) else value
                    assert (found.total, len(found.rows)) == (expected, min(expected, 2)), (part.key, row.key, column)
                    checked += 1
    assert checked > 150


def test_the_people_behind_a_number_are_shown_with_what_matters(world: dict[str, Account]) -> None:
    found = behind.behind(MARCH, "weekday", "1", "missed", NOW, 1, 1)
    row = dict(zip([column.key for column in found.columns], found.rows[0].values, strict=True))
    assert found.total == 2
    assert row["account"] == Named(str(world["grand"].id), world["grand"].name)
    assert row["lecture"].name == {"ja": "活用編", "en": "Getting results"}
    assert (row["day"], row["verdict"], row["lead"], row["reminder"]) == (date(2026, 3, 3), "missed", "4_7", "none")


@pytest.mark.parametrize(
    ("part", "row", "column"),
    [
        ("nothing", "1", "registered"),
        ("course", "x", "registered"),
        ("course", "99999999999999999999", "registered"),
        ("course", "1", "nothing"),
        ("weekday", "7", "registered"),
        ("heat", "0", "registered"),
        ("week", "2026-13-01", "registered"),
        ("week", "9999-12-31", "registered"),
        ("lead", "yesterday", "rate"),
        ("overall", "paid", "people"),
        ("overall", "registered", "rate"),
        ("without", "gone", "accounts"),
        ("stores_size", "huge", "stores"),
        ("stores_plan", "=x", "registered"),
    ],
)
def test_what_the_report_does_not_count_is_not_found(app: Flask, part: str, row: str, column: str) -> None:
    with pytest.raises(NotFound):
        behind.behind(MARCH, part, row, column, NOW)


def test_a_report_is_narrowed_by_stage_owner_and_tag(world: dict[str, Account]) -> None:
    member = a_member()
    with db.writing():
        grand = db.session.get_one(Account, world["grand"].id)
        grand.stage, grand.success_owner_id = "success", member.id
        tag = Tag(name="試験", name_key="試験", created_at=NOW)
        db.session.add(tag)
        db.session.flush()
        db.session.execute(account_tags.insert().values(account_id=world["light"].id, tag_id=tag.id))
        tag_id = tag.id
    days = (MARCH.since, MARCH.until)
    for asked, registered in ((Asked(*days, stage="success"), 20), (Asked(*days, owner_id=member.id), 20),
                              (Asked(*days, tag_id=tag_id), 25), (Asked(*days, "success", tag_id=tag_id), 0)):  # fmt: skip
        report = building.build(asked, NOW)
        if registered:
            assert numbers(report, "overall", "registered", "people") == (registered,)
        assert behind.behind(asked, "overall", "registered", "people", NOW).total == registered


def test_a_period_with_nothing_in_it_says_so(app: Flask) -> None:
    report = building.build(MARCH, NOW)
    assert [part.rows for part in report.parts] == [()] * len(report.parts)
    assert [part.notes for part in report.parts] == [(Note("no_data"),)] * len(report.parts)


def test_it_takes_a_few_statements_however_much_there_is(world: dict[str, Account]) -> None:
    with noted() as statements:
        building.build(MARCH, NOW)
    assert len([one for one in statements if one.startswith("SELECT")]) == 6


def test_who_was_seen_and_left_early_has_joined(app: Flask) -> None:
    lecture, person = a_lecture(starts_at=MONDAY), a_contact()
    a_registration(person, lecture)
    judge(lecture, person, "missed")
    with db.writing():
        db.session.add(Presence(lecture_id=lecture.id, contact_id=person.id, source="report", recorded_at=NOW))
    making.make(NOW)
    assert db.session.scalars(db.select(Turnout.joined)).all() == [True]
    assert numbers(building.build(MARCH, NOW), "course", str(lecture.course_id), "joined", "missed") == (1, 1)


def test_one_course_is_counted_alone_and_an_unknown_one_is_refused(world: dict[str, Account]) -> None:
    making.make(NOW)
    both = building.build(MARCH, NOW).part("course")
    place = both.column("registered")
    alone = replace(MARCH, more={"course": "advanced"})
    found = building.build(alone, NOW)
    assert [row.values[0].key for row in found.part("course").rows] != [row.values[0].key for row in both.rows]
    (row,) = found.part("course").rows
    assert row.values[place] == behind.behind(alone, "course", row.key, "registered", NOW).total
    assert row.values[place] in [other.values[place] for other in both.rows]
    with pytest.raises(Invalid) as refused:
        building.build(replace(MARCH, more={"course": "unheard"}), NOW)
    assert (refused.value.params["field"], refused.value.params["why"]) == ("course", "not_a_choice")
