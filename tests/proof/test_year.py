"""Long proof: every number of the reports on a generated year of 300 accounts equals a count of its own, made in pandas."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, update

from scheduler.cli.main import commands
from scheduler.models.db import Base, db
from scheduler.rules.attendance_rates import Rate
from scheduler.rules.reporting import Asked, Report
from scheduler.services.reports.catalogue import REPORTS
from scheduler.services.snapshots import making
from tests.conftest import SECRET, Client, see_anew
from tests.factories import a_token
from tests.proof.year import (
    expected_attendance,
    expected_capacity,
    expected_load,
    expected_notes,
    expected_pack,
    expected_renewals,
    expected_slots,
    expected_snapshots,
    expected_staffing,
    expected_trial,
    expected_way,
    outputs,
    tables,
    world,
)
from tests.proof.year.comparing import differences, numbers
from tests.proof.year.expected_snapshots import Row
from tests.proof.year.firms import FIRST_ID, NOW
from tests.proof.year.tables import View, Year

pytestmark = pytest.mark.proof

SINCE, UNTIL = date(2025, 4, 1), date(2026, 4, 1)
WHOLE = Asked(SINCE, UNTIL)
ASKED = {
    "everything": WHOLE,
    "a shorter period": Asked(date(2025, 9, 10), date(2026, 1, 20)),
    "a stage": replace(WHOLE, stage="success"),
    "an owner": replace(WHOLE, owner_id=FIRST_ID + 4),
    "a tag": replace(WHOLE, tag_id=FIRST_ID),
}


class Told:
    """The year as it lies in the database, and the snapshots counted by hand."""

    def __init__(self) -> None:
        world.fill()
        making.make(NOW)
        self.year = Year()
        self.ways: dict[int, Row] = expected_snapshots.milestones(self.year)
        self.seats: dict[int, Row] = expected_snapshots.turnouts(self.year, self.ways)
        self.spans = expected_snapshots.tenures(self.year)

    def view(self, asked: Asked) -> View:
        """Return whose accounts are asked for."""
        ids = self.year.chosen(asked.stage, asked.owner_id, asked.tag_id) if asked.narrowed else None
        return View(asked.since, asked.until, ids)

    def report(self, name: str, asked: Asked) -> Report:
        """Return what the program says."""
        return REPORTS[name].build(asked, NOW)


@pytest.fixture
def told(database: Flask) -> Told:
    """The year, filled and counted."""
    return Told()


def rows(name: str) -> list[Row]:
    return [dict(row) for row in db.session.execute(select(Base.metadata.tables[name])).mappings()]


def test_every_number_equals_an_independent_count(told: Told) -> None:
    check_snapshots(told)
    found = []
    for case, asked in ASKED.items():
        view = told.view(asked)
        wanted = counted(told, view)
        reports = {name: told.report(name, asked) for name in wanted}
        for name, report in reports.items():
            assert numbers(report) > 100, (case, name)
            found += [f"{case}, {name}: {one}" for one in differences(report, wanted[name])]
        plan = expected_capacity.report(expected_staffing.plan(told.year, told, view))
        staffing = differences(told.report("staffing", asked), plan, expected_capacity.PLAYED)
        found += [f"{case}, staffing: {one}" for one in staffing]
        found += [f"{case}: {one}" for one in notes(told, view, wanted, reports)]
    found += trials(told)
    assert not found, "\n".join(found)


def notes(told: Told, view: View, wanted: dict[str, tables.Told], reports: dict[str, Report]) -> list[str]:
    """List what is said under the tables and does not follow from their numbers."""
    wait = expected_way.wait_to_hand_over(told.ways, told.year, view)
    said = {
        "attendance": expected_notes.attendance(wanted["attendance"]),
        "way": expected_notes.way(wanted["way"], wait),
    }
    found = []
    for name, expected in said.items():
        parts = {part.key: part for part in reports[name].parts}
        found += [f"{name}: {one}" for one in expected_notes.differences(parts, expected)]
    live = expected_way.left_out(told.ways, view)
    if [dict(note.params) for note in reports["way"].notes] != ([{"accounts": live}] if live else []):
        found.append(f"way: {reports['way'].notes} wanted {live}")
    return found


def trials(told: Told) -> list[str]:
    """List in what the reports on the two trials differ."""
    found = []
    for trial in told.year.rows("trials"):
        cases = ("everything", "a stage", "a tag") if trial["subjects"] == "accounts" else ("everything",)
        for case in cases:
            asked = replace(ASKED[case], more={"trial": str(trial["id"])})
            wanted = expected_trial.report(told.year, told, told.view(asked), trial)
            report = told.report("trial", asked)
            found += [f"{case}, {trial['name']}: {one}" for one in differences(report, wanted, expected_trial.PLAYED)]
    return found


def test_every_way_out_tells_the_same_numbers_and_leads_to_their_rows(
    database: Flask, told: Told, client: Client
) -> None:
    token, settings = a_token("read"), database.extensions["tasuki"]
    env = {"TASUKI_DATABASE_URL": settings.database_url, "TASUKI_SECRET_KEY": SECRET, "TASUKI_MAIL": settings.mail}
    env |= {"TASUKI_CLOCK": settings.clock}

    def tasuki(*words: str) -> str:
        done = CliRunner().invoke(commands, ["report", *words], env=env)
        assert done.exit_code == 0, done.output
        return done.stdout

    for name in REPORTS:
        filters = {"from": SINCE.isoformat(), "to": UNTIL.isoformat(), "tag": str(FIRST_ID)}
        own = {"trial": str(FIRST_ID)} if name == "trial" else {}
        asked = replace(ASKED["a tag"], more=own)
        answer = client.get(
            f"/api/v1/reports/{name}", query_string=filters | own, headers={"Authorization": f"Bearer {token}"}
        )
        words = [
            name,
            *(f"--{key}={value}" for key, value in filters.items()),
            *(f"--with={key}={value}" for key, value in own.items()),
        ]
        said = json.loads(tasuki(*words, "--json"))
        files = outputs.sheets(tasuki(*words, "--csv"))
        see_anew()
        built = told.report(name, asked)
        assert answer.status_code == 200
        assert outputs.parts(answer.json or {}) == outputs.parts(said), name
        assert outputs.same(outputs.parts(said), outputs.plain(built)), name
        assert outputs.csv_differences(built, files) == [], name
        assert behind(name, asked, built) == []


def behind(name: str, asked: Asked, report: Report) -> list[str]:
    """List linked numbers behind which not as many rows stand as they say; some of every part, since all take a minute."""
    cells = [
        (part.key, row.key, column.key, base)
        for part in report.parts
        for row in part.rows
        for column, value in zip(part.columns, row.values, strict=True)
        if column.rows and (base := value.base if isinstance(value, Rate) else value)
    ]
    assert cells, name
    return [
        f"{part} {row} {column}: {total} of {base}"
        for part, row, column, base in cells[:: max(1, len(cells) // 60)]
        if (total := REPORTS[name].behind(asked, part, row, column, NOW, 1, 0).total) != base
    ]


def test_one_wrong_row_is_noticed(app: Flask) -> None:
    """Show that the comparison sees what it is for: a verdict and a day, each changed behind its back."""
    told = Told()
    seat, way = Base.metadata.tables["turnouts"], Base.metadata.tables["milestones"]
    known = next(number for number, row in told.seats.items() if row["verdict"] == "attended" and row["day"] > SINCE)
    began = next(
        number
        for number, row in told.ways.items()
        if row["in_use_on"] and row["began_on"] > SINCE and not row["came_live"]
    )
    with db.writing():
        db.session.execute(update(seat).where(seat.c.registration_id == known).values(verdict="missed"))
        db.session.execute(update(way).where(way.c.account_id == began).values(in_use_on=None))
    wanted = counted(told, told.view(WHOLE))
    assert differences(told.report("attendance", WHOLE), wanted["attendance"])
    assert differences(told.report("way", WHOLE), wanted["way"])


def counted(told: Told, view: View) -> dict[str, tables.Told]:
    """Count the reports."""
    return {
        "attendance": expected_attendance.report(told.year, told.seats, told.ways, view),
        "way": expected_way.report(told.year, told.ways, view),
        "load": expected_load.report(told.year, told.spans, view),
        "renewals": expected_renewals.report(told.year, told.ways, view),
        "pack": expected_pack.report(told.year, view),
        "slots": expected_slots.report(told.year, told, view),
    }


def check_snapshots(told: Told) -> None:
    """Hold the snapshots to the raw tables, row by row."""
    assert {row["registration_id"]: row for row in rows("turnouts")} == told.seats
    assert {row["account_id"]: row for row in rows("milestones")} == told.ways
    names = ("account_id", "stage", "owner_id", "stores", "from_on", "until_on")
    assert {tuple(row[name] for name in names) for row in rows("tenures")} == told.spans
