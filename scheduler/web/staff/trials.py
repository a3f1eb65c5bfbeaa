"""Answers the trials of new ways of working: their report, the form in which one is set up, and that one goes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.models.trials import Trial
from scheduler.services import tags
from scheduler.services.refusals import Invalid
from scheduler.services.trials import keeping
from scheduler.services.trials.keeping import Wanted
from scheduler.web import access, edge, ids, inputs
from scheduler.web.staff import reports
from scheduler.web.words.figures import trial as words

trials = Blueprint("staff_trials", __name__, url_prefix="/staff/reports/trial")
trials.before_request(access.staff_gate)

#: How many of those who stand in several groups are named.
SOME = 20
TRIED, COMPARED = "tried", "compared"


@trials.get("")
def show() -> ResponseReturnValue:
    """Show the trials with what they showed, or the one that the address names."""
    kept = keeping.every()
    wanted = request.args.get("trial", "")
    chosen = next((trial for trial in kept if wanted in (str(trial.id), trial.name)), None) if wanted else None
    groups = keeping.groups(chosen.id) if chosen is not None else []
    choices = [(trial.id, trial.name) for trial in kept]
    told = {"trials": kept, "chosen": chosen, "groups": groups, "trial_choices": choices}
    return reports.page("trial", "staff/trials/show.html", **told)


@trials.get("/new")
@access.requires("settings")
def new() -> ResponseReturnValue:
    """Show the form for another trial."""
    empty: dict[str, Any] = dict.fromkeys(("name", *keeping.PERIODS, "note"), "")
    return _form(None, empty | {"subjects": "accounts", "measures": [], "groups": {}}, {})


@trials.post("/new")
@access.requires("settings")
def add() -> ResponseReturnValue:
    """Keep a new trial."""
    wanted = _wanted()
    try:
        number = keeping.add(wanted, edge.now(), edge.staff_actor())
    except Invalid as error:
        return _form(None, _entered(wanted), inputs.errors(error)), error.status
    flash(_("試行を登録しました。"))
    return redirect(url_for(".show", trial=number))


@trials.get("/<id:trial_id>/edit")
@access.requires("settings")
def edit(trial_id: int) -> ResponseReturnValue:
    """Show a trial in the form."""
    return _form(trial_id, _kept(keeping.the(trial_id)), {})


@trials.post("/<id:trial_id>/edit")
@access.requires("settings")
def change(trial_id: int) -> ResponseReturnValue:
    """Make a trial what was entered."""
    wanted = _wanted()
    try:
        keeping.change(trial_id, wanted, edge.now(), edge.staff_actor())
    except Invalid as error:
        return _form(trial_id, _entered(wanted), inputs.errors(error)), error.status
    flash(_("試行を変更しました。"))
    return redirect(url_for(".show", trial=trial_id))


@trials.post("/<id:trial_id>/remove")
@access.requires("settings")
def remove(trial_id: int) -> ResponseReturnValue:
    """Do away with a trial."""
    keeping.remove(trial_id, edge.now(), edge.staff_actor())
    flash(_("試行を削除しました。タグと取り込んだ数字は、そのまま残っています。"))
    return redirect(url_for(".show"))


def _wanted() -> Wanted:
    form = request.form
    chosen = {ids.number(key.removeprefix("group-")): role for key, role in form.items() if key.startswith("group-")}
    groups = [(tag_id, role == TRIED) for tag_id, role in chosen.items() if role in (TRIED, COMPARED)]
    texts = {name: form.get(name, "") for name in ("name", "subjects", *keeping.PERIODS, "note")}
    return Wanted(groups=groups, measures=form.getlist("measures"), **texts)


def _entered(wanted: Wanted) -> dict[str, Any]:
    """Return what was entered, as the form shows it again."""
    values = {name: getattr(wanted, name) for name in ("name", "subjects", *keeping.PERIODS, "measures", "note")}
    return values | {"groups": {tag_id: TRIED if tried else COMPARED for tag_id, tried in wanted.groups}}


def _kept(trial: Trial) -> dict[str, Any]:
    """Return a trial as it is kept, as the form shows it."""
    values: dict[str, Any] = {name: getattr(trial, name) for name in ("name", "subjects", "measures", "note")}
    values |= {name: f"{getattr(trial, name):%Y-%m}" for name in keeping.PERIODS}
    groups = {tag.id: TRIED if tried else COMPARED for tag, tried in keeping.groups(trial.id)}
    return values | {"groups": groups}


def _form(trial_id: int | None, values: dict[str, Any], errors: dict[str, str]) -> str:
    borne = tags.overview()
    shared: list[tuple[int, str]] = []
    if "groups" in errors and values["subjects"] in keeping.SUBJECTS:
        shared, _total = keeping.overlapping(values["subjects"], list(values["groups"]), SOME)
    return render_template(
        "staff/trials/form.html",
        trial_id=trial_id,
        values=values,
        errors=errors,
        borne=borne,
        shared=shared,
        measures=[(key, words.measures()[key], words.definitions()[key]) for key in keeping.MEASURES],
        longest=keeping.LONGEST_NAME,
    )
