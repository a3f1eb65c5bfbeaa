"""When the product was used: signals in any order count once, and a person's word counts with its source."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.setup import UsageDay
from scheduler.services import usage
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.usage import UsageSignal
from tests.factories import a_member, a_store, an_account

API = Actor("api", 1, "api")

pytestmark = pytest.mark.usefixtures("database")


def days(account_id: int) -> list[tuple[date, str, int | None]]:
    query = select(UsageDay.day, UsageDay.event, UsageDay.store_id).where(UsageDay.account_id == account_id)
    return sorted(((day, event, store) for day, event, store in db.session.execute(query)), key=str)


def events(account_id: int) -> list[str]:
    query = select(Event.key).where(Event.account_id == account_id, Event.key.like("usage%")).order_by(Event.id)
    return list(db.session.scalars(query))


def the(account: Account) -> Account:
    return db.session.get_one(Account, account.id, populate_existing=True)


def test_a_signal_counts_once_for_its_day_store_and_event(now: datetime) -> None:
    account = an_account()
    store = a_store(account, code="S1")
    signals = [
        UsageSignal(now, "inquiry_answered", "S1"),
        UsageSignal(now - timedelta(hours=1), "inquiry_answered", "S1"),
        UsageSignal(now, "inquiry_answered"),
        UsageSignal(now, "signed_in", "S1"),
    ]
    assert usage.record(account.id, signals, now, API) == 3
    assert usage.record(account.id, list(reversed(signals)), now, API) == 0
    today = date(2026, 4, 1)
    assert days(account.id) == sorted(
        [
            (today, "inquiry_answered", store.id),
            (today, "inquiry_answered", None),
            (today, "signed_in", store.id),
        ],
        key=str,
    )
    assert events(account.id) == ["usage_began"]


def test_a_day_is_the_installations_day() -> None:
    account = an_account()
    late_evening_in_london = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    usage.record(account.id, [UsageSignal(late_evening_in_london, "signed_in")], late_evening_in_london, API)
    assert days(account.id) == [(date(2026, 4, 1), "signed_in", None)]


def test_a_late_signal_from_before_is_taken(now: datetime) -> None:
    account = an_account()
    usage.record(account.id, [UsageSignal(now, "signed_in")], now, API)
    assert usage.record(account.id, [UsageSignal(now - timedelta(days=30), "signed_in")], now, API) == 1


def test_a_thousand_signals_go_in_with_one_call_and_one_more_is_refused(now: datetime) -> None:
    account = an_account()
    signals = [UsageSignal(now - timedelta(days=number), "signed_in") for number in range(usage.MOST_SIGNALS)]
    assert usage.record(account.id, signals, now, API) == 1000
    with pytest.raises(Invalid) as refusal:
        usage.record(account.id, [*signals, signals[0]], now, API)
    assert refusal.value.params == {"field": "signals", "why": "too_many_signals", "maximum": 1000}


@pytest.mark.parametrize(
    ("signal", "why"),
    [
        (UsageSignal(datetime(2026, 4, 2, 15, tzinfo=UTC), "signed_in"), "in_the_future"),
        (UsageSignal(datetime(2026, 4, 1), "signed_in"), "zone_missing"),
        (UsageSignal(datetime(2026, 4, 1, tzinfo=UTC), "  "), "event_missing"),
        (UsageSignal(datetime(2026, 4, 1, tzinfo=UTC), "x" * 101), "too_long"),
        (UsageSignal(datetime(2026, 4, 1, tzinfo=UTC), "signed_in", "nowhere"), "unknown_store"),
    ],
)
def test_one_bad_signal_refuses_the_whole_call(now: datetime, signal: UsageSignal, why: str) -> None:
    account = an_account()
    a_store(code="nowhere")  # of another account
    with pytest.raises(Invalid) as refusal:
        usage.record(account.id, [UsageSignal(now, "signed_in"), signal], now, API)
    assert refusal.value.params["why"] == why
    assert days(account.id) == []


def test_signals_of_an_unknown_account_are_not_found(now: datetime) -> None:
    with pytest.raises(NotFound):
        usage.record(999_999, [UsageSignal(now, "signed_in")], now, API)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(6)), cuts=st.sets(st.integers(1, 5)), again=st.lists(st.integers(0, 5), max_size=4))
def test_order_repetition_and_grouping_of_signals_do_not_matter(
    order: list[int], cuts: set[int], again: list[int]
) -> None:
    now = datetime(2026, 4, 1, tzinfo=UTC)
    account = an_account()
    signals = [UsageSignal(now - timedelta(days=number // 2), f"event{number % 2}") for number in [*order, *again]]
    edges = [0, *sorted(cuts), len(signals)]
    for start, end in zip(edges, edges[1:], strict=False):
        usage.record(account.id, signals[start:end], now, API)
    whole = [(date(2026, 4, 1) - timedelta(days=number // 2), f"event{number % 2}", None) for number in range(6)]
    assert days(account.id) == sorted(whole, key=str)


def test_a_member_confirms_that_use_began_and_says_how_she_knows(now: datetime) -> None:
    account, member = an_account(), a_member()
    actor = Actor("staff", member.id, "page")
    assert usage.confirm(account.id, date(2026, 3, 30), " 電話で確認 ", now, actor)
    assert not usage.confirm(account.id, date(2026, 3, 30), "電話で確認", now, actor)
    found = the(account)
    assert (found.started_on, found.started_source, found.started_by_id) == (
        date(2026, 3, 30),
        "電話で確認",
        member.id,
    )
    assert events(account.id) == ["usage_confirmed"]


def test_a_confirmation_can_be_taken_back(now: datetime) -> None:
    account = an_account()
    usage.confirm(account.id, date(2026, 3, 30), "電話で確認", now, API)
    assert usage.unconfirm(account.id, now, API)
    assert not usage.unconfirm(account.id, now, API)
    assert (the(account).started_on, the(account).started_source) == (None, "")
    assert events(account.id) == ["usage_confirmed", "usage_unconfirmed"]


@pytest.mark.parametrize(
    ("on", "source", "why"),
    [
        (date(2026, 4, 2), "電話で確認", "in_the_future"),
        (date(2025, 1, 1), "電話で確認", "long_before_signing"),
        (date(2026, 4, 1), "  ", "source_missing"),
        (date(2026, 4, 1), "x" * 501, "too_long"),
    ],
)
def test_a_confirmation_that_cannot_be_right_is_refused(now: datetime, on: date, source: str, why: str) -> None:
    account = an_account(signed_on=date(2026, 3, 1))
    with pytest.raises(Invalid) as refusal:
        usage.confirm(account.id, on, source, now, API)
    assert refusal.value.params["why"] == why
    assert the(account).started_on is None


def test_use_is_summed_up_by_days_and_stores(now: datetime) -> None:
    account = an_account()
    a_store(account, code="S1")
    assert usage.of_account(account.id) is None
    signals = [
        UsageSignal(now - timedelta(days=number), "in", store) for number, store in ((0, "S1"), (2, "S1"), (2, None))
    ]
    usage.record(account.id, signals, now, API)
    assert usage.of_account(account.id) == usage.Use(2, date(2026, 3, 30), date(2026, 4, 1), 1)
