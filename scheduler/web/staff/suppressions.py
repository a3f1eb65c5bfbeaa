"""Answers to which addresses no mail leaves, or none of a list, and lifts that for a reason."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.models.db import db
from scheduler.models.mails import Suppression
from scheduler.services import replies, unreachable
from scheduler.services import suppressions as service
from scheduler.services.refusals import Invalid
from scheduler.web import access, edge, ids, inputs
from scheduler.web.words import mails as words

suppressions = Blueprint("staff_suppressions", __name__, url_prefix="/staff/mails/suppressions")
suppressions.before_request(access.staff_gate)

PER_PAGE = 50


@suppressions.get("")
def index() -> ResponseReturnValue:
    """List what is closed, the newest first; `?q=` part of an address, a name or a company."""
    page = max(request.args.get("page", 1, type=ids.number), 1)
    search = request.args.get("q", "").strip()[:200]
    rows, total = service.page_of(search, page, PER_PAGE)
    return render_template(
        "staff/mails/suppressions.html",
        rows=rows,
        total=total,
        page=page,
        per_page=PER_PAGE,
        search=search,
        words=words,
    )


@suppressions.get("/<id:suppression_id>/lift")
@access.requires("mails")
def confirm(suppression_id: int) -> ResponseReturnValue:
    """Ask for the reason why mails may leave to an address again."""
    return _form(suppression_id, "", {})


@suppressions.post("/<id:suppression_id>/lift")
@access.requires("mails")
def lift(suppression_id: int) -> ResponseReturnValue:
    """Let mails leave to an address again."""
    given = request.form.get("reason", "")
    try:
        unreachable.lift(suppression_id, given, edge.now(), edge.staff_actor())
    except Invalid as error:
        return _form(suppression_id, given, inputs.errors(error)), error.status
    flash(_("配信停止を解除しました。次のメールから届きます。"))
    return redirect(url_for(".index"))


def _form(suppression_id: int, given: str, errors: dict[str, str]) -> str:
    row = db.session.get(Suppression, suppression_id)
    if row is None:
        abort(404)
    return render_template(
        "staff/mails/lift.html",
        row=row,
        people=replies.people_of({row.address}).get(row.address, []),
        given=given,
        errors=errors,
        words=words,
        longest=service.LONGEST,
        by_sendgrid=edge.settings().mail.startswith("sendgrid:"),
    )
