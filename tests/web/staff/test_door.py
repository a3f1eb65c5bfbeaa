"""Coming in, going out, and the link that sets a password."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services.installation import here
from tests.conftest import Client
from tests.factories import PASSWORD, a_member


@pytest.fixture
def misaki(app: Flask) -> Staff:
    return a_member(email="misaki@vendor.example", password=PASSWORD)


def sign_in(client: Client, password: str = PASSWORD, **form: str) -> tuple[int, str]:
    response = client.post("/staff/sign-in", data={"email": "misaki@vendor.example", "password": password} | form)
    return response.status_code, response.location or ""


def link(member: Staff) -> str:
    fresh = db.session.get_one(Staff, member.id, populate_existing=True)
    return f"/staff/password/{here().links.sign('password', fresh.id, fresh.password_version)}"


def test_a_member_comes_in_and_goes_on_to_where_she_wanted(client: Client, misaki: Staff) -> None:
    asked = client.get("/staff/accounts?stage=success")
    assert asked.location == "/staff/sign-in?next=/staff/accounts?stage%3Dsuccess"
    assert "/staff/accounts?stage=success" in client.get(asked.location).text
    assert sign_in(client, next="/staff/accounts?stage=success") == (302, "/staff/accounts?stage=success")
    assert client.get("/staff/accounts").status_code == 200
    assert client.get("/staff/sign-in").location == "/staff/today"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/staff", "/\\evil.example", ""])
def test_nobody_is_led_elsewhere(client: Client, misaki: Staff, target: str) -> None:
    assert sign_in(client, next=target) == (302, "/staff/today")


def test_the_address_may_be_typed_in_capitals(client: Client, misaki: Staff) -> None:
    assert sign_in(client, email=" Misaki@Vendor.example ")[0] == 302


def test_a_wrong_password_and_an_unknown_address_get_the_same_words(client: Client, misaki: Staff) -> None:
    wrong = client.post("/staff/sign-in", data={"email": "misaki@vendor.example", "password": "no"})
    unknown = client.post("/staff/sign-in", data={"email": "nobody@vendor.example", "password": "no"})
    assert wrong.status_code == unknown.status_code == 401
    same = [re.sub(r'name="csrf_token" value="[^"]*"', "", page.text) for page in (wrong, unknown)]
    assert same[0].replace("misaki@", "nobody@") == same[1]
    assert client.get("/staff/today").status_code == 302


def test_guessing_is_stopped_for_a_while_but_successes_never_count(client: Client, misaki: Staff) -> None:
    for _ in range(12):
        assert sign_in(client)[0] == 302
    assert [sign_in(client, "wrong")[0] for _ in range(11)] == [401] * 10 + [429]
    assert sign_in(client)[0] == 429


def test_who_has_left_or_was_never_given_a_password_stays_outside(client: Client, app: Flask) -> None:
    gone = a_member(email="misaki@vendor.example", password=PASSWORD)
    with db.writing():
        db.session.get_one(Staff, gone.id).active = False
    a_member(email="new@vendor.example")
    assert sign_in(client)[0] == 401
    assert sign_in(client, email="new@vendor.example")[0] == 401


def test_signing_in_starts_a_new_session_and_keeps_the_language(client: Client, misaki: Staff) -> None:
    client.post("/language", data={"locale": "en"})
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    sign_in(client)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["locale"] == "en"
        assert session.permanent


def test_signing_out_is_a_press_and_not_a_link(client: Client, misaki: Staff) -> None:
    sign_in(client)
    assert client.get("/staff/sign-out").status_code == 405
    assert client.get("/staff/today").status_code == 200
    assert client.post("/staff/sign-out").location == "/staff/sign-in"
    assert client.get("/staff/today").status_code == 302


def test_a_password_link_sets_the_password_once(client: Client, app: Flask) -> None:
    member = a_member(email="misaki@vendor.example")
    address = link(member)
    page = client.get(address)
    assert page.status_code == 200
    assert "misaki@vendor.example" in page.text
    response = client.post(address, data={"password": "a new good one", "again": "a new good one"})
    assert response.location == "/staff/sign-in"
    assert sign_in(client, "a new good one")[0] == 302
    assert client.get(address).status_code == 404
    assert client.post(address, data={"password": "another one", "again": "another one"}).status_code == 404
    assert sign_in(client, "another one")[0] == 401


def test_a_new_password_ends_every_sign_in_from_before(client: Client, misaki: Staff) -> None:
    sign_in(client)
    other = client.application.test_client()
    other.post(link(misaki), data={"password": "a new good one", "again": "a new good one"})
    assert client.get("/staff/today").status_code == 302


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "10 文字以上"),
        ("long enough now", "long enough not", "一致しません"),
        ("", "", "10 文字以上"),
    ],
)
def test_a_password_that_cannot_be_used_is_told_beside_its_field(
    client: Client, misaki: Staff, password: str, again: str, words: str
) -> None:
    address = link(misaki)
    page = client.post(address, data={"password": password, "again": again})
    assert page.status_code == 422
    assert words in page.text
    assert 'aria-invalid="true"' in page.text
    assert client.get(address).status_code == 200


def test_a_link_for_a_member_who_left_opens_nothing(client: Client, app: Flask) -> None:
    member = a_member(active=False)
    assert client.get(link(member)).status_code == 404


def test_a_session_of_a_member_who_left_ends_at_once(client: Client, misaki: Staff) -> None:
    sign_in(client)
    with db.writing():
        db.session.get_one(Staff, misaki.id).active = False
    assert client.get("/staff/today").status_code == 302
