"""The OpenAPI document: what it says is what the API does, in both languages, with examples that hold."""

from __future__ import annotations

import contextvars
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from babel.messages.pofile import read_po
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from scheduler.models.staff import Staff
from scheduler.services import handovers
from scheduler.services.actors import CLI
from tests.conftest import Client, sign_in
from tests.factories import (
    NOW,
    a_contact,
    a_course,
    a_lecture,
    a_registration,
    a_series,
    a_setup_step,
    a_store,
    a_token,
    an_account,
)
from tests.web.api.conftest import PREFIX, Program

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def in_own_context(app: Flask) -> Any:
    """Wrap the application so that every request has contexts of its own, as on a server."""

    def call(environ: Any, start_response: Any) -> Iterable[bytes]:
        return contextvars.Context().run(lambda: list(app(environ, start_response)))

    return call


@pytest.fixture
def known(app: Flask) -> dict[str, Any]:
    """Fill the database; return what parameters and fields may name in it."""
    account = an_account(external_id="A-1")
    store = a_store(account, code="Y01")
    a_setup_step("menu")
    a_course("basic")
    contact = a_contact(account, (store,))
    registration = a_registration(contact, a_lecture())
    a_contact(account)
    handover = handovers.request(account.id, "success", NOW, CLI, reason="early")
    return {
        "external_id": "A-1",
        "account": "A-1",
        "key": "basic",
        "course": "basic",
        "step": "menu",
        "store": "Y01",
        "lecture_id": registration.lecture_id,
        "lecture": a_lecture().id,
        "registration_id": registration.id,
        "to": a_lecture().id,
        "series_id": a_series().id,
        "handover_id": handover,
        "contact": str(contact.id + 1),
        "host": "misaki@vendor.example",
        "at": "2026-03-30T01:00:00Z",
        "starts_at": "2026-04-20T14:00:00",
        "ends_at": "2026-04-20T15:00:00Z",
        "prerequisite": None,
        "minimum_minutes": 1,
        "stores": [],
        "owners": {"success": "ken@vendor.example"},
        "rrule": "FREQ=WEEKLY;COUNT=3",
    }


def name_what_is_there(case: Any, known: dict[str, Any]) -> None:
    """Let a generated request name rows that exist, so that it gets past the first look-up."""
    for part in (case.path_parameters, *(case.body if isinstance(case.body, list) else [case.body])):
        if isinstance(part, dict):
            part.update({name: known[name] for name in part if name in known})
            if "rrule" not in part and "starts_at" in part:
                part["starts_at"] = "2026-04-20T14:00:00Z"


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_request_breaks_the_api_and_every_answer_is_as_documented(
    app: Flask, known: dict[str, Any], mode: GenerationMode
) -> None:
    headers = {"Authorization": f"Bearer {a_token()}"}
    schema = schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", in_own_context(app), headers=headers)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 30
    met: Counter[int] = Counter()
    for operation in operations:

        @given(case=operation.as_strategy(generation_mode=mode), there=st.booleans())
        @settings(
            max_examples=6,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def check(case: Any, there: bool) -> None:
            if there:
                name_what_is_there(case, known)
            app.extensions["limits"].storage.reset()
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)
            met[response.status_code] += 1

        check()
    expected = {200, 201, 204, 404, 422} if mode is GenerationMode.POSITIVE else {400, 404, 422}
    assert expected <= met.keys()


def test_every_example_is_what_the_document_says(app: Flask, program: Program) -> None:
    document = program.get("/openapi.json").json
    resolver = {"$defs": document["components"], "components": document["components"]}
    checked = 0
    for media in _media(document):
        if "example" in media:
            validator = jsonschema_rs.validator_for({**media["schema"], **resolver}, validate_formats=True)
            assert [error.message for error in validator.iter_errors(media["example"])] == []
            checked += 1
    assert checked > 45


def _media(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if "application/json" in part:
            yield part["application/json"]
        for inner in part.values():
            yield from _media(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _media(inner)


def test_every_operation_has_a_name_a_summary_and_documented_refusals(app: Flask, program: Program) -> None:
    document = program.get("/openapi.json").json
    operations = [(path, method, one) for path, item in document["paths"].items() for method, one in item.items()]
    ids = [one["operationId"] for _path, method, one in operations if method != "parameters"]
    assert len(ids) == len(set(ids)) >= 30
    for path, method, one in operations:
        if method == "parameters":
            continue
        assert one["summary"], (path, method)
        assert {"401", "404", "422", "429", "default"} <= one["responses"].keys()
        if method == "post":
            assert "Idempotency-Key" in [parameter.get("name") for parameter in one["parameters"]], path
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "http://127.0.0.1:8000"}]
    assert document["security"] == [{"token": []}]


def test_the_document_is_worded_in_the_readers_language(app: Flask, program: Program) -> None:
    japanese = program("GET", "/openapi.json", headers={"Accept-Language": "ja"})
    assert japanese.headers["Content-Language"] == "ja"
    assert japanese.json["paths"][f"{PREFIX}/lectures"]["get"]["summary"] == "開催日程を一覧する"
    assert program.get("/openapi.json").headers["Content-Language"] == "en"


def test_every_word_of_the_document_is_there_in_english(app: Flask, program: Program) -> None:
    translated: dict[str, str] = {}
    for path in Path(app.root_path).glob("translations/**/*.po"):
        with path.open("rb") as file:
            translated.update({str(one.id): str(one.string) for one in read_po(file) if isinstance(one.id, str)})
    japanese = program("GET", "/openapi.json", headers={"Accept-Language": "ja"}).json
    words = set(_words(japanese))
    assert len(words) > 250
    assert sorted(word for word in words if not translated.get(word)) == []


def _words(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, inner in part.items():
            if key in ("summary", "description") and isinstance(inner, str) and not inner.isascii():
                yield inner
            elif key not in ("example", "examples"):
                yield from _words(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _words(inner)


def test_members_and_programs_read_the_documentation_and_nobody_else(
    app: Flask, client: Client, program: Program, member: Staff
) -> None:
    assert client.get("/api/docs").status_code == 302
    assert client.get(f"{PREFIX}/openapi.json").status_code == 401
    assert client.get("/api/docs", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/api/docs", headers=program.headers).status_code == 200
    sign_in(client, member)
    assert client.get(f"{PREFIX}/openapi.json").status_code == 200
    assert client.get("/api/docs").status_code == 200
    # A sign-in opens the documentation and none of the resources.
    assert client.get(f"{PREFIX}/accounts").status_code == 401


def test_the_page_tells_every_operation_with_a_call_to_copy_and_runs_no_script_of_its_own(
    app: Flask, staff_client: Client, program: Program
) -> None:
    page = staff_client.get("/api/docs").text
    document = program.get("/openapi.json").json
    for path, item in document["paths"].items():
        assert f">{path}</code>" in page
        for method, one in item.items():
            if method != "parameters":
                assert f'id="{one["operationId"]}"' in page
    assert "curl -X POST http://127.0.0.1:8000/api/v1/lectures/42/registrations" in page
    assert 'id="lecture_full"' in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=|src=\"http", page)


def test_every_type_of_problem_leads_to_its_place_on_the_page(
    app: Flask, staff_client: Client, program: Program
) -> None:
    page = staff_client.get("/api/docs").text
    problems = [
        program.get("/nothing").json,
        program.get("/accounts/nobody").json,
        program.put("/courses/basic", {}).json,
        program("PUT", "/courses/basic", data="{").json,
        program("DELETE", "/mails").json,
    ]
    for problem in problems:
        assert f'id="{problem["type"].partition("#")[2]}"' in page
