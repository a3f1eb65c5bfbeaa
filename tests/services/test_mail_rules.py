"""When mails leave, as operations decide it: typed with defaults, every figure checked, what changed in the history."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from flask import Flask
from sqlalchemy import select

from emails import KINDS
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.settings import Setting
from scheduler.rules.timing import Quiet, Waits
from scheduler.services import mail_rules
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid
from tests.statements import noted

STAFF = Actor("staff", 1, "page")
PLAIN = mail_rules.read({})


def test_without_a_decision_the_table_of_kinds_decides() -> None:
    assert PLAIN.quiet == Quiet(time(20), time(8))
    assert PLAIN.days("reminder_day", "days_before") == 1
    assert PLAIN.minutes("reminder_hour", "minutes_before") == 60
    assert PLAIN.times("setup_nudge", "at_most") == 3
    assert PLAIN.weekday("weekly_state", "weekday") == 0
    assert PLAIN.at("thanks", "at") == time(10)
    assert PLAIN.hours("setup_nudge") == (time(10), time(17))
    assert PLAIN.hours("welcome") is None
    assert all(PLAIN.enabled(kind) for kind in KINDS)


@pytest.mark.parametrize(
    ("kind", "waits"),
    [
        ("welcome", Waits(True, False, False, None)),
        ("setup_nudge", Waits(True, True, True, (time(10), time(17)))),
        ("confirmation", Waits(False, False, False, None)),
        ("staff_digest", Waits(False, True, False, None)),
        # The shop's days went into the moment of a reminder; an hour before the start cannot move at all.
        ("reminder_day", Waits(True, False, False, None, closed_days=False)),
        ("reminder_hour", Waits(False, False, False, None, closed_days=False)),
    ],
)
def test_each_kind_waits_for_what_the_table_says(kind: str, waits: Waits) -> None:
    assert PLAIN.waits(kind) == waits


def test_every_default_is_one_that_could_be_typed() -> None:
    typed = {name: str(value) for name, value in mail_rules.DEFAULTS.items()}
    assert mail_rules.changed(PLAIN, typed) == PLAIN


def test_changes_are_tried_without_being_saved_and_stand_over_what_is_saved() -> None:
    saved = mail_rules.read({"setup_nudge.after_days": 9, "usage_nudge.on": False})
    tried = mail_rules.changed(saved, {"setup_nudge.at_most": "５", "usage_nudge.on": "on", "quiet.begins": "21:30"})
    assert tried.days("setup_nudge", "after_days") == 9
    assert tried.times("setup_nudge", "at_most") == 5
    assert tried.enabled("usage_nudge")
    assert tried.quiet.begins == time(21, 30)
    assert not saved.enabled("usage_nudge")
    assert mail_rules.read({**tried.values, "setup_nudge.after_days": 2}).days("setup_nudge", "after_days") == 2


def test_what_no_kind_has_any_more_is_passed_over() -> None:
    assert mail_rules.read({"old_kind.after_days": 3}) == PLAIN


@pytest.mark.parametrize(
    ("pairs", "field", "why"),
    [
        ({"reminder_day.days_before": "0"}, "reminder_day.days_before", "mail_rule_range"),
        ({"reminder_day.days_before": "15"}, "reminder_day.days_before", "mail_rule_range"),
        ({"reminder_day.days_before": "two"}, "reminder_day.days_before", "mail_rule_range"),
        ({"setup_nudge.every_days": "1" * 5000}, "setup_nudge.every_days", "mail_rule_range"),
        ({"reminder_hour.minutes_before": "5"}, "reminder_hour.minutes_before", "mail_rule_range"),
        ({"weekly_state.weekday": "7"}, "weekly_state.weekday", "mail_rule_range"),
        ({"thanks.at": "10時"}, "thanks.at", "time_unreadable"),
        ({"thanks.at": "07:59"}, "thanks.at", "time_quiet"),
        ({"reminder_hour.evening_at": "20:00"}, "reminder_hour.evening_at", "time_quiet"),
        ({"reminder_hour.evening_at": "11:00"}, "reminder_hour.evening_at", "evening_before_noon"),
        ({"setup_nudge.from": "18:00"}, "setup_nudge.until", "hours_backwards"),
        ({"setup_nudge.from": "21:00", "setup_nudge.until": "23:00"}, "setup_nudge.from", "hours_quiet"),
        ({"quiet.begins": "09:00"}, "quiet.ends", "quiet_too_long"),
        ({"quiet.ends": "11:00"}, "thanks.at", "time_quiet"),
        ({"setup_nudge.on": "maybe"}, "setup_nudge.on", "mail_rule_switch"),
        ({"confirmation.on": "off"}, "confirmation.on", "mail_rule_unknown"),
        ({"nothing": "1"}, "nothing", "mail_rule_unknown"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_by_its_name(pairs: dict[str, str], field: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        mail_rules.changed(PLAIN, pairs)
    assert (refused.value.params["field"], refused.value.params["why"]) == (field, why)


def test_hours_may_begin_before_the_quiet_ones_end_and_quiet_hours_may_be_none() -> None:
    assert mail_rules.changed(PLAIN, {"setup_nudge.from": "07:00"}).hours("setup_nudge") == (time(7), time(17))
    none = mail_rules.changed(PLAIN, {"quiet.begins": "08:00", "thanks.at": "06:00"})
    assert not none.quiet.covers(time(3))


def test_every_fault_is_told_at_once() -> None:
    pairs = {"thanks.at": "noon", "missed.at": "03:00", "setup_nudge.at_most": "0", "quiet.begins": "21:00"}
    rules, faults = mail_rules.examined(PLAIN, pairs)
    assert {fault.params["field"] for fault in faults} == {"thanks.at", "missed.at", "setup_nudge.at_most"}
    assert rules.quiet.begins == time(21)


def test_only_what_differs_is_kept_and_the_history_says_what_changed(app: Flask, now: datetime) -> None:
    mail_rules.save({"reminder_day.days_before": "2", "thanks.at": "10:00", "missed.on": "off"}, now, STAFF)
    stored = db.session.get_one(Setting, "mail_rules")
    assert stored.value == {"reminder_day.days_before": 2, "missed.on": False}
    assert mail_rules.get().days("reminder_day", "days_before") == 2
    mail_rules.save({"missed.on": "on"}, now, STAFF)
    mail_rules.save({"missed.on": "on"}, now, STAFF)
    events = db.session.scalars(select(Event).where(Event.key == "mail_rules_changed").order_by(Event.id)).all()
    assert [event.params["changed"] for event in events] == [
        {"reminder_day.days_before": [1, 2], "missed.on": [True, False]},
        {"missed.on": [False, True]},
    ]


def test_nothing_is_saved_when_one_figure_is_refused(app: Flask, now: datetime) -> None:
    with pytest.raises(Invalid):
        mail_rules.save({"reminder_day.days_before": "2", "thanks.at": "noon"}, now, STAFF)
    assert mail_rules.get() == PLAIN


def test_reading_the_rules_is_one_plain_statement(app: Flask) -> None:
    with noted() as statements:
        mail_rules.get()
    assert len([one for one in statements if one.startswith("SELECT")]) == 1
