"""Answers how one account stands: its way, what is missing, its people, set-up, use, mails and history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import STAGES, Account, Store
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.services import (
    accounts,
    bookings,
    boundaries,
    contracts,
    follow_ups,
    handovers,
    history,
    mail_notes,
    owners,
    participation,
    proposals,
    setup,
    spared,
    tags,
    tasks,
    usage,
    vendor,
)
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid, TickNotAllowed
from scheduler.web import access, edge, inputs
from scheduler.web.words import clauses as clause_words
from scheduler.web.words import history as history_words
from scheduler.web.words import mails as mail_words
from scheduler.web.words import refusals, reopened, terms
from scheduler.web.words import tasks as task_words

account = Blueprint("staff_account", __name__, url_prefix="/staff/accounts/<id:account_id>")
account.before_request(access.staff_gate)

FIELDS = (
    "name",
    "reading",
    "plan",
    "it_skill",
    "note",
    "promises",
    "open_points",
    "signed_on",
    "planned_start_on",
    "billing_starts_on",
)
# Reasons that the page tells in a note of its own.
SAID = ("on_hold", "cancelled")
# How many mails, tasks that are done and events the page shows; the rest is one link away.
SOME_MAILS, SOME_TASKS, SOME_EVENTS, EVENTS = 8, 5, 15, 200


@account.get("")
def show(account_id: int) -> ResponseReturnValue:
    """Show the account."""
    return _page(account_id)


@account.get("/edit")
@access.requires("edit_accounts")
def edit(account_id: int) -> ResponseReturnValue:
    """Show the form with the account's own fields and its owners."""
    row = the(account_id)
    values: dict[str, Any] = {field: getattr(row, field) for field in FIELDS}
    values["tags"] = terms.listed(tag.name for tag in tags.of_accounts([account_id]).get(account_id, []))
    return _form(row, values | {f"{team}_owner": getattr(row, f"{team}_owner_id") for team in STAGES}, {})


@account.post("/edit")
@access.requires("edit_accounts")
def save(account_id: int) -> ResponseReturnValue:
    """Save the account's own fields and its owners."""
    fields: dict[str, Any] = {field: request.form.get(field, "") for field in FIELDS}
    chosen = {team: inputs.optional_id(f"{team}_owner") for team in STAGES}
    try:
        named = tags.read(request.form.get("tags", ""))
        accounts.edit(account_id, fields, edge.now(), edge.staff_actor(), owners=chosen, tag_names=named)
    except Invalid as error:
        owned = {f"{team}_owner": number for team, number in chosen.items()}
        typed = fields | owned | {"tags": request.form.get("tags", "")}
        return _form(the(account_id), typed, inputs.errors(error)), error.status
    flash(_("保存しました。"))
    return redirect(url_for(".show", account_id=account_id))


@account.post("/setup")
@access.requires("setup")
def tick(account_id: int) -> ResponseReturnValue:
    """Record that a set-up step is done, not needed, waiting on somebody (`waiting:us`), or open again; `store` names stores."""
    step = request.form.get("step", "")
    state, _colon, waiting_on = request.form.get("state", "").partition(":")
    stores: list[str | None] = [code for code in request.form.getlist("store") if code]
    try:
        if "chosen" in request.form and not stores:
            raise Invalid(field="store", why="no_store_chosen")
        setup.complete_in(
            account_id,
            step,
            stores or [None],
            edge.now(),
            edge.staff_actor(),
            state=state,
            waiting_on=waiting_on or None,
            reason=request.form.get("reason", ""),
        )
    except (Invalid, TickNotAllowed) as error:
        flash(refusals.sentence(error), "error")
    return redirect(url_for(".show", account_id=account_id, _anchor=f"step-{step}"))


@account.post("/usage")
@access.requires("setup")
def confirm_usage(account_id: int) -> ResponseReturnValue:
    """Record 利用開始を確認: the day, and how the member knows."""
    on = inputs.optional_date(request.form.get("on"))
    try:
        if on is None:
            raise Invalid(field="on", why="day_unreadable", value=request.form.get("on", ""))
        usage.confirm(account_id, on, request.form.get("source", ""), edge.now(), edge.staff_actor())
    except Invalid as error:
        return _page(account_id, inputs.errors(error)), error.status
    flash(_("利用開始を確認しました。"))
    return redirect(url_for(".show", account_id=account_id, _anchor="usage"))


@account.post("/usage/undo")
@access.requires("setup")
def unconfirm_usage(account_id: int) -> ResponseReturnValue:
    """Take the confirmation of use back."""
    if usage.unconfirm(account_id, edge.now(), edge.staff_actor()):
        flash(_("利用開始の確認を取り消しました。"))
    return redirect(url_for(".show", account_id=account_id, _anchor="usage"))


def the(account_id: int) -> Account:
    """Return the account with its owners, else 404."""
    query = select(Account).where(Account.id == account_id)
    loaded = (joinedload(getattr(Account, f"{team}_owner")) for team in STAGES)
    row = db.session.scalar(query.options(*loaded).execution_options(populate_existing=True))
    return row or abort(404)


def _page(account_id: int, errors: dict[str, str] | None = None) -> str:
    row = the(account_id)
    taught, people = participation.of_account(account_id, edge.now())
    courses = {course.key: course.name for course in taught}
    mails = select(Mail).where(Mail.account_id == account_id).options(joinedload(Mail.contact), joinedload(Mail.staff))
    steps = setup.progress(account_id)
    handed = select(Handover).where(Handover.account_id == account_id).order_by(Handover.id.desc()).limit(1)
    return render_template(
        "staff/accounts/show.html",
        account=row,
        tag_names=terms.listed(tag.name for tag in tags.of_accounts([row.id]).get(row.id, [])),
        owner=owners.owner_of(row),
        courses=taught,
        people=people,
        clauses=clause_words.clauses(row.clauses, courses),
        reopened=reopened.of(row),
        reasons=[clause_words.reason(one["key"], one["params"]) for one in row.level_reasons if one["key"] not in SAID],
        spared=spared.why(row, edge.now()),
        next_step=clause_words.next_step,
        followed_up=follow_ups.last_of([account_id]).get(account_id),
        start_note=_start_note(row),
        stores=db.session.scalars(select(Store).where(Store.account_id == account_id).order_by(Store.code)).all(),
        steps=steps,
        earlier_steps=setup.earlier(account_id),
        use=usage.of_account(account_id),
        mail_kind=mail_words.kind,
        mails=db.session.scalars(mails.order_by(Mail.id.desc()).limit(SOME_MAILS)).all(),
        notes=[note for _key, note in sorted(mail_notes.open_of([account_id]).items())],
        lines=history_words.lines(history.of_account(account_id, SOME_EVENTS)),
        tasks=tasks.open_ones(tasks.of_account(account_id)),
        done_tasks=tasks.done_ones(tasks.of_account(account_id), limit=SOME_TASKS),
        task_words=task_words,
        own=bookings.of_account(account_id, edge.now()),
        offers=proposals.open_of_account(account_id, edge.now()),
        handover=db.session.scalar(handed),
        next_stage=handovers.NEXT_STAGE.get(row.stage),
        begins=boundaries.beginning(),
        contract=next(iter(contracts.of_account(account_id)), None),
        days_in_stage=vendor.working_days().working_days_between(_local_day(row.stage_since), _local_day(edge.now())),
        confirmed_by=db.session.get(Staff, row.started_by_id) if row.started_by_id else None,
        today=_local_day(edge.now()),
        form=request.form if errors else {},
        errors=errors or {},
    )


def _start_note(row: Account) -> str:
    """Say how many working days remain to the planned start, or by how many it is past; nothing once use began."""
    if row.planned_start_on is None or row.stage != "onboarding" or row.ready_since is not None:
        return ""
    today = _local_day(edge.now())
    days = vendor.working_days().working_days_between(today, row.planned_start_on)
    if today > row.planned_start_on:
        return _("利用開始予定日を %(n)d 営業日過ぎています", n=-days)
    if today == row.planned_start_on:
        return _("本日が利用開始予定日です")
    return ngettext("利用開始予定日まで %(num)d 営業日", "利用開始予定日まで %(num)d 営業日", days)


def _local_day(moment: datetime) -> date:
    return moment.astimezone(here().tz).date()


def _form(row: Account, values: dict[str, Any], errors: dict[str, str]) -> str:
    members = db.session.scalars(select(Staff).where(Staff.active).order_by(Staff.name_key)).all()
    return render_template("staff/accounts/edit.html", account=row, values=values, errors=errors, members=members)
