"""The set-up steps that customers tick on the personal page."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.setup import Completion
from tests.conftest import Client
from tests.factories import (
    a_contact,
    a_setup_step,
    a_store,
    an_account,
)
from tests.web.customer.pages import page_of


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
