"""Answers what a view may know of its request: the moment, the reader's language and zone, and who acts."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, g, has_request_context, request, session
from flask_babel import refresh
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from scheduler import clock
from scheduler.models.db import db
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
    person = _reader()
    if person is not None:
        return str(person.locale)
    return request.accept_languages.best_match(LOCALES) or settings().locale


def zone() -> ZoneInfo:
    """Return the reader's time zone."""
    person = _reader() if has_request_context() else None
    return ZoneInfo(person.zone if person is not None else settings().time_zone)


def forget_the_database() -> None:
    """Answer the rest of the request from what is known already: the database may be what has failed."""
    g.without_database = True
    # What was worded so far may have been in the language of somebody who can no longer be asked for.
    refresh()
    # Rolling back needs the connection, which may be gone; the session gives it up either way.
    with suppress(SQLAlchemyError):
        db.session.rollback()


def _reader() -> Any:
    """Return the person whose page it is, with a language and a zone; None for somebody unknown."""
    if "contact" in g:
        return g.contact
    if "application" in g:
        return g.application
    # Who is signed in stands in the database.
    return current_user if "without_database" not in g and current_user.is_authenticated else None


def today() -> date:
    """Return the day it is where the reader is."""
    return now().astimezone(zone()).date()


def staff_actor(channel: str = "page") -> Actor:
    """Return the signed-in member as the one who acts; `phone` when she does it for somebody on the telephone."""
    return Actor("staff", current_user.id, channel)


def contact_actor() -> Actor:
    """Return the contact whose link was followed as the one who acts."""
    return Actor("contact", g.contact.id, "page")
