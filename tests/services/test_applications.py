"""What visitors of the public form ask for: nobody is told who is known, and only the reader of a mailbox completes it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.accounts import Contact
from scheduler.models.applications import Application
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services import addresses
from scheduler.services.actors import Actor
from scheduler.services.applications import applying, completing, deciding
from scheduler.services.applications.completing import Completed
from scheduler.services.applications.deciding import Leave
from scheduler.services.lectures.cancelling import cancel as cancel_lecture
from scheduler.services.refusals import (
    ApplicationClosed,
    Invalid,
    LectureCancelled,
    LectureFull,
    LectureOver,
    NotFound,
    PrerequisiteMissing,
    Refused,
)
from tests.factories import (
    a_contact,
    a_course,
    a_lecture,
    a_member,
    a_registration,
    a_store,
    an_account,
    an_application,
)
from tests.services.outbox.answering import Answering, deliver
from tests.services.together import at_once

pytestmark = pytest.mark.usefixtures("database")

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FORM = {
    "company": "株式会社みほん",
    "store": "横浜店",
    "name": "山田 花子",
    "email": "hanako@mihon.example",
    "phone": "045-000-0000",
    "locale": "ja",
    "zone": "Asia/Tokyo",
}


def send(lecture: Lecture, now: datetime, **fields: str) -> None:
    applying.apply(lecture.id, FORM | fields, now)


def the_only() -> Application:
    return db.session.scalars(select(Application).execution_options(populate_existing=True)).one()


def links() -> list[Mail]:
    query = select(Mail).where(Mail.kind == "application").order_by(Mail.due_at, Mail.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def press(row: Application, now: datetime, **choice: bool) -> Completed:
    return completing.complete(row.id, addresses.application_version(row), now, **choice)


def waits(lecture: Lecture | None = None, **fields: Any) -> Application:
    return an_application(
        lecture, **{"state": "waiting", "confirmed_at": datetime.fromisoformat("2026-04-01T00:00Z")} | fields
    )


def staff() -> Actor:
    return Actor("staff", a_member().id, "page")


def registrations() -> list[Registration]:
    return list(db.session.scalars(select(Registration).execution_options(populate_existing=True)))


# --- The form


def test_a_form_owes_a_link_to_the_address_and_registers_nobody(now: datetime) -> None:
    lecture = a_lecture()
    send(lecture, now, email="Hanako@Mihon.example ", store="ﾖｺﾊﾏ店")
    row = the_only()
    assert (row.company, row.store, row.name, row.email) == (
        "株式会社みほん",
        "ヨコハマ店",
        "山田 花子",
        "hanako@mihon.example",
    )
    assert (row.state, row.confirmed_at, row.proposed_account_id, row.contact_id) == ("sent", None, None, None)
    (mail,) = links()
    assert (mail.application_id, mail.contact_id, mail.lecture_id, mail.due_at) == (row.id, None, lecture.id, now)
    assert registrations() == []


def test_the_same_is_written_for_whoever_is_known_and_whoever_is_not(now: datetime) -> None:
    a_contact(an_account(name="株式会社みほん"), email="hanako@mihon.example", name="山田 花子")
    lecture = a_lecture()
    send(lecture, now)
    send(lecture, now, email="nobody@nowhere.example")
    known, unknown = db.session.scalars(select(Application).order_by(Application.id)).all()
    hidden = {"id", "email"}
    columns = [column.name for column in Application.__table__.columns if column.name not in hidden]
    assert [getattr(known, name) for name in columns] == [getattr(unknown, name) for name in columns]
    assert [(mail.due_at, mail.expires_at, mail.params) for mail in links()] == [(now, now + 7 * DAY, {})] * 2
    assert db.session.scalar(select(func.count()).select_from(Event)) == 0


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("company", " ", "missing"),
        ("name", "", "missing"),
        ("email", "", "missing"),
        ("email", "hanako", "email_malformed"),
        ("email", "a@b.example, c@d.example", "email_malformed"),
        ("name", "あ" * 201, "too_long"),
        ("store", "店\x00", "not_a_text"),
        ("zone", "Mars/Olympus", "zone_unknown"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_field(now: datetime, field: str, value: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        send(a_lecture(), now, **{field: value})
    assert (refused.value.params["field"], refused.value.params["why"]) == (field, why)
    assert db.session.scalar(select(func.count()).select_from(Application)) == 0


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"starts_at": datetime.fromisoformat("2026-04-01T00:00Z")}, LectureOver),
        ({"status": "cancelled"}, LectureCancelled),
        ({"account_id": 0}, NotFound),
        ({"stray_since": datetime.fromisoformat("2026-03-31T00:00Z")}, NotFound),
    ],
)
def test_only_a_date_that_is_ahead_and_open_to_all_can_be_asked_for(
    now: datetime, fields: dict[str, Any], refusal: type[Refused]
) -> None:
    if "account_id" in fields:
        fields = {"account_id": an_account().id}
    with pytest.raises(refusal):
        send(a_lecture(**fields), now)
    assert links() == []


def test_the_same_form_again_is_the_same_application_and_no_other_mail(now: datetime) -> None:
    lecture = a_lecture()
    send(lecture, now)
    send(lecture, now + 9 * MINUTE, name="山田 華子")
    assert the_only().name == "山田 華子"
    assert len(links()) == 1
    send(lecture, now + 10 * MINUTE)
    assert len(links()) == 2


def test_only_the_newest_link_counts(now: datetime) -> None:
    lecture = a_lecture()
    send(lecture, now)
    old = addresses.application_version(the_only())
    send(lecture, now + HOUR)
    row = the_only()
    assert completing.read(row.id, old) is None
    with pytest.raises(NotFound):
        completing.complete(row.id, old, now + HOUR)
    assert completing.read(row.id, addresses.application_version(row)) is not None


def test_links_for_several_dates_reach_an_address_ten_minutes_apart(now: datetime) -> None:
    for day in range(3):
        send(a_lecture(starts_at=now + (day + 2) * DAY), now)
    assert [mail.due_at for mail in links()] == [now, now + 10 * MINUTE, now + 20 * MINUTE]


def test_nobodys_mailbox_is_filled(now: datetime) -> None:
    lecture = a_lecture(starts_at=now + 9 * DAY)
    for minute in range(0, 24 * 60, 7):
        send(lecture, now + minute * MINUTE)
    assert len(links()) == applying.A_DAY
    send(lecture, now, email="somebody@else.example")
    assert len(links()) == applying.A_DAY + 1


def test_forms_sent_at_the_same_instant_are_one_application_and_one_mail(database: Flask, now: datetime) -> None:
    lecture = a_lecture()
    at_once(database, *[lambda: send(lecture, now)] * 6)
    assert the_only().state == "sent"
    assert len(links()) == 1


def test_the_mail_brings_the_link_and_none_of_the_visitors_words(now: datetime) -> None:
    send(a_lecture(), now, name="Win at evil.example", company="evil.example")
    transport = Answering()
    assert deliver(now, transport) == 1
    (message,) = transport.given
    assert (message.to.address, message.to.name) == ("hanako@mihon.example", "")
    assert addresses.application(the_only()) in message.text
    assert "evil" not in message.subject + message.text + message.html
    assert links()[0].state == "sent"


@pytest.mark.parametrize("state", ["done", "refused"])
def test_a_link_that_completes_nothing_any_more_is_not_sent(now: datetime, state: str) -> None:
    send(a_lecture(), now)
    with db.writing():
        the_only().state = state
    assert deliver(now, Answering()) == 1
    assert (links()[0].state, links()[0].reason) == ("dropped", "application_closed")


def test_a_link_for_a_date_that_was_cancelled_meanwhile_is_not_sent(now: datetime) -> None:
    lecture = a_lecture()
    send(lecture, now)
    cancel_lecture(lecture.id, {"ja": "都合により"}, now, staff())
    deliver(now, Answering())
    assert (links()[0].state, links()[0].reason) == ("dropped", "application_closed")


# --- The link


def test_whoever_is_known_by_the_address_alone_is_registered_once(now: datetime) -> None:
    contact = a_contact(email="hanako@mihon.example", name="別の名前")
    lecture = a_lecture()
    send(lecture, now)
    done = press(the_only(), now + HOUR)
    assert (done.contact and done.contact.id, done.status) == (contact.id, "booked")
    (registration,) = registrations()
    assert (registration.contact_id, registration.lecture_id, registration.status) == (contact.id, lecture.id, "booked")
    kinds = db.session.scalars(select(Mail.kind).where(Mail.contact_id == contact.id)).all()
    assert list(kinds) == ["confirmation"]
    assert (the_only().state, the_only().contact_id) == ("done", contact.id)
    with pytest.raises(ApplicationClosed):
        press(the_only(), now + HOUR)
    assert len(registrations()) == 1


def test_whoever_was_registered_already_is_told_so(now: datetime) -> None:
    lecture = a_lecture()
    a_registration(a_contact(email="hanako@mihon.example"), lecture)
    send(lecture, now)
    assert press(the_only(), now).status == "already"
    assert the_only().state == "done"


def test_a_full_date_is_refused_until_the_waiting_list_is_chosen(now: datetime) -> None:
    contact = a_contact(email="hanako@mihon.example")
    lecture = a_lecture(capacity=1, seats_taken=1)
    send(lecture, now)
    with pytest.raises(LectureFull):
        press(the_only(), now)
    assert (the_only().state, registrations()) == ("sent", [])
    assert press(the_only(), now, waitlist=True).status == "waitlisted"
    assert [row.contact_id for row in registrations()] == [contact.id]


def test_a_missing_prerequisite_is_refused_and_the_link_stays(now: datetime) -> None:
    a_contact(email="hanako@mihon.example")
    send(a_lecture(a_course("advanced", prerequisite_id=a_course("basic").id)), now)
    with pytest.raises(PrerequisiteMissing):
        press(the_only(), now)
    assert (the_only().state, registrations()) == ("sent", [])


def test_nothing_is_completed_for_a_date_that_has_begun_or_was_cancelled(now: datetime) -> None:
    lecture = a_lecture(starts_at=now + DAY)
    send(lecture, now)
    with pytest.raises(LectureOver):
        press(the_only(), now + DAY)
    cancel_lecture(lecture.id, {"ja": "都合により"}, now, staff())
    with pytest.raises(LectureCancelled):
        press(the_only(), now)
    assert the_only().state == "sent"


def test_nothing_is_completed_while_it_is_not_decided_whether_a_date_is_held(now: datetime) -> None:
    lecture = a_lecture()
    send(lecture, now)
    with db.writing():
        db.session.get_one(Lecture, lecture.id).stray_since = now
    with pytest.raises(NotFound):
        press(the_only(), now)
    assert (the_only().state, registrations()) == ("sent", [])


def test_a_link_ends_after_seven_days(now: datetime) -> None:
    lecture = a_lecture(starts_at=now + 30 * DAY)
    send(lecture, now)
    assert completing.is_open(the_only(), now + 7 * DAY - MINUTE)
    assert not completing.is_open(the_only(), now + 7 * DAY)
    with pytest.raises(ApplicationClosed):
        press(the_only(), now + 7 * DAY)
    send(lecture, now + 8 * DAY)
    assert press(the_only(), now + 8 * DAY) == Completed()


def test_whoever_is_unknown_waits_for_the_staff(now: datetime) -> None:
    lecture = a_lecture()
    send(lecture, now)
    assert press(the_only(), now + HOUR) == Completed()
    row = the_only()
    assert (row.state, row.confirmed_at, row.proposed_account_id) == ("waiting", now + HOUR, None)
    assert registrations() == []
    assert [one.id for one in deciding.waiting()] == [row.id]
    # The same form again neither starts anew nor changes what the staff look at.
    send(lecture, now + 2 * HOUR, name="ほかの名前")
    assert (the_only().state, the_only().name) == ("waiting", "山田 花子")


@pytest.mark.parametrize("people", [("佐藤 恵", "山田 花子"), ("",)])
def test_at_a_shared_address_nobody_is_registered_by_the_form(now: datetime, people: tuple[str, ...]) -> None:
    account = an_account()
    for name in people:
        a_contact(
            account, email="hanako@mihon.example", name=name, checks=["shared_address"] if len(people) == 1 else []
        )
    send(a_lecture(), now)
    assert press(the_only(), now) == Completed()
    assert (the_only().state, the_only().proposed_account_id) == ("waiting", account.id)


@pytest.mark.parametrize(
    ("known", "email", "proposed"),
    [
        (["a@mihon.example"], "new@mihon.example", True),
        (["a@gmail.com"], "new@gmail.com", False),
        (["a@sub.mihon.example"], "new@mihon.example", False),
        (["a@xmihon.example"], "new@mihon.example", False),
        (["a@mihon.example", "other:b@mihon.example"], "new@mihon.example", True),
        (["other:a@mihon.example", "third:b@mihon.example"], "new@mihon.example", False),
        ([], "new@mihon.example", False),
    ],
)
def test_a_companys_domain_proposes_its_account(now: datetime, known: list[str], email: str, proposed: bool) -> None:
    account = an_account(name="㈱みほん 株式会社みほん") if not known else an_account(name="株式会社 みほん")
    for address in known:
        owner, _, plain = address.rpartition(":")
        a_contact(an_account(name=owner) if owner else account, email=plain)
    send(a_lecture(), now, email=email)
    press(the_only(), now)
    assert the_only().proposed_account_id == (account.id if proposed else None)


def test_a_link_pressed_twice_at_once_registers_once(database: Flask, now: datetime) -> None:
    a_contact(email="hanako@mihon.example")
    lecture = a_lecture()
    send(lecture, now)
    number, version = the_only().id, addresses.application_version(the_only())
    refused = at_once(database, *[lambda: completing.complete(number, version, now)] * 4)
    assert refused == ["application_closed"] * 3
    assert len(registrations()) == 1
    assert db.session.get_one(Lecture, lecture.id, populate_existing=True).seats_taken == 1


# --- The staff


def test_somebody_we_know_is_accepted_and_confirmed_at_the_address_we_know(now: datetime) -> None:
    contact, actor = a_contact(email="private@mihon.example"), staff()
    row = waits(email="hanako@mihon.example")
    assert deciding.accept(row.id, contact.id, now, actor) == "booked"
    assert db.session.get_one(Contact, contact.id, populate_existing=True).email == "private@mihon.example"
    kept = the_only()
    assert (kept.state, kept.contact_id, kept.decided_at, kept.decided_by_id) == ("done", contact.id, now, actor.id)
    keys = db.session.scalars(select(Event.key).where(Event.contact_id == contact.id).order_by(Event.id)).all()
    assert list(keys)[:2] == ["application_accepted", "registered"]
    assert [mail.kind for mail in db.session.scalars(select(Mail).where(Mail.contact_id == contact.id))] == [
        "confirmation"
    ]


@pytest.mark.parametrize(
    ("known", "take", "after"), [(None, False, "new"), ("old@x.example", True, "new"), ("old@x.example", False, "old")]
)
def test_the_proven_address_is_kept_where_there_was_none_or_staff_say_so(
    now: datetime, known: str | None, take: bool, after: str
) -> None:
    contact = a_contact(email=known)
    deciding.accept(waits(email="new@x.example").id, contact.id, now, staff(), take_address=take)
    assert db.session.get_one(Contact, contact.id, populate_existing=True).email == f"{after}@x.example"


def test_a_new_person_is_added_with_the_store_of_that_name(now: datetime) -> None:
    account = an_account()
    store = a_store(account, name="横浜店")
    a_store(account, name="川崎店")
    row = waits(name="山田 花子", email="hanako@mihon.example", store="横浜 店", phone="045-000-0000", locale="en")
    assert deciding.accept_new(row.id, account.id, now, staff()) == "booked"
    contact = db.session.scalars(select(Contact)).one()
    assert (contact.account_id, contact.name, contact.email) == (account.id, "山田 花子", "hanako@mihon.example")
    assert (contact.locale, contact.phone_digits, [one.id for one in contact.stores]) == (
        "en",
        "0450000000",
        [store.id],
    )
    assert the_only().contact_id == contact.id


def test_on_a_full_date_whoever_is_accepted_waits(now: datetime) -> None:
    row = waits(a_lecture(capacity=1, seats_taken=1))
    assert deciding.accept(row.id, a_contact().id, now, staff()) == "waitlisted"


def test_what_cannot_be_registered_leaves_the_application_waiting(now: datetime) -> None:
    advanced = a_course("advanced", prerequisite_id=a_course("basic").id)
    row, contact, actor = waits(a_lecture(advanced)), a_contact(email=None), staff()
    with pytest.raises(PrerequisiteMissing):
        deciding.accept(row.id, contact.id, now, actor)
    with pytest.raises(NotFound):
        deciding.accept(row.id, 999_999, now, actor)
    assert the_only().state == "waiting"
    assert db.session.get_one(Contact, contact.id, populate_existing=True).email is None
    assert deciding.accept(row.id, contact.id, now, actor, leave=Leave(exception="電話で確認")) == "booked"
    assert registrations()[0].exception == "電話で確認"


@pytest.mark.parametrize("mails", [True, False])
def test_a_refusal_goes_with_a_mail_or_without(now: datetime, mails: bool) -> None:
    row = waits(name="山田 花子", company="株式会社みほん")
    deciding.refuse(row.id, now, staff(), mails=mails)
    assert the_only().state == "refused"
    transport = Answering()
    assert deliver(now, transport) == int(mails)
    assert [("山田 花子 様" in message.text, "/apply/" in message.text) for message in transport.given] == [
        (True, False)
    ] * mails
    with pytest.raises(ApplicationClosed):
        deciding.refuse(row.id, now, staff(), mails=True)


@pytest.mark.parametrize("state", ["sent", "done", "refused"])
def test_only_what_waits_can_be_decided(now: datetime, state: str) -> None:
    row, contact, actor = an_application(state=state), a_contact(), staff()
    for act in (
        lambda: deciding.accept(row.id, contact.id, now, actor),
        lambda: deciding.accept_new(row.id, contact.account_id, now, actor),
        lambda: deciding.refuse(row.id, now, actor, mails=True),
    ):
        with pytest.raises(ApplicationClosed):
            act()
    assert registrations() == []


def test_who_it_may_be_is_found_by_address_account_and_search(now: datetime) -> None:
    account = an_account(name="株式会社みほん")
    same = a_contact(account, name="山田 花子", email="x@mihon.example")
    other = a_contact(account, name="阿部 一", email="y@mihon.example")
    at_address = a_contact(name="共用", email="hanako@mihon.example")
    a_contact(name="無関係")
    row = waits(name="山田花子", email="hanako@mihon.example", company="みほん", proposed_account_id=account.id)
    assert [one.id for one in deciding.people(row, "")] == [at_address.id, same.id, other.id]
    assert [one.id for one in deciding.people(row, "阿部")] == [other.id]
    assert [one.id for one in deciding.accounts(row, "")] == [account.id]


# --- What is kept


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"state": "sent", "created_at": -31}, False),
        ({"state": "sent", "created_at": -29}, True),
        ({"state": "done", "decided_at": -31, "created_at": -90}, False),
        ({"state": "refused", "decided_at": -31, "created_at": -90}, False),
        ({"state": "refused", "decided_at": -29, "created_at": -90}, True),
        ({"state": "waiting", "created_at": -90}, True),
    ],
)
def test_what_is_over_is_forgotten_after_thirty_days(now: datetime, fields: dict[str, Any], kept: bool) -> None:
    values = {key: now + value * DAY if isinstance(value, int) else value for key, value in fields.items()}
    row = an_application(**values)
    with db.writing():
        moments = {"created_at": now, "due_at": now, "next_try_at": now}
        db.session.add(Mail(key="k", kind="application", application_id=row.id, lecture_id=row.lecture_id, **moments))
    assert deciding.expire(now) == int(not kept)
    assert [len(list(db.session.scalars(select(model.id)))) for model in (Application, Mail)] == [int(kept)] * 2


def test_what_nobody_decided_is_forgotten_thirty_days_after_its_date(now: datetime) -> None:
    waits(a_lecture(starts_at=now - 31 * DAY))
    kept = waits(a_lecture(starts_at=now - 29 * DAY))
    assert deciding.expire(now) == 1
    assert the_only().id == kept.id


def test_an_old_link_never_opens_a_later_application_that_took_its_number(now: datetime) -> None:
    lecture = a_lecture()
    old = an_application(lecture, created_at=now - 40 * DAY)
    version = addresses.application_version(old)
    number = old.id
    deciding.expire(now)
    db.session.expunge_all()
    new = an_application(lecture, id=number, created_at=now)
    assert completing.read(new.id, version) is None
