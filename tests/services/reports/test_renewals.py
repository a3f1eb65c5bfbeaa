"""Renewals of five accounts whose figures are counted by hand, and the rows behind them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from scheduler.models.accounts import Account, Contract
from scheduler.models.db import db
from scheduler.models.snapshots import Milestone
from scheduler.rules.reporting import Asked, Report
from scheduler.services.refusals import NotFound
from scheduler.services.reports.renewals import building, rows
from tests.factories import an_account
from tests.statements import noted

ASKED = Asked(date(2024, 1, 1), date(2026, 4, 1))


def a_customer(name: str, *contracts: tuple[date, int | None, str | None], **account: Any) -> Account:
    """Add an account with contracts of a year each: the first day, the fee, the outcome."""
    row = an_account(external_id=name, name=name, **account)
    with db.writing():
        for starts_on, fee, outcome in contracts:
            term = {"starts_on": starts_on, "ends_on": starts_on.replace(year=starts_on.year + 1)}
            created_at = datetime(2026, 1, 1, tzinfo=UTC)
            db.session.add(Contract(account_id=row.id, monthly_fee=fee, outcome=outcome, created_at=created_at, **term))
    return row


def its_way(account: Account, **days: date) -> None:
    with db.writing():
        known = {"began_on": date(2024, 4, 1), "came_live": False, "stores": 0, "stores_attended": 0}
        db.session.add(Milestone(account_id=account.id, **known | {f"{key}_on": day for key, day in days.items()}))


@pytest.fixture(autouse=True)
def world(request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("database" if "database" in request.fixturenames else "app")
    planned = {"planned_start_on": date(2024, 5, 1)}
    renewed = a_customer("renewed", (date(2024, 4, 1), 100, None), (date(2025, 4, 1), 120, None), **planned)
    its_way(renewed, ready=date(2024, 5, 1), attended=date(2024, 4, 20))
    ended = a_customer("ended", (date(2025, 1, 10), 50, "ended"), **planned)
    its_way(ended, ready=date(2025, 2, 1))
    stays = a_customer("stays", (date(2025, 2, 1), None, "renewed"), **planned)
    its_way(stays, ready=date(2024, 4, 30))
    a_customer("cancelled", (date(2025, 6, 1), 80, None), cancelled_on=date(2025, 9, 1))
    a_customer("runs", (date(2025, 7, 1), None, None))
    a_customer("long ago", (date(2020, 1, 1), 10, "renewed"))


@pytest.fixture
def report(world: None, now: datetime) -> Report:
    with noted() as statements:
        found = building.build(ASKED, now)
    assert len(statements) <= 5
    return found


def values(report: Report, part: str) -> dict[str, tuple[Any, ...]]:
    return {row.key: row.values[1:] for row in report.part(part).rows}


def test_what_nobody_said_of_a_contract_is_told_by_what_followed(report: Report) -> None:
    # Followed by another: renewed. Cancelled account: ended. Over since today and nothing known: unsaid.
    assert values(report, "outcomes") == {
        "renewed": (2, 1, 100),
        "ended": (2, 2, 130),
        "running": (1, 0, 0),
        "unsaid": (1, 1, 120),
    }


def test_contracts_are_counted_in_the_month_of_their_last_day(report: Report) -> None:
    told = {key: (*row[:4], row[4].hits, row[4].base) for key, row in values(report, "due").items()}
    assert told == {
        "2025-03": (1, 1, 0, 0, 1, 1),
        "2026-01": (2, 1, 1, 0, 1, 2),
        "2026-03": (1, 0, 0, 1, 0, 0),
    }
    decided, share, known, due, kept, share_kept = values(report, "fees")["all"]
    assert (decided, share.hits, share.base, known, due, kept) == (3, 2, 3, 2, 150, 100)
    assert share_kept == pytest.approx(2 / 3)


def test_who_is_still_a_customer_counts_as_long_as_that_is_known(database: object, report: Report) -> None:
    # One of five went on day 92, one of the three still looked at on day 365.
    accounts, ended, half, _half_low, _half_high, retained, low, high, median = values(report, "by_ready")["all"]
    assert (accounts, ended, half, retained) == (5, 2, pytest.approx(0.8), pytest.approx(0.8 * 2 / 3))
    assert low < retained < high
    assert median.middle is None
    retained_by = {key: (row[0], row[1], row[5]) for key, row in values(report, "by_ready").items()}
    assert retained_by == {
        "all": (5, 2, pytest.approx(0.8 * 2 / 3)),
        "in_time": (2, 0, 1),
        "late": (1, 1, pytest.approx(0)),
        # Nobody of them was looked at for a year.
        "never": (2, 1, None),
    }
    assert {key: row[:2] for key, row in values(report, "by_attended").items()} == {
        "attended": (1, 0),
        "not_attended": (4, 2),
    }
    in_june = values(report, "retention")["2025-06"]
    assert (*in_june[:2], in_june[5]) == (1, 1, pytest.approx(0))
    curve = {row.key: row.values for row in report.part("curve").rows}
    assert (curve["90"][2], curve["120"][2]) == (1, pytest.approx(0.8))


def test_behind_every_number_stand_as_many_rows(database: object, report: Report, now: datetime) -> None:
    linked = 0
    for part in report.parts:
        for row in part.rows:
            for column, value in zip(part.columns, row.values, strict=True):
                number = getattr(value, "base", value)
                if column.rows and number:
                    found = rows.behind(ASKED, part.key, row.key, column.key, now, 1, 0)
                    assert (found.total, len(found.rows)) == (number, 1), (part.key, row.key, column.key)
                    assert all(len(one.values) == len(found.columns) for one in found.rows)
                    linked += 1
    assert linked > 30
    for part, row, column in (("outcomes", "lost", "contracts"), ("due", "x", "ended"), ("curve", "0", "left")):
        with pytest.raises(NotFound):
            rows.behind(ASKED, part, row, column, now, 10, 0)


def test_a_period_too_short_for_twelve_months_says_so(now: datetime) -> None:
    found = building.build(Asked(date(2025, 5, 1), date(2026, 4, 1)), now)
    assert {(row[2] is None, row[5]) for row in values(found, "by_ready").values()} >= {(False, None)}
    assert [note.key for note in found.part("by_ready").notes] == ["look_back"]


def test_a_period_without_contracts_says_so(now: datetime) -> None:
    empty = building.build(Asked(date(2010, 1, 1), date(2010, 12, 31), stage="renewal"), now)
    assert all(not part.rows and part.plot is None and part.notes[0].key == "no_data" for part in empty.parts)
