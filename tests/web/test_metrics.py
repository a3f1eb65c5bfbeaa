"""Whether Prometheus reads how mails and signals leave, and who may ask; and what supervisors are told when none does."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import mail_holding
from scheduler.services.actors import CLI
from scheduler.services.outbox import closing
from scheduler.services.signals.tell import tell
from tests.conftest import Client
from tests.factories import NOW, a_contact, a_destination, a_token, an_account
from tests.statements import noted

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
_numbers = count()


def a_mail(state: str = "queued", due_at: datetime = NOW, **fields: Any) -> None:
    contact = fields.pop("contact", None) or a_contact()
    values = {"key": f"m{next(_numbers)}", "kind": "invitation", "contact_id": contact.id, "state": state}
    values |= {"account_id": contact.account_id, "due_at": due_at, "next_try_at": due_at, "created_at": due_at}
    with db.writing():
        db.session.add(Mail(**values | fields))


def told(client: Client) -> dict[str, Any]:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    return answer.json["mails"]


def figures(client: Client) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {a_token('read')}"})
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_prometheus_reads_how_many_wait_and_since_when(database: Flask, client: Client) -> None:
    a_mail(due_at=NOW - 3 * MINUTE)
    a_mail(due_at=NOW + MINUTE)
    a_mail("sent", due_at=NOW - 5 * MINUTE, sent_at=NOW - 4 * MINUTE)
    a_mail("failed", due_at=NOW - 6 * MINUTE)
    a_mail("sent", due_at=NOW - 2 * DAY, sent_at=NOW - 2 * DAY)
    found = figures(client)
    assert found["tasuki_mails_due",] == 1
    assert found["tasuki_mails_oldest_due_seconds",] == 180
    assert found["tasuki_mails_last_sent_timestamp_seconds",] == (NOW - 4 * MINUTE).timestamp()
    assert (found["tasuki_mails_stalled",], found["tasuki_transport_closed",]) == (0, 0)
    assert {key[1:]: value for key, value in found.items() if key[0] == "tasuki_mails_last_day"} == {
        ("invitation", "queued"): 1,
        ("invitation", "sent"): 1,
        ("invitation", "failed"): 1,
    }


def test_prometheus_reads_whether_signals_arrive(database: Flask, client: Client) -> None:
    assert (figures(client)["tasuki_signals_due",], figures(client)["tasuki_signals_oldest_seconds",]) == (0, 0)
    a_destination(ended_at=NOW, ended_why="gone")
    a_destination("account.ready")
    with db.writing():
        tell("account.ready", "k", NOW - 3 * MINUTE, an_account().id)
    found = figures(client)
    assert (found["tasuki_signals_due",], found["tasuki_signals_oldest_seconds",]) == (1, 180)
    assert found["tasuki_destinations_ended",] == 1
    assert found["tasuki_signals_last_day", "account.ready", "queued"] == 1


def test_an_installation_without_mails_has_figures_too(app: Flask, client: Client) -> None:
    found = figures(client)
    assert (found["tasuki_mails_due",], found["tasuki_mails_oldest_due_seconds",]) == (0, 0)
    closing.close("sendgrid 401: wrong key", NOW)
    assert figures(client)["tasuki_transport_closed",] == 1


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
def test_only_a_program_with_a_token_reads_figures(app: Flask, client: Client, headers: dict[str, str]) -> None:
    assert client.get("/metrics", headers=headers).status_code == 401


def test_figures_take_a_handful_of_statements_however_much_was_sent(app: Flask, client: Client) -> None:
    a_mail()
    token = a_token("read")
    with noted() as statements:
        client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert len([one for one in statements if one.startswith("SELECT")]) < 12


@pytest.mark.usefixtures("database")
def test_what_leaves_in_time_is_no_stall(client: Client) -> None:
    assert told(client) == {
        "due": 0,
        "oldest_due_at": None,
        "last_sent_at": None,
        "stalled": False,
        "transport": "open",
    }
    a_mail(due_at=NOW - 14 * MINUTE)
    a_mail("delivered", due_at=NOW - DAY, sent_at=NOW - DAY)
    assert told(client) == {
        "due": 1,
        "oldest_due_at": "2026-03-31T23:46:00Z",
        "last_sent_at": "2026-03-31T00:00:00Z",
        "stalled": False,
        "transport": "open",
    }


@pytest.mark.parametrize("sent_ago", [None, DAY, 20 * MINUTE])
def test_nothing_sent_for_long_although_mails_are_due_is_a_stall(
    app: Flask, client: Client, sent_ago: timedelta | None
) -> None:
    if sent_ago is not None:
        a_mail("sent", due_at=NOW - sent_ago, sent_at=NOW - sent_ago)
    a_mail(due_at=NOW - 16 * MINUTE)
    assert told(client)["stalled"] is True


def test_mails_that_are_tried_in_vain_are_a_stall_too(app: Flask, client: Client) -> None:
    a_mail("sent", due_at=NOW - DAY, sent_at=NOW - DAY)
    a_mail(due_at=NOW - 30 * MINUTE, next_try_at=NOW + MINUTE, reason="smtp: cannot connect", attempts=5)
    found = told(client)
    assert (found["due"], found["stalled"], found["oldest_due_at"]) == (0, True, "2026-03-31T23:30:00Z")


def test_one_mail_that_is_tried_in_vain_while_others_leave_is_none(app: Flask, client: Client) -> None:
    a_mail("sent", due_at=NOW - 20 * MINUTE, sent_at=NOW - 20 * MINUTE)
    a_mail(due_at=NOW - DAY, next_try_at=NOW + MINUTE, reason="smtp 451: later", attempts=9)
    assert told(client)["stalled"] is False


@pytest.mark.parametrize("reason", ["quiet_hours", "closed_day", "vendor_closed", "held"])
def test_what_waits_for_a_rule_is_not_late(app: Flask, client: Client, reason: str) -> None:
    a_mail(due_at=NOW - DAY, next_try_at=NOW + MINUTE, reason=reason)
    found = told(client)
    assert (found["due"], found["stalled"], found["oldest_due_at"]) == (0, False, None)


def test_what_somebody_holds_back_is_not_late(app: Flask, client: Client) -> None:
    a_mail(due_at=NOW - DAY, contact=a_contact(an_account(mails_paused_at=NOW)))
    assert told(client)["stalled"] is False
    a_mail(due_at=NOW - DAY)
    assert told(client)["stalled"] is True
    mail_holding.pause_everything(NOW, CLI)
    assert (told(client)["stalled"], told(client)["transport"]) == (False, "paused")


def test_a_closed_transport_is_told_without_what_it_said(app: Flask, client: Client) -> None:
    closing.close("sendgrid 401: wrong key", NOW)
    assert told(client)["transport"] == "closed"
    assert "401" not in client.get("/readyz").text


def test_neither_figures_nor_supervisors_have_old_mails_looked_through(app: Flask, client: Client) -> None:
    a_mail("sent", due_at=NOW - DAY, sent_at=NOW - DAY)
    with noted() as statements:
        figures(client)
        told(client)
    asked = {one for one in statements if one.startswith("SELECT") and "FROM mails" in one}
    assert len(asked) >= 4
    with db.engine.connect() as connection:
        for statement in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (None,) * statement.count("?"))
            assert not [row[3] for row in plan if row[3].startswith("SCAN mails")], statement
