"""Answers what a contact sees on the personal page, and takes the set-up steps ticked there."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from emails import salutation
from scheduler.services import addresses, courses, proposals, setup, wishes
from scheduler.services.attendance import codes
from scheduler.services.refusals import Refused
from scheduler.services.setup import StepProgress
from scheduler.web import access, edge
from scheduler.web.customer import acting, standing
from scheduler.web.customer.company import store_lines
from scheduler.web.customer.private import private
from scheduler.web.ids import read_id
from scheduler.web.subscribing import calendar_links
from scheduler.web.words import refusals, terms

page = Blueprint("me", __name__, url_prefix="/me/<token>")
page.before_request(access.contact_gate("me"))
page.before_request(acting.for_oneself)
page.after_request(private)


@page.get("")
def show(token: str) -> ResponseReturnValue:
    """Show what is left to do, the dates, the set-up and whom to call; `?lecture=` points at one date."""
    return shown(wanted_id=read_id(request.args.get("lecture", "")))


@page.post("/setup/<step>")
def tick(token: str, step: str) -> ResponseReturnValue:
    """Record that a set-up step is done, or open again; for a step per store `store` names it."""
    done = request.form.get("done") == "1"
    store = request.form.get("store") or None
    try:
        setup.complete(g.contact.account_id, step, edge.now(), edge.contact_actor(), store_code=store, done=done)
    except Refused as refusal:
        return shown(refusal)
    flash(_("完了を記録しました。ありがとうございます。") if done else _("未完了に戻しました。"))
    return redirect(url_for("me.show", token=token, _anchor=f"step-{step}"), 303)


@page.get("/setup/<step>")
def ticked(token: str, step: str) -> ResponseReturnValue:
    """Lead a reloaded page back to the list."""
    return redirect(url_for("me.show", token=token, _anchor="setup"))


def home() -> Response:
    """Lead back to the page after something was done (303, so that reloading does nothing twice)."""
    return redirect(url_for("me.show", token=g.token), 303)


def shown(refusal: Refused | None = None, wanted_id: int | None = None) -> ResponseReturnValue:
    """Show the page; after a refusal with its words and status, the dates that can still be had below."""
    if request.method == "POST":
        access.whole_contact()
    contact, now = g.contact, edge.now()
    taught = courses.in_order()
    overview = standing.overview(taught, contact, now, wanted_id)
    told = refusal or overview.refusal
    html = render_template(
        "customer/page.html",
        greeting=_greeting(),
        knots=knots(),
        overview=overview,
        offers=proposals.open_for(contact.id, now),
        attending=codes.open_for(contact.id, now),
        wished=wishes.open_ones(contact.id),
        told=refusals.sentence(told) if told else "",
        by_day=lambda dates: standing.by_day(dates, edge.zone()),
        at_once=standing.AT_ONCE,
        calendar_links=calendar_links(addresses.feed(contact), _("レクチャー日程")),
        steps=_steps(),
        today=edge.today(),
        stores=store_lines(contact.account_id, taught[0]) if taught and contact.role == "coordinator" else [],
    )
    return html, refusal.status if refusal else 200


def knots() -> list[dict[str, str | None]]:
    """Return the account's knots; before they were ever computed nothing is done."""
    return g.contact.account.knots or [{"key": key, "state": "missing", "on": None} for key in terms.CUSTOMER_KNOTS]


def _greeting() -> list[str]:
    """Return the lines a letter would open with, the person's last."""
    contact = g.contact
    store = contact.stores[0].name if len(contact.stores) == 1 else ""
    return salutation(contact.account.name, store, contact.name, edge.locale()).split("\n")


def _steps() -> list[StepProgress]:
    """List the set-up steps; who works in certain stores and does not coordinate sees those stores only."""
    progress = setup.progress(g.contact.account_id)
    own = {store.id for store in g.contact.stores}
    if g.contact.role == "coordinator" or not own:
        return progress
    return [_in_stores(step, own) for step in progress]


def _in_stores(step: StepProgress, own: set[int]) -> StepProgress:
    items = tuple(item for item in step.items if item.store_id is None or item.store_id in own)
    return replace(step, items=items) if items else step
