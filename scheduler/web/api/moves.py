"""Answers /lectures/{id}/moves: the people of a lecture, all or some, changed to another date in one step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from scheduler.services import naming
from scheduler.services.lectures import moving
from scheduler.services.lectures.moving import Plan
from scheduler.web import edge
from scheduler.web.api import examples, requests
from scheduler.web.api.blueprint import Blueprint
from scheduler.web.api.fields import Bilingual, Flag, Named, Whole
from scheduler.web.api.schemas import Answer, Input, parts, text, whole

resource = Blueprint("moves", "開催日程に申し込んだ方を、まとめて別の日程へ移します。")


class PersonAnswer(Answer):
    """Somebody who moves or stays."""

    registration = whole("申込の ID。")
    contact = text("先方担当者。その方だけのメールアドレスがあればそれ、なければ ID。")
    reason = text("移せない理由のキー（lecture_full など）。移す方では null。", allow_none=True)


class MoveAnswer(Answer):
    """Who moves and who stays."""

    moved = parts(PersonAnswer, "移す方。")
    left = parts(PersonAnswer, "移せない方と理由。")
    mails = whole("お知らせのメールの数。")


class MoveInput(Input):
    """Whom to move, and where to."""

    to = Whole(required=True, metadata={"description": "移す先の開催日程の ID。同じレクチャーのものに限ります。"})
    account = Named(allow_none=True, metadata={"description": "この顧客企業（外部ID）の方だけを移します。"})
    contact = Named(allow_none=True, metadata={"description": "この先方担当者だけを移します。"})
    reason = Bilingual(
        500, metadata={"description": "お客様に伝える理由。送らなければ、中止の理由があればそれを伝えます。"}
    )


class MoveQuery(Input):
    """Whether to move at all."""

    dry_run = Flag(metadata={"description": "1 なら、誰も移さずに結果だけを返します。"})


@resource.post("/lectures/<id:lecture_id>/moves")
@resource.arguments(MoveQuery, location="query")
@resource.arguments(MoveInput, example=examples.MOVE_INPUT)
@resource.response(201, MoveAnswer, example=examples.MOVE)
@resource.operation(
    "申し込んだ方をまとめて別の日程へ移す",
    "移せる方を一度に移し、新旧の日時とカレンダーの更新を一通ずつ知らせます。満席などで移せない方は、理由を添えて返します。",
    creates=True,
)
def move_people(query: dict[str, Any], values: dict[str, Any], lecture_id: int) -> Response:
    """Move the people of a lecture to another date."""
    return requests.create(MoveAnswer(), lambda: _move(lecture_id, values, bool(query.get("dry_run"))))


def _move(lecture_id: int, values: Mapping[str, Any], dry_run: bool) -> dict[str, Any]:
    whose = {
        "account_id": requests.account_id(values["account"]) if values.get("account") else None,
        "contact_id": naming.contact_named(values["contact"]) if values.get("contact") else None,
    }
    if dry_run:
        return _answer(moving.plan(lecture_id, values["to"], edge.now(), **whose))
    return _answer(
        moving.move(lecture_id, values["to"], edge.now(), requests.actor(), reason=values.get("reason"), **whose)
    )


def _answer(plan: Plan) -> dict[str, Any]:
    names = naming.called(row.contact_id for row in [*plan.moved, *(one.registration for one in plan.left)])
    return {
        "moved": [{"registration": row.id, "contact": names[row.contact_id], "reason": None} for row in plan.moved],
        "left": [
            {
                "registration": one.registration.id,
                "contact": names[one.registration.contact_id],
                "reason": one.refusal.key,
            }
            for one in plan.left
        ],
        "mails": plan.mails,
    }
