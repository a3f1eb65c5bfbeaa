"""Answers how operations read and change the words of mails: list, editor with preview and test, versions and differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from emails import KINDS, LOCALES, Rendered, TemplateBroken, template_source
from emails.checks import check
from scheduler.models.accounts import Contact
from scheduler.models.mails import Template
from scheduler.rules.comparing import Line, differences
from scheduler.services import directory, test_mails
from scheduler.services import templates as service
from scheduler.services.refusals import Invalid, NotFound, WordsChanged, WordsUnusable
from scheduler.web import access, edge, ids, inputs, policies
from scheduler.web.words import mails as mail_words
from scheduler.web.words import refusals
from scheduler.web.words import templates as words

templates = Blueprint("staff_templates", __name__, url_prefix="/staff/mails/templates")
templates.before_request(access.staff_gate)


@templates.before_request
def _only_known() -> None:
    """Answer 404 for a kind or a language that there is not."""
    named = request.view_args or {}
    if named.get("kind", "welcome") not in KINDS or named.get("locale", "ja") not in LOCALES:
        raise NotFound()


# How many people a search for somebody's data names.
SOME_PEOPLE = 6


@dataclass(frozen=True)
class Draft:
    """The editor's form: words that are not in force yet, whose data they are tried with, and what they are based on."""

    subject: str
    body: str
    note: str = ""
    person: str = ""
    based_on: int = 0
    # Tells one press of the test button from the next.
    press: str = ""

    @property
    def text(self) -> str:
        """Return the words as they are kept: first line the subject."""
        return service.tidy(f"{self.subject}\n{self.body}")


@dataclass(frozen=True)
class Trial:
    """How a draft would arrive: the mail or what is wrong with it, whose data it shows, and who else was meant."""

    rendered: Rendered | None
    # {field: sentence}; also where the mail can be shown but the words could not be saved.
    errors: dict[str, str]
    contact: Contact | None
    others: list[Contact]


@templates.get("")
def index() -> ResponseReturnValue:
    """List the kinds of mails: to whom, when, whether they can be left, and which words they have."""
    groups = [
        (title, [kind for kind in KINDS.values() if kind.audience == key]) for key, title in words.audiences().items()
    ]
    return render_template(
        "staff/templates/index.html", groups=groups, latest=service.latest(), mail_words=mail_words, words=words
    )


@templates.get("/<kind>/<locale>")
@policies.under(policies.FRAMING)
def show(kind: str, locale: str) -> ResponseReturnValue:
    """Show the words of a kind and language: to be changed, or to be read by whoever may not."""
    subject, _newline, body = service.source(kind, locale).partition("\n")
    return _page(kind, locale, Draft(subject, body, based_on=_version(service.versions(kind, locale))))


@templates.post("/<kind>/<locale>")
@policies.under(policies.FRAMING)
@access.requires("templates")
def write(kind: str, locale: str) -> ResponseReturnValue:
    """Save a draft, or with `action` show how it would arrive (preview) or send it to oneself (test)."""
    draft = _sent()
    if request.form.get("action") == "preview":
        return _page(kind, locale, draft, trial=_tried(kind, locale, draft))
    if request.form.get("action") == "test":
        return _tested(kind, locale, draft)
    try:
        service.save(kind, locale, draft.text, draft.note, edge.now(), edge.staff_actor(), based_on=draft.based_on)
    except WordsChanged as error:
        return _page(kind, locale, draft, errors={"form": _overtaken(error)}, overtaken=True), error.status
    except Invalid as error:
        return _page(kind, locale, draft, errors=_errors(kind, error)), error.status
    flash(_("保存しました。これから送るメールに使われます。"))
    return redirect(url_for(".show", kind=kind, locale=locale))


@templates.post("/<kind>/<locale>/preview")
@access.requires("templates")
def preview(kind: str, locale: str) -> ResponseReturnValue:
    """Answer how a draft that is being written would arrive, as a part of its page."""
    draft = _sent()
    trial = _tried(kind, locale, draft)
    return render_template("staff/templates/_preview.html", trial=trial, language=locale)


@templates.post("/<kind>/<locale>/frame")
@policies.under(policies.MAIL)
@access.requires("templates")
def frame(kind: str, locale: str) -> ResponseReturnValue:
    """Answer the HTML of a draft's mail alone, for a frame; the browser runs nothing of it and follows no link."""
    trial = _tried(kind, locale, _sent())
    if trial.rendered is None:
        return render_template("staff/templates/_unusable.html", errors=trial.errors), 422
    # A link opens elsewhere, which a sandbox does not let it do.
    return Response(trial.rendered.html.replace("<head>", '<head><base target="_blank">', 1), mimetype="text/html")


@templates.get("/<kind>/<locale>/versions/<id:version>")
def version(kind: str, locale: str, version: int) -> ResponseReturnValue:
    """Show one version of the words, and how it differs from the one before, the shipped ones or those in force."""
    text = service.words_of(kind, locale, version)
    rows = service.versions(kind, locale)
    to = request.args.get("to", "before")
    others = {"shipped": 0, "present": _version(rows)}
    other = others.get(to, max(version - 1, 0))
    return render_template(
        "staff/templates/version.html",
        kind=kind,
        language=locale,
        name=mail_words.kind(kind),
        version=version,
        row=next((row for row in rows if row.version == version), None),
        present=_version(rows),
        to=to,
        lines=differences(service.words_of(kind, locale, other), text),
    )


@templates.post("/<kind>/<locale>/versions/<id:version>/restore")
@access.requires("templates")
def restore(kind: str, locale: str, version: int) -> ResponseReturnValue:
    """Put the words of an earlier version (0: the shipped ones) in force again."""
    based_on = request.form.get("based_on", -1, type=ids.number)
    try:
        service.go_back(kind, locale, version, edge.now(), edge.staff_actor(), based_on=based_on)
    except WordsUnusable as error:
        flash(words.sentence(kind, error.params), "error")
    except WordsChanged as error:
        flash(refusals.sentence(error), "error")
    else:
        flash(_("標準の文面に戻しました。") if version == 0 else _("第 %(n)d 版の文面に戻しました。", n=version))
    return redirect(url_for(".show", kind=kind, locale=locale))


def _page(
    kind: str,
    locale: str,
    draft: Draft,
    *,
    trial: Trial | None = None,
    errors: dict[str, str] | None = None,
    overtaken: bool = False,
) -> str:
    rows = service.versions(kind, locale)
    present = service.source(kind, locale)
    # Whoever was overtaken sees what saving again would change.
    changes: list[Line] = differences(present, draft.text) if overtaken else []
    return render_template(
        "staff/templates/edit.html",
        kind=KINDS[kind],
        language=locale,
        name=mail_words.kind(kind),
        occasion=words.occasion(kind),
        draft=draft,
        based_on=_version(rows) if overtaken else draft.based_on,
        press=uuid4().hex,
        trial=trial or _tried(kind, locale, draft),
        errors=errors or (trial.errors if trial else {}),
        changes=changes,
        rows=rows,
        is_shipped=present == template_source(kind, locale),
        placeholders=words.placeholders(kind),
        examples=words.examples(kind, locale),
    )


def _tested(kind: str, locale: str, draft: Draft) -> ResponseReturnValue:
    """Send a draft to oneself and show it again."""
    trial = _tried(kind, locale, draft)
    if "person" in trial.errors:
        return _page(kind, locale, draft, trial=trial), 422
    contact_id = trial.contact.id if trial.contact else None
    try:
        test_mails.send(kind, locale, draft.text, contact_id, edge.now(), edge.staff_actor(), press=draft.press)
    except WordsUnusable as error:
        return _page(kind, locale, draft, trial=trial), error.status
    flash(_("%(address)s にテストメールを送ります。届くまで少しお待ちください。", address=current_user.email))
    return _page(kind, locale, draft, trial=trial)


def _tried(kind: str, locale: str, draft: Draft) -> Trial:
    """Fill a draft with the data of whoever was named, else with samples, and check it as for saving."""
    found = directory.find_people(draft.person, SOME_PEOPLE) if KINDS[kind].audience == "contact" else []
    contact, others = (found[0] if found else None), found[1:]
    errors: dict[str, str] = {}
    if draft.person and contact is None:
        errors["person"] = _(
            "該当する先方担当者が見つかりません。氏名・会社名・メールアドレスのどれかで探してください。"
        )
    try:
        check(kind, locale, draft.text)
    except TemplateBroken as error:
        errors |= _errors(kind, WordsUnusable(**{"why": error.key} | error.params))
    try:
        rendered = test_mails.fill(kind, locale, draft.text, contact.id if contact else None, edge.now())
    except WordsUnusable as error:
        return Trial(None, errors or _errors(kind, error), contact, others)
    return Trial(rendered, errors, contact, others)


def _errors(kind: str, error: Invalid) -> dict[str, str]:
    if isinstance(error, WordsUnusable):
        return {words.field(error.params): words.sentence(kind, error.params)}
    return inputs.errors(error)


def _overtaken(error: WordsChanged) -> str:
    told = refusals.sentence(error)
    return told + (_("変更した人: %(name)s", name=error.params["by"]) if error.params["by"] else "")


def _sent() -> Draft:
    values: dict[str, Any] = {
        name: request.form.get(name, "").strip() for name in ("subject", "note", "person", "press")
    }
    # The subject is one line, whatever was pasted into its field.
    values["subject"] = " ".join(values["subject"].split("\n"))
    body = request.form.get("body", "").replace("\r\n", "\n")
    return Draft(**values, body=body, based_on=request.form.get("based_on", 0, type=ids.number))


def _version(rows: list[Template]) -> int:
    return rows[0].version if rows else 0
