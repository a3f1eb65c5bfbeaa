"""Answers which accounts there are: the list with its filters, bulk decisions, the export, and people to check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from scheduler.models.accounts import STAGES, Account
from scheduler.models.tags import Tag
from scheduler.services import accounts as service
from scheduler.services import contacts, directory, owners, spared, tags
from scheduler.services import today as today_service
from scheduler.services.refusals import Invalid
from scheduler.web import access, csvs, edge, ids
from scheduler.web.paths import local_path
from scheduler.web.words import refusals, terms

accounts = Blueprint("staff_accounts", __name__, url_prefix="/staff/accounts")
accounts.before_request(access.staff_gate)

PER_PAGE = 50
# Accounts of an export whose tags are looked up in one statement.
AT_ONCE = 500


@accounts.get("")
def index() -> ResponseReturnValue:
    """List the accounts the address asks for."""
    wanted = asked_filter()
    page = max(1, request.args.get("page", 1, type=ids.number))
    rows, total = directory.accounts(wanted, page, PER_PAGE)
    every = tags.every()
    return render_template(
        "staff/accounts/index.html",
        accounts=rows,
        total=total,
        page=page,
        per_page=PER_PAGE,
        stores=directory.store_counts([row.id for row in rows]),
        owner_of=owners.owner_of,
        filtered=any(request.args.get(key) for key in ("q", "stage", "state", "tag")),
        tags=every,
        tag_choices=[(str(tag.id), tag.name) for tag in every],
        borne=tags.of_accounts([row.id for row in rows]),
        mine=wanted.owner_id is not None,
        why=lambda account: spared.why(account, edge.now()),
    )


@accounts.get("/export.csv")
@access.requires("export")
def export() -> ResponseReturnValue:
    """Hand out the accounts the address asks for as a CSV file."""
    head = [
        _("顧客ID"), _("会社名"), _("読み"), _("フェーズ"), _("自社担当"), _("契約日"), _("利用開始予定日"),
        _("利用開始日"), _("状態"), _("引き継ぎ可になった日時"), _("プラン"), _("タグ"),
    ]  # fmt: skip
    return csvs.response("accounts.csv", head, _lines(directory.every_account(asked_filter())))


@accounts.post("/decide/<stage>")
@access.requires("edit_accounts")
def decide(stage: str) -> ResponseReturnValue:
    """Decide the ticked accounts that are undecided: being introduced, or already live."""
    ticked = request.form.getlist("account", type=ids.number)
    decided = service.decide(ticked, stage, edge.now(), edge.staff_actor())
    if decided:
        flash(ngettext("%(num)d 社の対応方針を決めました。", "%(num)d 社の対応方針を決めました。", decided))
    else:
        flash(_("未決定の顧客企業を選択してください。"), "warning")
    return redirect(local_path(request.form.get("next"), url_for(".index", state="undecided")))


@accounts.post("/tags")
@access.requires("edit_accounts")
def tag() -> ResponseReturnValue:
    """Give the ticked accounts tags, or take them off."""
    ticked, text = request.form.getlist("account", type=ids.number), request.form.get("tags", "")
    change = tags.untag_accounts if "off" in request.args else tags.tag_accounts
    try:
        changed = change(ticked, tags.read(text), edge.now(), edge.staff_actor())
    except Invalid as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(ngettext("%(num)d 社のタグを変更しました。", "%(num)d 社のタグを変更しました。", changed))
    return redirect(local_path(request.form.get("back"), url_for(".index")))


@accounts.get("/checks")
def checks() -> ResponseReturnValue:
    """List the people whose details somebody should check."""
    return render_template("staff/accounts/checks.html", contacts=today_service.contacts_to_check())


@accounts.post("/people/<id:contact_id>/checked")
@access.requires("edit_accounts")
def checked(contact_id: int) -> ResponseReturnValue:
    """Note that a person's details are right as they stand."""
    contacts.mark_checked(contact_id, edge.now(), edge.staff_actor())
    flash(_("確認済みにしました。"))
    return redirect(local_path(request.form.get("next"), url_for(".checks")))


def asked_filter() -> directory.Filter:
    """Read the filter from the address; what it does not know it leaves out."""
    args = request.args
    state, day = args.get("state", ""), spared.today(edge.now())
    return directory.Filter(
        text=args.get("q", ""),
        stage=args["stage"] if args.get("stage") in STAGES else "",
        follow=state == "follow",
        level=state if state in terms.LEVELS else "",
        ready={"ready": True, "not_ready": False}.get(state),
        held_on=day if state == "on_hold" else None,
        cancelled_by=day if state == "cancelled" else None,
        undecided=True if state == "undecided" else None,
        owner_id=current_user.id if args.get("whose") == "mine" else None,
        tag_id=args.get("tag", type=ids.number),
        sort=args.get("sort", ""),
    )


def _lines(rows: Iterable[Account]) -> Iterator[list[object]]:
    """Write accounts with their tags, some hundred at a time: all of a large company at once would not be small."""
    walk = iter(rows)
    while some := list(islice(walk, AT_ONCE)):
        borne = tags.of_accounts([row.id for row in some])
        yield from ([*_cells(row), _named(borne.get(row.id, []))] for row in some)


def _named(borne: list[Tag]) -> str:
    return terms.listed(tag.name for tag in borne)


def _cells(account: Account) -> list[object]:
    owner = owners.owner_of(account)
    return [
        account.external_id,
        account.name,
        account.reading,
        terms.STAGES[account.stage],
        owner.name if owner else "",
        account.signed_on,
        account.planned_start_on,
        account.started_on,
        _("未決定") if account.undecided else terms.LEVELS[account.level],
        account.ready_since,
        account.plan,
    ]
