"""Answers what operations decide about courses, and how newcomers of a course are invited with one button."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.services import courses as service
from scheduler.services import newcomers, steps
from scheduler.services.refusals import CourseInUse, Invalid
from scheduler.web import access, edge, inputs
from scheduler.web.words import courses as words
from scheduler.web.words import mails, terms
from scheduler.web.words.texts import plain

courses = Blueprint("staff_courses", __name__, url_prefix="/staff/courses")
courses.before_request(access.staff_gate)

FIELDS = (
    *(
        "key",
        "name_ja",
        "name_en",
        "summary_ja",
        "summary_en",
        "minutes",
        "minimum_minutes",
        "prerequisite",
        "wanted_step",
        "team",
    ),
    *(f"materials_{name}" for name in service.MATERIALS),
)


@courses.get("")
def index() -> ResponseReturnValue:
    """List the courses."""
    return render_template("staff/courses/index.html", courses=service.in_order())


@courses.get("/new")
@access.requires("settings")
def new() -> ResponseReturnValue:
    """Show the form of a new course."""
    return _form(None, {"minutes": 60, "minimum_minutes": 40, "team": "onboarding"}, {})


@courses.post("/new")
@access.requires("settings")
def create() -> ResponseReturnValue:
    """Make a course."""
    try:
        _put(request.form.get("key", "").strip(), new_only=True)
    except Invalid as error:
        return _form(None, _typed(), inputs.errors(error)), error.status
    flash(_("レクチャーを追加しました。"))
    return redirect(url_for(".index"))


@courses.get("/<key>/edit")
@access.requires("settings")
def edit(key: str) -> ResponseReturnValue:
    """Show the form of a course."""
    row = _course(key)
    values: dict[str, Any] = {"minutes": row.minutes, "minimum_minutes": row.minimum_minutes, "team": row.team}
    values["prerequisite"] = row.prerequisite.key if row.prerequisite else ""
    values["wanted_step"] = row.wanted_step.key if row.wanted_step else ""
    for field, text in (("name", row.name), ("summary", row.summary)):
        values |= {f"{field}_{locale}": text.get(locale, "") for locale in edge.LOCALES}
    values |= {f"materials_{name}": row.materials.get(name, "") for name in service.MATERIALS}
    return _form(row, values, {})


@courses.post("/<key>/edit")
@access.requires("settings")
def save(key: str) -> ResponseReturnValue:
    """Save a course."""
    row = _course(key)
    try:
        _put(key)
    except Invalid as error:
        return _form(row, _typed(), inputs.errors(error)), error.status
    flash(_("保存しました。"))
    return redirect(url_for(".index"))


@courses.post("/<key>/delete")
@access.requires("settings")
def delete(key: str) -> ResponseReturnValue:
    """Delete a course that was never used."""
    row = _course(key)
    try:
        service.delete(key, edge.now(), edge.staff_actor())
    except CourseInUse as error:
        flash(words.in_use(error.params["by"].split(", ")), "error")
        return redirect(url_for(".edit", key=row.key))
    flash(_("レクチャーを削除しました。"))
    return redirect(url_for(".index"))


@courses.get("/<key>/newcomers")
@access.requires("invite_newcomers")
def preview(key: str) -> ResponseReturnValue:
    """Say whom the button would invite to a course, and how many mails go (`?audience=coordinator`)."""
    row = _invitable(key)
    audience = request.args.get("audience", newcomers.usual_audience(row))
    if audience not in terms.AUDIENCES:
        abort(404)
    plan = newcomers.plan(key, audience, edge.now())
    groups = [("invited", plan.invited), ("without_email", plan.without_email), ("unsubscribed", plan.unsubscribed)]
    people = _people([number for _name, members in groups for number in members])
    return render_template(
        "staff/courses/newcomers.html",
        course=row,
        audience=audience,
        told=len(plan.invited),
        groups=[(name, [people[number] for number in members]) for name, members in groups],
        choices=[
            (label, url_for(".preview", key=key, audience=name), name == audience)
            for name, label in terms.AUDIENCES.items()
        ],
    )


@courses.post("/<key>/newcomers")
@access.requires("invite_newcomers")
def invite(key: str) -> ResponseReturnValue:
    """Invite the newcomers of a course, each once."""
    row = _invitable(key)
    audience = request.form.get("audience", "")
    try:
        told, waits = newcomers.invite(row.key, audience, edge.now(), edge.staff_actor())
    except Invalid:
        abort(400)
    sent = ngettext("%(num)d 人に案内メールを送ります。", "%(num)d 人に案内メールを送ります。", told)
    flash(sent + mails.may_be_called_back(waits))
    return redirect(url_for(".preview", key=key, audience=audience))


def _put(key: str, *, new_only: bool = False) -> None:
    service.put(
        key,
        name=inputs.bilingual("name"),
        summary=inputs.bilingual("summary"),
        minutes=inputs.whole("minutes"),
        minimum_minutes=inputs.whole("minimum_minutes"),
        prerequisite=request.form.get("prerequisite") or None,
        wanted_step=request.form.get("wanted_step", ""),
        team=request.form.get("team", ""),
        materials={name: request.form.get(f"materials_{name}", "") for name in service.MATERIALS},
        now=edge.now(),
        actor=edge.staff_actor(),
        new_only=new_only,
    )


def _typed() -> dict[str, str]:
    return {field: request.form.get(field, "") for field in FIELDS}


def _course(key: str) -> Course:
    return db.session.scalar(select(Course).where(Course.key == key)) or abort(404)


def _invitable(key: str) -> Course:
    """Return the course if the member may invite to it: one of the own team's, or whoever introduces accounts."""
    row = _course(key)
    if not current_user.invites_to(row.team):
        abort(403)
    return row


def _form(row: Course | None, values: dict[str, Any], errors: dict[str, str]) -> str:
    others = [(one.key, words.name(one)) for one in service.in_order() if row is None or one.key != row.key]
    return render_template(
        "staff/courses/form.html",
        course=row,
        values=values,
        errors=errors,
        others=others,
        steps=[(step.key, plain(step.name)) for step in steps.in_order()],
        teams=[(team, terms.STAGES[team]) for team in service.TEAMS],
        users=service.in_use(row) if row is not None else [],
        in_use=words.in_use,
    )


def _people(numbers: list[int]) -> dict[int, Contact]:
    query = select(Contact).where(Contact.id.in_(numbers))
    rows = db.session.scalars(query.options(joinedload(Contact.account), selectinload(Contact.stores)))
    return {row.id: row for row in rows}
