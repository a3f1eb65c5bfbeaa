"""Answers whether every kind of mail has its words in both languages, and only those."""

from __future__ import annotations

import re

import pytest

from emails import KINDS, LOCALES, render, samples, template_source
from emails.kinds import MAY_BE_EMPTY
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
    names = [compiled(template_source(kind, locale)).names for locale in LOCALES]
    # The greeting names the sender in one language only where the sentence wants it.
    assert names[0] ^ names[1] <= {"owner_name", "vendor_name"}


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
    assert lists == {"invitation": "invitations", "thanks": "invitations", "missed": "nudges"}


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
