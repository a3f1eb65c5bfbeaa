"""Answers how staffing is tried and kept: the report over a plan, and the form in which the plan is entered."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.rules.staffing.checking import MOST_ACTIVITIES
from scheduler.rules.staffing.plans import FIGURES, PER, SCENARIOS, STAGES, Figure, Plan
from scheduler.services.staffing import keeping, measuring, spans
from scheduler.web import access, edge
from scheduler.web.staff import reports
from scheduler.web.words import refusals, terms
from scheduler.web.words.figures import staffing as words
from scheduler.web.words.figures import values as figures

staffing = Blueprint("staff_staffing", __name__, url_prefix="/staff/reports/staffing")
staffing.before_request(access.staff_gate)

# Empty lines of the form, for activities that are added.
NEW = 3


@staffing.get("")
def show() -> ResponseReturnValue:
    """Show the plan worked out; numbers in the address are tried in place of those kept."""
    return reports.page("staffing", "staff/reports/staffing.html", kept=keeping.entered())


@staffing.get("/plan")
@access.requires("settings")
def form() -> ResponseReturnValue:
    """Show the form: what was entered stands in its fields, what was measured beside them."""
    return _form(keeping.entered(), {})


@staffing.post("/plan")
@access.requires("settings")
def save() -> ResponseReturnValue:
    """Keep what was entered."""
    kept = _read()
    wrong = {one.field: refusals.sentence(keeping.refusal(one)) for one in keeping.complaints(kept, edge.now())}
    if wrong:
        return _form(kept, wrong), 422
    keeping.save(kept, edge.now(), edge.staff_actor())
    flash(_("保存しました。"))
    return redirect(url_for(".show"))


@staffing.post("/plan/forget")
@access.requires("settings")
def forget() -> ResponseReturnValue:
    """Take the history's own numbers again, for everything."""
    keeping.save({}, edge.now(), edge.staff_actor())
    flash(_("入力した数をすべて消し、実績の数に戻しました。"))
    return redirect(url_for(".show"))


def _read() -> dict[str, Any]:
    """Read the form: an empty field leaves the number to the history."""
    form = request.form
    activities: list[dict[str, str]] = []
    entered: dict[str, Any] = {}
    for place in range(MOST_ACTIVITIES + NEW):
        told = {
            name: form.get(f"activity-{place}-{name}", "").strip() for name in ("key", "name", "stage", "per", "done")
        }
        numbers = {name: form.get(f"activity-{place}-{name}", "").strip() for name in ("minutes", "group")}
        if f"activity-{place}-gone" in form or not (told["key"] or told["name"] or any(numbers.values())):
            continue
        told["key"] = told["key"] or _unused({one["key"] for one in activities}, form)
        activities.append(told)
        entered |= {f"{name}.{told['key']}": keeping.read(text) for name, text in numbers.items() if text}
    for field in _fields():
        if text := form.get(field, "").strip():
            entered[field] = keeping.read(text)
    kept: dict[str, Any] = {"entered": entered, "activities": activities, "scenarios": form.getlist("scenarios")}
    kept["pooled"] = form.get("pooled") == "1"
    if text := form.get("horizon", "").strip():
        kept["horizon"] = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else text
    return kept


def _unused(taken: set[str], form: Any) -> str:
    """Make up a key for an activity that was added."""
    known = taken | {value for name, value in form.items() if name.endswith("-key")}
    return next(key for number in range(1, 200) if (key := f"own_{number}") not in known)


def _fields() -> list[str]:
    of_phases = [f"{name}.{stage}" for stage in STAGES for name in keeping.OF_PHASE]
    return [*FIGURES, *of_phases, *(f"queue.{name}" for name in keeping.OF_QUEUE)]


def _form(kept: dict[str, Any], errors: dict[str, str]) -> str:
    measured = measuring.measure(spans.lately(edge.now()))
    plan = keeping.combine(measured, kept)
    entered: dict[str, Any] = kept.get("entered") or {}
    return render_template(
        "staff/reports/staffing_form.html",
        plan=plan,
        entered=entered,
        errors=_by_field(errors, plan),
        wrong=errors,
        hints={field: _hint(figure) for field, figure in _figures(measured, plan).items()},
        names=words.inputs(),
        activities=words.activities(),
        choices=words.choices(),
        stages=terms.STAGES,
        scenarios=SCENARIOS,
        per=PER,
        new=NEW,
        kept=kept,
    )


def _by_field(errors: dict[str, str], plan: Plan) -> dict[str, str]:
    """Return complaints by the names of the form's fields: those of an activity by its place in the form."""
    found = {}
    for field, sentence in errors.items():
        first, _dot, rest = field.partition(".")
        if first == "activities" and rest:
            place, _dot, name = rest.partition(".")
            found[f"activity-{place}-{name}"] = sentence
        elif first == "phases" and rest:
            stage, _dot, name = rest.partition(".")
            found[f"{name}.{stage}"] = sentence
        else:
            found[{"people": f"people.{plan.phases[0].stage}"}.get(field, field)] = sentence
    return found


def _figures(measured: Plan, plan: Plan) -> dict[str, Figure]:
    """Return what stands where nothing is entered, by field."""
    found = {name: getattr(measured, name) for name in FIGURES}
    for phase in measured.phases:
        found |= {f"{name}.{phase.stage}": getattr(phase, name) for name in keeping.OF_PHASE if getattr(phase, name)}
    found |= {f"queue.{name}": getattr(measured.queue, name) for name in keeping.OF_QUEUE}
    known = {activity.key: activity for activity in measured.activities}
    for activity in plan.activities:
        if activity.key in known:
            found[f"minutes.{activity.key}"] = known[activity.key].minutes
            found[f"group.{activity.key}"] = known[activity.key].group
    return found


def _hint(figure: Figure) -> str:
    """Say what a field stands for that is left empty: measured on how many cases, or a rule of thumb."""
    number = figures.number(figure.value, 2)
    if not figure.measured:
        return _("目安 %(n)s", n=number)
    if not figure.spread:
        return _("実績 %(n)s", n=number)
    return _("実績 %(n)s ± %(spread)s", n=number, spread=figures.number(figure.spread, 2))
