"""Answers which tasks are open for whom, and takes down, ticks off and reopens them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import ColumnElement

from scheduler.models.db import db
from scheduler.models.tasks import Task
from scheduler.services import directory
from scheduler.services import tasks as service
from scheduler.services.refusals import Invalid
from scheduler.web import access, edge, ids, inputs
from scheduler.web.paths import local_path
from scheduler.web.staff.account import the
from scheduler.web.words import tasks as words

tasks = Blueprint("staff_tasks", __name__, url_prefix="/staff")
tasks.before_request(access.staff_gate)

PER_PAGE = 50


@tasks.get("/tasks")
def index() -> ResponseReturnValue:
    """List open tasks by due day, or those done last; `?whose=` mine, team or all, `?state=done`."""
    whose, state = _whose(), "done" if request.args.get("state") == "done" else "open"
    which = _which(whose)
    page = max(request.args.get("page", 1, type=ids.number), 1)
    listed = service.done_ones if state == "done" else service.open_ones
    rows = listed(*which, limit=PER_PAGE, skip=(page - 1) * PER_PAGE)
    counts = {"open": service.count_open(*which), "done": service.count_done(*which)}
    return render_template(
        "staff/tasks/index.html",
        tasks=rows,
        words=words,
        whose=whose,
        state_key=state,
        counts=counts,
        page=page,
        per_page=PER_PAGE,
        today=edge.today(),
    )


@tasks.get("/accounts/<id:account_id>/tasks/new")
@access.requires("edit_accounts")
def new(account_id: int) -> ResponseReturnValue:
    """Show the form for a task written down by hand."""
    return _form(account_id, {"owner": current_user.id, "key": uuid4().hex}, {})


@tasks.post("/accounts/<id:account_id>/tasks/new")
@access.requires("edit_accounts")
def add(account_id: int) -> ResponseReturnValue:
    """Write a task down; pressing twice writes it once."""
    due = request.form.get("due_on", "").strip()
    try:
        due_on = inputs.optional_date(due)
        if due and due_on is None:
            raise Invalid(field="due_on", why="day_unreadable", value=due)
        service.add_by_hand(
            account_id,
            request.form.get("key", "")[:64],
            request.form.get("words", ""),
            inputs.optional_id("owner"),
            due_on,
            edge.now(),
            edge.staff_actor(),
        )
    except Invalid as error:
        return _form(account_id, request.form.to_dict(), inputs.errors(error)), error.status
    flash(_("タスクを追加しました。"))
    return redirect(url_for("staff_account.show", account_id=account_id, _anchor="tasks"))


@tasks.post("/tasks/<id:task_id>/done")
@access.requires("view")
def done(task_id: int) -> ResponseReturnValue:
    """Note that a task is done."""
    _check_may_settle(task_id)
    service.done(task_id, edge.now(), edge.staff_actor())
    flash(_("タスクを完了にしました。"))
    return _back()


@tasks.post("/tasks/<id:task_id>/reopen")
@access.requires("view")
def reopen(task_id: int) -> ResponseReturnValue:
    """Open a task again."""
    _check_may_settle(task_id)
    service.reopen(task_id, edge.now(), edge.staff_actor())
    flash(_("タスクを未完了に戻しました。"))
    return _back()


def _check_may_settle(task_id: int) -> None:
    task = db.session.get(Task, task_id)
    if not current_user.settles(task.owner_id if task is not None else None):
        abort(403)
    if task is None:
        abort(404)


def _whose() -> str:
    """Return whose tasks are shown: as the address says, else the own ones for who has or owns anything."""
    whose = request.args.get("whose")
    if whose in ("mine", "team", "all"):
        return whose
    has = service.count_open(service.mine(current_user.id)) or directory.owned_by(current_user.id)
    return "mine" if has else "all"


def _which(whose: str) -> list[ColumnElement[bool]]:
    if whose == "mine":
        return [service.mine(current_user.id)]
    return [service.of_team(current_user.team)] if whose == "team" else []


def _form(account_id: int, values: Mapping[str, object], errors: dict[str, str]) -> str:
    return render_template(
        "staff/tasks/form.html",
        account=the(account_id),
        values=values,
        errors=errors,
        members=inputs.host_options(),
        today=edge.today(),
    )


def _back() -> ResponseReturnValue:
    return redirect(local_path(request.form.get("next"), url_for(".index")))
