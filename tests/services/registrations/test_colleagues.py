"""Somebody registers colleagues by address: the known ones, new ones to be checked, and nobody learns anything by it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services.actors import Actor
from scheduler.services.refusals import (
    AccountLimitReached,
    Invalid,
    LectureFull,
    NotForColleagues,
    PrerequisiteMissing,
    TooManyColleagues,
)
from scheduler.services.registrations import colleagues
from scheduler.services.registrations.colleagues import register_colleague
from tests.factories import a_contact, a_course, a_lecture, a_registration, a_store, an_account

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def host() -> Contact:
    account = an_account()
    return a_contact(account, (a_store(account),), role="member", locale="en", zone="Asia/Singapore")


def by(contact: Contact) -> Actor:
    return Actor("contact", contact.id, "page")


def people() -> int:
    return db.session.scalar(select(func.count()).select_from(Contact)) or 0


def booked(lecture: Lecture) -> list[int]:
    return list(db.session.scalars(select(Registration.contact_id).where(Registration.lecture_id == lecture.id)))


def test_a_known_colleague_is_registered_and_told_by_mail(host: Contact, now: datetime) -> None:
    colleague, lecture = a_contact(host.account, email="ken@customer.example"), a_lecture()
    register_colleague(host.id, lecture.id, " Ken@Customer.example", "佐藤 健", now, by(host))
    assert booked(lecture) == [colleague.id]
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.kind, mail.contact_id, mail.params["by"]) == ("confirmation", colleague.id, str(host.id))
    done = db.session.scalars(select(Event).where(Event.key == "registered")).one()
    assert (done.actor_kind, done.actor_id, done.contact_id) == ("contact", host.id, colleague.id)


def test_an_unknown_address_is_added_to_the_account_and_marked_for_checking(host: Contact, now: datetime) -> None:
    lecture = a_lecture()
    register_colleague(host.id, lecture.id, "new@customer.example", "新人 一郎", now, by(host))
    new = db.session.scalars(select(Contact).where(Contact.email == "new@customer.example")).one()
    assert (new.account_id, new.name, new.role, new.checks) == (
        host.account_id,
        "新人 一郎",
        "member",
        ["added_by_colleague"],
    )
    assert (new.locale, new.zone, [store.id for store in new.stores]) == (
        "en",
        "Asia/Singapore",
        [store.id for store in host.stores],
    )
    assert booked(lecture) == [new.id]


def test_a_person_of_another_company_is_not_looked_at(host: Contact, now: datetime) -> None:
    elsewhere, lecture = a_contact(email="both@customer.example", name="佐藤 健"), a_lecture()
    register_colleague(host.id, lecture.id, "both@customer.example", "佐藤 健", now, by(host))
    assert booked(lecture) != [elsewhere.id]
    assert db.session.get_one(Contact, booked(lecture)[0]).account_id == host.account_id


def test_whoever_is_registered_stays_so_without_a_word(host: Contact, now: datetime) -> None:
    colleague, lecture = a_contact(host.account, email="ken@customer.example"), a_lecture()
    a_registration(colleague, lecture)
    register_colleague(host.id, lecture.id, "ken@customer.example", "佐藤 健", now, by(host))
    assert booked(lecture) == [colleague.id]
    assert db.session.scalars(select(Mail)).all() == []


@pytest.mark.parametrize(
    ("names", "asked", "new"),
    [
        (["山田 花子", "佐藤 健"], "佐藤健", False),
        (["山田 花子", "佐藤 健"], "鈴木 一", True),
        ([""], "鈴木 一", True),
        (["山田 花子"], "ハナコ", False),
    ],
)
def test_among_people_of_one_address_the_name_decides(
    host: Contact, names: list[str], asked: str, new: bool, now: datetime
) -> None:
    for name in names:
        a_contact(host.account, email="shop@customer.example", name=name)
    before, lecture = people(), a_lecture()
    register_colleague(host.id, lecture.id, "shop@customer.example", asked, now, by(host))
    assert people() - before == int(new)
    assert len(booked(lecture)) == 1


@pytest.mark.parametrize(
    ("email", "name", "field"),
    [
        ("", "佐藤", "email"),
        ("no address", "佐藤", "email"),
        ("a@b.example", " ", "name"),
        ("a@b.example", "あ" * 300, "name"),
    ],
)
def test_what_cannot_be_a_person_is_refused(host: Contact, email: str, name: str, field: str, now: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        register_colleague(host.id, a_lecture().id, email, name, now, by(host))
    assert refused.value.params["field"] == field


def test_a_refusal_adds_nobody(host: Contact, now: datetime) -> None:
    full = a_lecture(capacity=1)
    advanced = a_lecture(a_course("advanced", prerequisite_id=a_course("basic").id))
    coordinator = a_contact(host.account, role="coordinator")
    a_registration(a_contact(), full)
    before = people()
    for who, lecture, refusal in (
        (host, full, LectureFull),
        (host, advanced, NotForColleagues),
        (coordinator, advanced, PrerequisiteMissing),
    ):
        with pytest.raises(refusal):
            register_colleague(who.id, lecture.id, "new@customer.example", "新人", now, by(who))
    assert people() == before
    register_colleague(host.id, full.id, "new@customer.example", "新人", now, by(host), waitlist=True)
    assert people() == before + 1


def test_on_a_full_date_the_refusal_is_the_same_for_whoever_is_registered(host: Contact, now: datetime) -> None:
    colleague, full = a_contact(host.account, email="ken@customer.example"), a_lecture(capacity=1)
    a_registration(colleague, full)
    for email in ("ken@customer.example", "new@customer.example"):
        with pytest.raises(LectureFull):
            register_colleague(host.id, full.id, email, "佐藤 健", now, by(host))
    register_colleague(host.id, full.id, "ken@customer.example", "佐藤 健", now, by(host), waitlist=True)
    assert booked(full) == [colleague.id]


def test_whether_somebody_attended_is_told_to_nobody_but_a_coordinator(host: Contact, now: datetime) -> None:
    basic = a_lecture(starts_at=now - timedelta(days=1))
    advanced = a_lecture(a_course("advanced", prerequisite_id=basic.course_id))
    came, booked_already = (a_contact(host.account, email=f"{name}@customer.example") for name in ("came", "booked"))
    with db.writing():
        for person in (came, booked_already):
            verdict = {"lecture_id": basic.id, "contact_id": person.id, "verdict": "attended"}
            db.session.add(Attendance(**verdict, seconds=3600, decided_at=now))
    a_registration(booked_already, advanced)
    for email in ("came@customer.example", "booked@customer.example", "new@customer.example"):
        with pytest.raises(NotForColleagues):
            register_colleague(host.id, advanced.id, email, "佐藤 健", now, by(host))
    coordinator = a_contact(host.account, role="coordinator")
    register_colleague(coordinator.id, advanced.id, "came@customer.example", "佐藤 健", now, by(coordinator))
    assert booked(advanced) == [booked_already.id, came.id]


@pytest.mark.parametrize("waitlist", [False, True])
def test_a_company_that_has_all_the_seats_it_may_is_told_so_whoever_is_named(
    host: Contact, waitlist: bool, now: datetime
) -> None:
    lecture = a_lecture(account_limit=2)
    a_registration(a_contact(host.account, email="here@customer.example"), lecture)
    a_registration(a_contact(host.account, email="waits@customer.example"), lecture, status="waitlisted")
    for email in ("here@customer.example", "waits@customer.example", "new@customer.example"):
        with pytest.raises(AccountLimitReached):
            register_colleague(host.id, lecture.id, email, "佐藤 健", now, by(host), waitlist=waitlist)


def test_so_many_a_day_and_no_more(host: Contact, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colleagues, "MOST", 2)
    lecture = a_lecture()
    for number in range(2):
        register_colleague(host.id, lecture.id, f"new{number}@customer.example", "新人", now, by(host))
    with pytest.raises(TooManyColleagues):
        register_colleague(host.id, lecture.id, "new9@customer.example", "新人", now + timedelta(hours=23), by(host))
    register_colleague(host.id, lecture.id, "new9@customer.example", "新人", now + timedelta(hours=25), by(host))
