"""What becomes of mails by the provider's word: the same whatever comes first and however often, for many at once."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from emails.events import read
from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail, MailEvent, Suppression
from scheduler.models.tasks import Task
from scheduler.services import mail_events, suppressions
from scheduler.services.actors import WORKER
from tests.conftest import see_anew
from tests.factories import NOW, a_contact, a_member, an_account
from tests.services.together import at_once
from tests.statements import noted

MINUTE = timedelta(minutes=1)
_numbers = count()


def a_mail(contact: Contact | None = None, **fields: Any) -> Mail:
    """Add a mail that was handed over a moment ago."""
    contact = contact or a_contact()
    values: dict[str, Any] = {
        "key": f"mail-{next(_numbers)}",
        "kind": "invitation",
        "contact_id": contact.id,
        "account_id": contact.account_id,
        "state": "sent",
        "sent_at": NOW,
        "provider_id": "p",
        "attempts": 1,
        "to_address": contact.email,
        **dict.fromkeys(("created_at", "due_at", "next_try_at"), NOW),
    }
    with db.writing():
        mail = Mail(**values | fields)
        db.session.add(mail)
    return mail


def one(mail: Mail | int, event: str, at: datetime = NOW, **fields: Any) -> dict[str, Any]:
    number = mail if isinstance(mail, int) else mail.id
    moment = int(at.timestamp())
    named = {"tasuki_mail": str(number), "sg_event_id": f"{number} {event} {moment} {sorted(fields.items())}"}
    return {"event": event, "timestamp": moment, "email": "hanako@customer.example"} | named | fields


def bounce(mail: Mail | int, at: datetime = NOW, **fields: Any) -> dict[str, Any]:
    said = {"type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 no such user hanako@customer.example"}
    return one(mail, "bounce", at, **said | fields)


def take(*events: dict[str, Any], now: datetime = NOW) -> int:
    return mail_events.take(read(json.dumps(events).encode()), now)


def again(mail: Mail) -> Mail:
    see_anew()
    return db.session.get_one(Mail, mail.id)


def told(account_id: int) -> list[str]:
    rows = select(Event.key).where(Event.account_id == account_id).order_by(Event.id)
    return [key for key in db.session.scalars(rows) if key != "not_ready_again"]


def closed() -> list[tuple[str, str, str]]:
    rows = select(Suppression.address, Suppression.list, Suppression.reason).order_by(Suppression.address)
    return [tuple(row) for row in db.session.execute(rows)]


@pytest.mark.usefixtures("database")
def test_a_mail_is_followed_to_its_reader() -> None:
    mail = a_mail()
    assert take(one(mail, "processed"), one(mail, "delivered", NOW + MINUTE)) == 2
    take(one(mail, "open", NOW + 3 * MINUTE), one(mail, "open", NOW + 2 * MINUTE))
    take(one(mail, "click", NOW + 4 * MINUTE))
    row = again(mail)
    assert (row.state, row.sent_at, row.delivered_at) == ("delivered", NOW, NOW + MINUTE)
    assert (row.opened_at, row.clicked_at) == (NOW + 2 * MINUTE, NOW + 4 * MINUTE)


@pytest.mark.usefixtures("app")
def test_a_program_that_opens_a_mail_is_nobody_who_reads_it() -> None:
    mail = a_mail()
    take(one(mail, "open", NOW + MINUTE, sg_machine_open=True))
    assert again(mail).opened_at is None
    take(one(mail, "click", NOW + 2 * MINUTE))
    assert again(mail).opened_at == NOW + 2 * MINUTE
    assert db.session.scalars(select(MailEvent.kind).order_by(MailEvent.id)).all() == ["machine_opened", "clicked"]


@pytest.mark.parametrize("event", ["processed", "deferred", "delivered", "open"])
@pytest.mark.parametrize("unsure", ["sending", "queued", "failed", "missed"])
def test_a_mail_whose_fate_was_unknown_is_settled_and_not_sent_again(app: Flask, unsure: str, event: str) -> None:
    mail = a_mail(state=unsure, reason="sendgrid: no answer in time", sent_at=None, provider_id=None, claimed_by="w")
    take(one(mail, event, NOW - MINUTE))
    row = again(mail)
    assert (row.state, row.sent_at, row.claimed_by, row.reason) == (
        "delivered" if event == "delivered" else "sent",
        NOW - MINUTE,
        None,
        "",
    )
    assert told(row.account_id or 0) == ["mail_sent"]


@pytest.mark.usefixtures("app")
def test_a_mail_that_somebody_queued_afresh_is_sent_once_more() -> None:
    mail = a_mail(state="queued", attempts=0, sent_at=None, provider_id=None)
    assert take(one(mail, "delivered")) == 1
    assert (again(mail).state, again(mail).sent_at) == ("queued", None)


@pytest.mark.usefixtures("app")
def test_a_bounce_after_the_delivery_counts_and_what_was_said_is_kept_without_addresses() -> None:
    mail = a_mail()
    take(one(mail, "delivered"), bounce(mail, NOW + MINUTE))
    take(one(mail, "processed"))
    row = again(mail)
    assert (row.state, row.reason, row.delivered_at) == ("bounced", "550 5.1.1 no such user …", NOW)


@pytest.mark.usefixtures("database")
def test_an_address_that_does_not_exist_is_closed_and_a_person_calls() -> None:
    owner = a_member()
    account = an_account(onboarding_owner_id=owner.id, introduced_at=NOW)
    contact = a_contact(account, name="山田 花子")
    mail = a_mail(contact)
    take(bounce(mail), bounce(mail, NOW + MINUTE))
    take(bounce(mail))
    assert closed() == [(contact.email, "all", "bounced")]
    task = db.session.scalars(select(Task)).one()
    assert (task.kind, task.contact_id, task.owner_id, task.account_id) == (
        "unreachable",
        contact.id,
        owner.id,
        account.id,
    )
    assert task.due_on.isoformat() == "2026-04-02"
    note = db.session.scalars(select(Mail).where(Mail.kind == "staff_unreachable")).one()
    assert (note.staff_id, note.account_id, note.params["contact_id"], note.params["reason"]) == (
        owner.id,
        account.id,
        contact.id,
        "bounced",
    )
    assert told(account.id) == ["mail_bounced", "address_closed", "task_added"]
    see_anew()
    assert "unreachable" in [reason["key"] for reason in db.session.get_one(Account, account.id).level_reasons]


@pytest.mark.usefixtures("app")
def test_every_account_whose_people_share_the_address_is_told_once() -> None:
    accounts = [an_account(onboarding_owner_id=a_member().id) for _ in range(2)]
    people = [a_contact(account, email="shop@customer.example", name=f"人{n}") for n, account in enumerate(accounts)]
    people.append(a_contact(accounts[0], email="shop@customer.example", name=""))
    take(bounce(a_mail(people[0])), bounce(a_mail(people[1])))
    tasks = db.session.scalars(select(Task).order_by(Task.account_id)).all()
    assert [(task.account_id, task.contact_id) for task in tasks] == [
        (accounts[0].id, people[0].id),
        (accounts[1].id, people[1].id),
    ]
    assert db.session.scalar(select(func.count()).where(Mail.kind == "staff_unreachable")) == 2


@pytest.mark.parametrize(
    ("event", "lists"),
    [
        ({"event": "bounce", "type": "blocked", "reason": "550 5.7.1 policy"}, {}),
        ({"event": "dropped", "reason": "Bounced Address"}, {"all": "bounced"}),
        ({"event": "dropped", "reason": "Invalid"}, {"all": "bounced"}),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, {"all": "complained"}),
        ({"event": "dropped", "reason": "Spam Content"}, {}),
        ({"event": "spamreport"}, {"all": "complained"}),
        ({"event": "unsubscribe"}, {"invitations": "unsubscribed"}),
        ({"event": "group_unsubscribe", "asm_group_id": 1}, {"invitations": "unsubscribed"}),
        ({"event": "group_resubscribe", "asm_group_id": 1}, {}),
        ({"event": "deferred", "response": "451 4.7.1 later"}, {}),
    ],
)
def test_what_an_event_closes(app: Flask, event: dict[str, Any], lists: dict[str, str]) -> None:
    mail = a_mail()
    take(one(mail, **event))
    assert {wanted_list: reason for _address, wanted_list, reason in closed()} == lists
    assert again(mail).state == ("bounced" if event["event"] in ("bounce", "dropped") else "sent")


@pytest.mark.usefixtures("app")
def test_who_leaves_by_a_mail_of_no_list_leaves_all_that_can_be_left() -> None:
    take(one(a_mail(kind="confirmation"), "unsubscribe"))
    assert [(wanted_list, reason) for _address, wanted_list, reason in closed()] == [
        ("invitations", "unsubscribed"),
        ("nudges", "unsubscribed"),
    ]
    assert db.session.scalars(select(Task)).all() == []


@pytest.mark.usefixtures("app")
def test_only_the_address_the_mail_went_to_is_closed() -> None:
    mail = a_mail(to_address="old@customer.example")
    take(bounce(mail, email="other@customer.example"))
    assert [address for address, _list, _reason in closed()] == ["old@customer.example"]


@pytest.mark.usefixtures("app")
def test_what_was_lifted_stays_open_until_something_new_is_told() -> None:
    mail = a_mail()
    take(bounce(mail))
    row = db.session.scalars(select(Suppression)).one()
    suppressions.lift(row.id, "電話で確認した", NOW, WORKER)
    take(bounce(mail), now=NOW + MINUTE)
    assert closed() == []
    take(bounce(mail, NOW + MINUTE), now=NOW + MINUTE)
    assert len(closed()) == 1
    assert db.session.scalar(select(func.count()).select_from(Task)) == 2


@pytest.mark.usefixtures("app")
def test_what_is_no_event_of_ours_is_passed_over() -> None:
    mail = a_mail()
    strange = [one(mail.id + 1, "delivered"), one(mail, "party"), one(mail, "delivered") | {"tasuki_mail": "x"}]
    strange += [one(mail, "delivered") | {"tasuki_mail": "9" * 40}, {}, one(mail, "delivered") | {"timestamp": "soon"}]
    assert take(*strange) == 0
    assert again(mail).state == "sent"
    assert db.session.scalars(select(MailEvent)).all() == []


@pytest.mark.usefixtures("app")
def test_an_account_that_cannot_be_judged_loses_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = a_mail()
    monkeypatch.setattr("scheduler.services.readiness.judge", None)
    assert take(bounce(mail)) == 1
    assert again(mail).state == "bounced"
    assert db.session.scalars(select(Task)).one()


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(
            [
                {"event": "processed"},
                {"event": "deferred"},
                {"event": "delivered"},
                {"event": "bounce", "type": "bounce", "reason": "550 5.1.1"},
                {"event": "bounce", "type": "blocked", "reason": "550 5.7.1"},
                {"event": "dropped", "reason": "Bounced Address"},
                {"event": "open"},
                {"event": "open", "sg_machine_open": True},
                {"event": "click"},
                {"event": "spamreport"},
                {"event": "unsubscribe"},
            ]
        ),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=10,
)
STATES = st.sampled_from(["sent", "sending", "queued"])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS, st.lists(STATES, min_size=3, max_size=3), st.randoms(use_true_random=False))
def test_the_order_in_which_events_come_and_how_often_makes_no_difference(
    app: Flask, events: list[Any], states: list[str], chance: random.Random
) -> None:
    contact = a_contact()
    told_of = [(number, event, NOW + minutes * MINUTE) for number, event, minutes in events]
    ends = []
    for shuffled in (told_of, chance.sample(told_of * 2, len(told_of) * 2)):
        unsure = {"sent_at": None, "provider_id": None}
        mails = [a_mail(contact, state=state, **({} if state == "sent" else unsure)) for state in states]
        cut = chance.randint(0, len(shuffled))
        for part in (shuffled[:cut], shuffled[cut:]):
            take(*(one(mails[number], at=at, **event) for number, event, at in part))
        ends.append(([_fate(again(mail)) for mail in mails], sorted(closed())))
        with db.writing():
            db.session.execute(delete(Suppression))
    assert ends[0] == ends[1]


def _fate(mail: Mail) -> tuple[Any, ...]:
    return mail.state, mail.reason, mail.sent_at, mail.delivered_at, mail.opened_at, mail.clicked_at


def _at_the_same_time(mails: Sequence[Mail]) -> list[list[dict[str, Any]]]:
    delivered = [one(mail, "delivered") for mail in mails]
    opened = [one(mail, "open", NOW + MINUTE) for mail in reversed(mails)]
    return [delivered, opened, [bounce(mail) for mail in mails[::2]], delivered]


def test_requests_at_the_same_moment_lose_nothing_of_each_other(database: Flask) -> None:
    mails = [a_mail() for _ in range(20)]
    ways = [lambda batch=batch: take(*batch) for batch in _at_the_same_time(mails)]
    assert at_once(database, *ways) == []
    for number, mail in enumerate(mails):
        row = again(mail)
        assert (row.state, row.delivered_at, row.opened_at) == (
            "delivered" if number % 2 else "bounced",
            NOW,
            NOW + MINUTE,
        )


@pytest.mark.usefixtures("database")
def test_a_thousand_events_take_a_handful_of_statements() -> None:
    contact = a_contact()
    with db.writing():
        about = {"kind": "invitation", "contact_id": contact.id, "account_id": contact.account_id, "state": "sent"}
        about |= dict.fromkeys(("created_at", "due_at", "next_try_at", "sent_at"), NOW)
        mails = [Mail(key=f"many-{n}", attempts=1, to_address=contact.email, **about) for n in range(400)]
        db.session.add_all(mails)
    kinds = ("processed", "delivered", "open")
    events = [one(mail, kind, NOW + MINUTE) for mail in mails for kind in kinds][:1000]
    with noted() as statements:
        assert take(*events) == 1000
    assert len(statements) < 15
    assert db.session.scalar(select(func.count()).where(Mail.state == "delivered")) == 333
    assert take(*events) == 0


def test_the_providers_own_sample_is_read_whole(app: Flask) -> None:
    path = "tests/data/sendgrid_events.json"
    with open(path, "rb") as file:
        sample = json.load(file)
    mail = a_mail()
    events = [event | {"tasuki_mail": str(mail.id)} for event in sample]
    assert take(*events) == len({event["sg_event_id"] for event in sample}) - 1
    assert again(mail).state == "bounced"
