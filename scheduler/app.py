"""Answers how the parts are plugged together: `create_app()`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_talisman import Talisman
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from scheduler.base import create_base
from scheduler.readers.customer_rows import Refusal
from scheduler.rules.reporting import Report
from scheduler.services.attendance.plan import AttendancePlan
from scheduler.services.refusals import Refused
from scheduler.services.reports.asking import told
from scheduler.services.reports.catalogue import REPORTS
from scheduler.settings import Settings, load
from scheduler.web import access, characters, csvs, edge, errors, feeds, ids, limits, policies, segments
from scheduler.web.api.register import register_api
from scheduler.web.blueprints import BLUEPRINTS
from scheduler.web.words import attendance_reports, imports, progress_files, refusals
from scheduler.web.words.figures import cells, registry
from scheduler.web.words.register import register as register_words

HERE = Path(__file__).resolve().parent

# The largest file that may be handed in is 20 MB; the rest is the form around it.
LARGEST_REQUEST = 21 * 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """Build the WSGI application; raise WrongSettings when the environment cannot be used."""
    settings = settings or load()
    app = create_base(settings, str(templates_folder()))
    _configure(app, settings)
    _plug_pages(app, settings)
    return app


def sentence(refusal: Refused) -> str:
    """Word a refusal for the command line, which does not reach the pages' words itself."""
    return refusals.sentence(refusal)


def row_sentence(refusal: Refusal) -> str:
    """Word for the command line why a row of a customer list does not go in."""
    return imports.refusal(refusal.key, refusal.params)


def progress_row_sentence(refusal: Refusal) -> str:
    """Word for the command line why a row of a list of ticks or usage does not go in."""
    return progress_files.refusal(refusal.key, refusal.params)


def report_sentences(found: AttendancePlan) -> list[str]:
    """Word for the command line what an attendance report comes to: the verdicts, and the mails that follow."""
    return [attendance_reports.counts(found), *attendance_reports.mails(found)]


def report_left_open(found: AttendancePlan) -> list[str]:
    """Word for the command line who in an attendance report is not settled, and who was not counted."""
    return attendance_reports.left_open(found)


def figure_titles() -> dict[str, str]:
    """Name for the command line the reports that managers read."""
    return {name: registry.of(name).title for name in REPORTS}


def figure_sheets(report: Report) -> list[cells.Sheet]:
    """Word a report for the command line, part by part."""
    return [cells.sheet(report.name, part) for part in report.parts]


def figure_plain(report: Report) -> dict[str, Any]:
    """Return a report for programs of the command line, as those of the API get it."""
    return cells.plain(report, told(report.asked))


def figure_csv(sheet: cells.Sheet) -> str:
    """Write a part of a report for the command line as a CSV file."""
    return csvs.text(*sheet.csv())


def templates_folder() -> Path:
    """Find the templates: beside the package in a checkout, inside it in a wheel."""
    beside = HERE.parent / "templates"
    return beside if (beside / "base.html").exists() else HERE / "_templates"


def _configure(app: Flask, settings: Settings) -> None:
    secure = settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_keys[0],
        SECRET_KEY_FALLBACKS=settings.secret_keys[1:],
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_NAME="tasuki",
        PERMANENT_SESSION_LIFETIME=timedelta(days=14),
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="ja",
        BABEL_DEFAULT_TIMEZONE=settings.time_zone,
        # `messages` is collected from code and pages; `api` words the API's document, whose sentences are looked up.
        BABEL_DOMAIN="messages;api",
        BABEL_TRANSLATION_DIRECTORIES=";".join([str(HERE / "translations")] * 2),
        BOOTSTRAP_SERVE_LOCAL=True,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
        PREFERRED_URL_SCHEME="https" if secure else "http",
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _plug_pages(app: Flask, settings: Settings) -> None:
    secure = settings.base_url.startswith("https://")
    Babel(app, locale_selector=edge.locale, timezone_selector=lambda: str(edge.zone()))
    Bootstrap5(app)
    access.login.init_app(app)
    limits.init_app(app)
    csrf = CSRFProtect(app)
    Talisman(
        app,
        content_security_policy=policies.PAGES,
        force_https=secure,
        strict_transport_security=secure,
        session_cookie_secure=secure,
        frame_options="SAMEORIGIN",
        referrer_policy="same-origin",
    )
    app.url_map.converters |= {"id": ids.IdConverter, "name": segments.NameConverter}
    app.before_request(characters.refuse_nul)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    errors.register(app)
    register_api(app, csrf)
    register_words(app)
    calendar = feeds.create(app)
    app.wsgi_app = segments.keep(app.wsgi_app)  # type: ignore[assignment, method-assign]
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/calendar": calendar})  # type: ignore[method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
