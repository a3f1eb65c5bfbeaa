"""Answers how an address leaves a list of mails in one press (RFC 8058), and how it comes back."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.services import unsubscribing
from scheduler.services.outbox.wanted import suppressed
from scheduler.services.suppressions import LISTS
from scheduler.web import access, edge
from scheduler.web.customer.private import private

unsubscribe = Blueprint("unsubscribe", __name__, url_prefix="/unsubscribe/<token>")
unsubscribe.before_request(access.contact_gate("unsubscribe"))
unsubscribe.after_request(private)


@unsubscribe.get("")
def ask(token: str) -> ResponseReturnValue:
    """Show the button; mail scanners open the link too, so this changes nothing."""
    return _page()


@unsubscribe.post("")
def leave(token: str) -> ResponseReturnValue:
    """Take the address off the list; mail programs press it themselves, without a session or a form's token."""
    unsubscribing.leave(g.contact.id, _list(), edge.now(), edge.contact_actor())
    return _page()


@unsubscribe.post("/undo")
def come_back(token: str) -> ResponseReturnValue:
    """Put the address back on the list."""
    wanted_list = _list()
    if unsubscribing.come_back(g.contact.id, wanted_list, edge.now(), edge.contact_actor()):
        flash(_("配信を再開しました。"))
    return redirect(url_for("unsubscribe.ask", token=token, list=wanted_list), 303)


@unsubscribe.get("/undo")
def undone(token: str) -> ResponseReturnValue:
    """Lead a reloaded page back."""
    return redirect(url_for("unsubscribe.ask", token=token, list=_list()))


@unsubscribe.record_once
def _outside_csrf(state: BlueprintSetupState) -> None:
    """Let the one-click POST pass without a form's token, and nothing else of this door."""
    state.app.extensions["csrf"].exempt(leave)


def _list() -> str:
    """Return the list the link names; the invitations' where it names none, 404 for one that does not exist."""
    wanted_list = request.args.get("list", "invitations")
    if wanted_list not in LISTS:
        abort(404)
    return wanted_list


def _page() -> str:
    wanted_list = _list()
    return render_template(
        "public/unsubscribe.html",
        wanted_list=wanted_list,
        address=g.contact.email or "",
        left=bool(g.contact.email) and suppressed(g.contact.email, wanted_list),
    )
