"""What is set up, by whom and where: recorded once, undone at a press, and only by whom it is meant for."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.setup import Completion
from scheduler.services import setup
from scheduler.services.actors import CLI, Actor
from scheduler.services.refusals import Invalid, NotFound, StepNotYours, TickNotAllowed
from tests.factories import a_contact, a_setup_step, a_store, an_account

STAFF = Actor("staff", None, "page")
API = Actor("api", 1, "api")

pytestmark = pytest.mark.usefixtures("database")


def events(account_id: int) -> list[tuple[str, str]]:
    query = select(Event.key, Event.channel).where(Event.account_id == account_id, Event.key.like("setup%"))
    return [(key, channel) for key, channel in db.session.execute(query.order_by(Event.id))]


def completions() -> int:
    return db.session.scalar(select(func.count(Completion.id))) or 0


def states(account_id: int) -> dict[str, list[str]]:
    return {step.key: [item.state for item in step.items] for step in setup.progress(account_id)}


def test_a_step_done_is_recorded_once_however_often_it_is_said(now: datetime) -> None:
    account, _step = an_account(), a_setup_step("menu")
    assert setup.complete(account.id, "menu", now, STAFF)
    assert not setup.complete(account.id, "menu", now + timedelta(days=1), API)
    assert completions() == 1
    assert events(account.id) == [("setup_done", "page")]
    assert setup.progress(account.id)[0].at == now


def test_a_step_is_open_again_after_undoing_it_and_undoing_twice_says_it_once(now: datetime) -> None:
    account, _step = an_account(), a_setup_step("menu")
    setup.complete(account.id, "menu", now, STAFF)
    assert setup.complete(account.id, "menu", now, STAFF, done=False)
    assert not setup.complete(account.id, "menu", now, STAFF, done=False)
    assert states(account.id) == {"menu": ["open"]}
    assert [key for key, _channel in events(account.id)] == ["setup_done", "setup_undone"]


def test_what_was_done_may_turn_out_not_to_be_needed(now: datetime) -> None:
    account, _step = an_account(), a_setup_step("menu")
    setup.complete(account.id, "menu", now, STAFF)
    assert setup.complete(account.id, "menu", now, STAFF, state="not_needed", reason="本部で一括")
    (step,) = setup.progress(account.id)
    assert (step.items[0].state, step.items[0].reason, step.done) == ("not_needed", "本部で一括", True)
    assert completions() == 1


def test_a_step_per_store_is_done_when_every_store_in_scope_is(now: datetime) -> None:
    account = an_account()
    a_setup_step("logins", per="store")
    a_store(account, code="S1")
    a_store(account, code="S2")
    a_store(account, code="S9", scope="out")
    setup.complete(account.id, "logins", now, API, store_code="S1", at=now - timedelta(days=2))
    (step,) = setup.progress(account.id)
    assert (step.closed, step.total, step.done, step.at) == (1, 2, False, None)
    setup.complete(account.id, "logins", now, API, store_code="S2", at=now - timedelta(days=1))
    (step,) = setup.progress(account.id)
    assert (step.closed, step.done, step.at) == (2, True, now - timedelta(days=1))


def test_an_account_without_stores_does_a_step_per_store_once(now: datetime) -> None:
    account = an_account()
    a_setup_step("logins", per="store")
    setup.complete(account.id, "logins", now, STAFF)
    assert states(account.id) == {"logins": ["done"]}


def test_the_same_store_code_in_two_accounts_is_two_stores(now: datetime) -> None:
    first, second = an_account(), an_account()
    a_setup_step("logins", per="store")
    for account in (first, second):
        a_store(account, code="1")
    setup.complete(first.id, "logins", now, API, store_code="1")
    assert states(first.id) == {"logins": ["done"]}
    assert states(second.id) == {"logins": ["open"]}


def test_a_customer_ticks_and_unticks_her_own_steps(now: datetime) -> None:
    contact = a_contact()
    a_setup_step("menu", doer="customer")
    actor = Actor("contact", contact.id, "page")
    assert setup.complete(contact.account_id, "menu", now, actor)
    assert setup.complete(contact.account_id, "menu", now, actor, done=False)
    assert states(contact.account_id) == {"menu": ["open"]}


@pytest.mark.parametrize("doer", ["us", "third_party"])
def test_a_customer_cannot_tick_what_others_do(now: datetime, doer: str) -> None:
    contact = a_contact()
    a_setup_step("import", doer=doer)
    with pytest.raises(StepNotYours):
        setup.complete(contact.account_id, "import", now, Actor("contact", contact.id, "page"))
    assert completions() == 0


def test_a_customer_cannot_say_that_a_step_is_not_needed(now: datetime) -> None:
    contact = a_contact()
    a_setup_step("menu")
    with pytest.raises(StepNotYours):
        setup.complete(
            contact.account_id, "menu", now, Actor("contact", contact.id, "page"), state="not_needed", reason="不要"
        )


def test_a_customer_cannot_reach_another_account(now: datetime) -> None:
    contact, other = a_contact(), an_account()
    a_setup_step("menu")
    with pytest.raises(NotFound):
        setup.complete(other.id, "menu", now, Actor("contact", contact.id, "page"))


@pytest.mark.parametrize(
    ("step", "options", "why"),
    [
        ("logins", {}, "store_missing"),
        ("logins", {"store_code": "nowhere"}, "unknown_store"),
        ("menu", {"store_code": "S1"}, "step_per_account"),
        ("menu", {"state": "perhaps"}, "unknown_state"),
        ("menu", {"state": "not_needed"}, "reason_missing"),
        ("menu", {"at": datetime(2026, 4, 1)}, "zone_missing"),
        ("menu", {"at": "tomorrow"}, "in_the_future"),
    ],
)
def test_what_cannot_be_recorded_is_refused_with_its_field(
    now: datetime, step: str, options: dict[str, object], why: str
) -> None:
    account = an_account()
    a_setup_step("menu")
    a_setup_step("logins", per="store")
    a_store(account, code="S1")
    if options.get("at") == "tomorrow":
        options = {"at": now + timedelta(days=1)}
    with pytest.raises(Invalid) as refusal:
        setup.complete(account.id, step, now, API, **options)  # type: ignore[arg-type]
    assert refusal.value.params["why"] == why
    assert completions() == 0


def test_an_unknown_or_retired_step_is_not_found(now: datetime) -> None:
    account = an_account()
    a_setup_step("old", active=False)
    for key in ("old", "nothing"):
        with pytest.raises(NotFound):
            setup.complete(account.id, key, now, API)
    with pytest.raises(NotFound):
        setup.complete(999_999, "old", now, API)


def test_progress_of_many_accounts_takes_three_statements(now: datetime) -> None:
    accounts = [an_account() for _ in range(3)]
    a_setup_step("menu", position=2)
    a_setup_step("logins", per="store", position=1)
    for account in accounts:
        a_store(account, code="S1")
    setup.complete(accounts[1].id, "logins", now, API, store_code="S1")
    found = setup.progress_of_many([account.id for account in accounts])
    assert [[step.key for step in found[account.id]] for account in accounts] == [["logins", "menu"]] * 3
    assert [found[account.id][0].closed for account in accounts] == [0, 1, 0]


@pytest.mark.parametrize("said", [{"state": "done"}, {"state": "not_needed", "reason": "本部で一括"}])
@pytest.mark.parametrize("by", [STAFF, API])
def test_a_customer_takes_nothing_back_that_we_said(now: datetime, by: Actor, said: dict[str, str]) -> None:
    contact, _step = a_contact(), a_setup_step("menu")
    me = Actor("contact", contact.id, "page")
    setup.complete(contact.account_id, "menu", now, by, **said)  # type: ignore[arg-type]
    assert not setup.complete(contact.account_id, "menu", now, me)
    with pytest.raises(StepNotYours):
        setup.complete(contact.account_id, "menu", now, me, done=False)
    assert states(contact.account_id) == {"menu": [said["state"]]}


def test_a_customer_takes_back_what_she_ticked(now: datetime) -> None:
    contact, _step = a_contact(), a_setup_step("menu")
    me = Actor("contact", contact.id, "page")
    assert setup.complete(contact.account_id, "menu", now, me)
    assert setup.complete(contact.account_id, "menu", now, me, done=False)
    assert states(contact.account_id) == {"menu": ["open"]}


def test_a_step_waits_on_somebody_and_is_not_seen_to_meanwhile(now: datetime) -> None:
    contact, _step = a_contact(), a_setup_step("menu")
    account_id = contact.account_id
    assert setup.complete(
        account_id, "menu", now, STAFF, state="waiting", waiting_on="third_party", reason="制作会社に依頼"
    )
    assert not setup.complete(
        account_id, "menu", now, STAFF, state="waiting", waiting_on="third_party", reason="制作会社に依頼"
    )
    assert setup.complete(account_id, "menu", now, STAFF, state="waiting", waiting_on="us")
    (step,) = setup.progress(account_id)
    assert (step.items[0].state, step.items[0].waiting_on, step.done, step.waiting) == ("waiting", "us", False, 1)
    assert setup.complete(account_id, "menu", now, Actor("contact", contact.id, "page"))
    assert states(account_id) == {"menu": ["done"]}
    assert [key for key, _channel in events(account_id)] == ["setup_waiting", "setup_waiting", "setup_done"]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"state": "waiting"}, "waiting_on"),
        ({"state": "waiting", "waiting_on": "somebody"}, "waiting_on"),
        ({"state": "done", "waiting_on": "us"}, "waiting_on"),
    ],
)
def test_who_is_waited_on_is_said_with_waiting_and_only_then(
    now: datetime, options: dict[str, str], field: str
) -> None:
    account, _step = an_account(), a_setup_step("menu")
    with pytest.raises(Invalid) as refusal:
        setup.complete(account.id, "menu", now, STAFF, **options)  # type: ignore[arg-type]
    assert refusal.value.params["field"] == field


@pytest.mark.parametrize(
    ("tickers", "actor", "state", "allowed"),
    [
        (["customer"], STAFF, "done", False),
        (["customer"], STAFF, "not_needed", True),
        (["customer"], STAFF, "waiting", True),
        (["customer"], API, "done", False),
        (["customer"], API, "not_needed", False),
        (["api"], API, "done", True),
        (["staff"], STAFF, "done", True),
        (["staff"], CLI, "done", True),
    ],
)
def test_only_who_may_tick_a_step_says_that_it_is_done(
    now: datetime, tickers: list[str], actor: Actor, state: str, allowed: bool
) -> None:
    account = an_account()
    a_setup_step("menu", tickers=tickers)
    more = {"reason": "本部で一括"} if state == "not_needed" else {"waiting_on": "us"} if state == "waiting" else {}
    if allowed:
        assert setup.complete(account.id, "menu", now, actor, state=state, **more)  # type: ignore[arg-type]
    else:
        with pytest.raises(TickNotAllowed):
            setup.complete(account.id, "menu", now, actor, state=state, **more)  # type: ignore[arg-type]


def test_what_the_product_alone_says_is_not_undone_by_staff_but_what_is_not_needed_is(now: datetime) -> None:
    account = an_account()
    a_setup_step("menu", tickers=["api"])
    setup.complete(account.id, "menu", now, API)
    with pytest.raises(TickNotAllowed):
        setup.complete(account.id, "menu", now, STAFF, done=False)
    assert setup.complete(account.id, "menu", now, STAFF, state="not_needed", reason="不要")
    assert setup.complete(account.id, "menu", now, STAFF, done=False)


def test_a_step_is_due_so_many_days_before_the_planned_start_and_late_after(now: datetime) -> None:
    account = an_account(planned_start_on=date(2026, 4, 10))
    a_setup_step("menu", due_days=7)
    a_setup_step("sign", due_days=None)
    menu, sign = setup.progress(account.id)
    assert (menu.due_on, sign.due_on) == (date(2026, 4, 3), None)
    assert [menu.is_late(date(2026, 4, day)) for day in (3, 4)] == [False, True]
    setup.complete(account.id, "menu", now, STAFF)
    assert not setup.progress(account.id)[0].is_late(date(2026, 4, 30))
