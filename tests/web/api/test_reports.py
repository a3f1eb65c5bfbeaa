"""/reports: the numbers of the pages, for programs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scheduler.rules import attendance_rates
from tests.factories import a_member
from tests.services.reports import invented
from tests.web.api.conftest import Program


@pytest.fixture(autouse=True)
def listed() -> Iterator[None]:
    with invented.listed():
        yield


def test_programs_read_what_the_page_shows(program: Program) -> None:
    member = a_member()
    assert {"name": "invented", "choices": ["seed"]} in program.get("/reports").json["items"]
    report = program.get("/reports/invented", from_="2026-01-01", to="2026-03-31", owner=member.email).json
    assert report["asked"] == {
        "from": "2026-01-01",
        "to": "2026-03-31",
        "stage": None,
        "owner": member.email,
        "tag": None,
    }
    assert (report["zone"], report["counted_at"]) == ("Asia/Tokyo", "2026-03-31T18:00:00Z")
    part = report["parts"][0]
    assert part["columns"] == [{"key": "weekday", "kind": "code"}, {"key": "rate", "kind": "rate"}]
    known = attendance_rates.rate(26, 36)
    assert known.low is not None
    assert known.high is not None
    rate = {"hits": 26, "base": 36, "share": 0.722222, "low": round(known.low, 6), "high": round(known.high, 6)}
    assert part["rows"][1] == {"key": "1", "small": False, "weekday": "1", "rate": rate}
    assert part["rows"][4]["small"] is True
    assert part["notes"] == [{"key": "trial", "params": {"days": 2}}]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "from"),
        ({"stage": "nowhere"}, "stage"),
        ({"owner": "nobody@vendor.example"}, "owner"),
        ({"tag": "none"}, "tag"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_read_is_named(program: Program, query: dict[str, str], field: str) -> None:
    answer = program("GET", "/reports/invented", query_string=query)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"].endswith(field)


def test_an_unknown_report_is_not_found(program: Program) -> None:
    answer = program.get("/reports/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert "nothing" in answer.json["detail"]
