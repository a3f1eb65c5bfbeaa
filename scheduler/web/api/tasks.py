"""Answers /tasks: what a person of the vendor has to do, and what was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.models.tasks import Task
from scheduler.services import naming
from scheduler.services.refusals import Invalid
from scheduler.web.api import examples, paging, requests
from scheduler.web.api.account_schemas import TaskAnswer
from scheduler.web.api.blueprint import Blueprint
from scheduler.web.api.fields import Choice, Text
from scheduler.web.api.schemas import Paging, page_of

resource = Blueprint("tasks", "タスク。顧客企業のために自社の誰かがすること。")


class TaskQuery(Paging):
    """Which tasks are listed."""

    account = Text(metadata={"description": "顧客企業の外部ID。"})
    owner = Text(metadata={"description": "行う自社担当のメールアドレス。"})
    kind = Text(metadata={"description": "種類。"})
    state = Choice("open", "done", metadata={"description": "open 未完了のもの、done 完了したもの。"})


@resource.get("/tasks")
@resource.arguments(TaskQuery, location="query")
@resource.response(200, page_of(TaskAnswer), example={"items": [examples.TASK], "next": None})
@resource.operation("タスクを一覧する", "新しい順です。")
def list_tasks(asked: dict[str, Any]) -> dict[str, Any]:
    """List tasks, newest first."""
    query = select(Task).options(joinedload(Task.account), joinedload(Task.owner)).order_by(Task.id.desc())
    if "account" in asked:
        query = query.where(Task.account_id == requests.account_id(asked["account"]))
    if "owner" in asked:
        query = query.where(Task.owner_id == _member(asked["owner"]))
    if "kind" in asked:
        query = query.where(Task.kind == asked["kind"])
    if "state" in asked:
        query = query.where(Task.done_at.is_(None) if asked["state"] == "open" else Task.done_at.is_not(None))
    before = paging.after_id(asked)
    if before is not None:
        query = query.where(Task.id < before)
    rows = db.session.scalars(query.limit(paging.size(asked) + 1)).all()
    page, following = paging.cut(rows, asked, lambda row: [row.id])
    names = naming.called(row.contact_id for row in page if row.contact_id is not None)
    return {"items": [task_answer(row, names) for row in page], "next": following}


def task_answer(row: Task, names: Mapping[int, str]) -> dict[str, Any]:
    """Return a task as programs get it, its account and owner loaded; `names`: what people are called, by id."""
    return {
        "id": row.id,
        "kind": row.kind,
        "words": row.words,
        "account": row.account.external_id if row.account is not None else None,
        "contact": names.get(row.contact_id) if row.contact_id is not None else None,
        "lecture": row.lecture_id,
        "owner": row.owner.email if row.owner is not None else None,
        "due_on": row.due_on.isoformat(),
        "created_at": row.created_at,
        "done_at": row.done_at,
    }


def _member(email: str) -> int:
    known = db.session.scalar(select(Staff.id).where(Staff.email == email.strip().lower()))
    if known is None:
        raise Invalid(field="owner", why="unknown_member", value=email)
    return known
