"""Up to three times offered for a lecture of one's own: one is chosen once, whatever happens meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.proposals import Proposal
from scheduler.models.registrations import Registration
from scheduler.services import bookings, proposals, wishes
from scheduler.services.actors import Actor
from scheduler.services.outbox import about
from scheduler.services.outbox.content import preview
from scheduler.services.outbox.wanted import unwanted
from scheduler.services.refusals import (
    Invalid,
    NotFound,
    ProposalChosen,
    ProposalTimePassed,
    ProposalTimeTaken,
    ProposalWithdrawn,
)
from tests.factories import NOW, a_contact, a_course, a_lecture, a_member, an_account
from tests.services.test_bookings import own
from tests.services.together import at_once

STAFF = Actor("staff", None, "page")
MORNING, NOON, LATER = datetime(2026, 4, 8, 10), datetime(2026, 4, 8, 13), datetime(2026, 4, 9, 10)
AT = "2026-04-08T10:00"


def the(proposal_id: int) -> Proposal:
    return db.session.get_one(Proposal, proposal_id, populate_existing=True)


def by(contact: Contact) -> Actor:
    return Actor("contact", contact.id, "page")


def kinds() -> list[str]:
    return list(db.session.scalars(select(Mail.kind).order_by(Mail.id)))


def lectures() -> list[Lecture]:
    return list(db.session.scalars(select(Lecture).order_by(Lecture.id)))


def events() -> list[str]:
    wanted = Event.key.like("proposal%")
    return list(db.session.scalars(select(Event.key).where(wanted).order_by(Event.id)))


def test_choosing_makes_the_lecture_books_the_person_and_owes_the_confirmation(database: Flask) -> None:
    contact = a_contact()
    number = proposals.offer(own(contact), [NOON, MORNING, LATER], NOW, STAFF)
    assert [time["at"] for time in the(number).times] == [AT, "2026-04-08T13:00", "2026-04-09T10:00"]
    lecture_id = proposals.choose(number, AT, NOW, by(contact), contact_id=contact.id)
    [lecture] = lectures()
    assert (lecture.id, lecture.starts_at) == (lecture_id, datetime(2026, 4, 8, 1, tzinfo=UTC))
    assert (lecture.account_id, lecture.contact_id) == (contact.account_id, contact.id)
    assert (the(number).state, the(number).lecture_id, the(number).decided_at) == ("chosen", lecture_id, NOW)
    [registration] = db.session.scalars(select(Registration))
    assert (registration.contact_id, registration.status, registration.channel) == (contact.id, "booked", "page")
    assert kinds() == ["proposal", "confirmation"]
    assert events() == ["proposal_made", "proposal_chosen"]


def test_colleagues_are_registered_along_and_who_has_left_is_not(database: Flask) -> None:
    account = an_account()
    contact, colleague, gone = a_contact(account), a_contact(account), a_contact(account)
    plan = own(contact, people=(contact.id, colleague.id, gone.id), only_person=False, capacity=10)
    number = proposals.offer(plan, [MORNING], NOW, STAFF)
    with db.writing():
        db.session.delete(db.session.get_one(Contact, gone.id))
    proposals.choose(number, AT, NOW, by(contact))
    assert {row.contact_id for row in db.session.scalars(select(Registration))} == {contact.id, colleague.id}
    assert (lectures()[0].contact_id, lectures()[0].capacity) == (None, 10)


def test_pressed_twice_at_the_same_moment_one_lecture_is_made(database: Flask) -> None:
    contact = a_contact()
    number = proposals.offer(own(contact), [MORNING], NOW, STAFF)
    actor = by(contact)
    press = lambda: proposals.choose(number, AT, NOW, actor)  # noqa: E731
    assert at_once(database, press, press) == []
    assert len(lectures()) == 1
    assert kinds() == ["proposal", "confirmation"]


def test_two_who_choose_differently_at_the_same_moment_get_one_date(database: Flask) -> None:
    contact = a_contact()
    number = proposals.offer(own(contact), [MORNING, NOON], NOW, STAFF)
    actor = by(contact)
    refused = at_once(
        database,
        lambda: proposals.choose(number, AT, NOW, actor),
        lambda: proposals.choose(number, "2026-04-08T13:00", NOW, STAFF),
    )
    assert refused == ["proposal_chosen"]
    assert len(lectures()) == 1


def test_two_customers_who_choose_the_same_hosts_hour_get_it_once(database: Flask) -> None:
    host = a_member()
    offers = []
    for contact in (a_contact(), a_contact()):
        plan = own(contact, host_id=host.id, join_url="")
        offers.append((proposals.offer(plan, [MORNING], NOW, STAFF), by(contact)))
    presses = [lambda one=one: proposals.choose(one[0], AT, NOW, one[1]) for one in offers]
    assert at_once(database, *presses) == ["proposal_time_taken"]
    assert len(lectures()) == 1
    assert sorted(the(number).state for number, _ in offers) == ["chosen", "open"]


def test_a_time_that_is_past_taken_withdrawn_or_never_offered_is_refused(app: Flask) -> None:
    host, contact = a_member(), a_contact()
    number = proposals.offer(own(contact, host_id=host.id), [MORNING, NOON], NOW, STAFF)
    a_lecture(starts_at=datetime(2026, 4, 8, 4, 30, tzinfo=UTC), host_id=host.id)
    cases = [
        (AT, datetime(2026, 4, 8, 1, tzinfo=UTC), ProposalTimePassed),
        ("2026-04-08T13:00", NOW, ProposalTimeTaken),
        ("2026-04-08T15:00", NOW, NotFound),
    ]
    for at, now, refusal in cases:
        with pytest.raises(refusal):
            proposals.choose(number, at, now, by(contact))
    proposals.withdraw(number, NOW, STAFF)
    with pytest.raises(ProposalWithdrawn):
        proposals.choose(number, AT, NOW, by(contact))
    assert len(lectures()) == 1
    assert kinds() == ["proposal"]


def test_another_contacts_offer_is_as_if_it_were_not_there(app: Flask) -> None:
    account = an_account()
    contact, colleague = a_contact(account), a_contact(account)
    number = proposals.offer(own(contact), [MORNING], NOW, STAFF)
    for other in (colleague, a_contact()):
        with pytest.raises(NotFound):
            proposals.choose(number, AT, NOW, by(other), contact_id=other.id)
        assert proposals.open_for(other.id, NOW) == []
    with pytest.raises(NotFound):
        proposals.choose(number + 1, AT, NOW, by(contact))


def test_a_clash_that_was_known_when_offering_does_not_keep_the_time_from_being_chosen(app: Flask) -> None:
    host, contact = a_member(), a_contact()
    a_lecture(starts_at=datetime(2026, 4, 8, 1, tzinfo=UTC), host_id=host.id)
    number = proposals.offer(own(contact, host_id=host.id), [MORNING], NOW, STAFF)
    [offer] = proposals.open_for(contact.id, NOW)
    assert [time.state for time in offer.open_times] == ["open"]
    assert proposals.choose(number, AT, NOW, by(contact))


def test_an_offer_shows_each_time_as_it_stands(app: Flask) -> None:
    host, contact = a_member(), a_contact()
    number = proposals.offer(own(contact, host_id=host.id), [MORNING, NOON, LATER], NOW, STAFF)
    a_lecture(starts_at=datetime(2026, 4, 8, 4, tzinfo=UTC), host_id=host.id)
    [offer] = proposals.open_for(contact.id, datetime(2026, 4, 8, 1, tzinfo=UTC))
    assert (offer.proposal.id, [time.state for time in offer.times]) == (number, ["past", "taken", "open"])
    assert [shown.proposal.id for shown in proposals.open_of_account(contact.account_id, NOW)] == [number]


def test_a_new_offer_takes_the_place_of_the_earlier_one_and_the_same_one_again_is_one(app: Flask) -> None:
    contact = a_contact()
    first = proposals.offer(own(contact), [MORNING], NOW, STAFF)
    assert proposals.offer(own(contact), [MORNING], NOW, STAFF) == first
    second = proposals.offer(own(contact), [NOON], NOW, STAFF)
    assert (the(first).state, the(second).state) == ("withdrawn", "open")
    assert events() == ["proposal_made", "proposal_withdrawn", "proposal_made"]
    other = proposals.offer(own(contact, course_key=a_course("advanced").key), [NOON], NOW, STAFF)
    assert (the(second).state, the(other).state) == ("open", "open")


def test_a_chosen_offer_cannot_be_withdrawn_and_a_withdrawn_one_stays_so(app: Flask) -> None:
    contact = a_contact()
    number = proposals.offer(own(contact), [MORNING], NOW, STAFF)
    proposals.withdraw(number, NOW, STAFF)
    proposals.withdraw(number, NOW, STAFF)
    assert events() == ["proposal_made", "proposal_withdrawn"]
    chosen = proposals.offer(own(contact), [MORNING], NOW, STAFF)
    proposals.choose(chosen, AT, NOW, by(contact))
    with pytest.raises(ProposalChosen):
        proposals.withdraw(chosen, NOW, STAFF)


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ([], "time_1"),
        ([datetime(2026, 4, 1, 9)], "time_1"),
        ([MORNING, NOON, LATER, datetime(2026, 4, 10, 10)], "time_1"),
    ],
)
def test_an_offer_needs_one_to_three_times_ahead(app: Flask, times: list[datetime], field: str) -> None:
    contact = a_contact()
    with pytest.raises(Invalid) as refusal:
        proposals.offer(own(contact), times, NOW, STAFF)
    assert refusal.value.params["field"] == field
    assert (kinds(), list(db.session.scalars(select(Proposal.id)))) == ([], [])


def test_the_mail_says_the_times_in_the_contacts_zone_and_is_dropped_once_the_offer_is_closed(app: Flask) -> None:
    contact = a_contact(zone="Asia/Singapore", locale="en")
    number = proposals.offer(own(contact), [MORNING, NOON], NOW, STAFF)
    [mail] = db.session.scalars(select(Mail))
    text = preview(mail, NOW).text
    assert "Wed 8 April 2026, 09:00–10:00" in text
    assert "Singapore time" in text
    assert f"#proposal-{number}" in text
    read = about.read(mail.id)
    assert read is not None
    assert unwanted(read, NOW) is None
    proposals.withdraw(number, NOW, STAFF)
    assert unwanted(read, NOW) == ("dropped", "proposal_closed")
    assert unwanted(read, datetime(2026, 4, 8, 4, tzinfo=UTC)) == ("missed", "too_late")


def test_who_has_no_address_is_offered_times_on_the_telephone(app: Flask) -> None:
    contact = a_contact(email=None, phone="03-1")
    number = proposals.offer(own(contact), [MORNING], NOW, STAFF)
    proposals.choose(number, AT, NOW, Actor("staff", a_member().id, "phone"))
    assert db.session.scalars(select(Registration.channel)).one() == "phone"


def test_choosing_meets_the_wish(app: Flask) -> None:
    contact = a_contact()
    plan = own(contact)
    wishes.ask(contact.id, "basic", [wishes.Wish(words="午前")], "", "", NOW, by(contact))
    number = proposals.offer(plan, [MORNING], NOW, STAFF)
    assert wishes.open_ones(contact.id)
    proposals.choose(number, AT, NOW, by(contact))
    assert wishes.open_ones(contact.id) == {}


def test_the_lecture_is_what_was_offered(app: Flask) -> None:
    host, contact = a_member(), a_contact()
    plan = own(contact, host_id=host.id, minutes=45, capacity=4, kind="webinar", locale="en", zone="Asia/Singapore")
    number = proposals.offer(plan, [MORNING], NOW, STAFF)
    assert proposals.own_of(the(number)) == plan
    lecture = db.session.get_one(Lecture, proposals.choose(number, AT, NOW, by(contact)))
    assert (lecture.host_id, lecture.capacity, lecture.kind, lecture.locale) == (host.id, 4, "webinar", "en")
    assert lecture.starts_at == datetime(2026, 4, 8, 2, tzinfo=UTC)
    assert lecture.ends_at - lecture.starts_at == timedelta(minutes=45)
    assert bookings.of_account(contact.account_id, NOW) == [lecture]
