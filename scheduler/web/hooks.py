"""Answers other programs that call in by themselves: SendGrid about mails and answers, Zoom about who is in the room."""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest
from typing import Protocol

from flask import Blueprint, Response, abort, jsonify, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from emails import events, inbound, replies
from scheduler.readers import zoom_hooks
from scheduler.services import mail_events
from scheduler.services import replies as received
from scheduler.services.attendance import webhooks
from scheduler.web import edge, limits


class _Caller(Protocol):
    """How a caller signs what it sends: SendGrid's events and Zoom's webhooks, each in a module of its own."""

    SIGNATURE_HEADER: str
    TIMESTAMP_HEADER: str
    MAX_BYTES: int

    def is_recent(self, timestamp: str, now: datetime, /) -> bool: ...
    def is_signed(self, key: str, body: bytes, signature: str, timestamp: str, /) -> bool: ...


hooks = Blueprint("hooks", __name__, url_prefix="/hooks")


@hooks.before_request
def gate() -> None:
    """Let only those pass who are expected: 401 for others, 404 where no secret or key is set and the door is not there."""
    if request.endpoint == "hooks.take":
        _check_signature()
    elif request.endpoint == "hooks.watch":
        _check_zoom()
    else:
        _check_secret()


def _check_secret() -> None:
    secret = edge.settings().sendgrid_inbound_secret
    if not secret:
        abort(404)
    given = str((request.view_args or {}).get("secret", ""))
    if not compare_digest(given.encode(), secret.encode()):
        limits.refused("link")
        abort(401)


def _check_signature() -> None:
    """Look at the bytes as they came and at nothing they say; who sends no signature is not even listened to."""
    _check(edge.settings().sendgrid_event_key, events)


def _check_zoom() -> None:
    """As with SendGrid's: the bytes as they came, before anything in them is read."""
    _check(edge.settings().zoom_webhook_secret, zoom_hooks)


def _check(key: str, caller: _Caller) -> None:
    """Let a signed and recent request of this caller pass: 404 without a key, 401 without a good signature."""
    if not key:
        abort(404)
    signature = request.headers.get(caller.SIGNATURE_HEADER, "")
    timestamp = request.headers.get(caller.TIMESTAMP_HEADER, "")
    if not signature or not caller.is_recent(timestamp, edge.now()):
        abort(401)
    request.max_content_length = caller.MAX_BYTES
    if not caller.is_signed(key, request.get_data(), signature, timestamp):
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
    request.max_content_length = replies.MAX_BYTES
    try:
        mail = inbound.read(request.content_type or "", request.get_data(cache=False))
    except replies.Unreadable as error:
        abort(413 if error.key == "too_large" else 400)
    return _said(received.receive(mail, edge.now()))


@hooks.post("/sendgrid/events")
def take() -> ResponseReturnValue:
    """Take in what became of mails; 200 with how many events were news, 400 for what is no list of events, 413 above 5 MB."""
    try:
        told = events.read(request.get_data())
    except events.Unreadable:
        abort(400)
    return _said(str(mail_events.take(told, edge.now())))


@hooks.post("/zoom")
def watch() -> ResponseReturnValue:
    """Take in who came or left, or prove to Zoom that this address knows the secret; 400 for what is none of its events.

    Zoom asks again after 5, 20 and 60 minutes when it gets anything but a 2xx within three seconds.
    """
    try:
        told = zoom_hooks.read(request.get_data())
    except zoom_hooks.NoEvent:
        abort(400)
    if isinstance(told, zoom_hooks.Validation):
        return jsonify(zoom_hooks.answer(edge.settings().zoom_webhook_secret, told))
    news = webhooks.take(told, edge.now()) if told is not None else False
    return _said("1" if news else "0")


def _said(words: str) -> Response:
    return Response(f"{words}\n", content_type="text/plain; charset=utf-8")
