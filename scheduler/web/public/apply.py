"""Answers how somebody without a link applies for a date: one form, and one answer whoever it was."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.models.lectures import Lecture
from scheduler.services import account_fields
from scheduler.services.applications import applying
from scheduler.services.refusals import Invalid, LectureCancelled, LectureOver, NotFound, Refused
from scheduler.web import edge, inputs, limits
from scheduler.web.customer.private import private
from scheduler.web.words import refusals

FIELDS = ("company", "store", "name", "email", "phone")
# No person sees this field; programs that fill in whatever they find do.
TRAP = "topic"
# Where the reader's own browser keeps the address until the next page has shown it.
SENT_TO = "applied_with"
# What a program wrote into the form may be longer than any address, and than what a browser keeps.
LONGEST_ADDRESS = 254


def _gate() -> ResponseReturnValue | None:
    """Let pass for dates that are open to all; others have no page, and those that are closed say so."""
    try:
        g.lecture = applying.open_to_all((request.view_args or {})["lecture_id"], edge.now())
    except NotFound:
        abort(404)
    except (LectureOver, LectureCancelled) as refusal:
        return closed(refusal)
    return None


apply = Blueprint("apply", __name__, url_prefix="/lectures/<id:lecture_id>/apply")
apply.before_request(_gate)
apply.after_request(private)


@apply.get("")
def form(lecture_id: int) -> ResponseReturnValue:
    """Show the form."""
    return _form(g.lecture, {}, {})


@apply.post("")
def send(lecture_id: int) -> ResponseReturnValue:
    """Keep the application and mail the link; the answer is the same for every address."""
    values = {field: request.form.get(field, "") for field in FIELDS}
    if request.form.get(TRAP):
        return _done(lecture_id, values)
    errors = _errors(values)
    if errors:
        return _form(g.lecture, values, errors), Invalid.status
    if not limits.use("application"):
        words = _(
            "短い時間に多くのお申し込みがあったため、一時的に受け付けを止めています。1時間ほどおいてお試しいただくか、お電話でお申し込みください。"
        )
        return _form(g.lecture, values, {"form": words}), 429
    try:
        applying.apply(lecture_id, values | {"locale": edge.locale(), "zone": str(edge.zone())}, edge.now())
    except (LectureOver, LectureCancelled) as refusal:
        return closed(refusal)
    return _done(lecture_id, values)


@apply.get("/sent")
def sent(lecture_id: int) -> ResponseReturnValue:
    """Say that a link is on its way, in words that fit whoever it was."""
    return render_template("public/apply/sent.html", lecture=g.lecture, address=session.pop(SENT_TO, ""))


def _done(lecture_id: int, values: Mapping[str, str]) -> ResponseReturnValue:
    session[SENT_TO] = values["email"].strip()[:LONGEST_ADDRESS]
    return redirect(url_for(".sent", lecture_id=lecture_id), 303)


def closed(refusal: Refused) -> ResponseReturnValue:
    """Say why a date takes nobody any more, and where the others are."""
    return render_template("public/apply/closed.html", told=refusals.sentence(refusal)), refusal.status


def _errors(values: Mapping[str, str]) -> dict[str, str]:
    """Return every fault of the form at once, so that nobody mends one to be told of the next."""
    errors: dict[str, str] = {}
    for field in FIELDS:
        try:
            account_fields.application({field: values[field]})
        except Invalid as error:
            errors |= {field: _missing()[field]} if error.params["why"] == "missing" else inputs.errors(error)
    if request.form.get("consent") != "1":
        errors["consent"] = _("お申し込みには、ご入力内容の利用への同意が必要です。")
    return errors


def _missing() -> dict[str, str]:
    return {
        "company": _("会社名をご入力ください。"),
        "name": _("お名前をご入力ください。"),
        "email": _("メールアドレスをご入力ください。"),
    }


def _form(lecture: Lecture, values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return render_template(
        "public/apply/form.html",
        lecture=lecture,
        full=lecture.seats_taken >= lecture.capacity,
        values=values,
        errors=errors,
        consent=request.form.get("consent") == "1",
        trap=TRAP,
    )
