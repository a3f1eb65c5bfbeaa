"""Answers what happens when 案内を開始 is pressed: who will be invited, said beforehand, and then done."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.services import introductions as service
from scheduler.web import access, edge
from scheduler.web.paths import local_path
from scheduler.web.words import mails, terms

introductions = Blueprint("staff_introductions", __name__, url_prefix="/staff/introductions")
introductions.before_request(access.staff_gate)


@introductions.get("")
@access.requires("introduce")
def preview() -> ResponseReturnValue:
    """Say how many mails would go to whom, for the accounts ticked (`?account=1&account=2&audience=…&mail=…`)."""
    numbers = _accounts(request.args.getlist("account"))
    audience, mail = request.args.get("audience", "coordinator"), request.args.get("mail", "invitation")
    plan = service.plan(numbers, audience, edge.now(), mail)
    groups = [
        ("invited", plan.invited),
        ("without_email", plan.without_email),
        ("already", plan.already),
        ("unsubscribed", plan.unsubscribed),
    ]
    back = local_path(request.args.get("back"), "/staff/accounts")
    people = _people([number for _key, members in groups for number in members])
    return render_template(
        "staff/introductions/preview.html",
        numbers=numbers,
        audience=audience,
        mail=mail,
        plan=plan,
        groups=[(key, [people[number] for number in members]) for key, members in groups],
        not_introduced=_names(plan.not_introduced),
        spared=_names(plan.spared),
        nobody=_names(plan.nobody),
        paused=_names(plan.accounts, Account.mails_paused_at.is_not(None)),
        choices=[
            (words, url_for(".preview", account=numbers, audience=key, mail=mail, back=back), key == audience)
            for key, words in terms.AUDIENCES.items()
        ],
        mails=[
            (words, url_for(".preview", account=numbers, audience=audience, mail=key, back=back), key == mail)
            for key, words in _mails().items()
        ],
        back=back,
    )


@introductions.post("")
@access.requires("introduce")
def start() -> ResponseReturnValue:
    """Send the invitations."""
    numbers = _accounts(request.form.getlist("account"))
    mail = request.form.get("mail", "invitation")
    plan = service.start(numbers, request.form.get("audience", "coordinator"), edge.now(), edge.staff_actor(), mail)
    if plan.accounts:
        flash(_("案内を開始しました。") + _sent(mail, len(plan.invited)) + mails.may_be_called_back(plan.waits))
    else:
        flash(_("案内を開始できる会社がありません。"), "warning")
    if plan.without_email:
        flash(_("メールのない %(n)d 人には電話でご案内ください。", n=len(plan.without_email)), "warning")
    return redirect(local_path(request.form.get("back"), url_for("staff_today.page")))


def _sent(mail: str, people: int) -> str:
    if not people:
        return _("新しく送るメールはありません。")
    if mail == "welcome":
        return ngettext("%(num)d 人にごあいさつを送ります。", "%(num)d 人にごあいさつを送ります。", people)
    return ngettext("%(num)d 人に案内メールを送ります。", "%(num)d 人に案内メールを送ります。", people)


def _mails() -> dict[str, str]:
    return {
        "invitation": _("レクチャーのご案内を送る"),
        "welcome": _("ごあいさつだけを送る"),
    }


def _accounts(texts: list[str]) -> list[int]:
    return sorted({int(text) for text in texts if text.isdecimal()})


def _people(numbers: list[int]) -> dict[int, Contact]:
    query = select(Contact).where(Contact.id.in_(numbers))
    rows = db.session.scalars(query.options(joinedload(Contact.account), selectinload(Contact.stores)))
    return {row.id: row for row in rows}


def _names(numbers: list[int], *which: ColumnElement[bool]) -> list[str]:
    return list(db.session.scalars(select(Account.name).where(Account.id.in_(numbers), *which).order_by(Account.id)))
