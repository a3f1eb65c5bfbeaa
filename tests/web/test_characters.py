"""A NUL, which no database takes, is refused at every door before anything looks at it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from scheduler.models.staff import Staff
from scheduler.services import addresses
from scheduler.services.installation import here
from tests.conftest import Client, sign_in
from tests.factories import a_contact, a_lecture, a_member, an_account

NUL = "a\x00b"


def test_a_nul_from_anybody_is_refused_in_words(client: Client, database: Flask) -> None:
    a_lecture()
    for answer in (
        client.get("/lectures?course=a%00b"),
        client.get("/a%00b"),
        client.post("/staff/sign-in", data={"email": NUL, "password": "x"}),
        client.post("/staff/sign-in", data={NUL: "x"}),
    ):
        assert answer.status_code == 400
        assert "使えない文字" in answer.text
    for path in ("/calendar/courses/a%00b.ics", "/calendar/a%00b.ics", "/calendar/courses/basic.ics?lang=a%00b"):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (400, "text/plain")
        assert "使えない文字" in answer.text


def test_a_nul_from_a_customer_is_refused(client: Client, database: Flask) -> None:
    contact, lecture = a_contact(), a_lecture()
    me = addresses.personal(contact).removeprefix(here().base_url)
    assert client.post(f"{me}/lectures/{lecture.id}/register", data={"companions": NUL}).status_code == 400
    assert client.post(f"{me}/setup/a%00b", data={"done": "1"}).status_code == 400
    assert client.post(f"{me}/lectures/{lecture.id}/register", data={"companions": "a b"}).status_code == 303


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/staff/accounts?q=a%00b", None),
        ("/staff/accounts/{account}/edit", {"name": NUL}),
        ("/staff/lectures/{lecture}/cancel", {"reason_ja": NUL}),
        ("/staff/settings", {"name": NUL}),
    ],
)
def test_a_nul_from_staff_is_refused(client: Client, database: Flask, path: str, form: dict[str, Any] | None) -> None:
    account, lecture = an_account(), a_lecture()
    sign_in(client, a_member("operations"))
    address = path.format(account=account.id, lecture=lecture.id)
    answer = client.get(address) if form is None else client.post(address, data=form)
    assert answer.status_code == 400


def test_a_nul_in_the_name_of_a_file_is_refused(client: Client, database: Flask) -> None:
    sign_in(client, a_member("operations"))
    answer = client.post("/staff/imports", data={"file": (BytesIO(b"a,b"), "a\x00.csv")})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/api/v1/accounts/a%00b", "/api/v1/accounts?q=a%00b", "/api/a%00b"])
def test_a_program_reads_problem_details(client: Client, database: Flask, member: Staff, path: str) -> None:
    answer = client.get(path)
    assert answer.mimetype == "application/problem+json"
    assert answer.status_code in (400, 401)
