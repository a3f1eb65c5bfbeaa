"""Answers other programs that call in by themselves: SendGrid's Inbound Parse hands over what came back by mail."""

from __future__ import annotations

from hmac import compare_digest

from flask import Blueprint, Response, abort, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from emails import inbound
from emails.replies import MAX_BYTES, Unreadable
from scheduler.services import replies
from scheduler.web import edge, limits

hooks = Blueprint("hooks", __name__, url_prefix="/hooks")


@hooks.before_request
def gate() -> None:
    """Let only those pass who know the address's secret: 401 for another, 404 where none is set and the door is not there."""
    secret = edge.settings().sendgrid_inbound_secret
    if not secret:
        abort(404)
    given = str((request.view_args or {}).get("secret", ""))
    if not compare_digest(given.encode(), secret.encode()):
        limits.refused("link")
        abort(401)


@hooks.record_once
def _outside_csrf(state: BlueprintSetupState) -> None:
    """Programs send no form's token; what they know is the secret."""
    state.app.extensions["csrf"].exempt(hooks)


@hooks.post("/sendgrid/inbound/<secret>")
def receive(secret: str) -> ResponseReturnValue:
    """Take in one mail; 200 for whatever could be read, 400 for what is no mail, 413 above 20 MB.

    SendGrid asks again for three days only when it gets a 5xx, which here is the database being away.
    """
    request.max_content_length = MAX_BYTES
    try:
        mail = inbound.read(request.content_type or "", request.get_data(cache=False))
    except Unreadable as error:
        abort(413 if error.key == "too_large" else 400)
    outcome = replies.receive(mail, edge.now())
    return Response(f"{outcome}\n", content_type="text/plain; charset=utf-8")
