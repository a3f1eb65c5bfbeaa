"""Answers which words templates can use."""

from __future__ import annotations

from flask import Flask

from scheduler.rules.names import phone_digits
from scheduler.web import edge, shell
from scheduler.web.words import dates, mails, people, terms, texts


def register(app: Flask) -> None:
    """Give every template the functions and terms that word keys, dates and bilingual texts."""
    app.jinja_env.filters.update(
        day=dates.day,
        iso_day=dates.iso_day,
        last_day=dates.last_day,
        clock_time=dates.clock_time,
        moment=dates.moment,
        bilingual=texts.bilingual,
        plain=texts.plain,
        dialled=phone_digits,
        called=people.called,
        mail_kind=mails.kind,
        breakable=texts.breakable,
    )
    app.jinja_env.globals.update(
        span=dates.span,
        zone_name=dates.zone_name,
        terms=terms,
        locale=edge.locale,
        now=edge.now,
        shell=shell,
        asset=shell.asset,
    )
