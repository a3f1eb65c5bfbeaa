"""Answers what a view may know of its request: the moment, the reader's language and zone, and who acts."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app, g, has_request_context, request, session
from flask_login import current_user

from scheduler import clock
from scheduler.services.actors import Actor
from scheduler.settings import Settings

LOCALES = ("ja", "en")


def settings() -> Settings:
    """Return the settings the program was started with."""
    return current_app.extensions["tasuki"]


def now() -> datetime:
    """Read the clock once per request, in UTC."""
    if "now" not in g:
        g.now = clock.read(settings())
    return g.now


def locale() -> str:
    """Return the reader's language: chosen on the page, else the person's own, else the browser's, else the vendor's."""
    if not has_request_context():
        return settings().locale
    chosen = session.get("locale")
    if chosen in LOCALES:
        return chosen
    person = g.get("contact") or (current_user if current_user.is_authenticated else None)
    if person is not None:
        return person.locale
    return request.accept_languages.best_match(LOCALES) or settings().locale


def zone() -> ZoneInfo:
    """Return the reader's time zone."""
    person = g.get("contact") or (current_user if has_request_context() and current_user.is_authenticated else None)
    return ZoneInfo(person.zone if person is not None else settings().time_zone)


def staff_actor(channel: str = "page") -> Actor:
    """Return the signed-in member as the one who acts; `phone` when she does it for somebody on the telephone."""
    return Actor("staff", current_user.id, channel)


def contact_actor() -> Actor:
    """Return the contact whose link was followed as the one who acts."""
    return Actor("contact", g.contact.id, "page")
