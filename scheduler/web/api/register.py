"""Answers how the API is plugged into the application: its resources, its errors and its document."""

from __future__ import annotations

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask_wtf import CSRFProtect

from scheduler.settings import Settings
from scheduler.web.api import (
    accounts,
    attendance,
    contracts,
    courses,
    docs,
    hand_ins,
    handovers,
    lectures,
    mails,
    moves,
    problems,
    progress,
    registrations,
    reports,
    series,
    sheets,
    tasks,
)
from scheduler.web.api.blueprint import Api
from scheduler.web.api.fields import Bilingual, Named

RESOURCES = (
    accounts.resource,
    progress.resource,
    contracts.resource,
    courses.resource,
    series.resource,
    lectures.resource,
    moves.resource,
    registrations.resource,
    attendance.resource,
    handovers.resource,
    hand_ins.resource,
    sheets.resource,
    mails.resource,
    tasks.resource,
    reports.resource,
)


def register_api(app: Flask, csrf: CSRFProtect) -> None:
    """Open /api: resources behind the token's gate, outside CSRF, with errors as problem details."""
    settings: Settings = app.extensions["tasuki"]
    if isinstance(app.json, DefaultJSONProvider):
        # Answers keep the order in which the documentation tells the fields, and Japanese stays readable.
        app.json.sort_keys = app.json.ensure_ascii = False
    api = Api(app, spec_kwargs=docs.about(settings.base_url))
    for kind in (Bilingual, Named):
        api.register_field(kind, None, None)
    for resource in RESOURCES:
        api.open(app, resource)
        csrf.exempt(resource)
    problems.register(app)
    docs.register(app, api)
