"""The load report counts what each person and team has and did, says who has room, and shows the rows behind each number."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask

from scheduler.models.accounts import Account, Store
from scheduler.models.db import Base, db
from scheduler.models.settings import Setting
from scheduler.models.snapshots import Tenure
from scheduler.models.staff import Staff
from scheduler.models.tags import Tag, account_tags
from scheduler.models.tasks import Task
from scheduler.rules.reporting import Asked, Part, Report
from scheduler.services.refusals import NotFound
from scheduler.services.reports.load import building, counting, rows
from tests import factories as a
from tests.factories import NOW
from tests.statements import noted

# The moment of the tests is 1 April in the morning.
ASKED = Asked(date(2026, 2, 1), date(2026, 4, 30))
FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)
_keys = count(1)


def added(*rows: Base) -> None:
    with db.writing():
        db.session.add_all(rows)


def a_span(account: Account, owner: Staff | None, since: date, until: date | None = None, **fields: Any) -> Tenure:
    values = {"stage": "onboarding", "stores": 2, "owner_id": owner.id if owner else None}
    return Tenure(account_id=account.id, from_on=since, until_on=until, **values | fields)


def a_task(account: Account | None, owner: Staff | None = None, done_by: Staff | None = None, **fields: Any) -> Task:
    values = {"kind": "by_hand", "words": "電話する", "due_on": date(2026, 4, 3), "created_at": NOW}
    who = {"owner_id": owner.id if owner else None, "done_by_id": done_by.id if done_by else None}
    return Task(key=f"t:{next(_keys)}", account_id=account.id if account else None, **who, **values | fields)


def local(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC) - timedelta(hours=9)  # type: ignore[arg-type, misc]


class Office:
    """Anne and Ben of onboarding and Cara of success: five accounts, lectures of February and March, tasks."""

    def __init__(self) -> None:
        self.anne, self.ben = a.a_member(name="杏"), a.a_member(name="勉")
        self.cara = a.a_member(team="success", name="華")
        self.accounts = [a.an_account(name=f"会社{number}") for number in range(5)]
        one, two, three, four, five = self.accounts
        added(
            a_span(one, self.anne, date(2025, 12, 1)),
            a_span(two, self.anne, date(2026, 2, 10), date(2026, 3, 20)),
            a_span(two, self.cara, date(2026, 3, 20), stage="success", stores=5),
            a_span(three, self.ben, date(2026, 3, 31)),
            a_span(four, None, date(2026, 4, 1)),
            a_span(five, self.ben, date(2025, 12, 1), date(2026, 2, 1)),
        )
        a.a_lecture(starts_at=local(2026, 2, 28, 23, 30), host_id=self.anne.id)
        a.a_lecture(starts_at=local(2026, 3, 10, 10, 0), host_id=self.anne.id)
        a.a_lecture(starts_at=local(2026, 3, 10, 10, 0), host_id=self.anne.id, status="cancelled")
        a.a_lecture(starts_at=local(2026, 3, 11, 10, 0), host_id=self.ben.id, account_id=one.id)
        a.a_lecture(starts_at=local(2026, 3, 12, 10, 0))
        # Before the period, and still to come.
        a.a_lecture(starts_at=local(2026, 1, 31, 10, 0), host_id=self.anne.id)
        a.a_lecture(starts_at=local(2026, 4, 20, 10, 0), host_id=self.anne.id)
        added(
            a_task(one, self.anne, self.anne, done_at=local(2026, 2, 28, 23, 59)),
            a_task(one, self.anne, self.ben, done_at=local(2026, 3, 1, 0, 0)),
            a_task(one, self.anne, done_at=local(2026, 3, 5, 9, 0)),
            a_task(one, self.anne, self.anne, done_at=local(2026, 1, 31, 23, 59)),
            a_task(one, self.anne),
            a_task(two),
            a_task(None),
        )


def told(report: Report, part: str) -> dict[str, tuple[Any, ...]]:
    """Return the rows of a part by key, members by name."""
    return {
        row.key: tuple(value.name if hasattr(value, "name") else value for value in row.values)
        for row in report.part(part).rows
    }


def test_the_load_of_people_teams_stages_and_months(database: Flask) -> None:
    office = Office()
    anne, ben, cara = (str(one.id) for one in (office.anne, office.ben, office.cara))
    report = building.build(ASKED, NOW)

    #                  accounts, stores, lectures, hours, one-to-ones, hours, done, open
    assert told(report, "people") == {
        anne: ("杏", "onboarding", 1, 2, 2, 2.0, 0, 0.0, 1, 1),
        ben: ("勉", "onboarding", 1, 2, 0, 0.0, 1, 1.0, 1, 0),
        cara: ("華", "success", 1, 5, 0, 0.0, 0, 0.0, 0, 0),
        "0": ("", "none", 1, 2, 1, 1.0, 0, 0.0, 0, 2),
    }
    assert told(report, "teams") == {
        "onboarding": ("onboarding", 2, 3, 6, 2, 2.0, 1, 1.0, 2, 2),
        "success": ("success", 1, 1, 5, 0, 0.0, 0, 0.0, 0, 0),
        "none": ("none", 0, 0, 0, 1, 1.0, 0, 0.0, 0, 1),
    }
    assert told(report, "stages") == {
        "onboarding": ("onboarding", 3, 1, 6, 2, 1.0, 2.0),
        "success": ("success", 1, 0, 5, 1, 1.0, 5.0),
    }
    assert told(report, "months") == {
        "2026-02_onboarding": (FEBRUARY, "onboarding", 2, 4, 1, 1.0, 0, 0.0, 1),
        "2026-03_onboarding": (MARCH, "onboarding", 2, 4, 1, 1.0, 1, 1.0, 1),
        "2026-03_success": (MARCH, "success", 1, 5, 0, 0.0, 0, 0.0, 0),
        "2026-03_none": (MARCH, "none", 0, 0, 1, 1.0, 0, 0.0, 0),
        "2026-04_onboarding": (APRIL, "onboarding", 3, 6, 0, 0.0, 0, 0.0, 0),
        "2026-04_success": (APRIL, "success", 1, 5, 0, 0.0, 0, 0.0, 0),
    }
    assert told(report, "hours") == {
        "2026-02_all": (FEBRUARY, 1.0, 0.0, 1, 0.25, 1.25),
        "2026-03_all": (MARCH, 2.0, 1.0, 1, 0.25, 3.25),
        "2026-04_all": (APRIL, 0.0, 0.0, 0, 0.0, 0.0),
    }
    assert told(report, "person_months")[f"2026-03_{anne}"] == ("杏", MARCH, 1, 2, 1, 1.0, 0, 0.0, 0)
    assert told(report, "person_months")[f"2026-02_{anne}"] == ("杏", FEBRUARY, 2, 4, 1, 1.0, 0, 0.0, 1)


def test_every_linked_number_has_as_many_rows_behind_it(database: Flask) -> None:
    Office()
    report = building.build(ASKED, NOW)
    seen = 0
    for part in report.parts:
        for row in part.rows:
            for column, value in zip(part.columns, row.values, strict=True):
                if column.rows:
                    found = rows.behind(ASKED, part.key, row.key, column.key, NOW, None, 0)
                    assert (found.total, len(found.rows)) == (value, value), (part.key, row.key, column.key)
                    assert all(len(one.values) == len(found.columns) for one in found.rows)
                    seen += 1
    assert seen > 80


def test_who_has_most_room_comes_first(app: Flask) -> None:
    office = Office()
    months = counting.period(ASKED, NOW).length
    room = building.build(ASKED, NOW).part("room")
    anne, ben, cara = office.anne, office.ben, office.cara
    spent = {anne.id: 2.25 / months, ben.id: 1.25 / months, cara.id: 0.0}
    middle = (spent[anne.id] + spent[ben.id]) / 2
    assert [(row.key, pytest.approx(row.values[3])) for row in room.rows] == [
        (str(one.id), spent[one.id]) for one in (ben, anne, cara)
    ]
    assert [row.values[5] for row in room.rows] == [
        pytest.approx(middle - spent[ben.id]),
        pytest.approx(middle - spent[anne.id]),
        None,
    ]
    assert (room.measured, [note.key for note in room.notes]) == ("estimate", ["hours_usual", "task_minutes"])

    added(Setting(key="staffing", value={"entered": {"hours": 120}}, changed_at=NOW))
    room = building.build(ASKED, NOW).part("room")
    assert [(row.key, row.values[4]) for row in room.rows] == [(str(one.id), 120.0) for one in (cara, ben, anne)]
    assert room.notes[0].params == {"hours": 120.0}


def test_who_has_left_has_no_room(app: Flask) -> None:
    office = Office()
    with db.writing():
        db.session.get_one(Staff, office.ben.id).active = False
    assert str(office.ben.id) not in told(building.build(ASKED, NOW), "room")


@pytest.mark.parametrize("by", ["owner", "tag", "stage"])
def test_narrowed_only_those_accounts_count_and_lectures_of_all(app: Flask, by: str) -> None:
    office = Office()
    one = office.accounts[0]
    tag = Tag(name="試行", name_key="試行", created_at=NOW)
    added(tag)
    with db.writing():
        db.session.execute(account_tags.insert().values(account_id=one.id, tag_id=tag.id))
        db.session.get_one(Account, one.id).onboarding_owner_id = office.anne.id
        for account in office.accounts[1:]:
            db.session.get_one(Account, account.id).stage = "renewal"
    which: dict[str, Any] = {
        "owner": {"owner_id": office.anne.id},
        "tag": {"tag_id": tag.id},
        "stage": {"stage": "onboarding"},
    }
    asked = Asked(ASKED.since, ASKED.until, **which[by])
    report = building.build(asked, NOW)
    assert told(report, "teams")["onboarding"] == ("onboarding", 2, 1, 2, 2, 2.0, 1, 1.0, 2, 1)
    assert [note.key for note in report.notes] == ["lectures_of_all"]
    assert rows.behind(asked, "teams", "onboarding", "accounts", NOW).total == 1


@pytest.mark.parametrize("asked", [ASKED, Asked(date(2027, 1, 1), date(2027, 2, 1))], ids=["nothing", "to come"])
def test_a_period_without_anything_says_so(app: Flask, asked: Asked) -> None:
    report = building.build(asked, NOW)
    assert [part.rows for part in report.parts] == [()] * 7
    assert {note.key for part in report.parts for note in part.notes} == {"no_data"}


@pytest.mark.parametrize(
    ("part", "row", "column"),
    [
        ("nothing", "1", "accounts"),
        ("people", "one", "accounts"),
        ("people", "1", "stores"),
        ("people", "9" * 30, "accounts"),
        ("teams", "cleaners", "accounts"),
        ("months", "2026-13_onboarding", "accounts"),
        ("months", "2027-01_onboarding", "accounts"),
        ("hours", "", "done"),
    ],
)
def test_a_number_that_is_not_there_has_no_rows(app: Flask, part: str, row: str, column: str) -> None:
    with pytest.raises(NotFound):
        rows.behind(ASKED, part, row, column, NOW)


def test_the_months_of_a_large_team_show_the_most_loaded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    monkeypatch.setattr(building, "MOST", 2)
    part: Part = building.build(ASKED, NOW).part("person_months")
    assert {row.key.split("_")[1] for row in part.rows} == {str(office.anne.id), str(office.ben.id)}
    assert [(note.key, note.params) for note in part.notes] == [("others", {"people": 1})]


def test_more_people_and_accounts_take_no_more_statements(app: Flask) -> None:
    def statements() -> int:
        with noted() as seen:
            building.build(ASKED, NOW)
        return len(seen)

    Office()
    few = statements()
    Office()
    shop = a.an_account()
    added(*(Store(account_id=shop.id, code=str(number), name="店") for number in range(5)))
    assert statements() == few <= 12
