"""The set-up steps that customers tick on the personal page."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.setup import Completion
from scheduler.services import setup
from scheduler.services.actors import Actor
from tests.conftest import Client
from tests.factories import (
    a_contact,
    a_setup_step,
    a_store,
    an_account,
)
from tests.web.customer.pages import page_of

STAFF = Actor("staff", None, "page")


def test_the_customers_own_steps_are_ticked_and_unticked(client: Client, app: Flask) -> None:
    contact = a_contact()
    a_setup_step("menu")
    path = f"{page_of(contact)}/setup/menu"
    answer = client.post(path, data={"done": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{page_of(contact)}#step-menu")
    text = client.get(page_of(contact)).text
    assert "初期設定 1 / 1" in text
    assert "完了 4月1日(水)" in text
    client.post(path, data={"done": "0"})
    assert db.session.scalar(select(func.count(Completion.id))) == 0


def test_a_step_that_is_ours_has_no_button_and_cannot_be_ticked(client: Client, app: Flask) -> None:
    contact = a_contact()
    a_setup_step("import", doer="us")
    assert "弊社で行います" in client.get(page_of(contact)).text
    assert "/setup/import" not in client.get(page_of(contact)).text
    assert client.post(f"{page_of(contact)}/setup/import", data={"done": "1"}).status_code == 403
    assert client.post(f"{page_of(contact)}/setup/nothing", data={"done": "1"}).status_code == 404
    assert db.session.scalar(select(func.count(Completion.id))) == 0


def test_a_manager_ticks_the_own_stores_only_and_the_coordinator_sees_all(client: Client, app: Flask) -> None:
    account = an_account()
    mine, other = a_store(account, name="横浜店"), a_store(account, name="川崎店")
    a_setup_step("logins", per="store")
    manager = a_contact(account, (mine,), role="manager")
    assert "川崎店" not in client.get(page_of(manager)).text
    client.post(f"{page_of(manager)}/setup/logins", data={"done": "1", "store": mine.code})
    assert db.session.scalars(select(Completion.store_id)).all() == [mine.id]
    text = client.get(page_of(a_contact(account, role="coordinator"))).text
    assert "店舗ごとの状況 1 / 2 店舗" in text
    assert other.name in text


def test_reloading_after_a_tick_leads_back(client: Client, app: Flask) -> None:
    path = page_of(a_contact())
    assert client.get(f"{path}/setup/menu").status_code == 302
    assert client.get(f"{path}/registrations/1/companions").status_code == 303


@pytest.mark.parametrize(
    ("waiting_on", "words"),
    [
        ("customer", "お客様のご対応をお待ちしています"),
        ("us", "弊社で対応しています"),
        ("third_party", "外部の会社の対応待ちです"),
    ],
)
def test_the_customer_sees_on_whom_a_step_waits_and_may_still_tick_it(
    client: Client, app: Flask, now: datetime, waiting_on: str, words: str
) -> None:
    contact = a_contact()
    a_setup_step("menu")
    setup.complete(contact.account_id, "menu", now, STAFF, state="waiting", waiting_on=waiting_on)
    text = client.get(page_of(contact)).text
    assert words in text
    assert "完了にする" in text
    client.post(f"{page_of(contact)}/setup/menu", data={"done": "1"})
    assert "完了 4月1日(水)" in client.get(page_of(contact)).text


def test_due_day_and_guide_stand_beside_a_step_until_it_is_done(client: Client, app: Flask) -> None:
    contact = a_contact(an_account(planned_start_on=date(2026, 4, 10)))
    a_setup_step("menu", due_days=3, guide_url="https://help.example/menu")
    text = client.get(page_of(contact)).text
    assert "4月7日(火) までにお願いします" in text
    assert 'href="https://help.example/menu"' in text
    client.post(f"{page_of(contact)}/setup/menu", data={"done": "1"})
    assert "help.example" not in client.get(page_of(contact)).text


def test_who_may_tick_is_asked_and_not_who_does_it(client: Client, app: Flask) -> None:
    contact = a_contact()
    a_setup_step("import", doer="us", tickers=["customer", "staff"])
    a_setup_step("sign_in", tickers=["api"])
    text = client.get(page_of(contact)).text
    assert "/setup/import" in text
    assert "/setup/sign_in" not in text
    assert client.post(f"{page_of(contact)}/setup/sign_in", data={"done": "1"}).status_code == 403
