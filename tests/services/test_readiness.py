"""When an account is ready: the moment the last clause is met, until one is lost, and told once each time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Account, Contact, Contract, Store
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Course, Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.setup import SetupStep, UsageDay
from scheduler.services import proving, readiness, setup, usage
from scheduler.services.actors import Actor
from scheduler.services.registrations.booking import register as book
from scheduler.services.usage import UsageSignal
from tests.conftest import NOW
from tests.factories import (
    a_contact,
    a_course,
    a_lecture,
    a_member,
    a_registration,
    a_setup_step,
    a_store,
    an_account,
)
from tests.services.together import at_once
from tests.statements import noted

STAFF = Actor("staff", None, "page")
API = Actor("api", 1, "api")
PAST = datetime(2026, 3, 25, 5, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("database")


def attend(contact: Contact, lecture: Lecture | None = None, verdict: str = "attended") -> Lecture:
    """Put a verdict there as a row; what records one is another service's test."""
    lecture = lecture or a_lecture(starts_at=PAST)
    with db.writing():
        db.session.add(Attendance(lecture_id=lecture.id, contact_id=contact.id, verdict=verdict, decided_at=PAST))
    return lecture


def use(account: Account, now: datetime) -> None:
    usage.record(account.id, [UsageSignal(now, "signed_in")], now, API)


def the(account: Account) -> Account:
    return db.session.get_one(Account, account.id, populate_existing=True)


def clauses(account: Account) -> dict[str, bool]:
    return {clause["key"]: clause["met"] for clause in the(account).clauses}


def clause(account: Account, key: str) -> dict[str, Any]:
    return next(clause for clause in the(account).clauses if clause["key"] == key)


def knots(account: Account) -> dict[str, str]:
    return {knot["key"]: knot["state"] for knot in the(account).knots}


def events(account: Account) -> list[str]:
    query = select(Event.key).where(Event.account_id == account.id, Event.key.in_(("ready", "not_ready_again")))
    return list(db.session.scalars(query.order_by(Event.id)))


def mails() -> list[tuple[int | None, str]]:
    query = select(Mail.staff_id, Mail.state).where(Mail.kind == "staff_ready").order_by(Mail.id)
    return [(staff_id, state) for staff_id, state in db.session.execute(query)]


def an_account_but_for_usage(now: datetime, **fields: Any) -> Account:
    """Add a small account whose coordinator attended and whose set-up is done."""
    account = an_account(**fields)
    attend(a_contact(account))
    a_setup_step("menu")
    setup.complete(account.id, "menu", now, STAFF)
    return account


def test_the_moment_the_last_clause_is_met_the_account_is_ready_and_its_owner_is_told(now: datetime) -> None:
    owner = a_member()
    account = an_account_but_for_usage(now, onboarding_owner_id=owner.id)
    assert clauses(account) == {"attended": True, "setup_complete": True, "usage_started": False}
    assert the(account).ready_since is None
    later = now + timedelta(hours=3)
    use(account, later)
    assert the(account).ready_since == later
    assert clauses(account) == {"attended": True, "setup_complete": True, "usage_started": True}
    assert events(account) == ["ready"]
    assert mails() == [(owner.id, "queued")]
    assert the(account).next_step == "request_handover"


def test_every_clause_says_why_with_its_evidence(now: datetime) -> None:
    account = an_account()
    contact = a_contact(account, (a_store(account),))
    attend(contact)
    usage.confirm(account.id, date(2026, 3, 31), "電話で確認", now, STAFF)
    a_setup_step("menu")
    readiness.refresh(account.id, now)
    attended = clause(account, "attended")
    assert [(item["contact"], item["on"]) for item in attended["evidence"]] == [(contact.id, "2026-03-25")]
    confirmed = clause(account, "usage_started")
    assert confirmed["reason"] == "usage_confirmed"
    assert confirmed["evidence"] == [{"source": "person", "on": "2026-03-31", "how": "電話で確認"}]
    open_one = clause(account, "setup_complete")
    assert (open_one["met"], open_one["reason"], open_one["params"]["left"]) == (False, "setup_open", 1)


def test_refreshing_again_writes_nothing_more(now: datetime) -> None:
    account = an_account_but_for_usage(now, onboarding_owner_id=a_member().id)
    use(account, now)
    for hours in (1, 2):
        readiness.refresh(account.id, now + timedelta(hours=hours))
    assert the(account).ready_since == now
    assert events(account) == ["ready"]
    assert len(mails()) == 1


def test_losing_a_fact_reopens_the_account_and_takes_the_unsent_mail_back(now: datetime) -> None:
    account = an_account_but_for_usage(now, onboarding_owner_id=a_member().id)
    use(account, now)
    setup.complete(account.id, "menu", now, STAFF, done=False)
    assert the(account).ready_since is None
    assert events(account) == ["ready", "not_ready_again"]
    assert [state for _staff, state in mails()] == ["dropped"]


def test_becoming_ready_again_is_told_again(now: datetime) -> None:
    account = an_account_but_for_usage(now, onboarding_owner_id=a_member().id)
    use(account, now)
    setup.complete(account.id, "menu", now, STAFF, done=False)
    later = now + timedelta(days=1)
    setup.complete(account.id, "menu", later, STAFF)
    assert the(account).ready_since == later
    assert events(account) == ["ready", "not_ready_again", "ready"]
    assert [state for _staff, state in mails()] == ["dropped", "queued"]


def test_a_new_store_in_scope_reopens_a_ready_account(now: datetime) -> None:
    account = an_account_but_for_usage(now)
    a_setup_step("logins", per="store")
    store = a_store(account, code="S1")
    setup.complete(account.id, "logins", now, STAFF, store_code="S1")
    use(account, now)
    assert the(account).ready_since == now
    a_store(account, code="S2")
    readiness.refresh(account.id, now)
    assert the(account).ready_since is None
    assert [step["step"] for step in clause(account, "setup_complete")["params"]["steps"]] == ["logins"]
    assert store.scope == "in"


def test_a_store_that_begins_later_counts_from_its_day_on(now: datetime) -> None:
    account = an_account_but_for_usage(now)
    a_setup_step("logins", per="store")
    a_store(account, code="S1")
    setup.complete(account.id, "logins", now, STAFF, store_code="S1")
    later = a_store(account, code="S2", scope="later", scope_from=date(2026, 4, 3))
    use(account, now)
    proving.refresh_all(now + timedelta(days=1))
    assert the(account).ready_since == now
    proving.refresh_all(now + timedelta(days=2))
    assert the(account).ready_since is None
    assert db.session.get_one(Store, later.id, populate_existing=True).scope == "in"


def test_a_missed_lecture_is_no_attendance(now: datetime) -> None:
    account = an_account()
    contact = a_contact(account)
    attend(contact, verdict="missed")
    readiness.refresh(account.id, now)
    assert clauses(account)["attended"] is False


def test_companions_at_the_same_screen_count_for_their_stores(now: datetime) -> None:
    account = an_account()
    stores = [
        a_store(account, code=f"S{number}", name=name)
        for number, name in enumerate(("渋谷店", "新宿店", "池袋店", "上野店"))
    ]
    coordinator = a_contact(account, (stores[0],), role="coordinator")
    colleague = a_contact(account, (stores[1],), role="manager", name="田中 太郎")
    lecture = a_lecture(starts_at=PAST)
    registration = a_registration(coordinator, lecture, companions=["田中太郎 様", "池袋店スタッフ", "見知らぬ 人"])
    attend(coordinator, lecture)
    readiness.refresh(account.id, now)
    found = clause(account, "attended")
    assert found["met"]
    assert found["params"]["stores_missing"] == [stores[3].id]
    assert {item["contact"] for item in found["evidence"]} == {coordinator.id, colleague.id}
    assert registration.status == "booked"


@pytest.mark.parametrize(
    ("companion", "counted"),
    [
        ("東銀座店 Sara Tanaka", ["東銀座店"]),
        ("銀座店 田中", ["銀座店"]),
        ("田中（銀座店）", []),
        ("Alice", []),
        ("A Alice", ["A"]),
        ("銀座 店 田中", ["銀座店"]),
    ],
)
def test_a_companion_counts_for_the_store_named_first_and_no_other(
    now: datetime, companion: str, counted: list[str]
) -> None:
    account = an_account()
    stores = {a_store(account, name=name).id: name for name in ("銀座店", "東銀座店", "A")}
    contact, lecture = a_contact(account), a_lecture(starts_at=PAST)
    a_registration(contact, lecture, companions=[companion])
    attend(contact, lecture)
    (attended,) = readiness.facts(account.id).attended
    assert [stores[number] for number in attended.stores] == counted


def test_a_large_account_waits_for_its_coordinator_and_half_of_its_stores(now: datetime) -> None:
    account = an_account()
    stores = [a_store(account) for _ in range(4)]
    lecture = attend(a_contact(account, (stores[0],), role="member"))
    readiness.refresh(account.id, now)
    assert clause(account, "attended")["reason"] == "attended_coordinator_and_stores"
    attend(a_contact(account, (stores[1],), role="coordinator"), lecture)
    readiness.refresh(account.id, now)
    assert clauses(account)["attended"]


def test_the_sash_follows_the_facts(now: datetime) -> None:
    account = an_account(signed_on=date(2026, 3, 1), introduced_at=PAST)
    contact = a_contact(account)
    a_setup_step("menu")
    a_registration(contact)
    readiness.refresh(account.id, now)
    assert knots(account) == {
        "signed": "met",
        "invited": "met",
        "registered": "met",
        "attended": "missing",
        "set_up": "missing",
        "in_use": "missing",
        "handed_over": "missing",
    }
    assert next(knot["on"] for knot in the(account).knots if knot["key"] == "invited") == "2026-03-25"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"introduced_at": NOW - timedelta(days=2)},
        {"introduced_at": NOW - timedelta(days=40)},
        {"introduced_at": NOW, "planned_start_on": date(2026, 4, 3)},
        {"introduced_at": NOW, "planned_start_on": date(2026, 9, 1)},
        {"stage": "success"},
        {"undecided": True},
    ],
)
@pytest.mark.parametrize("computed", [True, False])
def test_a_registration_leaves_the_way_that_judging_the_account_anew_would_find(
    fields: dict[str, Any], computed: bool, now: datetime
) -> None:
    account = an_account(**fields)
    person = a_contact(account)
    if computed:
        readiness.refresh(account.id, now)
    for starts_at in (now + timedelta(days=5), now + timedelta(days=6)):
        book(person.id, a_lecture(starts_at=starts_at).id, now, Actor("contact", person.id, "page"))
        told = way_of(account.id)
        readiness.refresh(account.id, now)
        assert told == way_of(account.id)


def way_of(account_id: int) -> tuple[Any, ...]:
    row = db.session.get_one(Account, account_id, populate_existing=True)
    return row.knots, row.level, row.level_reasons, row.next_step, row.clauses


def test_a_cancelled_registration_is_none(now: datetime) -> None:
    contact = a_contact()
    a_registration(contact, status="cancelled")
    readiness.refresh(contact.account_id, now)
    assert knots(contact.account)["registered"] == "missing"


def test_days_pass_and_the_level_falls_without_anything_else_happening(now: datetime) -> None:
    account = an_account(planned_start_on=date(2026, 4, 24), introduced_at=now)
    readiness.refresh(account.id, now)
    assert (the(account).level, the(account).level_reasons) == ("on_track", [])
    assert proving.refresh_all(now + timedelta(days=14)) == 1
    assert the(account).level == "behind"
    assert "planned_start_near" in [reason["key"] for reason in the(account).level_reasons]
    proving.refresh_all(now + timedelta(days=24))
    assert the(account).level == "stuck"
    assert the(account).level_reasons[0]["key"] == "past_planned_start"


def test_lectures_missed_in_a_row_and_mail_that_fails_put_an_account_behind(now: datetime) -> None:
    account = an_account(introduced_at=now)
    contact = a_contact(account)
    for days in (14, 7):
        attend(contact, a_lecture(starts_at=now - timedelta(days=days)), "missed")
    with db.writing():
        for number, state in enumerate(("sent", "failed")):
            values = {"key": f"k{number}", "kind": "invitation", "state": state, "next_try_at": now, "due_at": now}
            db.session.add(Mail(contact_id=contact.id, account_id=account.id, created_at=now, **values))
    readiness.refresh(account.id, now)
    keys = [reason["key"] for reason in the(account).level_reasons]
    assert the(account).level == "behind"
    assert {"missed_repeatedly", "unreachable"} <= set(keys)


def test_an_undecided_account_is_neither_ready_nor_behind(now: datetime) -> None:
    account = an_account_but_for_usage(now, undecided=True, planned_start_on=date(2026, 1, 5))
    use(account, now)
    assert (the(account).ready_since, the(account).level, events(account)) == (None, "on_track", [])


def test_an_account_past_onboarding_is_judged_by_the_rule_of_its_own_stage(now: datetime) -> None:
    account = an_account_but_for_usage(now)
    use(account, now)
    with db.writing():
        moved = the(account)
        moved.stage, moved.ready_since = "success", None
    setup.complete(account.id, "menu", now, STAFF, done=False)
    assert clauses(account) == {"contract_ends": False}
    assert knots(account)["handed_over"] == "met"
    with db.writing():
        term = {"starts_on": now.date() - timedelta(days=300), "ends_on": now.date() + timedelta(days=65)}
        db.session.add(Contract(account_id=account.id, created_at=now, **term))
    readiness.refresh(account.id, now)
    assert the(account).ready_since == now


def test_two_facts_at_the_same_moment_still_make_the_account_ready(database: Flask, now: datetime) -> None:
    account = an_account_but_for_usage(now)
    setup.complete(account.id, "menu", now, STAFF, done=False)
    number = account.id
    at_once(
        database,
        lambda: setup.complete(number, "menu", now, STAFF),
        lambda: usage.record(number, [UsageSignal(now, "signed_in")], now, API),
    )
    assert the(account).ready_since == now
    assert events(account) == ["ready"]


def test_one_account_takes_a_handful_of_statements_and_many_take_no_more(now: datetime) -> None:
    ids = [an_account_but_for_usage(now).id for _ in range(5)]
    one = statements(lambda: readiness.refresh(ids[0], now))
    many = statements(lambda: readiness.refresh_many(ids, now))
    assert one <= 20
    assert many == one


def test_all_accounts_are_judged_in_batches_whatever_their_number(now: datetime) -> None:
    fill(250, now)
    assert statements(lambda: proving.refresh_all(now)) <= 4 * 25
    assert statements(lambda: proving.refresh_all(now)) <= 25
    assert db.session.scalar(select(Account.level).where(Account.external_id == "M-0")) == "stuck"


def test_facts_of_one_account_are_what_the_rules_look_at(now: datetime) -> None:
    account = an_account_but_for_usage(now, plan="Standard")
    found = readiness.facts(account.id)
    assert [one.course for one in found.attended] == ["basic"]
    assert [(item.step, item.state, item.done_on) for item in found.setup] == [("menu", "done", date(2026, 4, 1))]
    assert found.fields["plan"] == "Standard"


def statements(act: Any) -> int:
    """Count the statements that reach the database while something is done."""
    db.session.rollback()
    with noted() as seen:
        act()
    return len(seen)


def fill(number: int, now: datetime) -> None:
    """Add many accounts with three stores and three people each, past lectures, set-up, use and a late start."""
    course_id, step_id = a_course().id, a_setup_step("menu").id
    lecture = a_lecture(db.session.get_one(Course, course_id), starts_at=PAST)
    with db.writing():
        for each in range(number):
            account = Account(
                external_id=f"M-{each}",
                name=f"会社{each}",
                stage_since=PAST,
                planned_start_on=date(2026, 3, 20),
                created_at=PAST,
            )
            db.session.add(account)
            db.session.flush()
            stores = [Store(account_id=account.id, code=f"S{place}", name=f"{place}号店") for place in range(3)]
            db.session.add_all(stores)
            for place, store in enumerate(stores):
                contact = Contact(account_id=account.id, name=f"人{place}", name_key=f"人{place}", created_at=PAST)
                contact.stores = [store]
                db.session.add(contact)
                db.session.flush()
                values = {"lecture_id": lecture.id, "contact_id": contact.id}
                db.session.add(Attendance(**values, verdict="attended", decided_at=PAST))
                stamps = {"revised_at": PAST, "registered_at": PAST}
                db.session.add(Registration(**values, status="booked", uid=f"r-{each}-{place}", **stamps))
            for day in range(20):
                used = {"day": date(2026, 3, 1) + timedelta(days=day), "event": "signed_in", "recorded_at": PAST}
                db.session.add(UsageDay(account_id=account.id, **used))
    assert db.session.get_one(SetupStep, step_id).required
