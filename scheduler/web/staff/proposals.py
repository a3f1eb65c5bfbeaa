"""Answers how staff offer a customer up to three times, choose for her on the telephone, and take an offer back."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.models.db import db
from scheduler.models.proposals import Proposal
from scheduler.services import proposals as service
from scheduler.services.refusals import Invalid, Refused
from scheduler.web import access, edge, inputs
from scheduler.web.staff import own_forms
from scheduler.web.staff.account import the
from scheduler.web.words import refusals

proposals = Blueprint("staff_proposals", __name__, url_prefix="/staff/accounts/<id:account_id>/proposals")
proposals.before_request(access.staff_gate)

FORM, CHECK = "staff/proposals/form.html", "staff/proposals/check.html"
TIMES = ("time_1", "time_2", "time_3")


@proposals.get("/new")
@access.requires("schedule")
def new(account_id: int) -> ResponseReturnValue:
    """Show the form; `?contact=` and `?course=` fill in whom and what it is for."""
    return own_forms.form(FORM, account_id, own_forms.blank(account_id), {})


@proposals.post("/new")
@access.requires("schedule")
def offer(account_id: int) -> ResponseReturnValue:
    """Show what would be offered, with clashes; with `step=offer` offer it."""
    the(account_id)
    step = request.form.get("step")
    if step == "edit":
        return own_forms.form(FORM, account_id, own_forms.entered(), {})
    try:
        chooser = inputs.optional_id("contact")
        if chooser is None:
            raise Invalid(field="contact", why="nobody_chosen")
        own = own_forms.read(account_id, chooser)
        if own.only_person:
            own = own_forms.alone(own)
        starts = _times()
        if step != "offer":
            spans = service.checked(own, starts, edge.now())
            return own_forms.check_page(CHECK, account_id, own, starts, spans=spans)
        service.offer(own, starts, edge.now(), edge.staff_actor())
    except Refused as error:
        return own_forms.form(FORM, account_id, own_forms.entered(), own_forms.errors(error)), error.status
    flash(_("候補日時を送りました。選ばれると、申込が確定します。"))
    return redirect(url_for("staff_account.show", account_id=account_id, _anchor="own"))


@proposals.post("/<id:proposal_id>/choose")
@access.requires("register")
def choose(account_id: int, proposal_id: int) -> ResponseReturnValue:
    """Choose one of the times for the customer on the telephone."""
    _check_ours(account_id, proposal_id)
    try:
        number = service.choose(proposal_id, request.form.get("at", ""), edge.now(), edge.staff_actor("phone"))
    except Refused as error:
        flash(refusals.sentence(error), "error")
        return _back(account_id)
    flash(_("個社開催を予約しました。"))
    return redirect(url_for("staff_lectures.show", lecture_id=number))


@proposals.post("/<id:proposal_id>/withdraw")
@access.requires("schedule")
def withdraw(account_id: int, proposal_id: int) -> ResponseReturnValue:
    """Take the offer back."""
    _check_ours(account_id, proposal_id)
    try:
        service.withdraw(proposal_id, edge.now(), edge.staff_actor())
    except Refused as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("候補日時を取り下げました。"))
    return _back(account_id)


def _times() -> list[datetime]:
    """Read the times entered; raise Invalid for one that cannot be read."""
    return [inputs.naive_moment(field) for field in TIMES if request.form.get(field, "").strip()]


def _check_ours(account_id: int, proposal_id: int) -> None:
    row = db.session.get(Proposal, proposal_id)
    if row is None or row.account_id != account_id:
        abort(404)


def _back(account_id: int) -> ResponseReturnValue:
    return redirect(url_for("staff_account.show", account_id=account_id, _anchor="own"))
