"""Answers who works here: the members by team, and how a new one gets a password."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.staff import TEAMS, Staff
from scheduler.services import staff, tags
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid
from scheduler.web import access, edge, inputs
from scheduler.web.words import refusals, terms

members = Blueprint("staff_members", __name__, url_prefix="/staff/members")
members.before_request(access.staff_gate)


@members.get("")
@access.requires("staff")
def index() -> ResponseReturnValue:
    """List the members by team."""
    return _page({}, {})


@members.post("")
@access.requires("staff")
def add() -> ResponseReturnValue:
    """Add a member, or adopt the one a customer list named, and show the link that sets a password."""
    form = {key: request.form.get(key, "").strip() for key in ("email", "name", "team", "phone")}
    try:
        number = staff.add(form["email"], form["team"], form["name"], edge.now(), edge.staff_actor(), form["phone"])
    except Invalid as error:
        return _page(form, inputs.errors(error)), error.status
    flash(_("自社メンバーを登録しました。"))
    return redirect(url_for(".show", staff_id=number))


@members.get("/<id:staff_id>")
@access.requires("staff")
def show(staff_id: int) -> ResponseReturnValue:
    """Show a member and the link that sets a password; the link ends when it is used."""
    member = db.session.get(Staff, staff_id) or abort(404)
    token = here().links.sign("password", member.id, member.password_version)
    link = here().base_url + url_for("staff_door.password", token=token) if member.email and member.active else ""
    borne = terms.listed(tag.name for tag in tags.of_members([staff_id]).get(staff_id, []))
    return render_template("staff/members/show.html", member=member, link=link, tags=borne)


@members.post("/<id:staff_id>/tags")
@access.requires("staff")
def tag(staff_id: int) -> ResponseReturnValue:
    """Give a member exactly the tags that were typed."""
    try:
        tags.set_member(staff_id, tags.read(request.form.get("tags", "")), edge.now(), edge.staff_actor())
    except Invalid as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("保存しました。"))
    return redirect(url_for(".show", staff_id=staff_id))


@members.post("/<id:staff_id>/leave")
@access.requires("staff")
def leave(staff_id: int) -> ResponseReturnValue:
    """Note that a member has left."""
    try:
        staff.leave(staff_id, edge.now(), edge.staff_actor())
    except Invalid as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(
            _("退職にしました。サインインとメールを止めました。担当の顧客企業があれば、ほかの担当に変更してください。")
        )
    return redirect(url_for(".show", staff_id=staff_id))


@members.post("/<id:staff_id>/come-back")
@access.requires("staff")
def come_back(staff_id: int) -> ResponseReturnValue:
    """Take the note back that a member has left."""
    staff.come_back(staff_id, edge.now(), edge.staff_actor())
    flash(_("在籍中に戻しました。"))
    return redirect(url_for(".show", staff_id=staff_id))


def _page(values: dict[str, str], errors: dict[str, str]) -> str:
    rows = db.session.scalars(select(Staff).order_by(Staff.name_key)).all()
    teams = [(team, [row for row in rows if row.active and row.team == team]) for team in TEAMS]
    left = [row for row in rows if not row.active]
    return render_template("staff/members/index.html", teams=teams, left=left, values=values, errors=errors)
