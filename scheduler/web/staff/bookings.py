"""Answers how staff book a lecture for one account (個社開催): entered, looked at with its clashes, and booked."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.services import bookings as service
from scheduler.services.refusals import Invalid, Refused
from scheduler.web import access, edge, inputs
from scheduler.web.staff import own_forms
from scheduler.web.staff.account import the

bookings = Blueprint("staff_bookings", __name__, url_prefix="/staff/accounts/<id:account_id>/lectures")
bookings.before_request(access.staff_gate)

FORM, CHECK = "staff/bookings/form.html", "staff/bookings/check.html"


@bookings.get("/new")
@access.requires("schedule")
def new(account_id: int) -> ResponseReturnValue:
    """Show the form; `?contact=` and `?course=` fill in whom and what it is for."""
    return own_forms.form(FORM, account_id, own_forms.blank(account_id), {})


@bookings.post("/new")
@access.requires("schedule")
def book(account_id: int) -> ResponseReturnValue:
    """Show what would be booked, with clashes and how many mails follow; with `step=book` book it."""
    the(account_id)
    mails = request.form.get("mails") == "1"
    step = request.form.get("step")
    if step == "edit":
        return own_forms.form(FORM, account_id, own_forms.entered(), {})
    try:
        own = own_forms.read(account_id)
        start = inputs.naive_moment("starts_at")
        if not own.people:
            raise Invalid(field="people", why="nobody_chosen")
        if step != "book":
            plan = service.plan(own, start, edge.now())
            return own_forms.check_page(CHECK, account_id, own, [start], plan=plan, mails=mails)
        number = service.book(own, start, edge.now(), edge.staff_actor("phone"), mails=mails)
    except Refused as error:
        return own_forms.form(FORM, account_id, own_forms.entered(), own_forms.errors(error)), error.status
    flash(_("個社開催を予約しました。"))
    return redirect(url_for("staff_lectures.show", lecture_id=number))
