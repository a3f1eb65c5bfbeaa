"""Answers /courses: what is taught."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app
from flask.typing import ResponseReturnValue
from marshmallow import fields as plain
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.services import courses
from scheduler.services.installation import here
from scheduler.web import edge
from scheduler.web.api import examples, paging, requests
from scheduler.web.api.blueprint import PREFIX, Blueprint
from scheduler.web.api.fields import Bilingual, Choice, Link, Part, Text, Whole
from scheduler.web.api.schemas import Answer, Input, Paging, page_of, text, texts, whole

_MATERIALS: dict[str, Any] = {
    "properties": {name: {"type": "string", "format": "uri"} for name in courses.MATERIALS},
    "additionalProperties": False,
}

resource = Blueprint("courses", "レクチャー（教える内容）。キーで作成・変更します。")


class CourseAnswer(Answer):
    """One course."""

    key = text("変わらないキー。")
    name = texts("レクチャー名。")
    summary = texts("お客様に何が得られるかを一文で。")
    minutes = whole("長さ（分）。")
    minimum_minutes = whole("出席とみなす分数。")
    prerequisite = text("先に受講が必要なレクチャーのキー。", allow_none=True)
    wanted_step = text("先に済ませておきたい初期設定項目のキー。受講の条件ではありません。", allow_none=True)
    team = text("担当チーム。")
    materials = plain.Dict(
        metadata=_MATERIALS | {"description": "資料へのリンク。before 事前資料、recording 録画、after 受講後の資料。"}
    )


class Materials(Input):
    """Where what goes with a course is found."""

    before = Link(metadata={"description": "事前資料。"})
    recording = Link(metadata={"description": "録画。"})
    after = Link(metadata={"description": "受講後の資料。"})


class CourseInput(Input):
    """A course as it is put."""

    echoed = frozenset({"key"})

    name = Bilingual(required=True, metadata={"description": "レクチャー名。片方の言語だけでも構いません。"})
    summary = Bilingual(500, metadata={"description": "お客様に何が得られるかを一文で。送らなければ今のままです。"})
    minutes = Whole(1, 720, required=True, metadata={"description": "長さ（分）。"})
    minimum_minutes = Whole(1, 720, required=True, metadata={"description": "出席とみなす分数。"})
    prerequisite = Text(
        allow_none=True,
        metadata={"description": "先に受講が必要なレクチャーのキー。送らなければ、なしになります。"},
    )
    wanted_step = Text(
        allow_none=True,
        metadata={
            "description": "先に済ませておきたい初期設定項目のキー。済んでいない方の申込を自社担当に知らせます。"
            "null で、なしになります。送らなければ今のままです。"
        },
    )
    team = Choice(*courses.TEAMS, metadata={"description": "担当チーム。送らなければ今のままです。"})
    materials = Part(
        Materials,
        metadata={"description": "資料へのリンク。お客様のページとメールに表示します。送らなければ今のままです。"},
    )


@resource.get("/courses")
@resource.arguments(Paging, location="query")
@resource.response(200, page_of(CourseAnswer), example={"items": [examples.COURSE], "next": None})
@resource.operation("レクチャーを一覧する")
def list_courses(asked: dict[str, Any]) -> dict[str, Any]:
    """List the courses by id."""
    query = select(Course).options(joinedload(Course.prerequisite), joinedload(Course.wanted_step)).order_by(Course.id)
    after = paging.after_id(asked)
    if after is not None:
        query = query.where(Course.id > after)
    rows = db.session.scalars(query.limit(paging.size(asked) + 1)).all()
    page, following = paging.cut(rows, asked, lambda row: [row.id])
    return {"items": [course_answer(row) for row in page], "next": following}


@resource.get("/courses/<name:key>")
@resource.response(200, CourseAnswer, example=examples.COURSE)
@resource.operation("レクチャーを一件読む")
def read_course(key: str) -> dict[str, Any]:
    """Read one course."""
    return course_answer(requests.course(key))


@resource.put("/courses/<name:key>")
@resource.arguments(CourseInput, example=examples.COURSE_INPUT)
@resource.response(200, CourseAnswer, example=examples.COURSE)
@resource.alt_response(201, schema=CourseAnswer, description="Created", example=examples.COURSE, success=True)
@resource.operation("レクチャーを作成・変更する", "キーが新しければ作成して 201、あれば変更して 200 を返します。")
def put_course(values: dict[str, Any], key: str) -> ResponseReturnValue:
    """Make or change a course."""
    if "wanted_step" in values:
        values["wanted_step"] = values["wanted_step"] or ""
    row, new = courses.put(key, **{"prerequisite": None} | values, now=edge.now(), actor=requests.actor())
    body = current_app.json.dumps(CourseAnswer().dump(course_answer(requests.course(row.key))))
    response = Response(body, 201 if new else 200, content_type="application/json")
    if new:
        response.headers["Location"] = f"{here().base_url}{PREFIX}/courses/{row.key}"
    return response


@resource.delete("/courses/<name:key>")
@resource.response(204)
@resource.operation("レクチャーを削除する", "一度も使われていないレクチャーだけを削除できます。")
def delete_course(key: str) -> None:
    """Delete a course that was never used."""
    courses.delete(key, edge.now(), requests.actor())


def course_answer(row: Course) -> dict[str, Any]:
    """Return a course as programs get it."""
    return {
        "key": row.key,
        "name": row.name,
        "summary": row.summary,
        "minutes": row.minutes,
        "minimum_minutes": row.minimum_minutes,
        "prerequisite": row.prerequisite.key if row.prerequisite is not None else None,
        "wanted_step": row.wanted_step.key if row.wanted_step is not None else None,
        "team": row.team,
        "materials": row.materials,
    }
