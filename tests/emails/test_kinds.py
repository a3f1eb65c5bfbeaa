"""Answers whether every kind of mail has its words in both languages, and only those."""

from __future__ import annotations

import re

import pytest

from emails import KINDS, LOCALES, day_and_time, render, samples, template_source
from emails.kinds import MAY_BE_EMPTY
from emails.plaintext import RULE
from emails.templates import compiled, folder

BOTH = [(kind, locale) for kind in KINDS for locale in LOCALES]
TO_CUSTOMERS = [(kind, locale) for kind, locale in BOTH if KINDS[kind].audience != "staff"]
TO_CONTACTS = [(kind, locale) for kind, locale in BOTH if KINDS[kind].audience == "contact"]


@pytest.mark.parametrize(("kind", "locale"), BOTH)
def test_the_words_use_documented_placeholders_only(kind: str, locale: str) -> None:
    assert compiled(template_source(kind, locale)).names <= set(KINDS[kind].placeholders)


def test_no_words_lie_about_without_a_kind() -> None:
    expected = {f"{kind}.{locale}.md" for kind, locale in BOTH}
    assert {path.name for path in folder().glob("[!_]*.md")} == expected


@pytest.mark.parametrize("kind", KINDS)
def test_both_languages_tell_the_same_facts(kind: str) -> None:
    japanese, english = (compiled(template_source(kind, locale)).names for locale in LOCALES)
    assert japanese == english


@pytest.mark.parametrize("kind", KINDS)
def test_what_only_one_kind_is_told_stands_in_its_words(kind: str) -> None:
    elsewhere = {name for other in KINDS.values() if other.name != kind for name in other.placeholders}
    own = set(KINDS[kind].placeholders) - elsewhere
    assert own <= compiled(template_source(kind, "ja")).names


@pytest.mark.parametrize("kind", KINDS)
def test_both_languages_lead_to_the_same_places(kind: str) -> None:
    places = [re.findall(r"\]\((.*?)\)", template_source(kind, locale)) for locale in LOCALES]
    assert places[0] == places[1]


@pytest.mark.parametrize(("kind", "locale"), BOTH)
def test_what_may_be_empty_leaves_no_trace(kind: str, locale: str) -> None:
    sparse = {name: None if name in MAY_BE_EMPTY else value for name, value in samples(kind, locale).items()}
    rendered = render(kind, locale, sparse | {"dates": (), "moved_by_us": False})
    for part in (rendered.subject, rendered.text, rendered.html):
        assert "None" not in part
        assert "（）" not in part
        assert "()" not in part
    assert "\n\n\n" not in rendered.text
    assert not re.search(r"[:：] *$", rendered.text, re.MULTILINE)


@pytest.mark.parametrize(("kind", "locale"), TO_CUSTOMERS)
def test_customers_never_read_the_words_of_the_house(kind: str, locale: str) -> None:
    for more in ({}, {"declined": True}):
        rendered = render(kind, locale, samples(kind, locale) | more)
        for word in ("引き継ぎ", "契約", "フェーズ", "窓口", "handover", "hand over", "contract", "stage", "phase"):
            assert word not in (rendered.subject + rendered.text).lower()


@pytest.mark.parametrize(("kind", "locale"), TO_CONTACTS)
def test_every_mail_to_a_customer_opens_with_the_person_and_ends_with_somebody_to_call(kind: str, locale: str) -> None:
    values = samples(kind, locale)
    text = render(kind, locale, values).text
    assert text.startswith(str(values["salutation"]))
    ending = text.rpartition("――")[2]
    for name in ("owner_name", "owner_phone", "vendor_name", "vendor_phone", "vendor_hours", "vendor_reply_to"):
        assert str(values[name]) in ending


@pytest.mark.parametrize("locale", LOCALES)
def test_an_address_that_nobody_has_proven_is_sent_none_of_a_visitors_words(locale: str) -> None:
    values = samples("application", locale)
    asked = render("application", locale, values)
    for line in str(values["salutation"]).split("\n"):
        assert line not in asked.subject + asked.text + asked.html
    answered = render("application", locale, values | {"declined": True})
    assert answered.text.startswith(str(values["salutation"]))
    assert "/apply/" not in answered.text
    for text in (asked.text, answered.text):
        for name in ("vendor_name", "vendor_phone", "vendor_hours", "vendor_reply_to"):
            assert str(values[name]) in text.rpartition("――")[2]


@pytest.mark.parametrize(("kind", "locale"), BOTH)
def test_exactly_the_mails_of_a_list_can_be_left(kind: str, locale: str) -> None:
    rendered = render(kind, locale, samples(kind, locale))
    can_be_left = KINDS[kind].subscription is not None
    assert ("/unsubscribe/" in rendered.text) == can_be_left
    assert ("/unsubscribe/" in rendered.html) == can_be_left


def test_what_a_customer_did_is_always_confirmed_and_what_we_offer_can_be_declined() -> None:
    lists = {kind.name: kind.subscription for kind in KINDS.values() if kind.subscription}
    assert lists == {
        "invitation": "invitations",
        "thanks": "invitations",
        "partial": "nudges",
        "missed": "nudges",
        "excused": "nudges",
        "setup_nudge": "nudges",
        "usage_nudge": "nudges",
        "weekly_state": "nudges",
    }


@pytest.mark.parametrize("locale", LOCALES)
def test_tomorrow_is_said_beside_its_date_only(locale: str) -> None:
    word = {"ja": "明日", "en": "omorrow"}[locale]
    values = samples("reminder_hour", locale)
    assert word not in render("reminder_hour", locale, values).text
    evening = render("reminder_hour", locale, values | {"evening_before": True})
    date = {"ja": "2026年12月1日(火) 10:00", "en": "Tue 1 December 2026, 10:00"}[locale]
    for line in (evening.subject, *(line for line in evening.text.splitlines() if word in line)):
        assert word in line
        assert date in line


@pytest.mark.parametrize("kind", ["reminder_day", "reminder_hour"])
@pytest.mark.parametrize("locale", LOCALES)
def test_both_reminders_hold_all_that_helps_on_the_day(kind: str, locale: str) -> None:
    values = samples(kind, locale)
    text = render(kind, locale, values).text
    for name in ("join_url", "meeting_id", "passcode", "day_phone"):
        assert str(values[name]) in text
    # A webinar that is entered by its link alone speaks of no number.
    without = render(kind, locale, values | {"meeting_id": "", "passcode": ""}).text
    assert not re.search("ミーティングID|パスコード|会議アプリ|Meeting ID|Passcode|meeting app", without)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_text_to_forward_holds_nobodys_own_links(locale: str) -> None:
    values = samples("weekly_state", locale)
    forwarded = render("weekly_state", locale, values).text.split(RULE)[1]
    assert str(values["programme_url"]) in forwarded
    for date in values["dates"]:
        assert day_and_time(date.starts_at, date.ends_at, "Asia/Tokyo", locale) in forwarded
        assert date.url not in forwarded
    assert str(values["personal_url"]) not in forwarded
    by_hand = render("weekly_state", locale, values | {"programme_url": None}).text.split(RULE)[1]
    assert "http" not in by_hand


def test_calendar_entries_go_with_taking_changing_and_leaving_a_seat() -> None:
    entries = {kind.name: kind.calendar for kind in KINDS.values() if kind.calendar}
    assert entries == {
        "confirmation": "REQUEST",
        "promoted": "REQUEST",
        "changed": "REQUEST",
        "cancelled": "CANCEL",
        "lecture_cancelled": "CANCEL",
        "called_off": "CANCEL",
    }
