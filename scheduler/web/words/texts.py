"""Answers which of two languages a text that people entered is shown in."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup, escape

from scheduler.web import edge

# So many letters always fit into a line, also on a telephone.
FITS = 32


def plain(text: Mapping[str, str] | None) -> str:
    """Choose the reader's language of a {"ja", "en"} text, else the other one."""
    if not text:
        return ""
    return text.get(edge.locale()) or next((value for value in text.values() if value), "")


def bilingual(text: Mapping[str, str] | None) -> Markup:
    """Like `plain`, marked with its `lang` where it is not the reader's."""
    chosen = plain(text)
    if not text or text.get(edge.locale()) or not chosen:
        return escape(chosen)
    other = next(locale for locale, value in text.items() if value == chosen)
    return Markup('<span lang="{}">{}</span>').format(other, chosen)


def breakable(text: str) -> Markup:
    """Keep the two halves of a mail address whole: it breaks after its @, and elsewhere only where a half is too long."""
    local, at, domain = text.rpartition("@")
    return Markup("<wbr>").join(_kept(half) for half in (local + at, domain)) if at else escape(text)


def _kept(half: str) -> Markup:
    return Markup('<span class="nowrap">{}</span>').format(half) if len(half) <= FITS else escape(half)
