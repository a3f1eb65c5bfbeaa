"""Answers how a contact types the code that the host shows, on the own page, and says how the lecture went."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.services.attendance import codes
from scheduler.services.attendance.codes import Said
from scheduler.services.refusals import CodeUnknown, Invalid
from scheduler.web import access, edge, inputs, limits
from scheduler.web.customer import acting, page
from scheduler.web.customer.private import private
from scheduler.web.words import refusals

attend = Blueprint("my_attend", __name__, url_prefix="/me/<token>/attend")
attend.before_request(access.contact_gate("me"))
attend.before_request(acting.for_oneself)
attend.after_request(private)


@attend.get("")
def form(token: str) -> ResponseReturnValue:
    """Show the form, with what was said of the lecture that is on or just over."""
    return _form(given(), {})


@attend.post("")
def send(token: str) -> ResponseReturnValue:
    """Note that the code was typed and what is said; sent again it changes what was said."""
    values = {name: request.form.get(name, "") for name in ("code", "understanding", "comment")}
    try:
        said = Said(values["understanding"] or None, values["comment"].strip())
        codes.take(g.contact.id, values["code"], said, edge.now(), edge.contact_actor())
    except CodeUnknown as error:
        limits.refused("code")
        return _form(values, {"code": refusals.sentence(error)}), error.status
    except Invalid as error:
        return _form(values, inputs.errors(error)), error.status
    flash(_("ご参加を確認しました。ありがとうございます。"))
    if said.understanding == "talk":
        flash(_("担当よりご連絡いたします。"), "info")
    return page.home()


def given() -> dict[str, str]:
    """Return what the holder of the link said of the lecture that is on or just over, to be changed."""
    for lecture, known in codes.open_for(g.contact.id, edge.now()):
        if known is not None:
            return {"code": lecture.code or "", "understanding": known.understanding or "", "comment": known.comment}
    return {}


def _form(values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    if request.method == "POST":
        access.whole_contact()
    return render_template("customer/attend.html", values=values, errors=errors)
