"""Answers what one press does about an account that needs someone: call, invite again, remind, ask for help."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.tasks import Task
from scheduler.services import follow_ups as service
from scheduler.services import invited_again
from scheduler.services.refusals import Invalid
from scheduler.web import access, edge
from scheduler.web.paths import local_path
from scheduler.web.staff.account import the
from scheduler.web.words import refusals
from scheduler.web.words.people import called

follow_ups = Blueprint("staff_follow_ups", __name__, url_prefix="/staff")
follow_ups.before_request(access.staff_gate)


@follow_ups.post("/accounts/<id:account_id>/follow-up/call")
@access.requires("edit_accounts")
def call(account_id: int) -> ResponseReturnValue:
    """Make a task to call the account, with the number."""
    service.call(account_id, edge.now(), edge.staff_actor())
    person = service.whom_to_call(account_id)
    if person is None:
        flash(_("電話のタスクを作りました。電話番号が登録されていません。"), "warning")
    else:
        flash(_("%(name)s 様（%(phone)s）への電話をタスクにしました。", name=called(person), phone=person.phone))
    return _back(account_id)


@follow_ups.post("/tasks/<id:task_id>/not-reached")
@access.requires("view")
def not_reached(task_id: int) -> ResponseReturnValue:
    """Note that nobody answered the call."""
    task = db.session.get(Task, task_id)
    if not current_user.settles(task.owner_id if task is not None else None):
        abort(403)
    if task is None or task.kind != service.CALL:
        abort(404)
    service.not_reached(task_id, edge.now(), edge.staff_actor())
    flash(_("つながらなかったことを記録しました。次の営業日のタスクにします。"))
    return _back(task.account_id or 0)


@follow_ups.get("/accounts/<id:account_id>/follow-up/invite")
@access.requires("introduce")
def ask_invite(account_id: int) -> ResponseReturnValue:
    """Say who would be invited once more."""
    numbers = invited_again.people(account_id, edge.now())
    query = select(Contact).where(Contact.id.in_(numbers)).options(selectinload(Contact.stores)).order_by(Contact.id)
    return render_template(
        "staff/follow_ups/invite.html",
        account=the(account_id),
        people=db.session.scalars(query).all(),
        back=_target(account_id, request.args.get("back")),
    )


@follow_ups.post("/accounts/<id:account_id>/follow-up/invite")
@access.requires("introduce")
def invite(account_id: int) -> ResponseReturnValue:
    """Invite them once more; where there is more than one it is asked before."""
    if request.form.get("seen") != "1" and len(invited_again.people(account_id, edge.now())) > 1:
        return redirect(url_for(".ask_invite", account_id=account_id, back=request.form.get("next")))
    try:
        told = len(service.invite_again(account_id, edge.now(), edge.staff_actor()))
    except Invalid as error:
        flash(refusals.sentence(error), "error")
        return _back(account_id)
    if told:
        flash(ngettext("%(num)d 人にもう一度案内を送ります。", "%(num)d 人にもう一度案内を送ります。", told))
    else:
        flash(_("本日すでに案内を送っています。"), "warning")
    return _back(account_id)


@follow_ups.post("/accounts/<id:account_id>/follow-up/setup")
@access.requires("setup")
def remind_setup(account_id: int) -> ResponseReturnValue:
    """Write to one person what is left to set up."""
    try:
        number = service.remind_setup(account_id, edge.now(), edge.staff_actor())
    except Invalid as error:
        flash(refusals.sentence(error), "error")
        return _back(account_id)
    person = db.session.get_one(Contact, number)
    flash(_("%(name)s 様に、初期設定の残りのご案内を送ります。", name=called(person)))
    return _back(account_id)


@follow_ups.post("/accounts/<id:account_id>/follow-up/help")
@access.requires("edit_accounts")
def ask_for_help(account_id: int) -> ResponseReturnValue:
    """Make a task for operations to look at the account."""
    try:
        number = service.ask_for_help(account_id, request.form.get("words", ""), edge.now(), edge.staff_actor())
    except Invalid as error:
        flash(refusals.sentence(error), "error")
        return _back(account_id)
    owner = db.session.get_one(Task, number, populate_existing=True).owner
    if owner is None:
        flash(_("相談のタスクを作りました。運用の担当がいないため、チームのタスクになります。"), "warning")
    else:
        flash(_("%(name)s さんへの相談をタスクにしました。", name=owner.name))
    return _back(account_id)


def _back(account_id: int) -> ResponseReturnValue:
    return redirect(_target(account_id, request.form.get("next")))


def _target(account_id: int, wanted: str | None) -> str:
    """Return where the member came from, else the account's page."""
    return local_path(wanted, url_for("staff_account.show", account_id=account_id))
