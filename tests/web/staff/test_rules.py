"""The pages on which operations decide when accounts are handed on and when they need someone."""

from __future__ import annotations

import json
from datetime import datetime
from html.parser import HTMLParser

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.rules.readiness import DEFAULT, Rule
from scheduler.services import boundaries, readiness
from scheduler.web.staff import rule_form
from tests.conftest import Client, sign_in
from tests.factories import a_course, a_member, an_account

PAGE = "/staff/settings/rules"


class Fields(HTMLParser):
    """Collects what a browser would send of a form: every field that is filled, ticked or selected."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.values: MultiDict[str, str] = MultiDict()
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = dict(given)
        name = attributes.get("name") or ""
        ticked = attributes.get("type") != "checkbox" or "checked" in attributes
        if tag == "input" and name.startswith(("c.", "sheet")) and ticked:
            self.values.add(name, attributes.get("value") or "")
        if tag == "select":
            self._select = name
        if tag == "option" and "selected" in attributes and self._select.startswith("c."):
            self.values.add(self._select, attributes["value"] or "")


@pytest.fixture
def operations(client: Client, app: Flask) -> Client:
    a_course()
    sign_in(client, a_member(team="operations"))
    return client


@pytest.mark.parametrize("stage", list(DEFAULT))
def test_the_form_of_a_rule_sends_back_the_rule(operations: Client, stage: str) -> None:
    page = operations.get(f"{PAGE}/{stage}").text
    data = rule_form.read(Fields(page).values, list(DEFAULT[stage].boundary))
    assert Rule.from_json(data) == DEFAULT[stage]
    assert json.loads(json.dumps(data)) == DEFAULT[stage].to_json()


def test_a_changed_rule_shows_who_would_be_ready_before_it_is_saved(operations: Client, now: datetime) -> None:
    with_plan, without = an_account(plan="Standard", name="株式会社あおば"), an_account(name="株式会社かなで")
    readiness.refresh_many([with_plan.id, without.id], now)
    form = {"action": "look", "c.0.kind": "field_filled", "c.0.field": "plan"}
    page = operations.post(f"{PAGE}/onboarding", data=form).text
    assert "新たに引き継ぎ可 1 社、未達に戻る 0 社" in page
    assert "株式会社あおば" in page
    assert "株式会社かなで" not in page
    assert boundaries.rules() == DEFAULT
    operations.post(f"{PAGE}/onboarding", data=form | {"action": "save"})
    assert db.session.get_one(Account, with_plan.id, populate_existing=True).ready_since is not None
    assert db.session.get_one(Account, without.id, populate_existing=True).ready_since is None
    assert boundaries.pending() == {}
    assert "「プラン」が入力されている" in operations.get(PAGE).text


def test_conditions_are_added_and_taken_out_also_within_groups(operations: Client) -> None:
    form = MultiDict({"action": "add:", "new.": "any", "c.0.kind": "setup_complete"})
    form = Fields(operations.post(f"{PAGE}/onboarding", data=form).text).values
    assert [form["c.0.kind"], form["c.1.kind"]] == ["setup_complete", "any"]
    form.update({"action": "add:1", "new.1": "days_in_stage"})
    form = Fields(operations.post(f"{PAGE}/onboarding", data=form).text).values
    assert (form["c.1.0.kind"], form["c.1.0.days"]) == ("days_in_stage", "14")
    form.update({"action": "remove:0"})
    form = Fields(operations.post(f"{PAGE}/onboarding", data=form).text).values
    assert [form["c.0.kind"], form["c.0.0.kind"], "c.1.kind" in form] == ["any", "days_in_stage", False]
    form.update({"action": "save"})
    operations.post(f"{PAGE}/onboarding", data=form)
    saved = boundaries.rules()["onboarding"].to_json()["clauses"]
    assert saved == [{"kind": "any", "clauses": [{"kind": "days_in_stage", "days": 14}]}]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "条件を一つ以上入れてください。"),
        ({"c.0.kind": "attended", "c.0.course": "none", "c.0.contacts": "1", "c.0.stores_from": "0"}, "レクチャーがありません"),
        ({"c.0.kind": "attended", "c.0.course": "basic", "c.0.contacts": "一人", "c.0.stores_from": "0"}, "値をご確認ください"),
        ({"c.0.kind": "attended", "c.0.course": "basic", "c.0.contacts": "1", "c.0.stores_from": "4"}, "店舗数の範囲をつなげてください"),
        ({"c.0.kind": "usage_started", "c.0.days": "9", "c.0.within": "3"}, "満たされることがありません"),
        ({"c.0.kind": "mastered"}, "という条件はありません"),
        ({"c.0.kind": "any"}, "条件「まとまり: いずれかを満たす」の値をご確認ください"),
        ({"c.0.kind": "usage_started", "c.0.days": "0"}, "条件「利用開始」の値をご確認ください"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_met_is_refused_with_what_to_do_and_nothing_is_saved(
    operations: Client, form: dict[str, str], told: str
) -> None:
    answer = operations.post(f"{PAGE}/onboarding", data=form | {"action": "save"})
    assert answer.status_code == 422
    assert told in answer.text
    assert boundaries.rules() == DEFAULT


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["c.0.kind", "c.0.days", "c.0.0.kind", "new.", "new.0", "c.0.share"]), st.text(max_size=8)), st.text(max_size=8))  # fmt: skip
def test_no_form_whatever_breaks_reading(form: dict[str, str], place: str) -> None:
    data = rule_form.read(MultiDict(form), ["onboarding", "success"])
    rule_form.add(data, place, form.get("new.", "any"))
    rule_form.remove(data, place)
    assert data["boundary"] == ["onboarding", "success"]


def test_thresholds_are_edited_by_stage_and_empty_ones_are_not_looked_at(operations: Client) -> None:
    assert 'value="40"' in operations.get(f"{PAGE}/onboarding/thresholds").text
    form = {"missed_times": "5", "start_near_days": "", "unreachable": "1"}
    operations.post(f"{PAGE}/onboarding/thresholds", data=form)
    saved = boundaries.thresholds("onboarding")
    assert (saved.missed_times, saved.start_near_days, saved.unreachable) == (5, None, True)
    for typed in ("五", "1000"):
        refused = operations.post(f"{PAGE}/onboarding/thresholds", data={"missed_times": typed})
        assert refused.status_code == 422
        assert "0 から 999 までの整数で入力してください。" in refused.text
    assert boundaries.thresholds("onboarding") == saved


def test_the_moment_of_first_contact_is_one_setting(operations: Client) -> None:
    operations.post(f"{PAGE}/first-contact", data={"first_contact": "before"})
    assert boundaries.first_contact() == "before"
    operations.post(f"{PAGE}/first-contact", data={"first_contact": "tomorrow"})
    assert boundaries.first_contact() == "before"


def test_stages_without_a_rule_have_no_page(operations: Client) -> None:
    assert operations.get(f"{PAGE}/renewal").status_code == 404
    assert operations.get(f"{PAGE}/mastered/thresholds").status_code == 404
