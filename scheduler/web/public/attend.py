"""Answers how somebody at a lecture says that they are there without a link of their own: the code, who, and how it went."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.services.attendance import codes
from scheduler.services.attendance.codes import Said, Who
from scheduler.services.refusals import CodeUnknown, Invalid
from scheduler.web import edge, inputs, limits
from scheduler.web.customer.private import private
from scheduler.web.words import refusals

# No person sees this field; programs that fill in whatever they find do.
TRAP = "topic"
FIELDS = ("code", "name", "company", "email", "understanding", "comment")

attend = Blueprint("attend", __name__, url_prefix="/attend")
attend.after_request(private)


@attend.get("")
def form() -> ResponseReturnValue:
    """Show the short form; `?code=` fills the code in."""
    return _form({"code": codes.plain(request.args.get("code", ""))[: codes.DIGITS]}, {})


@attend.post("")
def send() -> ResponseReturnValue:
    """Take the form; the answer is the same whether or not we know who it is."""
    values = {name: request.form.get(name, "") for name in FIELDS}
    if request.form.get(TRAP):
        return redirect(url_for(".thanks"), 303)
    if not limits.use("attend"):
        words = _("短い時間に多くのご入力があったため、一時的に受け付けを止めています。少しおいてお試しください。")
        return _form(values, {"form": words}), 429
    who = Who(values["name"], values["company"], values["email"])
    try:
        codes.take_of(who, values["code"], said(values), edge.now())
    except CodeUnknown as error:
        limits.refused("code")
        return _form(values, {"code": refusals.sentence(error)}), error.status
    except Invalid as error:
        return _form(values, inputs.errors(error)), error.status
    return redirect(url_for(".thanks"), 303)


@attend.get("/thanks")
def thanks() -> ResponseReturnValue:
    """Say thank you, to whomever."""
    return render_template("public/attend/thanks.html")


def said(values: Mapping[str, str]) -> Said:
    """Read what a form says beside the code."""
    return Said(values.get("understanding") or None, values.get("comment", "").strip())


def _form(values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return render_template("public/attend/form.html", values=values, errors=errors, trap=TRAP)
