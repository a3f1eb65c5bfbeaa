"""Answers how words would arrive before they are in force: filled with samples or a person's data, and sent to whoever tries them."""

from __future__ import annotations

from datetime import datetime

from emails import KINDS, LOCALES, Rendered, TemplateBroken, render
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.services import templates, vendor
from scheduler.services.actors import Actor
from scheduler.services.outbox import content
from scheduler.services.outbox.owe import owe
from scheduler.services.refusals import NotFound, WordsUnusable


def fill(kind: str, locale: str, text: str, contact_id: int | None, now: datetime) -> Rendered:
    """Render words with a person's latest mail of the kind, or with samples (None); raise NotFound and WordsUnusable."""
    if kind not in KINDS or locale not in LOCALES:
        raise NotFound()
    contact = db.session.get(Contact, contact_id) if contact_id is not None else None
    values = content.example(kind, locale, contact, vendor.get(), now)
    try:
        return render(kind, locale, values, source=templates.tidy(text))
    except TemplateBroken as error:
        raise WordsUnusable(field="source", **{"why": error.key} | error.params) from error


def send(kind: str, locale: str, text: str, contact_id: int | None, now: datetime, actor: Actor, *, press: str) -> None:
    """Owe the member who acts a test mail of these words; the same `press` again sends nothing more. Raises as `fill`."""
    fill(kind, locale, text, contact_id, now)
    params = {"kind": kind, "locale": locale, "source": templates.tidy(text)}
    with db.writing():
        owe(
            "staff_test",
            f"staff_test:{actor.staff_id}:{press}",
            now=now,
            staff_id=actor.staff_id,
            params=params | ({"contact_id": contact_id} if contact_id is not None else {}),
        )
