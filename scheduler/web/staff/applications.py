"""Answers who of the public form's visitors waits for the staff, and takes what they decide."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.models.applications import Application
from scheduler.services.applications import deciding
from scheduler.services.applications.deciding import Leave
from scheduler.services.refusals import Invalid, Refused
from scheduler.web import access, edge, inputs

applications = Blueprint("staff_applications", __name__, url_prefix="/staff/applications")
applications.before_request(access.staff_gate)


@applications.get("")
def index() -> ResponseReturnValue:
    """List the applications that wait; with `?state=decided` those that are settled."""
    decided = request.args.get("state") == "decided"
    rows = deciding.decided() if decided else deciding.waiting()
    return render_template("staff/applications/index.html", applications=rows, decided=decided)


@applications.get("/<id:application_id>")
def show(application_id: int) -> ResponseReturnValue:
    """Show one application and who it may be; `?q=` searches people and accounts."""
    return _page(deciding.the(application_id), {})


@applications.post("/<id:application_id>/accept")
@access.requires("register")
def accept(application_id: int) -> ResponseReturnValue:
    """Register somebody we know for it."""
    take_address = request.form.get("take_address") == "1"
    now, actor, leave = edge.now(), edge.staff_actor(), _leave()
    return _settle(
        application_id,
        "contact",
        lambda chosen: deciding.accept(application_id, chosen, now, actor, take_address=take_address, leave=leave),
    )


@applications.post("/<id:application_id>/new")
@access.requires("register")
def accept_new(application_id: int) -> ResponseReturnValue:
    """Add the visitor to an account and register."""
    now, actor, leave = edge.now(), edge.staff_actor(), _leave()
    return _settle(
        application_id,
        "account",
        lambda chosen: deciding.accept_new(application_id, chosen, now, actor, leave=leave),
    )


@applications.post("/<id:application_id>/refuse")
@access.requires("register")
def refuse(application_id: int) -> ResponseReturnValue:
    """Say no, with or without a mail."""
    mails = request.form.get("mails") == "1"
    try:
        deciding.refuse(application_id, edge.now(), edge.staff_actor(), mails=mails)
    except Refused as error:
        return _refused(application_id, error)
    flash(_("お断りのメールを送ります。") if mails else _("メールを送らずに、受け付けを終了しました。"))
    return redirect(url_for(".index"), 303)


def _settle(application_id: int, field: str, act: Callable[[int], str]) -> ResponseReturnValue:
    chosen = inputs.optional_id(field)
    try:
        if chosen is None:
            raise Invalid(field=field, why="nobody_recognised" if field == "contact" else "no_account_recognised")
        status = act(chosen)
    except Refused as error:
        return _refused(application_id, error)
    flash(
        {
            "booked": _("申込を登録しました。確認メールを送ります。"),
            "waitlisted": _("満席のため、キャンセル待ちとして登録しました。お知らせのメールを送ります。"),
            "already": _("この方はこの日程にすでに登録されています。受け付けだけを済ませました。"),
        }[status]
    )
    return redirect(url_for(".index"), 303)


def _leave() -> Leave:
    return Leave(request.form.get("exception", ""), request.form.get("over_limit") == "1")


def _refused(application_id: int, error: Refused) -> ResponseReturnValue:
    """Show the application again, as it stands now, with why it was not settled."""
    return _page(deciding.the(application_id), inputs.errors(error)), error.status


def _page(row: Application, errors: dict[str, str]) -> str:
    text = request.args.get("q", "")
    open_one = row.state == "waiting"
    return render_template(
        "staff/applications/show.html",
        application=row,
        lecture=row.lecture,
        errors=errors,
        text=text,
        people=deciding.people(row, text) if open_one else [],
        accounts=deciding.accounts(row, text) if open_one else [],
    )
