"""What is known of an account: a program may say it again and again, a hand may change it, and nobody is mailed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.services import accounts, readiness
from scheduler.services.actors import Actor
from scheduler.services.refusals import Ambiguous, Invalid, NotFound
from tests.factories import a_contact, a_lecture, a_member, a_setup_step, a_store, an_account
from tests.services.together import at_once

API = Actor("api", 1, "api")
STAFF = Actor("staff", None, "page")
PAYLOAD: dict[str, Any] = {
    "name": "株式会社みほん",
    "planned_start_on": "2026-05-11",
    "stores": [{"code": "Y1", "name": "横浜店", "closed_days": [1, 2]}, {"code": "K1", "name": "川崎店"}],
    "contacts": [
        {"name": "山田　花子", "role": "coordinator", "email": "Hanako@Customer.example", "stores": ["Y1"]},
        {"name": "鈴木 一郎", "phone": "045-123-4567"},
    ],
}

pytestmark = pytest.mark.usefixtures("database")


def history_of(account_id: int) -> list[str]:
    return list(db.session.scalars(select(Event.key).where(Event.account_id == account_id).order_by(Event.id)))


def people(account_id: int) -> list[Contact]:
    query = select(Contact).where(Contact.account_id == account_id).order_by(Contact.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def the(account_id: int) -> Account:
    return db.session.get_one(Account, account_id, populate_existing=True)


def test_a_program_makes_an_account_with_its_stores_and_people_and_mails_nobody(now: datetime) -> None:
    account_id, new = accounts.upsert("C-1", PAYLOAD, now, API)
    account = the(account_id)
    assert new
    assert (account.name, account.stage, account.planned_start_on) == (
        "株式会社みほん",
        "onboarding",
        date(2026, 5, 11),
    )
    assert not account.undecided
    assert [store.code for store in db.session.scalars(select(Store).order_by(Store.id))] == ["Y1", "K1"]
    hanako, ichiro = people(account_id)
    assert (hanako.name, hanako.email, hanako.role) == ("山田 花子", "hanako@customer.example", "coordinator")
    assert [store.code for store in hanako.stores] == ["Y1"]
    assert (ichiro.email, ichiro.phone_digits, ichiro.checks) == (None, "0451234567", ["no_email"])
    assert len(account.knots) == 7
    assert db.session.scalar(select(func.count(Mail.id))) == 0


def ready_mails() -> list[tuple[int | None, str]]:
    query = select(Mail.staff_id, Mail.state).where(Mail.kind == "staff_ready").order_by(Mail.id)
    return [(staff_id, state) for staff_id, state in db.session.execute(query)]


def an_attended_account(now: datetime, stores: int = 1, **fields: Any) -> Account:
    """Add an account in use of whose people one attended; with four stores or more that is not enough."""
    account = an_account(**{"started_on": date(2026, 3, 30)} | fields)
    places = [a_store(account, code=f"S{number}") for number in range(stores)]
    pupil, lecture = a_contact(account, places[:1], role="member"), a_lecture(starts_at=now - timedelta(days=1))
    with db.writing():
        seen = {"lecture_id": lecture.id, "contact_id": pupil.id, "verdict": "attended"}
        db.session.add(Attendance(**seen, decided_at=now))
    readiness.refresh(account.id, now)
    return account


def test_who_becomes_the_owner_of_an_account_that_is_ready_is_told_once(now: datetime) -> None:
    account, first, second = an_attended_account(now), a_member(), a_member()
    assert the(account.id).ready_since == now
    assert ready_mails() == []
    accounts.assign([account.id], "onboarding", first.id, now, STAFF)
    accounts.edit(account.id, {}, now, STAFF, owners={"onboarding": second.id})
    accounts.assign([account.id], "onboarding", first.id, now, STAFF)
    accounts.assign([account.id], "success", second.id, now, STAFF)
    assert ready_mails() == [(first.id, "queued"), (second.id, "queued")]


def test_who_takes_an_account_herself_is_told_nothing_she_knows(now: datetime) -> None:
    account, member = an_attended_account(now), a_member()
    accounts.assign([account.id], "onboarding", member.id, now, Actor("staff", member.id, "page"))
    assert ready_mails() == []


def test_a_program_that_makes_an_account_ready_or_names_its_owner_mails_nobody(now: datetime) -> None:
    account = an_attended_account(now, stores=4, onboarding_owner_id=a_member().id)
    assert the(account.id).ready_since is None
    accounts.upsert(account.external_id, {"stores": [{"code": "S3", "scope": "out"}]}, now, API)
    assert the(account.id).ready_since == now
    other = a_member(email="other@vendor.example")
    accounts.upsert(account.external_id, {"owners": {"onboarding": other.email}}, now, API)
    assert [state for _staff_id, state in ready_mails()] == ["dropped"]


def test_a_program_takes_no_news_back_that_somebody_else_brought(now: datetime) -> None:
    account = an_attended_account(now, onboarding_owner_id=a_member().id)
    accounts.upsert(account.external_id, {"note": "水曜定休"}, now, API)
    assert [state for _staff_id, state in ready_mails()] == ["queued"]


def test_two_programs_that_name_the_same_new_owner_at_once_make_one_member(database: Flask, now: datetime) -> None:
    names = [an_account().external_id for _ in range(4)]
    owners = {"owners": {"sales": "new@vendor.example"}}
    assert at_once(database, *[lambda name=name: accounts.upsert(name, owners, now, API) for name in names]) == []
    assert db.session.scalar(select(func.count(Staff.id))) == 1
    assert len({the(row.id).sales_owner_id for row in db.session.scalars(select(Account))}) == 1


def test_saying_the_same_again_changes_and_records_nothing(now: datetime) -> None:
    account_id, _new = accounts.upsert("C-1", PAYLOAD, now, API)
    before = history_of(account_id)
    assert accounts.upsert("C-1", PAYLOAD, now, API) == (account_id, False)
    assert history_of(account_id) == before
    assert len(people(account_id)) == 2


def test_what_a_program_does_not_name_stays_as_it_is(now: datetime) -> None:
    account_id, _new = accounts.upsert("C-1", PAYLOAD | {"note": "午前は不在"}, now, API)
    accounts.upsert("C-1", {"name": "株式会社みほん不動産"}, now, API)
    account = the(account_id)
    assert (account.name, account.note, account.planned_start_on) == (
        "株式会社みほん不動産",
        "午前は不在",
        date(2026, 5, 11),
    )
    assert len(people(account_id)) == 2


def test_the_stage_counts_at_creation_only(now: datetime) -> None:
    account_id, _new = accounts.upsert("C-1", {"name": "みほん", "stage": "success"}, now, API)
    accounts.upsert("C-1", {"stage": "sales"}, now, API)
    assert the(account_id).stage == "success"


def test_the_history_of_a_change_names_fields_and_never_values(now: datetime) -> None:
    account_id, _new = accounts.upsert("C-1", PAYLOAD, now, API)
    accounts.upsert("C-1", {"name": "秘密商事", "contacts": [{"name": "山田 花子", "email": "hanako@customer.example", "reading": "ヤマダ ハナコ"}]}, now, API)  # fmt: skip
    changes = db.session.scalars(select(Event).where(Event.key.in_(("account_changed", "contact_changed")))).all()
    assert [event.params["fields"] for event in changes] == [["name"], ["reading"]]
    assert not any("秘密" in str(event.params) or "ヤマダ" in str(event.params) for event in changes)


@pytest.mark.parametrize(
    ("entry", "meets"),
    [
        ({"name": "山田花子", "email": "HANAKO@customer.example"}, "hanako"),
        ({"name": "ﾔﾏﾀﾞ", "email": "hanako@customer.example"}, "nobody"),
        ({"name": "鈴木 一郎"}, "ichiro"),
        ({"name": "鈴木 一郎", "phone": "045(123)4567"}, "ichiro"),
        ({"name": "鈴木 一郎", "phone": "090-0000-0000"}, "nobody"),
        ({"name": "鈴木 一郎", "email": "ichiro@customer.example"}, "nobody"),
    ],
)
def test_an_entry_means_the_person_of_the_same_address_and_name(
    now: datetime, entry: dict[str, str], meets: str
) -> None:
    account_id, _new = accounts.upsert("C-1", PAYLOAD, now, API)
    accounts.upsert("C-1", {"contacts": [entry | {"reading": "テスト"}]}, now, API)
    known = people(account_id)
    met = ["hanako", "ichiro", "nobody"][[person.reading for person in known].index("テスト")]
    assert met == meets


def test_an_id_names_the_person_whatever_else_changed(now: datetime) -> None:
    account_id, _new = accounts.upsert("C-1", PAYLOAD, now, API)
    hanako = people(account_id)[0]
    accounts.upsert(
        "C-1", {"contacts": [{"id": hanako.id, "name": "佐藤 花子", "email": "sato@customer.example"}]}, now, API
    )
    assert people(account_id)[0].email == "sato@customer.example"
    assert len(people(account_id)) == 2
    with pytest.raises(Invalid, match="contact_unknown"):
        accounts.upsert("C-1", {"contacts": [{"id": 999, "name": "誰か"}]}, now, API)


def test_two_people_of_one_name_without_a_telephone_to_tell_them_apart_are_not_guessed(now: datetime) -> None:
    account = an_account(external_id="C-1")
    for phone in ("090-1111-2222", "090-3333-4444"):
        a_contact(account, name="田中 実", email=None, phone=phone)
    with pytest.raises(Ambiguous):
        accounts.upsert("C-1", {"contacts": [{"name": "田中 実"}]}, now, API)
    accounts.upsert("C-1", {"contacts": [{"name": "田中 実", "phone": "09033334444", "role": "manager"}]}, now, API)
    assert [person.role for person in people(account.id)] == ["coordinator", "manager"]


def test_a_second_person_at_one_address_is_kept_and_marked_for_checking(now: datetime) -> None:
    entries = [
        {"name": "店長 太郎", "email": "shop@customer.example"},
        {"name": "副店 次郎", "email": "shop@customer.example"},
    ]
    account_id, _new = accounts.upsert("C-1", {"name": "みほん", "contacts": entries}, now, API)
    assert [person.checks for person in people(account_id)] == [[], ["second_person"]]


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ({"name": " "}, "missing"),
        ({}, "missing"),
        ({"name": "み", "color": "red"}, "unknown_field"),
        ({"name": "み", "stage": "churned"}, "not_a_choice"),
        ({"name": "み", "signed_on": "昨日"}, "day_unreadable"),
        ({"name": "み" * 300}, "too_long"),
        ({"name": "み", "contacts": [{"name": "山", "email": "@"}]}, "email_malformed"),
        ({"name": "み", "contacts": [{"role": "member"}]}, "contact_empty"),
        ({"name": "み", "contacts": [{"name": "山", "zone": "Asia/Yokohama"}]}, "zone_unknown"),
        ({"name": "み", "contacts": [{"name": "山", "stores": ["X9"]}]}, "unknown_store"),
        ({"name": "み", "stores": [{"name": "横浜店"}]}, "missing"),
        ({"name": "み", "stores": [{"code": "Y", "closed_days": [7]}]}, "weekdays_unreadable"),
        ({"name": "み", "owners": {"kitchen": "a@vendor.example"}}, "not_a_choice"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_of_it_is_written(
    now: datetime, payload: dict[str, Any], why: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        accounts.upsert("C-1", payload, now, API)
    assert refusal.value.params["why"] == why
    assert db.session.scalar(select(func.count(Account.id))) == 0
    assert db.session.scalar(select(func.count(Event.id))) == 0


def test_an_owner_named_by_address_becomes_a_member_without_a_password(now: datetime) -> None:
    account_id, _new = accounts.upsert(
        "C-1", {"name": "み", "owners": {"onboarding": "misaki@vendor.example"}}, now, API
    )
    owner = the(account_id).onboarding_owner
    assert owner is not None
    assert (owner.email, owner.password_hash, owner.team) == ("misaki@vendor.example", None, "onboarding")
    accounts.upsert("C-1", {"owners": {"onboarding": None}}, now, API)
    assert the(account_id).onboarding_owner_id is None


def test_an_edit_by_hand_changes_fields_and_owners_in_one_go(now: datetime) -> None:
    account, member = an_account(), a_member(team="success")
    accounts.edit(account.id, {"plan": "プレミアム"}, now, STAFF, owners={"success": member.id, "sales": None})
    assert (the(account.id).plan, the(account.id).success_owner_id) == ("プレミアム", member.id)
    assert history_of(account.id) == ["account_changed", "owner_assigned"]
    with pytest.raises(Invalid, match="member_unknown"):
        accounts.edit(account.id, {"plan": "ベーシック"}, now, STAFF, owners={"success": 999})
    assert the(account.id).plan == "プレミアム"
    with pytest.raises(NotFound):
        accounts.edit(999, {"plan": ""}, now, STAFF)


def test_a_planned_start_that_comes_near_makes_the_account_late_at_once(now: datetime) -> None:
    a_setup_step("menu")
    account = an_account()
    accounts.edit(account.id, {"planned_start_on": "2026-04-03"}, now, STAFF)
    assert the(account.id).level == "behind"


def test_many_accounts_get_an_owner_and_those_that_had_it_do_not_count(now: datetime) -> None:
    member = a_member()
    rows = [an_account(), an_account(onboarding_owner_id=member.id), an_account()]
    assert accounts.assign([row.id for row in rows], "onboarding", member.id, now, STAFF) == 2
    assert {the(row.id).onboarding_owner_id for row in rows} == {member.id}


def test_only_undecided_accounts_are_decided(now: datetime) -> None:
    undecided, decided = an_account(undecided=True), an_account(stage="renewal")
    assert accounts.decide([undecided.id, decided.id], "success", now, STAFF) == 1
    assert (the(undecided.id).stage, the(undecided.id).undecided) == ("success", False)
    assert the(decided.id).stage == "renewal"
    with pytest.raises(Invalid, match="not_a_choice"):
        accounts.decide([undecided.id], "renewal", now, STAFF)


def test_an_account_decided_to_be_introduced_begins_its_stage_now(now: datetime) -> None:
    account = an_account(undecided=True, stage="onboarding", stage_since=datetime.fromisoformat("2025-01-01T00:00Z"))
    a_store(account)
    accounts.decide([account.id], "onboarding", now, STAFF)
    assert (the(account.id).stage_since, the(account.id).level) == (now, "on_track")
