"""Answers whether accounts, dates and mails are printed for people and for programs."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import mail_holding
from scheduler.services.actors import CLI
from scheduler.services.outbox.owe import owe
from tests.cli.conftest import Tasuki, booked, refused
from tests.factories import NOW, a_contact, a_store, an_account


def test_an_account_is_shown_with_its_people(tasuki: Tasuki) -> None:
    account = an_account(external_id="A-7", name="株式会社 七")
    contact = a_contact(account, (a_store(account, code="S1", name="本店"),), name="山田 太郎")
    shown = json.loads(tasuki("account", "show", "A-7", "--json").stdout)
    assert (shown["external_id"], shown["name"], shown["stage"]) == ("A-7", "株式会社 七", "onboarding")
    assert shown["stores"] == [{"code": "S1", "name": "本店", "scope": "in"}]
    assert [(person["id"], person["stores"]) for person in shown["contacts"]] == [(contact.id, "S1")]
    assert shown["readiness"]["ready"] is False
    assert shown["state"]["level"] == "on_track"
    text = tasuki("account", "show", "A-7").stdout
    assert "山田 太郎" in text
    assert "/me/" not in text


def test_an_unknown_account_is_refused(tasuki: Tasuki) -> None:
    refused(tasuki("account", "show", "A-404"), "A-404")


def test_the_dates_of_a_rule_are_shown_without_being_made(tasuki: Tasuki) -> None:
    words = ("series", "preview", "FREQ=WEEKLY;BYDAY=MO,FR", "--starts-at", "2026-04-03T14:00")
    dates = json.loads(tasuki(*words, "--json").stdout)
    assert dates[0] == {
        "slot": "2026-04-03T14:00",
        "local": "2026-04-03T14:00",
        "starts_at": "2026-04-03T05:00:00Z",
    }
    assert "2026-04-03T14:00" in tasuki(*words).stdout


@pytest.mark.parametrize("rule", ["FREQ=HOURLY", "every monday", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"])
def test_a_rule_that_cannot_be_used_is_refused(tasuki: Tasuki, rule: str) -> None:
    refused(tasuki("series", "preview", rule, "--starts-at", "2026-04-03T14:00"))


def test_mails_are_listed_newest_first_and_by_state(tasuki: Tasuki) -> None:
    first, second = booked(), booked()
    rows = json.loads(tasuki("mail", "list", "--json").stdout)
    assert [row["to"] for row in rows] == [second, first]
    assert set(rows[0]) == {
        *("id", "kind", "to", "state", "due_at", "sent_at", "delivered_at", "opened_at", "reason", "subject"),
    }
    assert json.loads(tasuki("mail", "list", "--state", "sent", "--json").stdout) == []
    assert first in tasuki("mail", "list", "--kind", "confirmation").stdout


def test_a_failed_mail_is_queued_again(tasuki: Tasuki) -> None:
    booked()
    mail = db.session.scalars(select(Mail)).one()
    refused(tasuki("mail", "retry", str(mail.id)))
    with db.writing():
        db.session.get_one(Mail, mail.id).state = "failed"
    assert tasuki("mail", "retry", str(mail.id)).exit_code == 0
    assert db.session.get_one(Mail, mail.id).state == "queued"


def test_a_sent_mail_is_owed_anew_and_one_of_no_use_is_refused(tasuki: Tasuki) -> None:
    booked()
    mail = db.session.scalars(select(Mail)).one()
    with db.writing():
        db.session.get_one(Mail, mail.id).state = "sent"
    assert tasuki("mail", "retry", str(mail.id)).exit_code == 0
    old, new = db.session.scalars(select(Mail).order_by(Mail.id)).all()
    assert (old.state, new.state, new.key) == ("sent", "queued", f"{mail.key}:again:0")
    with db.writing():
        db.session.get_one(Mail, mail.id).expires_at = NOW
    refused(tasuki("mail", "retry", str(mail.id)), "too_late")
    refused(tasuki("mail", "retry", "999"))


def test_the_mails_of_one_person_are_listed_with_what_is_to_come_first(tasuki: Tasuki) -> None:
    address = booked()
    booked()
    mail = db.session.scalars(select(Mail).order_by(Mail.id)).first()
    assert mail is not None
    with db.writing():
        left = db.session.get_one(Mail, mail.id)
        left.state, left.delivered_at = "delivered", NOW
        later = {"kind": "thanks", "key": "later", "contact_id": left.contact_id, "due_at": NOW + timedelta(days=1)}
        owe(**later, now=NOW, account_id=left.account_id)  # type: ignore[arg-type]
    rows = json.loads(tasuki("mail", "list", "--contact", address, "--json").stdout)
    assert [(row["kind"], row["state"]) for row in rows] == [
        *(("reminder_day", "planned"), ("reminder_hour", "planned")),
        *(("thanks", "queued"), ("confirmation", "delivered")),
    ]
    assert rows[-1]["delivered_at"] == "2026-04-01T00:00:00Z"
    assert rows == json.loads(tasuki("mail", "list", "--contact", str(mail.contact_id), "--json").stdout)


def test_an_unknown_person_is_refused_and_several_of_one_address_are_named(tasuki: Tasuki) -> None:
    refused(tasuki("mail", "list", "--contact", "nobody@customer.example"), "nobody@customer.example")
    people = [a_contact(email="shop@customer.example", name=name) for name in ("山田 花子", "佐藤 健")]
    result = tasuki("mail", "list", "--contact", "shop@customer.example")
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[1:] == [f"  {person.id}  {person.name}" for person in people]


def test_what_holds_a_mail_back_stands_beside_it(tasuki: Tasuki) -> None:
    booked()
    mail_holding.pause_everything(NOW, CLI)
    rows = json.loads(tasuki("mail", "list", "--json").stdout)
    assert [row["reason"] for row in rows] == ["all_paused"]
