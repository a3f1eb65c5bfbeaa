"""What each condition asks, and what its answer says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from scheduler.rules.clauses.attended import Attended
from scheduler.rules.clauses.plain import FieldFilled
from scheduler.rules.clauses.setup import SetupComplete
from scheduler.rules.clauses.usage import UsageStarted
from scheduler.rules.facts import Attendance, Facts, Person, SetupItem, UsageDay

NOV_10, NOV_16, NOV_20 = date(2026, 11, 10), date(2026, 11, 16), date(2026, 11, 20)
COORDINATOR, MANAGER, MEMBER = Person(1, "coordinator"), Person(2, "manager"), Person(3, "member")
TEN_STORES = frozenset(range(101, 111))
ONE_PERSON = Attended("basic", stores_to=3)
HALF_AND_COORDINATOR = Attended("basic", share=0.5, coordinator=True, stores_from=4)


def was_there(contact: int, on: date, stores: tuple[int, ...] = (), course: str = "basic") -> Attendance:
    return Attendance(on, course, contact, stores)


@pytest.mark.parametrize(
    ("clause", "stores", "applies"),
    [
        (ONE_PERSON, 0, True),
        (ONE_PERSON, 3, True),
        (ONE_PERSON, 4, False),
        (HALF_AND_COORDINATOR, 3, False),
        (HALF_AND_COORDINATOR, 4, True),
        (HALF_AND_COORDINATOR, 1000, True),
    ],
)
def test_a_clause_judges_accounts_of_its_size(clause: Attended, stores: int, applies: bool) -> None:
    assert clause.applies(Facts(stores=frozenset(range(stores)))) is applies


FIVE = (101, 102, 103, 104, 105)


@pytest.mark.parametrize(
    ("clause", "attended", "reason", "params", "since"),
    [
        (ONE_PERSON, [], "attended_people_short", {"people": 0, "people_needed": 1}, None),
        (ONE_PERSON, [was_there(3, NOV_16)], "attended_met", {"people": 1}, NOV_16),
        (ONE_PERSON, [was_there(3, NOV_20), was_there(2, NOV_10)], "attended_met", {"people": 2}, NOV_10),
        (ONE_PERSON, [was_there(3, NOV_16, course="advanced")], "attended_people_short", {"people": 0}, None),
        (Attended("basic", contacts=2), [was_there(3, NOV_10), was_there(3, NOV_16)], "attended_people_short", {"people": 1}, None),
        (Attended("basic", contacts=2), [was_there(3, NOV_10), was_there(2, NOV_16)], "attended_met", {"people": 2}, NOV_16),
        (
            HALF_AND_COORDINATOR,
            [],
            "attended_coordinator_and_stores",
            {"stores": 10, "stores_covered": 0, "stores_needed": 5, "coordinator": "not_yet"},
            None,
        ),
        (
            HALF_AND_COORDINATOR,
            [was_there(1, NOV_10), was_there(2, NOV_16, (101, 102, 103))],
            "attended_stores_short",
            {"stores_covered": 3, "stores_needed": 5, "stores_missing": [104, 105, 106, 107, 108, 109, 110]},
            None,
        ),
        (
            HALF_AND_COORDINATOR,
            [was_there(2, NOV_16, FIVE)],
            "attended_coordinator_missing",
            {"stores_covered": 5, "coordinator": "not_yet"},
            None,
        ),
        # The same store twice counts once, one out of scope not at all.
        (
            HALF_AND_COORDINATOR,
            [was_there(1, NOV_10, (101, 102)), was_there(2, NOV_16, (101, 102, 999))],
            "attended_stores_short",
            {"stores_covered": 2},
            None,
        ),
        # Met on the day of the last that was missing: here the fifth store, there the coordinator.
        (
            HALF_AND_COORDINATOR,
            [was_there(1, NOV_10, (101,)), was_there(2, NOV_16, FIVE), was_there(3, NOV_20, (106,))],
            "attended_met",
            {"stores_covered": 6, "coordinator": "attended"},
            NOV_16,
        ),
        (HALF_AND_COORDINATOR, [was_there(2, NOV_16, FIVE), was_there(1, NOV_20)], "attended_met", {}, NOV_20),
    ],
)  # fmt: skip
def test_attendance_says_who_and_how_many_stores_are_missing(
    clause: Attended, attended: list[Attendance], reason: str, params: dict[str, Any], since: date | None
) -> None:
    result = clause.judge(Facts(TEN_STORES, (COORDINATOR, MANAGER, MEMBER), tuple(attended)))
    assert (result.key, result.reason_key, result.since) == ("attended", reason, since)
    assert result.met is (reason == "attended_met")
    assert params.items() <= result.params.items()


def test_an_account_without_a_coordinator_is_told_so() -> None:
    result = HALF_AND_COORDINATOR.judge(Facts(TEN_STORES, (MANAGER,), (was_there(2, NOV_16, FIVE),)))
    assert result.reason_key == "attended_coordinator_missing"
    assert result.params["coordinator"] == "nobody"


def test_a_third_of_three_stores_is_one_store() -> None:
    for stores, share, needed in ((3, 1 / 3, 1), (5, 0.5, 3), (4, 0.5, 2), (100, 0.07, 7), (1000, 0.001, 1), (7, 1, 7)):
        facts = Facts(frozenset(range(stores)))
        assert Attended("basic", share=share).judge(facts).params["stores_needed"] == needed


def item(step: str, state: str, on: date | None = None, store: int | None = None, required: bool = True) -> SetupItem:
    return SetupItem(step, required, store, state, on)


@pytest.mark.parametrize(
    ("setup", "reason", "params", "since"),
    [
        ([], "setup_nothing_required", {"done": 0, "total": 0, "left": 0}, None),
        ([item("logo", "open", required=False)], "setup_nothing_required", {"total": 0}, None),
        (
            [item("users", "done", NOV_10), item("menu", "open"), item("pay", "waiting")],
            "setup_open",
            {
                "done": 1,
                "total": 3,
                "left": 2,
                "steps": [
                    {"step": "menu", "done": 0, "total": 1, "on": None},
                    {"step": "pay", "done": 0, "total": 1, "on": None},
                ],
            },
            None,
        ),
        ([item("users", "done", NOV_10), item("menu", "not_needed", NOV_16)], "setup_met", {"done": 2, "total": 2}, NOV_16),
        ([item("users", "done", NOV_10), item("logo", "open", required=False)], "setup_met", {"total": 1}, NOV_10),
        (
            [item("menu", "done", NOV_10, 101), item("menu", "open", store=102), item("menu", "done", NOV_16, 103)],
            "setup_open",
            {"done": 0, "total": 1, "left": 1, "steps": [{"step": "menu", "done": 2, "total": 3, "on": "2026-11-16"}]},
            None,
        ),
        # A store out of scope waits for nothing.
        ([item("menu", "done", NOV_10, 101), item("menu", "open", store=999)], "setup_met", {"total": 1}, NOV_10),
    ],
)  # fmt: skip
def test_set_up_names_the_steps_that_are_open(
    setup: list[SetupItem], reason: str, params: dict[str, Any], since: date | None
) -> None:
    result = SetupComplete().judge(Facts(TEN_STORES, setup=tuple(setup)))
    assert (result.key, result.reason_key, result.since) == ("setup_complete", reason, since)
    assert result.met is (reason != "setup_open")
    assert params.items() <= result.params.items()


def used(on: date, store: int | None = 101, event: str = "order") -> UsageDay:
    return UsageDay(on, store, event)


@pytest.mark.parametrize(
    ("clause", "usage", "started_on", "reason", "since"),
    [
        (UsageStarted(), [], None, "usage_none", None),
        (UsageStarted(), [used(NOV_16), used(NOV_10)], None, "usage_met", NOV_10),
        (UsageStarted(), [], NOV_20, "usage_confirmed", NOV_20),
        (UsageStarted(), [used(NOV_16)], NOV_10, "usage_met", NOV_10),
        (UsageStarted(confirmed=False), [], NOV_20, "usage_none", None),
        (UsageStarted(days=3), [used(NOV_10), used(NOV_10, 102), used(NOV_16)], None, "usage_days_short", None),
        (UsageStarted(days=3), [used(NOV_10), used(NOV_16), used(NOV_20, None)], None, "usage_met", NOV_20),
        (UsageStarted(days=3), [used(NOV_10)], NOV_16, "usage_confirmed", NOV_16),
    ],
)
def test_use_has_begun_by_signals_or_by_a_persons_word(
    clause: UsageStarted, usage: list[UsageDay], started_on: date | None, reason: str, since: date | None
) -> None:
    result = clause.judge(Facts(usage=tuple(usage), started_on=started_on, started_source="電話で確認"))
    assert (result.key, result.reason_key, result.since) == ("usage_started", reason, since)
    assert result.met is (since is not None)


def test_a_persons_word_on_use_stands_in_the_evidence_with_how_she_knows() -> None:
    result = UsageStarted().judge(Facts(started_on=NOV_20, started_source="電話で確認"))
    assert result.evidence == [{"source": "person", "on": "2026-11-20", "how": "電話で確認"}]


@pytest.mark.parametrize(
    ("value", "met"), [("小林", True), (" ", False), ("", False), (None, False), (0, True), (NOV_10, True)]
)
def test_a_field_must_say_something(value: object, met: bool) -> None:
    result = FieldFilled("owner").judge(Facts(fields={"owner": value}))
    assert (result.met, result.params) == (met, {"field": "owner"})
    assert not FieldFilled("unknown").judge(Facts(fields={"owner": value})).met
