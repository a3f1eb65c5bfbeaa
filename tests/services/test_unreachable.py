"""What a mail server's refusal says of an address, and what comes of an address at which nothing arrives."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.mails import Mail, Suppression
from scheduler.models.tasks import Task
from scheduler.services import mailbox, owners, suppressions, unreachable
from scheduler.services.suppressions import ALL, Closing
from tests.factories import NOW, a_contact, a_member, an_account

pytestmark = pytest.mark.usefixtures("app")


def a_failed() -> int:
    contact = a_contact(email="hanako@customer.example")
    moments = dict.fromkeys(("created_at", "due_at", "next_try_at"), NOW)
    with db.writing():
        mail = Mail(key="k", kind="confirmation", state="failed", contact_id=contact.id, account_id=contact.account_id, to_address=contact.email, **moments)  # fmt: skip
        db.session.add(mail)
    return mail.id


@pytest.mark.parametrize(
    ("reason", "closed"),
    [
        ("smtp 550: 5.1.1 <…>: Recipient address rejected: User unknown", True),
        ("smtp 550: 5.1.10 RESOLVER.ADR.RecipientNotFound; not found", True),
        ("smtp 553: 5.1.3 bad address syntax", True),
        ("smtp 550: 5.1.2 domain not found.", True),
        ("smtp 550: 5.1.6 the mailbox has moved", True),
        ("smtp 550: 5.2.1 the account is disabled", True),
        ("smtp 554: 5.1.7 bad sender's address", False),
        ("smtp 554: 5.1.8 sender's domain not found", False),
        ("smtp 552: 5.2.2 mailbox full", False),
        ("smtp 550: 5.7.1 blocked, client 10.5.1.1", False),
        ("smtp 550: blocked by list at 192.0.5.1.1.2", False),
        ("smtp 550: 15.1.1", False),
        ("smtp 550: rejected", False),
        ("sendgrid 400: personalizations.0.to.0.email does not contain a valid address", False),
    ],
)
def test_only_an_answer_about_the_recipients_address_closes_it(reason: str, closed: bool) -> None:
    unreachable.note_failed(a_failed(), reason, NOW)
    found = db.session.scalars(select(Suppression)).all()
    assert [(row.address, row.list, row.reason, row.detail) for row in found] == (
        [("hanako@customer.example", "all", "bounced", reason)] if closed else []
    )
    assert len(db.session.scalars(select(Task)).all()) == closed


def test_a_mail_that_is_not_there_closes_nothing() -> None:
    unreachable.note_failed(1, "smtp 550: 5.1.1 unknown", NOW)
    assert db.session.scalars(select(Suppression)).all() == []


def test_a_complaint_weighs_more_than_a_bounce_in_whatever_order() -> None:
    both = [Closing("a@b.example", ALL, reason) for reason in ("bounced", "complained")]
    for order in (both, both[::-1]):
        for parts in ([order], [[one] for one in order]):
            for part in parts:
                with db.writing():
                    suppressions.add(part, NOW)
            (row,) = mailbox.suppressions_of("A@b.example")
            assert row.reason == "complained"
            with db.writing():
                db.session.delete(row)


@pytest.mark.parametrize(
    ("owner", "told"),
    [
        ({}, ["owner"]),
        ({"active": False}, ["one", "two"]),
        ({"email": None}, ["one", "two"]),
        (None, ["one", "two"]),
    ],
)
def test_who_looks_after_the_account_is_told_else_the_team(owner: dict[str, object] | None, told: list[str]) -> None:
    owner_id = a_member("success", name="owner", **owner).id if owner is not None else None
    a_member("onboarding", name="one")
    a_member("onboarding", name="two")
    a_member("onboarding", name="left", active=False)
    a_member("operations", name="manager")
    account = an_account(onboarding_owner_id=owner_id)
    assert [one.name for one in owners.reached_by([account])[account.id]] == told


def test_without_a_team_operations_are_told() -> None:
    a_member("operations", name="manager")
    account = an_account(stage="renewal")
    assert [one.name for one in owners.reached_by([account])[account.id]] == ["manager"]


def test_what_is_closed_to_all_is_closed_to_every_list() -> None:
    assert suppressions.stopping("invitations") == ("invitations", "all")
    assert suppressions.stopping(None) == ("all",)
