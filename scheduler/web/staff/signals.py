"""Answers where other programs and chat rooms are told what happens, and how that goes: 外部連携."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.models.db import db
from scheduler.models.signals import SIGNALS, Delivery, Destination
from scheduler.services.refusals import Invalid
from scheduler.services.signals import chatting, destinations, log, parcels
from scheduler.web import access, edge, ids, inputs
from scheduler.web.words import signals as words

signals = Blueprint("staff_signals", __name__, url_prefix="/staff/settings/signals")
signals.before_request(access.staff_gate)

PER_PAGE = 50


@signals.get("")
@access.requires("settings")
def index() -> ResponseReturnValue:
    """List the destinations."""
    places = log.places()
    return render_template("staff/signals/index.html", places=places, shown=_shown, words=words)


@signals.get("/new")
@access.requires("settings")
def new() -> ResponseReturnValue:
    """Show the form of a new destination: `?kind=` webhook or chat."""
    kind = request.args.get("kind", "")
    kind = kind if kind in destinations.KINDS else "webhook"
    return _form(kind, {"name": "", "url": "", "signals": list(SIGNALS), "locale": edge.settings().locale}, {})


@signals.post("")
@access.requires("settings")
def add() -> ResponseReturnValue:
    """Set a destination up; a webhook's key is shown, this once."""
    kind = request.form.get("kind", "")
    if kind not in destinations.KINDS:
        abort(404)
    try:
        number, secret = destinations.add(kind, _typed(), edge.now(), edge.staff_actor())
    except Invalid as error:
        return _form(kind, _typed(), inputs.errors(error)), error.status
    if kind == "webhook":
        return _page(number, secret=secret)
    flash(_("チャットルームを追加しました。テスト送信で届くことをご確認ください。"))
    return redirect(url_for(".show", destination_id=number))


@signals.get("/<id:destination_id>")
@access.requires("settings")
def show(destination_id: int) -> ResponseReturnValue:
    """Show a destination and what was sent there; `?state=` narrows."""
    return _page(destination_id)


@signals.get("/<id:destination_id>/edit")
@access.requires("settings")
def edit(destination_id: int) -> ResponseReturnValue:
    """Show the form of a destination; a chat room's link holds its key and is not shown."""
    row = _found(destination_id)
    url = row.url if row.kind == "webhook" else ""
    values = {"name": row.name, "url": url, "signals": row.signals, "locale": row.locale}
    return _form(row.kind, values, {}, row)


@signals.post("/<id:destination_id>")
@access.requires("settings")
def change(destination_id: int) -> ResponseReturnValue:
    """Change a destination."""
    row = _found(destination_id)
    try:
        destinations.change(row.id, _typed(), edge.now(), edge.staff_actor())
    except Invalid as error:
        return _form(row.kind, _typed(), inputs.errors(error), row), error.status
    flash(_("保存しました。"))
    return redirect(url_for(".show", destination_id=row.id))


@signals.post("/<id:destination_id>/test")
@access.requires("settings")
def test(destination_id: int) -> ResponseReturnValue:
    """Send a test message."""
    form_key = request.form.get("form_key", "")[:64]
    destinations.test(destination_id, form_key, edge.now(), edge.staff_actor())
    flash(_("テスト送信を受け付けました。数秒後にこのページを開き直すと、結果が送信記録に表示されます。"))
    return redirect(url_for(".show", destination_id=destination_id))


@signals.post("/<id:destination_id>/key")
@access.requires("settings")
def change_key(destination_id: int) -> ResponseReturnValue:
    """Give a webhook a new key and show it, this once."""
    secret = destinations.rotate(destination_id, edge.now(), edge.staff_actor())
    return _page(destination_id, secret=secret)


@signals.post("/<id:destination_id>/old-key")
@access.requires("settings")
def drop_old_key(destination_id: int) -> ResponseReturnValue:
    """Sign by the new key alone."""
    destinations.drop_old_secret(destination_id, edge.now(), edge.staff_actor())
    flash(_("以前の鍵での署名を終えました。"))
    return redirect(url_for(".show", destination_id=destination_id))


@signals.post("/<id:destination_id>/end")
@access.requires("settings")
def end(destination_id: int) -> ResponseReturnValue:
    """Send nothing there any more."""
    destinations.end(destination_id, edge.now(), edge.staff_actor())
    flash(_("通知を停止しました。"))
    return redirect(url_for(".show", destination_id=destination_id))


@signals.post("/<id:destination_id>/resume")
@access.requires("settings")
def resume(destination_id: int) -> ResponseReturnValue:
    """Take a destination up again."""
    destinations.resume(destination_id, edge.now(), edge.staff_actor())
    flash(_("通知を再開しました。停止中に届かなかった通知は、送信記録から再送できます。"))
    return redirect(url_for(".show", destination_id=destination_id))


@signals.post("/<id:destination_id>/replay")
@access.requires("settings")
def replay_missed(destination_id: int) -> ResponseReturnValue:
    """Send again what never arrived."""
    count = destinations.replay_missed(destination_id, edge.now(), edge.staff_actor())
    flash(ngettext("%(num)d 件を再送します。", "%(num)d 件を再送します。", count))
    return redirect(url_for(".show", destination_id=destination_id))


@signals.post("/deliveries/<id:delivery_id>/replay")
@access.requires("settings")
def replay(delivery_id: int) -> ResponseReturnValue:
    """Send one signal again."""
    row = db.session.get(Delivery, delivery_id)
    if row is None:
        abort(404)
    destination_id = row.destination_id
    destinations.replay(delivery_id, edge.now(), edge.staff_actor())
    flash(_("再送を受け付けました。"))
    return redirect(url_for(".show", destination_id=destination_id))


def _typed() -> dict[str, Any]:
    fields = {name: request.form.get(name, "").strip() for name in ("name", "url", "locale")}
    return fields | {"signals": request.form.getlist("signals")}


def _found(destination_id: int) -> Destination:
    row = db.session.get(Destination, destination_id)
    if row is None:
        abort(404)
    return row


def _shown(row: Destination) -> str:
    return row.url if row.kind == "webhook" else chatting.shortened(row.url)


def _form(kind: str, values: dict[str, Any], errors: dict[str, str], row: Destination | None = None) -> str:
    return render_template(
        "staff/signals/form.html", kind=kind, values=values, errors=errors, row=row, shown=_shown, words=words
    )


def _page(destination_id: int, secret: str = "") -> str:
    row = _found(destination_id)
    page = max(request.args.get("page", 1, type=ids.number), 1)
    narrowed = request.args.get("state", "")
    rows, total = log.deliveries(row.id, narrowed, page, PER_PAGE)
    return render_template(
        "staff/signals/show.html",
        row=row,
        link=_shown(row),
        secret=secret,
        deliveries=rows,
        missed=len(destinations.missed(row.id)),
        narrowed=narrowed,
        narrowing=[
            (word, url_for(".show", destination_id=row.id, state=key or None), key == narrowed)
            for key, word in [("", _("すべて")), *words.states()]
        ],
        page=page,
        per_page=PER_PAGE,
        total=total,
        payload=parcels.payload,
        form_key=uuid4().hex,
        words=words,
    )
