"""The page on which operations decide when mails leave."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from flask import Flask

from emails import KINDS
from scheduler.services import mail_rules
from scheduler.web.words import mail_rules as words
from tests.conftest import Client, sign_in
from tests.factories import a_member

PAGE = "/staff/settings/mails"


class Fields(HTMLParser):
    """Collects what a browser would send of the figures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = dict(given)
        name = attributes.get("name") or ""
        if tag == "input" and name.startswith("rule."):
            self.values[name] = attributes["value"] or ""
        if tag == "select":
            self._select = name
        if tag == "option" and "selected" in attributes:
            self.values[self._select] = attributes["value"] or ""


@pytest.fixture
def operations(client: Client, app: Flask) -> Client:
    sign_in(client, a_member(team="operations"))
    return client


def test_every_figure_is_a_field_with_its_present_value(operations: Client) -> None:
    values = Fields(operations.get(PAGE).text).values
    assert {name.removeprefix("rule.") for name in values} == set(mail_rules.DEFAULTS)
    pairs = {name.removeprefix("rule."): value for name, value in values.items()}
    assert mail_rules.changed(mail_rules.read({}), pairs) == mail_rules.read({})


def test_figures_are_saved_and_shown(operations: Client) -> None:
    form = Fields(operations.get(PAGE).text).values | {"rule.reminder_day.days_before": "2", "rule.missed.on": "off"}
    saved = operations.post(PAGE, data=form)
    assert "保存しました。" in operations.get(saved.location).text
    assert mail_rules.get().days("reminder_day", "days_before") == 2
    assert not mail_rules.get().enabled("missed")
    assert Fields(operations.get(PAGE).text).values == form


def test_every_fault_stands_at_its_field_and_in_the_summary_and_nothing_is_saved(operations: Client) -> None:
    form = {"rule.thanks.at": "21:00", "rule.setup_nudge.at_most": "99", "rule.reminder_day.days_before": "3"}
    response = operations.post(PAGE, data=form)
    assert response.status_code == 422
    assert "入力内容を 2 か所ご確認ください" in response.text
    assert 'href="#field-rule.thanks.at"' in response.text
    assert 'id="error-rule.setup_nudge.at_most"' in response.text
    assert "送信を控える時間（20:00–08:00）に入っています" in response.text
    assert "1 から 10 までの整数で入力してください" in response.text
    assert Fields(response.text).values["rule.reminder_day.days_before"] == "3"
    assert mail_rules.get() == mail_rules.read({})


def test_the_plan_can_be_seen_with_the_changes_before_they_are_saved(operations: Client) -> None:
    form = Fields(operations.get(PAGE).text).values | {"then": "plan"}
    assert operations.post(PAGE, data=form).location == "/staff/mails/plan"
    form |= {"rule.quiet.begins": "21:00", "rule.usage_nudge.on": "off"}
    response = operations.post(PAGE, data=form)
    assert response.location == "/staff/mails/plan?rule.quiet.begins=21%3A00&rule.usage_nudge.on=off"
    assert mail_rules.get() == mail_rules.read({})


def test_only_operations_decide(staff_client: Client) -> None:
    assert staff_client.get(PAGE).status_code == 403
    assert staff_client.post(PAGE, data={"rule.missed.on": "off"}).status_code == 403


def test_every_kind_says_what_sets_it_off_and_every_figure_has_a_name(app: Flask) -> None:
    with app.test_request_context():
        assert [kind for kind in KINDS if not words.set_off(kind)] == []
        assert all(words.figure(name.rpartition(".")[2]) for name in mail_rules.DEFAULTS)
