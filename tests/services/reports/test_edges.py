"""No report fails whatever it is asked: days far away, rows that nobody has, names with odd letters, nobody there at all."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from xml.etree import ElementTree as Xml

import pytest
from flask import Flask

from scheduler.services import tags
from scheduler.services.actors import CLI
from scheduler.services.refusals import NotFound
from scheduler.services.reports import asking
from scheduler.services.reports.catalogue import REPORTS
from scheduler.services.snapshots import making
from scheduler.services.trials import keeping
from scheduler.services.trials.keeping import Wanted
from scheduler.web.plots import drawing
from scheduler.web.words.figures import cells
from tests import factories as a
from tests.factories import NOW

# Letters of HTML, a formula, a placeholder, and some that XML has no place for.
ODD = "=<b>&\"'%(n)s\x01\x1f\ufffe"
DAYS = (
    ("1900-01-01", "1900-01-02"), ("2199-12-30", "2199-12-31"), ("2026-04-02", "2026-04-02"),
    ("2026-04-01", "2026-04-01"), ("2025-12-31", "2026-01-01"),
)  # fmt: skip
HUGE = "99999999999999999999"
ROWS = (
    "",
    HUGE,
    f"{HUGE}.attendance.1",
    f"attendance.{HUGE}",
    "1.9999-12",
    "9999-12",
    "9999-12_1",
    "9999-12-31.1",
    "１",
)


def an_odd_house() -> None:
    """Fill the house: an account without stores, lectures without a host and of one who left, in several zones."""
    gone, there = a.a_member(name=ODD, active=False), a.a_member(name="杏", email="anne@vendor.example")
    account = a.an_account(name=ODD, plan=ODD, it_skill=ODD, onboarding_owner_id=gone.id)
    contact = a.a_contact(account, name=ODD)
    for days, host, zone in (
        (9, None, "Asia/Tokyo"), (20, gone.id, "America/New_York"), (-9, there.id, "Europe/London"),
    ):  # fmt: skip
        a.a_registration(contact, a.a_lecture(starts_at=NOW - timedelta(days=days), host_id=host, zone=zone))
    tags.set_account(account.id, [ODD], NOW, CLI)
    groups, months = [(tag.id, True) for tag in tags.every()], ("2025-10", "2025-12", "2026-01", "2026-03")
    keeping.add(Wanted(ODD, "accounts", groups, *months, ("attendance",)), NOW, CLI)
    making.make(NOW)


@pytest.mark.parametrize("filled", [False, True], ids=["nobody", "odd"])
def test_any_days_can_be_asked_about(database: Flask, filled: bool) -> None:
    if filled:
        an_odd_house()
    for name, (since, until) in product(REPORTS, DAYS):
        choices = REPORTS[name].choices
        found = REPORTS[name].build(asking.read({"from": since, "to": until}, NOW, choices), NOW)
        with database.test_request_context():
            assert all(cells.sheet(name, part).csv()[0] for part in found.parts), (name, since)


def test_names_with_any_letters_make_pictures(app: Flask) -> None:
    an_odd_house()
    seen = ""
    with app.test_request_context():
        for name in ("attendance", "load"):
            for part in REPORTS[name].build(asking.read({}, NOW), NOW).parts:
                if part.plot is not None:
                    seen += "".join(Xml.fromstring(drawing.svg(cells.sheet(name, part))).itertext())
    assert "=<b>&\"'%(n)s" in seen


def test_rows_that_nobody_has_are_not_found(database: Flask) -> None:
    an_odd_house()
    for name, kind in REPORTS.items():
        asked = asking.read({}, NOW, kind.choices)
        numbers = [
            (part.key, column.key) for part in kind.build(asked, NOW).parts for column in part.columns if column.rows
        ]
        for (part, column), row in product([*numbers, ("attendance_months", "people")], ROWS):
            try:
                assert kind.behind(asked, part, row, column, NOW, 2, 0).total == 0, (name, part, row)
            except NotFound:
                continue
