"""Answers how somebody who cannot find our mail gets the link again: one form, and one answer whoever it was."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.services import finding
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid
from scheduler.web import edge, inputs, limits
from scheduler.web.customer.private import private

# No person sees this field; programs that fill in whatever they find do.
TRAP = "topic"
# Where the reader's own browser keeps the address until the next page has shown it.
SENT_TO = "looked_for"
LONGEST_ADDRESS = 254

find_mail = Blueprint("find_mail", __name__, url_prefix="/lectures/find-mail")
find_mail.after_request(private)


@find_mail.get("")
def form() -> ResponseReturnValue:
    """Show the form, and what to look at first."""
    return _form("", {})


@find_mail.post("")
def send() -> ResponseReturnValue:
    """Mail the link to whoever has the address; the answer is the same for every address."""
    address = request.form.get("email", "")
    if request.form.get(TRAP):
        return _done(address)
    if not address.strip():
        return _form(address, {"email": _("メールアドレスをご入力ください。")}), Invalid.status
    if not limits.use("find_mail"):
        words = _(
            "短い時間に多くのお申し出があったため、一時的に受け付けを止めています。1時間ほどおいてお試しいただくか、お電話でご連絡ください。"
        )
        return _form(address, {"form": words}), 429
    try:
        finding.send_again(address, edge.now())
    except Invalid as error:
        return _form(address, inputs.errors(error)), error.status
    return _done(address)


@find_mail.get("/sent")
def sent() -> ResponseReturnValue:
    """Say that the link is on its way if the address is known, and what to do if nothing comes."""
    return render_template("public/find_mail/sent.html", address=session.pop(SENT_TO, ""), domain=_domain())


def _done(address: str) -> ResponseReturnValue:
    session[SENT_TO] = address.strip()[:LONGEST_ADDRESS]
    return redirect(url_for(".sent"), 303)


def _form(address: str, errors: Mapping[str, str]) -> str:
    return render_template("public/find_mail/form.html", address=address, errors=errors, trap=TRAP, domain=_domain())


def _domain() -> str:
    """Return what our mails come from, for the list of those a mailbox lets in."""
    return here().sender[1].rpartition("@")[2]
