"""A mail can be sent once more: what failed is tried again, what came to its end is owed anew, and pressing twice sends one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail, Suppression
from scheduler.models.registrations import Registration
from scheduler.services import resending
from scheduler.services.actors import Actor
from scheduler.services.outbox.owe import owe
from scheduler.services.refusals import MailNotWanted, MailWaits, NotFound
from scheduler.services.registrations import booking, changes
from tests.factories import a_contact, a_lecture

STAFF = Actor("staff", None, "page")

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def mail(now: datetime) -> Mail:
    booking.register(a_contact().id, a_lecture().id, now, STAFF)
    return db.session.scalars(select(Mail)).one()


def put(mail: Mail, **values: Any) -> None:
    with db.writing():
        db.session.execute(update(Mail).where(Mail.id == mail.id).values(values))
    db.session.expire_all()


def mails() -> list[Mail]:
    return list(db.session.scalars(select(Mail).order_by(Mail.id).execution_options(populate_existing=True)))


@pytest.mark.parametrize("state", resending.ENDED)
def test_what_came_to_its_end_is_owed_anew_and_stays_readable(mail: Mail, state: str, now: datetime) -> None:
    put(mail, state=state, reason="" if state != "dropped" else "called_back", text="as it was sent")
    later = now + timedelta(hours=2)
    number = resending.resend(mail.id, later, STAFF)
    old, new = mails()
    assert (old.state, old.text) == (state, "as it was sent")
    assert (new.id, new.state, new.kind, new.due_at, new.next_try_at) == (number, "queued", old.kind, later, later)
    assert (new.contact_id, new.registration_id, new.lecture_id, new.account_id, new.params) == (
        *(old.contact_id, old.registration_id, old.lecture_id, old.account_id, old.params),
    )
    told = db.session.scalars(select(Event).where(Event.key == "mail_resent")).one()
    assert told.params == {"mail_id": number, "kind": "confirmation"}


def test_pressing_twice_sends_one_and_pressing_on_the_new_page_another(mail: Mail, now: datetime) -> None:
    put(mail, state="sent")
    first = resending.resend(mail.id, now, STAFF, press=0)
    assert resending.resend(mail.id, now, STAFF, press=0) == first
    assert resending.presses(mail) == 1
    assert resending.resend(mail.id, now, STAFF, press=1) != first
    assert len(mails()) == 3
    assert len(db.session.scalars(select(Event).where(Event.key == "mail_resent")).all()) == 2


def test_what_failed_is_tried_again_itself(mail: Mail, now: datetime) -> None:
    put(mail, state="failed", reason="550 no such user", attempts=3)
    assert resending.resend(mail.id, now, STAFF) == mail.id
    assert [(row.state, row.reason, row.attempts) for row in mails()] == [("queued", "", 0)]


@pytest.mark.parametrize("state", ["queued", "sending"])
def test_what_is_on_its_way_is_not_sent_twice(mail: Mail, state: str, now: datetime) -> None:
    put(mail, state=state)
    with pytest.raises(MailWaits):
        resending.resend(mail.id, now, STAFF)


def test_what_would_be_dropped_at_once_is_refused_with_the_reason(mail: Mail, now: datetime) -> None:
    put(mail, state="sent")
    assert resending.hindrance(mail.id, now) == ""
    changes.cancel(db.session.scalars(select(Registration.id)).one(), now, STAFF)
    assert resending.hindrance(mail.id, now) == "superseded"
    with pytest.raises(MailNotWanted) as refused:
        resending.resend(mail.id, now, STAFF)
    assert refused.value.params == {"reason": "superseded"}
    assert [row.kind for row in mails()] == ["confirmation", "cancelled"]


def test_what_is_of_no_use_any_more_is_refused(mail: Mail, now: datetime) -> None:
    put(mail, state="missed", reason="too_late", expires_at=now)
    assert resending.hindrance(mail.id, now) == "too_late"


def test_an_address_at_which_nothing_arrives_is_refused(mail: Mail, now: datetime) -> None:
    put(mail, state="bounced")
    assert mail.contact is not None
    with db.writing():
        row = {"address": mail.contact.email, "list": "all", "reason": "bounced", "created_at": now}
        db.session.add(Suppression(**row))
    assert resending.hindrance(mail.id, now) == "bounced"


def test_asking_changes_nothing(mail: Mail, now: datetime) -> None:
    put(mail, state="sent")
    resending.hindrance(mail.id, now)
    db.session.flush()
    db.session.commit()
    assert len(mails()) == 1


def test_an_invitation_is_not_sent_again_to_whoever_registered_meanwhile(mail: Mail, now: datetime) -> None:
    with db.writing():
        owe("invitation", "invitation:basic:1", now=now, contact_id=mail.contact_id, account_id=mail.account_id, params={"course_id": 1})  # fmt: skip
        db.session.execute(update(Mail).where(Mail.kind == "invitation").values(state="sent"))
    invitation = mails()[-1]
    # She is registered by now: an invitation would be dropped.
    assert resending.hindrance(invitation.id, now) == "already_registered"


def test_an_unknown_mail_is_not_found(now: datetime) -> None:
    with pytest.raises(NotFound):
        resending.resend(999, now, STAFF)
