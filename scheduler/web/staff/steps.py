"""Answers what customers are asked to set up: operations add, change, order, retire and bring back the steps."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.models.setup import SetupStep
from scheduler.services import steps as service
from scheduler.services.refusals import Invalid, NotFound, StepInUse
from scheduler.services.steps import Template
from scheduler.services.ticks import DOERS, TICKERS
from scheduler.web import access, edge, inputs
from scheduler.web.words import steps as words
from scheduler.web.words import terms
from scheduler.web.words.texts import plain

steps = Blueprint("staff_steps", __name__, url_prefix="/staff/settings/steps")
steps.before_request(access.staff_gate)

TEXTS = ("key", "name_ja", "name_en", "help_ja", "help_en", "per", "doer", "due_days", "guide_url", "asked")


@steps.get("")
@access.requires("settings")
def index() -> ResponseReturnValue:
    """List the steps in the order of pages, and those no longer in use."""
    return render_template(
        "staff/steps/index.html", steps=service.in_order(), retired=service.in_order(active=False), words=words
    )


@steps.get("/new")
@access.requires("settings")
def new() -> ResponseReturnValue:
    """Show the form of a new step."""
    return _form(None, _values(Template(name={})), {})


@steps.post("/new")
@access.requires("settings")
def create() -> ResponseReturnValue:
    """Add a step."""
    try:
        service.add(request.form.get("key", "").strip(), _template(), edge.now(), edge.staff_actor())
    except Invalid as error:
        return _form(None, _typed(), inputs.errors(error)), error.status
    flash(_("項目を追加しました。"))
    return redirect(url_for(".index"))


@steps.get("/<step>/edit")
@access.requires("settings")
def edit(step: str) -> ResponseReturnValue:
    """Show the form of a step, with what retiring or deleting it would mean."""
    row = _step(step)
    asked = "all" if row.asked_from is None else "new"
    fields = ("name", "help", "per", "required", "doer", "tickers", "due_days", "guide_url")
    return _form(row, _values(Template(**{name: getattr(row, name) for name in fields}, asked=asked)), {})


@steps.post("/<step>/edit")
@access.requires("settings")
def save(step: str) -> ResponseReturnValue:
    """Save a step."""
    row = _step(step)
    try:
        changed = service.change(step, _template(), edge.now(), edge.staff_actor())
    except (Invalid, StepInUse) as error:
        return _form(row, _typed(), inputs.errors(error)), error.status
    flash(_("保存しました。") if changed else _("変更はありませんでした。"))
    return redirect(url_for(".index"))


@steps.post("/<step>/move")
@access.requires("settings")
def move(step: str) -> ResponseReturnValue:
    """Move a step one place up or down."""
    _step(step)
    service.move(step, -1 if request.form.get("to") == "up" else 1, edge.now(), edge.staff_actor())
    return redirect(url_for(".index", _anchor=f"step-{step}"))


@steps.post("/<step>/retire")
@access.requires("settings")
def retire(step: str) -> ResponseReturnValue:
    """Ask a step of nobody any more."""
    row = _step(step)
    if service.retire(step, edge.now(), edge.staff_actor()):
        flash(_("「%(step)s」の使用をやめました。これまでの記録は残っています。", step=plain(row.name)))
    return redirect(url_for(".index"))


@steps.post("/<step>/bring-back")
@access.requires("settings")
def bring_back(step: str) -> ResponseReturnValue:
    """Ask a step again."""
    row = _step(step)
    if service.bring_back(step, edge.now(), edge.staff_actor()):
        flash(_("「%(step)s」をまた使うようにしました。これまでの記録がそのまま数えられます。", step=plain(row.name)))
    return redirect(url_for(".index"))


@steps.post("/<step>/delete")
@access.requires("settings")
def delete(step: str) -> ResponseReturnValue:
    """Delete a step that nothing uses."""
    _step(step)
    try:
        service.delete(step, edge.now(), edge.staff_actor())
    except StepInUse as error:
        flash(words.in_use(error.params["by"].split(", ")), "error")
        return redirect(url_for(".edit", step=step))
    flash(_("項目を削除しました。"))
    return redirect(url_for(".index"))


def _step(key: str) -> SetupStep:
    try:
        return service.by_key(key)
    except NotFound:
        abort(404)


def _template() -> Template:
    return Template(
        name=inputs.bilingual("name"),
        help=inputs.bilingual("help"),
        per=request.form.get("per", ""),
        required="required" in request.form,
        doer=request.form.get("doer", ""),
        tickers=request.form.getlist("tickers"),
        due_days=inputs.optional_whole("due_days"),
        guide_url=request.form.get("guide_url", ""),
        asked=request.form.get("asked", ""),
    )


def _values(template: Template) -> dict[str, Any]:
    """Return a step as the form's fields show it."""
    texts = {
        f"{name}_{locale}": getattr(template, name).get(locale, "")
        for name in ("name", "help")
        for locale in edge.LOCALES
    }
    fields = ("per", "required", "doer", "due_days", "guide_url", "asked")
    return texts | {name: getattr(template, name) for name in fields} | {"tickers": list(template.tickers)}


def _typed() -> dict[str, Any]:
    typed: dict[str, Any] = {field: request.form.get(field, "") for field in TEXTS}
    return typed | {"required": "required" in request.form, "tickers": request.form.getlist("tickers")}


def _form(step: SetupStep | None, values: dict[str, Any], errors: dict[str, str]) -> str:
    users = service.in_use(step) if step is not None else []
    return render_template(
        "staff/steps/form.html",
        step=step,
        values=values,
        errors=errors,
        pers=[(key, words.per(key)) for key in service.PERS],
        doers=[(key, terms.SETUP_DOERS[key]) for key in DOERS],
        tickers=[(key, terms.SETUP_TICKERS[key]) for key in TICKERS],
        users=users,
        counted=step is not None and service.counted_by(step) != [],
        reach=service.reach(step) if step is not None else None,
        words=words,
    )
