"""Courses over the API: put by key, read, and refused with the field that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import a_course, a_lecture, a_setup_step
from tests.web.api.conftest import Program, both

BASIC = {"name": {"ja": "基本操作編", "en": "Basics"}, "minutes": 60, "minimum_minutes": 40}


@both
def test_a_course_is_made_by_its_key_and_changed_by_putting_it_again(program: Program) -> None:
    made = program.put("/courses/basic", BASIC)
    assert (made.status_code, made.json["key"], made.json["minutes"]) == (201, "basic", 60)
    assert made.headers["Location"] == "http://127.0.0.1:8000/api/v1/courses/basic"
    changed = program.put("/courses/basic", BASIC | {"minutes": 90})
    assert (changed.status_code, changed.json["minutes"]) == (200, 90)
    assert program.get("/courses/basic").json == changed.json


@both
def test_what_was_read_can_be_put_back(program: Program) -> None:
    program.put("/courses/basic", BASIC)
    program.put("/courses/advanced", BASIC | {"prerequisite": "basic"})
    read = program.get("/courses/advanced").json
    assert read["prerequisite"] == "basic"
    again = program.put("/courses/advanced", read)
    assert (again.status_code, again.json) == (200, read)


def test_a_course_names_a_step_wanted_first_until_it_is_taken_off(program: Program) -> None:
    a_setup_step("login")
    assert program.put("/courses/basic", BASIC | {"wanted_step": "login"}).json["wanted_step"] == "login"
    assert program.put("/courses/basic", BASIC).json["wanted_step"] == "login"
    assert program.put("/courses/basic", BASIC | {"wanted_step": None}).json["wanted_step"] is None
    refused = program.put("/courses/basic", BASIC | {"wanted_step": "nothing"})
    assert (refused.status_code, refused.json["field"]) == (422, "wanted_step")


@both
def test_a_name_in_one_language_is_enough(program: Program) -> None:
    assert program.put("/courses/basic", BASIC | {"name": "基本操作編"}).json["name"] == {"ja": "基本操作編"}


@both
def test_the_list_is_read_piece_by_piece(program: Program) -> None:
    for key in ("basic", "advanced", "expert"):
        a_course(key)
    first = program.get("/courses", limit=2).json
    second = program.get("/courses", limit=2, cursor=first["next"]).json
    assert [course["key"] for course in first["items"] + second["items"]] == ["basic", "advanced", "expert"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": {}}, "name"),
        ({"name": {"fr": "Bases"}}, "name"),
        ({"name": 3}, "name"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": "sixty"}, "minutes"),
        ({"minutes": True}, "minutes"),
        ({"minutes": 60.5}, "minutes"),
        ({"minimum_minutes": 61}, "minimum_minutes"),
        ({"prerequisite": "unknown"}, "prerequisite"),
        ({"prerequisite": "basic"}, "prerequisite"),
        ({"minuts": 60}, "minuts"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(program: Program, change: dict[str, Any], field: str) -> None:
    program.put("/courses/basic", BASIC)
    refused = program.put("/courses/basic", BASIC | change)
    assert (refused.status_code, refused.json["field"]) == (422, field)
    assert [error["field"] for error in refused.json["errors"]] == [field]
    assert program.get("/courses/basic").json["minutes"] == 60


@both
def test_an_unknown_course_is_404_with_its_key(program: Program) -> None:
    missing = program.get("/courses/nothing")
    assert (missing.status_code, missing.json["reason"]) == (404, "not_found")
    assert missing.json["params"] == {"what": "course", "value": "nothing"}


@both
def test_team_and_material_stay_unless_they_are_sent(program: Program) -> None:
    material = {"before": "https://vendor.example/a.pdf", "recording": "https://vendor.example/b"}
    program.put("/courses/basic", BASIC | {"team": "success", "materials": material})
    again = program.put("/courses/basic", BASIC).json
    assert (again["team"], again["materials"]) == ("success", material)
    assert program.put("/courses/basic", BASIC | {"materials": {}}).json["materials"] == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"team": "operations"}, "team"),
        ({"materials": {"before": "javascript:alert(1)"}}, "materials.before"),
        ({"materials": {"slides": "https://vendor.example/a"}}, "materials.slides"),
        ({"materials": "https://vendor.example/a"}, "materials"),
    ],
)
def test_a_wrong_team_or_material_is_named(program: Program, change: dict[str, Any], field: str) -> None:
    refused = program.put("/courses/basic", BASIC | change)
    assert (refused.status_code, refused.json["field"]) == (422, field)
    assert program.get("/courses").json["items"] == []


@both
def test_only_a_course_that_was_never_used_is_deleted(program: Program) -> None:
    a_lecture(a_course("expert"))
    a_course("spare")
    refused = program.delete("/courses/expert")
    assert (refused.status_code, refused.json["reason"]) == (409, "course_in_use")
    assert refused.json["params"] == {"by": "lectures"}
    assert program.delete("/courses/spare").status_code == 204
    assert program.delete("/courses/spare").status_code == 404
