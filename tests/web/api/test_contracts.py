"""Contracts and their outcomes over the API."""

from __future__ import annotations

import pytest

from tests.factories import an_account
from tests.web.api.conftest import Program, both

TERM = {"starts_on": "2025-05-01", "ends_on": "2026-05-01", "monthly_fee": 80000}
PATH = "/accounts/A-1/contracts"


@both
def test_a_contract_is_put_and_its_outcome_told_later(program: Program) -> None:
    an_account(external_id="A-1")
    told = program.put(PATH, TERM)
    assert (told.status_code, told.json) == (200, TERM | {"outcome": None})
    assert program.put(PATH, {"starts_on": "2025-05-01", "outcome": "renewed"}).json == TERM | {"outcome": "renewed"}
    assert program.put(PATH, {"starts_on": "2026-05-01", "ends_on": "2027-05-01"}).status_code == 200
    first = program.get(PATH, limit=1).json
    assert [row["starts_on"] for row in first["items"]] == ["2026-05-01"]
    rest = program.get(PATH, cursor=first["next"]).json
    assert (rest["items"], rest["next"]) == ([TERM | {"outcome": "renewed"}], None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "starts_on"),
        ({"starts_on": "2026-05-01"}, "ends_on"),
        (TERM | {"starts_on": "2025-06-01"}, "starts_on"),
        (TERM | {"outcome": "lost"}, "outcome"),
        (TERM | {"monthly_fee": -1}, "monthly_fee"),
    ],
)
def test_what_cannot_be_a_contract_is_refused_by_field(program: Program, body: dict[str, object], field: str) -> None:
    an_account(external_id="A-1")
    program.put(PATH, TERM)
    answer = program.put(PATH, body)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)
    assert program.get(PATH).json["items"] == [TERM | {"outcome": None}]
    assert program.get("/accounts/A-9/contracts").status_code == 404
