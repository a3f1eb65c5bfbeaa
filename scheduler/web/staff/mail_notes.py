"""Answers how staff put words of their own into the next mail of a kind to an account's people."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.services import mail_notes as service
from scheduler.services.refusals import Invalid
from scheduler.web import access, edge, inputs
from scheduler.web.staff.account import the
from scheduler.web.words import mails as mail_words

mail_notes = Blueprint("staff_mail_notes", __name__, url_prefix="/staff/accounts/<id:account_id>/notes")
mail_notes.before_request(access.staff_gate)


@mail_notes.get("")
def index(account_id: int) -> ResponseReturnValue:
    """List an account's notes with who got them, and the form for another one."""
    return _page(account_id, {"kind": request.args.get("kind", "invitation"), "words": ""}, {})


@mail_notes.post("")
@access.requires("mails")
def add(account_id: int) -> ResponseReturnValue:
    """Put words into the next mail of a kind."""
    values = {name: request.form.get(name, "") for name in ("kind", "words")}
    try:
        service.add(account_id, values["kind"], values["words"], edge.now(), edge.staff_actor())
    except Invalid as error:
        return _page(account_id, values, inputs.errors(error)), error.status
    flash(_("次の「%(mail)s」のメールに添えます。", mail=mail_words.kind(values["kind"])))
    return redirect(url_for("staff_account.show", account_id=account_id, _anchor="notes"))


@mail_notes.post("/<id:note_id>/remove")
@access.requires("mails")
def remove(account_id: int, note_id: int) -> ResponseReturnValue:
    """Take a note out of the mails to come."""
    service.remove(account_id, note_id, edge.now(), edge.staff_actor())
    flash(_("一言を取り下げました。"))
    return redirect(url_for("staff_account.show", account_id=account_id, _anchor="notes"))


def _page(account_id: int, values: dict[str, str], errors: dict[str, str]) -> str:
    notes = service.of_account(account_id)
    return render_template(
        "staff/accounts/notes.html",
        account=the(account_id),
        notes=notes,
        carried=service.used([note.id for note in notes]),
        kinds=[(kind, mail_words.kind(kind)) for kind in service.NOTED],
        mail_kind=mail_words.kind,
        longest=service.LONGEST,
        values=values,
        errors=errors,
    )
