"""Answers how the lectures get into a member's own calendar: those hosted, and those of the team."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services import addresses, courses, staff
from scheduler.web import access, edge
from scheduler.web.subscribing import calendar_links

calendar = Blueprint("staff_calendar", __name__, url_prefix="/staff/calendar")
calendar.before_request(access.staff_gate)


@calendar.get("")
@access.requires("view")
def show() -> ResponseReturnValue:
    """Show the member's two feeds with the buttons for each calendar program, and the way to other links."""
    member = db.session.get_one(Staff, current_user.id)
    own, team = addresses.staff_feed(member), addresses.team_feed(member)
    return render_template(
        "staff/calendar/show.html",
        own=own,
        own_links=calendar_links(own, _("担当レクチャー")),
        team=team,
        team_links=calendar_links(team, _("チームのレクチャー")),
        taught=[course for course in courses.in_order() if member.team in (course.team, "operations")],
    )


@calendar.get("/reset")
@access.requires("view")
def ask_reset() -> ResponseReturnValue:
    """Ask whether the links shall be changed."""
    return render_template("staff/calendar/reset.html")


@calendar.post("/reset")
@access.requires("view")
def reset() -> ResponseReturnValue:
    """Give the member's feeds other links; the old ones end."""
    staff.reset_feeds(current_user.id, edge.now(), edge.staff_actor())
    flash(_("リンクを変更しました。お使いのカレンダーに、新しいリンクでもう一度登録してください。"))
    return redirect(url_for(".show"), 303)
