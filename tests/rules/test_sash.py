"""How far an account has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from scheduler.rules.clauses.plain import FieldFilled
from scheduler.rules.facts import Attendance, Facts, SetupItem, UsageDay
from scheduler.rules.readiness import Rule
from scheduler.rules.sash import KNOTS, Journey, Knot, sash

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
NOV_1, NOV_10, NOV_16, NOV_20 = (date(2026, *day) for day in ((11, 1), (11, 10), (11, 16), (11, 20)))
TO_DO = Facts(stores=frozenset({101, 102, 103, 104}), setup=(SetupItem("users", True, None, "open"),))
BEGUN = replace(
    TO_DO,
    attended=(Attendance(NOV_16, "basic", 1, (101,)),),
    setup=(SetupItem("users", True, None, "done", NOV_16), SetupItem("menu", True, None, "open")),
)
SMALL = Facts(
    attended=(Attendance(NOV_16, "basic", 1),),
    setup=(SetupItem("users", True, None, "done", NOV_20),),
    usage=(UsageDay(NOV_20, None, "order"),),
)
SIGNED = Journey(signed_on=NOV_1)
INVITED = replace(SIGNED, invited_on=NOV_10)
REGISTERED = replace(INVITED, registered_on=NOV_10)
SYMBOL = {"met": "●", "waiting": "◐", "missing": "○"}


@pytest.mark.parametrize(
    ("facts", "journey", "drawn"),
    [
        (TO_DO, Journey(stage="sales"), "○○○○○○○"),
        (TO_DO, SIGNED, "●○○○○○○"),
        (TO_DO, Journey(), "●○○○○○○"),
        (TO_DO, INVITED, "●●○○○○○"),
        (TO_DO, REGISTERED, "●●●○○○○"),
        (BEGUN, REGISTERED, "●●●◐◐○○"),
        (SMALL, REGISTERED, "●●●●●●○"),
        (SMALL, replace(REGISTERED, handover_requested_on=NOV_20), "●●●●●●◐"),
        (SMALL, replace(REGISTERED, handover_requested_on=NOV_20, handed_over_on=NOV_20, stage="success"), "●●●●●●●"),
        # Registered on the public page without an invitation; walked in without a registration.
        (TO_DO, replace(SIGNED, registered_on=NOV_10), "●●●○○○○"),
        (SMALL, SIGNED, "●●●●●●○"),
        # Already live when it was imported.
        (TO_DO, Journey(stage="success"), "●○○○○○●"),
    ],
)
def test_the_sash_shows_how_far_an_account_has_come(facts: Facts, journey: Journey, drawn: str) -> None:
    knots = sash(facts, journey, NOW)
    assert tuple(knot.key for knot in knots) == KNOTS
    assert "".join(SYMBOL[knot.state] for knot in knots) == drawn


def test_each_knot_carries_its_day() -> None:
    knots = sash(SMALL, replace(REGISTERED, handover_requested_on=NOV_20), NOW)
    assert [knot.on for knot in knots] == [NOV_1, NOV_10, NOV_10, NOV_16, NOV_20, NOV_20, NOV_20]
    assert knots[3].to_json() == {"key": "attended", "state": "met", "on": "2026-11-16"}


def test_a_waiting_knot_carries_the_day_it_began() -> None:
    knots = {knot.key: knot for knot in sash(BEGUN, REGISTERED, NOW)}
    assert knots["attended"] == Knot("attended", "waiting", NOV_16)
    assert knots["set_up"] == Knot("set_up", "waiting", NOV_16)


def test_a_rule_that_does_not_ask_for_a_knot_leaves_it_to_the_usual_one() -> None:
    rule = Rule(("onboarding", "success"), (FieldFilled("owner"),))
    assert sash(SMALL, REGISTERED, NOW, rule) == sash(SMALL, REGISTERED, NOW)
