"""Pages speak the language chosen on them, else the reader's own, else the browser's."""

from __future__ import annotations

import pytest

from scheduler.models.db import db
from scheduler.models.staff import Staff
from tests.conftest import Client


def language_of(client: Client, path: str = "/staff/sign-in", **headers: str) -> str:
    page = client.get(path, headers=headers).text
    return page[page.index('lang="') + 6 :][:2]


def test_without_a_choice_the_browser_decides_and_japanese_stands_for_all_others(client: Client) -> None:
    assert language_of(client, Accept_Language="en-GB,en;q=0.8") == "en"
    assert language_of(client, Accept_Language="fr") == "ja"
    assert language_of(client) == "ja"


def test_a_choice_is_remembered_and_leads_back_to_the_page(client: Client) -> None:
    response = client.post("/language", data={"locale": "en", "next": "/staff/sign-in?next=/staff/mails"})
    assert response.location == "/staff/sign-in?next=/staff/mails"
    assert language_of(client) == "en"
    client.post("/language", data={"locale": "ja"})
    assert language_of(client, Accept_Language="en") == "ja"


def test_a_member_reads_the_own_language_until_another_is_chosen(staff_client: Client, member: Staff) -> None:
    with db.writing():
        db.session.get_one(Staff, member.id).locale = "en"
    assert language_of(staff_client, "/staff/today") == "en"
    staff_client.post("/language", data={"locale": "ja", "next": "/staff/today"})
    assert language_of(staff_client, "/staff/today") == "ja"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", ""])
def test_nobody_is_led_elsewhere(client: Client, target: str) -> None:
    assert client.post("/language", data={"locale": "en", "next": target}).location == "/lectures"


def test_an_unknown_language_is_no_choice(client: Client) -> None:
    assert client.post("/language", data={"locale": "fr"}).status_code == 400
