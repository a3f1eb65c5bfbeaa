"""Answers why somebody did or did not get a mail: the outbox, each mail's words, and the folder's files."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from emails import KINDS, TemplateBroken
from emails.transports.folder import read_message
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import mailbox, resending
from scheduler.services.outbox.content import preview
from scheduler.services.refusals import MailNotWanted, Refused
from scheduler.web import access, edge, ids
from scheduler.web.words import mails as words
from scheduler.web.words import refusals

mails = Blueprint("staff_mails", __name__, url_prefix="/staff/mails")
mails.before_request(access.staff_gate)

PER_PAGE = 50


@mails.get("")
def index() -> ResponseReturnValue:
    """List the mails, newest first, with what became of each."""
    page = request.args.get("page", 1, type=ids.number)
    wanted = mailbox.Wanted(
        state=request.args.get("state", ""),
        kind=request.args.get("kind", ""),
        account_id=request.args.get("account", type=ids.number),
        contact_id=request.args.get("contact", type=ids.number),
    )
    rows, total = mailbox.page_of(wanted, max(page, 1), PER_PAGE)
    return render_template(
        "staff/mails/index.html",
        mails=rows,
        total=total,
        page=max(page, 1),
        per_page=PER_PAGE,
        counts=mailbox.counts(),
        wanted=wanted,
        waits=mailbox.waits(rows, edge.now()),
        contact=db.session.get(Contact, wanted.contact_id) if wanted.contact_id is not None else None,
        kinds=[(name, words.kind(name)) for name in KINDS],
        words=words,
    )


@mails.get("/<id:mail_id>")
def show(mail_id: int) -> ResponseReturnValue:
    """Show one mail: as it was sent, else as it would be sent now."""
    mail = _the(mail_id)
    rendered = None
    if mail.text is None and mail.state in ("queued", "sending", "failed"):
        try:
            rendered = preview(mail, edge.now())
        except TemplateBroken:
            rendered = None
    stored = read_message(folder, mail.provider_id) if (folder := _folder()) and mail.provider_id else None
    person = mail.contact or mail.staff or mail.application
    return render_template(
        "staff/mails/show.html",
        mail=mail,
        person=person,
        rendered=rendered,
        stored=stored,
        waits=mailbox.waits([mail], edge.now()).get(mail_id, ""),
        events=mailbox.events_of(mail_id),
        suppressions=mailbox.suppressions_of(person.email if person else None),
        ended=mail.state in resending.ENDED,
        hindrance=resending.hindrance(mail_id, edge.now()) if mail.state in resending.ENDED else "",
        press=resending.presses(mail),
        words=words,
    )


@mails.get("/<id:mail_id>/file.eml")
def file(mail_id: int) -> ResponseReturnValue:
    """Hand out the file a mail was written to."""
    mail, folder = _the(mail_id), _folder()
    if folder is None or not mail.provider_id or read_message(folder, mail.provider_id) is None:
        abort(404)
    data = (folder / mail.provider_id).read_bytes()
    return Response(
        data, mimetype="message/rfc822", headers={"Content-Disposition": f'attachment; filename="mail-{mail_id}.eml"'}
    )


@mails.post("/<id:mail_id>/retry")
@access.requires("mails")
def again(mail_id: int) -> ResponseReturnValue:
    """Send a mail once more; pressing twice sends one."""
    try:
        number = resending.resend(
            mail_id, edge.now(), edge.staff_actor(), press=ids.read_id(request.form.get("press", ""))
        )
    except MailNotWanted as error:
        flash(_("もう一度送信しませんでした: %(reason)s", reason=words.reason(error.params["reason"])), "error")
        number = mail_id
    except Refused as error:
        flash(refusals.sentence(error), "error")
        number = mail_id
    else:
        flash(_("もう一度送信します。"))
    return redirect(url_for(".show", mail_id=number))


def _the(mail_id: int) -> Mail:
    mail = db.session.get(Mail, mail_id, options=mailbox.WITH_PEOPLE)
    if mail is None:
        abort(404)
    return mail


def _folder() -> Path | None:
    """Return the folder mails are written to, None with another transport."""
    scheme, _colon, path = edge.settings().mail.partition(":")
    return Path(path) if scheme == "folder" else None
