"""Answers what the link in a visitor's mail opens: a page with one button, whose POST completes the application."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.links import BadLink
from scheduler.models.db import db
from scheduler.services import addresses
from scheduler.services.applications import completing
from scheduler.services.applications.completing import Completed
from scheduler.services.installation import here
from scheduler.services.refusals import ApplicationClosed, LectureFull, Refused
from scheduler.web import edge, limits
from scheduler.web.customer.private import private
from scheduler.web.public.apply import closed
from scheduler.web.words import refusals


def _gate() -> None:
    """Read the signed link; a newer one of the same application has taken its place."""
    try:
        signed = here().links.read("application", (request.view_args or {})["token"])
    except BadLink:
        limits.refused("link")
        abort(404)
    row = completing.read(signed.subject_id, signed.version)
    if row is None:
        limits.refused("link")
        abort(404)
    # Whose language and zone the page has, as read: a service's transaction would expire the row.
    db.session.expunge(row)
    g.application, g.version = row, signed.version


complete = Blueprint("complete", __name__, url_prefix="/apply/<token>")
complete.before_request(_gate)
complete.after_request(private)


@complete.get("")
def ask(token: str) -> ResponseReturnValue:
    """Show what was applied for and the button; mail scanners open the link too, so this changes nothing."""
    return _page() if completing.is_open(g.application, edge.now()) else _over()


@complete.post("")
def do(token: str) -> ResponseReturnValue:
    """Complete the application: whoever is known goes on to the personal page, anybody else is told who decides."""
    waitlist = request.form.get("waitlist") == "1"
    try:
        done = completing.complete(g.application.id, g.version, edge.now(), waitlist=waitlist)
    except ApplicationClosed:
        # Pressed twice: the first press has changed it since the gate looked.
        g.application = completing.read(g.application.id, g.version) or abort(404)
        return _over()
    except LectureFull as refusal:
        return _page(refusal), refusal.status
    except Refused as refusal:
        return closed(refusal)
    if done.contact is None:
        return render_template("public/apply/received.html", application=g.application)
    _tell(done)
    return redirect(addresses.personal(done.contact).removeprefix(here().base_url), 303)


def _tell(done: Completed) -> None:
    if done.status == "already":
        flash(_("こちらの日程はすでにお申し込みいただいています。"), "info")
    elif done.status == "waitlisted":
        flash(_("キャンセル待ちを承りました。空きが出ましたら自動でお申し込みが確定します。"))
    else:
        flash(_("お申し込みを承りました。確認メールをお送りします。"))


def _page(refusal: LectureFull | None = None) -> str:
    lecture = g.application.lecture
    return render_template(
        "public/apply/confirm.html",
        application=g.application,
        lecture=lecture,
        full=refusal is not None or lecture.seats_taken >= lecture.capacity,
        told=refusals.sentence(refusal) if refusal else "",
    )


def _over() -> ResponseReturnValue:
    """Say how an application stands whose link completes nothing any more."""
    row = g.application
    if row.state == "waiting":
        return render_template("public/apply/received.html", application=row)
    words = {
        "sent": _("このリンクの有効期限が過ぎました。お手数ですが、もう一度お申し込みください。"),
        "done": _(
            "このお申し込みの手続きは完了しています。お申し込みの内容は、確認メールに記載の専用ページでご覧いただけます。"
        ),
        "refused": _("このお申し込みの受け付けは終了しました。ご不明な点は、下記までお問い合わせください。"),
    }
    return render_template("public/apply/closed.html", told=words[row.state]), 200 if row.state == "done" else 410
