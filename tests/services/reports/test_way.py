"""The way to ready of five accounts whose figures are counted by hand, and the rows behind them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from scheduler.models.accounts import Account, Contract
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.setup import UsageDay
from scheduler.models.snapshots import Milestone
from scheduler.models.tags import Tag, account_tags
from scheduler.rules.reporting import Asked, Report, Spread
from scheduler.services.refusals import NotFound
from scheduler.services.reports.way import building, rows
from tests.factories import an_account
from tests.statements import noted

ASKED = Asked(date(2026, 1, 1), date(2026, 4, 1))


def on(month: int, day: int, year: int = 2026) -> date:
    return date(year, month, day)


def a_way(name: str, began_on: date, planned_on: date | None = None, **days: Any) -> Account:
    account = an_account(external_id=name, name=name, planned_start_on=planned_on)
    known = {f"{key}_on" if key != "came_live" else key: value for key, value in days.items()}
    with db.writing():
        values = {"began_on": began_on, "signed_on": began_on, "came_live": False, "stores": 1, "stores_attended": 0}
        db.session.add(Milestone(account_id=account.id, **values | known))
    return account


def a_handover(account: Account, asked_on: date, state: str, decided_on: date, **fields: Any) -> None:
    at, decided = (datetime(*day.timetuple()[:3], 3, tzinfo=UTC) for day in (asked_on, decided_on))
    values = {"account_id": account.id, "from_stage": "onboarding", "to_stage": "success", "requested_at": at}
    with db.writing():
        db.session.add(Handover(**values | {"state": state, "decided_at": decided} | fields))


@pytest.fixture(autouse=True)
def world(request: pytest.FixtureRequest) -> dict[str, Account]:
    """One went all the way, one waits for its lecture, one was cancelled, one was not invited; two do not count."""
    request.getfixturevalue("database" if "database" in request.fixturenames else "app")
    way = {
        "went": a_way(
            *("went", on(1, 5), on(1, 30)),
            **{"invited": on(1, 6), "registered": on(1, 8), "attended": on(1, 15), "set_up": on(1, 20)},
            **{"in_use": on(1, 25), "ready": on(1, 25), "handed_over": on(2, 4), "last_used": on(3, 1)},
        ),
        "waits": a_way("waits", on(1, 10), on(2, 1), invited=on(1, 12), registered=on(1, 20)),
        "gone": a_way(
            *("gone", on(2, 1), on(3, 1)),
            **{"invited": on(2, 2), "registered": on(2, 3), "attended": on(2, 10), "cancelled": on(2, 20)},
        ),
        "new": a_way("new", on(2, 10)),
        "live": a_way("live", on(2, 11), came_live=True, in_use=on(2, 11)),
        "before": a_way("before", on(12, 1, 2025), in_use=on(12, 20, 2025)),
    }
    with db.writing():
        terms = {"account_id": way["went"].id, "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
        db.session.add(Contract(**terms, starts_on=on(1, 5), ends_on=on(1, 5, 2027), monthly_fee=30000))
        db.session.add(Contract(**terms, starts_on=on(1, 5, 2027), ends_on=on(1, 5, 2028), monthly_fee=99000))
        used = {"event": "used", "recorded_at": datetime(2026, 3, 1, tzinfo=UTC)}
        db.session.add(UsageDay(account_id=way["went"].id, day=on(3, 1), **used))
    a_handover(
        way["went"], on(1, 27), "returned", on(1, 29), reopened=["usage_started", "setup_complete"], reason="まだ"
    )
    a_handover(way["went"], on(2, 1), "accepted", on(2, 4))
    return way


@pytest.fixture
def report(world: dict[str, Account], now: datetime) -> Report:
    with noted() as statements:
        found = building.build(ASKED, now)
    assert len(statements) <= 12
    return found


def values(report: Report, part: str) -> dict[str, tuple[Any, ...]]:
    return {row.key: row.values[1:] for row in report.part(part).rows}


def test_each_month_says_how_many_of_its_accounts_reached_each_knot(report: Report) -> None:
    assert values(report, "reached") == {"2026-01": (2, 2, 2, 2, 1, 1, 1, 1, 1), "2026-02": (2, 2, 1, 1, 1, 0, 0, 0, 0)}
    assert all(row.small for row in report.part("reached").rows)
    assert [(note.key, note.params) for note in report.notes] == [("came_live", {"accounts": 1})]


def test_who_is_still_on_the_way_counts_as_far_as_it_came(report: Report) -> None:
    # Attended after 9 and 10 days, not by day 50 and 81: three quarters are left after 9 days, half after 10.
    accounts, reached, left, median, ninetieth = values(report, "days")["attended"]
    assert (accounts, reached, left, median.middle, ninetieth.middle) == (4, 2, 2, 10, None)
    # The cancelled one left on day 19: of the three seen on day 20 one was ready.
    curve = {row.key: row.values for row in report.part("curve").rows}
    assert curve["14"][1] == 0
    assert curve["21"][1] == pytest.approx(1 / 3)
    assert curve["77"][4] == 1
    assert values(report, "cohort_median")["2026-01"][7] == Spread(20, 20, None)


def test_the_start_of_use_is_held_against_the_planned_day(database: object, report: Report) -> None:
    counted = {key: row[0] for key, row in values(report, "start").items()}
    assert counted == {"early": 1, "on_time": 0, "late": 0, "overdue": 1, "ahead": 0, "gone": 1}
    planned, difference, planned_days, actual = values(report, "start_days")["all"]
    # Five days early; not by nine days before, when it was cancelled; not by 59 days after.
    assert (planned, difference.middle, planned_days, actual.middle) == (3, -5, 25, 20)
    assert values(report, "start_months")["2026-01"] == (2, 1, 0, 0, 1, 0, 0)
    assert values(report, "worth")["all"] == (4, 1, 30000, 1000)


def test_where_accounts_wait_and_how_long_each_step_takes(database: object, report: Report) -> None:
    waiting = {key: row for key, row in values(report, "waiting").items() if row[0]}
    assert waiting == {"invited": (1, 50), "attended": (1, 71)}
    # Two after 7 days; one of three not within the 71 days it was seen.
    assert values(report, "steps")["attended"] == (3, pytest.approx(7 + 64 / 3), 71)


def test_returned_handovers_are_told_with_the_conditions_they_opened_again(report: Report) -> None:
    decided, accepted, returned, share = values(report, "decided")["onboarding-success"]
    assert (decided, accepted, returned, share.hits, share.base) == (2, 1, 1, 1, 2)
    assert values(report, "returned") == {"setup_complete": (1,), "usage_started": (1,)}


def test_handovers_are_looked_at_again_only_once_they_are_old_enough(database: object, report: Report) -> None:
    after = values(report, "after")
    told = {key: (row[0], *((one.hits, one.base) for one in row[1:])) for key, row in after.items()}
    assert told == {"30": (1, (1, 1), (0, 1), (1, 2)), "60": (0, (0, 0), (0, 0), (1, 1))}
    assert [note.key for note in report.part("after").notes] == ["unclear"]


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
    assert linked > 60
    for part, row, column in (
        ("days", "lost", "reached"),
        ("reached", "2026-13", "ready"),
        ("after", "31", "advanced"),
    ):
        with pytest.raises(NotFound):
            rows.behind(ASKED, part, row, column, now, 10, 0)


def test_a_tag_narrows_every_part_and_a_period_without_anybody_says_so(
    world: dict[str, Account], now: datetime
) -> None:
    with db.writing():
        tag = Tag(name="試行", name_key="試行", created_at=now)
        db.session.add(tag)
        db.session.flush()
        db.session.execute(account_tags.insert().values(account_id=world["new"].id, tag_id=tag.id))
    found = building.build(Asked(ASKED.since, ASKED.until, tag_id=tag.id), now)
    assert values(found, "days")["signed"][0] == 1
    assert values(found, "waiting")["invited"] == (1, 50)
    empty = building.build(Asked(on(1, 1, 2020), on(1, 1, 2020) + timedelta(days=30)), now)
    assert all(not part.rows and part.plot is None and part.notes[0].key == "no_data" for part in empty.parts)
