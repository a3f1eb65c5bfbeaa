"""Answers what staff hold back and call back: all mails, one account's, what follows a lecture, and the mails of one press."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.services import mail_batches, mailbox
from scheduler.services import mail_holding as service
from scheduler.services.outbox import closing
from scheduler.services.refusals import NotFound
from scheduler.web import access, edge, ids
from scheduler.web.paths import local_path

mail_holding = Blueprint("staff_mail_holding", __name__, url_prefix="/staff/mails")
mail_holding.before_request(access.staff_gate)


@mail_holding.get("/pause")
@access.requires("mails")
def confirm() -> ResponseReturnValue:
    """Say what would stop, before it does: all mails, or one account's (`?account=`)."""
    number = request.args.get("account", type=ids.number)
    account = _account(number) if number is not None else None
    return render_template("staff/mails/pause.html", account=account, waiting=mailbox.count_queued(number))


@mail_holding.post("/pause")
@access.requires("mails")
def pause() -> ResponseReturnValue:
    """Stop all mails, or those to one account's people."""
    number = _chosen()
    if number is None:
        service.pause_everything(edge.now(), edge.staff_actor())
        flash(_("全送信を一時停止しました。"))
        return redirect(url_for("staff_mails.index"))
    _account(number)
    service.pause_account(number, edge.now(), edge.staff_actor())
    flash(_("この顧客企業への送信を一時停止しました。"))
    return redirect(url_for("staff_account.show", account_id=number))


@mail_holding.post("/resume")
@access.requires("mails")
def resume() -> ResponseReturnValue:
    """Let all mails leave again, or those to one account's people."""
    number = _chosen()
    if number is None:
        service.resume_everything(edge.now(), edge.staff_actor())
    else:
        _account(number)
        service.resume_account(number, edge.now(), edge.staff_actor())
    flash(_("送信を再開しました。止めている間に不要になったメールは送られません。"))
    return _back(url_for("staff_mails.index"))


@mail_holding.post("/presses/<batch>/call-back")
@access.requires("invite_newcomers")
def call_back(batch: str) -> ResponseReturnValue:
    """Take back what has not left of one press."""
    done = mail_batches.call_back(batch, edge.now(), edge.staff_actor())
    if done.stopped:
        flash(ngettext("%(num)d 通の送信を取り消しました。", "%(num)d 通の送信を取り消しました。", done.stopped))
    if done.left:
        already = ngettext("%(num)d 通はすでに送信済みです。", "%(num)d 通はすでに送信済みです。", done.left)
        flash(already, "warning")
    elif not done.stopped:
        flash(_("取り消せるメールはありません。"), "warning")
    return _back(url_for("staff_mails.index"))


@mail_holding.post("/reopen")
@access.requires("mails")
def reopen() -> ResponseReturnValue:
    """Try at once to send what the mail server refused altogether."""
    closing.reopen(edge.now(), edge.staff_actor())
    flash(_("もう一度送信を試します。"))
    return _back(url_for("staff_mails.index"))


@mail_holding.post("/lectures/<id:lecture_id>/hold")
@access.requires("mails")
def hold(lecture_id: int) -> ResponseReturnValue:
    """Keep the thanks and missed mails of a lecture back."""
    try:
        service.hold_follow_up(lecture_id, edge.now(), edge.staff_actor())
    except NotFound:
        abort(404)
    flash(_("お礼・再案内を保留しました。「送る」を押すまで送られません。"))
    return redirect(url_for("staff_lectures.show", lecture_id=lecture_id, _anchor="follow-up"))


@mail_holding.post("/lectures/<id:lecture_id>/release")
@access.requires("mails")
def release(lecture_id: int) -> ResponseReturnValue:
    """Let the thanks and missed mails of a lecture leave."""
    try:
        count = service.release_follow_up(lecture_id, edge.now(), edge.staff_actor())
    except NotFound:
        abort(404)
    waiting = ngettext("%(num)d 通を送ります。", "%(num)d 通を送ります。", count) if count else ""
    flash(_("お礼・再案内の保留を解除しました。") + waiting)
    return redirect(url_for("staff_lectures.show", lecture_id=lecture_id, _anchor="follow-up"))


def _chosen() -> int | None:
    """Return the account whose mails are meant; None for all mails."""
    text = request.form.get("account", "")
    if not text:
        return None
    number = ids.read_id(text)
    return number if number is not None else abort(404)


def _account(number: int) -> Account:
    return db.session.get(Account, number) or abort(404)


def _back(path: str) -> ResponseReturnValue:
    return redirect(local_path(request.form.get("next"), path))
