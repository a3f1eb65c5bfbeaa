"""The API's doors: closed without a token before anything else is looked at, errors as problem details, no CSRF."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from scheduler.models.db import db
from scheduler.models.staff import ApiToken
from scheduler.services import tokens
from scheduler.services.actors import CLI
from tests.conftest import Client
from tests.factories import NOW, a_course, a_lecture, a_token, an_account
from tests.web.api.conftest import PREFIX, Program

VALUES = {"external_id": "A-1", "step": "menu", "key": "basic", "name": "attendance"}


def doors(app: Flask) -> list[tuple[str, str]]:
    """List every method and address of the API, with believable values in it."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            values = {name: VALUES.get(name, 1) for name in rule.arguments}
            found += [
                (method, _built(app, rule, values)) for method in sorted(rule.methods or ()) if method != "OPTIONS"
            ]
    return found


def _built(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    built = app.url_map.bind("127.0.0.1").build(rule.endpoint, values)
    return built.removeprefix("http://127.0.0.1")


def test_every_door_answers_401_without_a_token_before_it_looks_at_anything(app: Flask, client: Client) -> None:
    walked = doors(app)
    assert len(walked) > 40
    for number, (method, path) in enumerate(walked):
        # Another address each time, for too many refusals end in 429.
        place = {"environ_overrides": {"REMOTE_ADDR": f"10.0.{number // 250}.{number % 250}"}}
        answer = client.open(f"{path}?limit=none", method=method, data="{no json", **place)
        if path == "/api/docs":
            assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/staff/sign-in"), path
            continue
        assert (answer.status_code, answer.content_type) == (401, "application/problem+json"), (method, path)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer wrong", "Basic dXNlcjpwYXNz", "Token x", "Bearer \u00e9", "bearer tsk_"],
)
def test_a_header_that_is_no_token_is_401(app: Flask, client: Client, header: str) -> None:
    assert client.get(f"{PREFIX}/accounts", headers={"Authorization": header}).status_code == 401


def test_a_token_that_was_taken_back_is_401(app: Flask, program: Program) -> None:
    assert program.get("/accounts").status_code == 200
    tokens.revoke(db.session.query(ApiToken).one().id, NOW, CLI)
    assert program.get("/accounts").status_code == 401


def test_a_token_that_only_reads_cannot_write(app: Flask, client: Client) -> None:
    reader = Program(client, a_token("read"))
    assert reader.get("/accounts").status_code == 200
    refused = reader.put("/accounts/A-1", {"name": "x"})
    assert (refused.status_code, refused.json["reason"]) == (403, "read_only_token")


def test_addresses_and_methods_that_do_not_exist_ask_for_the_token_first(
    app: Flask, program: Program, client: Client
) -> None:
    assert client.get(f"{PREFIX}/nothing").status_code == 401
    assert client.post(f"{PREFIX}/mails").status_code == 401
    missing = program.get("/nothing")
    assert (missing.status_code, missing.json["reason"]) == (404, "not_found")
    refused = program("DELETE", "/mails")
    assert (refused.status_code, refused.json["reason"]) == (405, "method_not_allowed")
    assert refused.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_pages_keep_their_own_words_for_what_does_not_exist(app: Flask, client: Client) -> None:
    for answer in (client.get("/nothing"), client.post("/healthz")):
        assert answer.content_type.startswith("text/html")
        assert answer.status_code in (404, 405)


def test_many_wrong_tokens_are_slowed_down_but_never_many_right_calls(
    app: Flask, client: Client, program: Program
) -> None:
    for _number in range(40):
        assert program.get("/courses").status_code == 200
    answers = [client.get(f"{PREFIX}/courses", headers={"Authorization": f"Bearer {n}"}) for n in range(31)]
    assert [answer.status_code for answer in answers[:30]] == [401] * 30
    last = answers[-1]
    assert (last.status_code, last.json["reason"], last.headers["Retry-After"]) == (429, "too_many_refusals", "600")


def test_nothing_of_the_api_asks_for_a_csrf_token(app: Flask, program: Program) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert program.put("/accounts/A-1", {"name": "株式会社みほん"}).status_code == 201
    lecture = a_lecture()
    assert program.delete(f"/lectures/{lecture.id}/registrations/1").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "{'name': 1}",
        '{"name": }',
        "[1,",
        "\ufeff",
        "nothing",
        "[" * 100_000,
        "1" * 10_000,
        '{"a": "\\ud8"}',
        b"\xff\xfe\xfa",
    ],
)
def test_a_body_that_is_no_json_is_400_and_writes_nothing(app: Flask, program: Program, body: str | bytes) -> None:
    refused = program("PUT", "/accounts/A-1", data=body, headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.json["reason"]) == (400, "malformed_json"), refused.text
    assert program.get("/accounts/A-1").status_code == 404


@pytest.mark.parametrize("body", ["3", '"text"', "null", "[]", "true"])
def test_json_of_another_shape_is_422(app: Flask, program: Program, body: str) -> None:
    refused = program("PUT", "/accounts/A-1", data=body, headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.json["reason"]) == (422, "invalid"), refused.text


def test_a_forgotten_content_type_does_not_matter(app: Flask, program: Program) -> None:
    sent = json.dumps({"name": "株式会社みほん"})
    for number, headers in enumerate(
        [{}, {"Content-Type": "application/x-www-form-urlencoded"}, {"Content-Type": "text/plain"}]
    ):
        assert program("PUT", f"/accounts/A-{number}", data=sent, headers=headers).status_code == 201


@pytest.mark.parametrize("text", ["\ud800", "a\x00b"])
def test_a_text_no_database_takes_is_refused_by_name(app: Flask, program: Program, text: str) -> None:
    refused = program("PUT", "/accounts/A-1", data=json.dumps({"name": text}))
    assert (refused.status_code, refused.json["field"]) == (422, "name")


@pytest.mark.parametrize(
    "path", ["/accounts/a%00b", "/courses/a%00b", "/accounts/a%00b/events", "/mails?account=a%00b"]
)
def test_an_address_no_database_takes_is_refused(app: Flask, program: Program, path: str) -> None:
    refused = program("GET", path)
    assert (refused.status_code, refused.json["reason"], refused.mimetype) == (
        400,
        "bad_request",
        "application/problem+json",
    )
    if path.count("/") == 2:
        assert program("PUT", path, json={"name": "x", "minutes": 1, "minimum_minutes": 1}).status_code == 400


def test_problem_details_are_complete_and_in_the_language_asked_for(app: Flask, program: Program) -> None:
    an_account()
    english = program.get("/accounts/nobody")
    assert english.headers["Content-Language"] == "en"
    assert "Accept-Language" in english.headers["Vary"]
    assert english.json.keys() == {"type", "title", "status", "detail", "reason", "params", "field"}
    assert english.json["type"] == "http://127.0.0.1:8000/api/docs#not_found"
    japanese = program("GET", "/accounts/nobody", headers={"Accept-Language": "ja"})
    assert japanese.headers["Content-Language"] == "ja"
    assert japanese.json["detail"] == "外部ID「nobody」の顧客企業はありません。外部IDをご確認ください。"
    assert program("GET", "/accounts/nobody", headers={"Accept-Language": "fr"}).headers["Content-Language"] == "ja"


def test_a_fault_of_ours_is_told_as_a_problem_without_its_insides(
    app: Flask, program: Program, monkeypatch: Any
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("the secret inside")

    endpoint = "courses.list_courses"
    monkeypatch.setitem(app.view_functions, endpoint, broken)
    refused = program.get("/courses")
    assert (refused.status_code, refused.content_type) == (500, "application/problem+json")
    assert "secret" not in refused.text


def test_answers_keep_the_order_of_their_fields_and_write_japanese_as_it_is(app: Flask, program: Program) -> None:
    a_course("basic")
    text = program.get("/courses/basic").text
    assert text.index('"key"') < text.index('"name"') < text.index('"minutes"')
    assert "基本操作編" in text
