"""Answers whether accounts, dates and mails are printed for people and for programs."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.mails import Mail
from tests.cli.conftest import Tasuki, booked, refused
from tests.factories import a_contact, a_store, an_account


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
    assert set(rows[0]) == {"id", "kind", "to", "state", "due_at", "sent_at", "reason", "subject"}
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
