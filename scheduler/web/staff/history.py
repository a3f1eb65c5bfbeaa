"""Answers what happened, when, by whom and through what: of one account, and of all, narrowed by the address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services import history as service
from scheduler.services.history import Wanted
from scheduler.web import access, edge, ids, inputs
from scheduler.web.staff.account import the
from scheduler.web.words import happenings
from scheduler.web.words import history as words

history = Blueprint("staff_history", __name__, url_prefix="/staff")
history.before_request(access.staff_gate)

# How many lines a page shows.
PER_PAGE = 200


@history.get("/history")
def index() -> ResponseReturnValue:
    """Show what happened to all accounts and to the house itself, page by page into the past."""
    text = request.args.get("account", "").strip()
    found = db.session.scalar(select(Account.id).where(Account.external_id == text)) if text else None
    return _page(None, Wanted(account_id=0 if text and found is None else found))


@history.get("/accounts/<id:account_id>/history")
def of_account(account_id: int) -> ResponseReturnValue:
    """Show one account's history, page by page into the past."""
    return _page(the(account_id), Wanted(account_id=account_id))


def _page(account: Account | None, narrowed: Wanted) -> str:
    args = request.args
    groups = happenings.groups()
    since, until = (_morning(args.get(name), days) for name, days in (("since", 0), ("until", 1)))
    actor_kind, _dash, member = args.get("by", "").partition("-")
    wanted = Wanted(
        account_id=narrowed.account_id,
        keys=groups[args["about"]][1] if args.get("about") in groups else None,
        actor_kind=actor_kind or None,
        actor_id=ids.read_id(member) if member else None,
        channel=args.get("channel") or None,
        since=since,
        until=until,
    )
    events = service.search(wanted, PER_PAGE + 1, args.get("before", type=ids.number))
    shown = events[:PER_PAGE]
    accounts = select(Account.id, Account.name).where(Account.id.in_({event.account_id for event in shown}))
    members = select(Staff.id, Staff.name).order_by(Staff.name_key, Staff.id)
    return render_template(
        "staff/history/show.html",
        account=account,
        rows=list(zip(shown, words.lines(shown), strict=True)),
        names=dict(db.session.execute(accounts).all()),
        groups=[(key, label) for key, (label, _keys) in groups.items()],
        actors=[*_actors(), *((f"staff-{number}", name) for number, name in db.session.execute(members))],
        channels=list(words.channels().items()),
        older=shown[-1].id if len(events) > PER_PAGE else None,
    )


def _actors() -> list[tuple[str, str]]:
    return [
        ("contact", _("お客様")),
        ("staff", _("自社メンバー全員")),
        ("api", _("API")),
        ("worker", _("自動")),
        ("cli", _("コマンド")),
    ]


def _morning(text: Any, days: int) -> datetime | None:
    """Return the moment a day begins for the reader, so many days later; None for none."""
    day = inputs.optional_date(text)
    return datetime.combine(day + timedelta(days=days), datetime.min.time(), edge.zone()) if day is not None else None
