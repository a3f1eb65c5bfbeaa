"""Answers how a mail reads: words and values become subject, text and HTML."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from css_inline import CSSInliner
from jinja2 import Environment, StrictUndefined, Template, TemplateError
from jinja2.exceptions import SecurityError
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from emails import templates
from emails.kinds import KINDS, Kind
from emails.plaintext import RULE, plain_text
from emails.templates import TemplateBroken
from emails.values import Context, FreeDate, Link, Span, Until, Value
from emails.words import day_and_time, until, when, zone_name

PREHEADER_LENGTH = 110
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["code", "fence", "backticks", "image", "reference", "html_block", "html_inline"]
)
_INLINER = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


@dataclass(frozen=True)
class Rendered:
    """A mail's words, ready to send; `template_version` names the words they were made from."""

    subject: str
    text: str
    html: str
    template_version: str


@dataclass(frozen=True)
class _Offer:
    """One free date as a template sees it."""

    when: str
    url: Link


def render(kind: str, locale: str, context: Context, *, source: str | None = None) -> Rendered:
    """Render a mail of one of `emails.kinds` for a reader of `ja` or `en`; raise TemplateBroken.

    `context` holds the kind's placeholders; dates are aware and written in `context["zone"]` (IANA name). `source`
    replaces the shipped words. Every value comes out as the characters it holds; only a `Link` becomes a link.
    """
    if kind not in KINDS:
        raise TemplateBroken("no_template", {"name": f"{kind}.{locale}.md"})
    if source is None:
        source = templates.template_source(kind, locale)
    words = templates.compiled(source)
    values = _worded(KINDS[kind], locale, context)
    subject = _filled(words.subject, words.names, values)
    if not subject:
        raise TemplateBroken("no_subject")
    body = _tokens(_filled(words.body, words.names, values), values, source)
    footer = _footer(KINDS[kind], locale, values)
    html = _layout().render(
        locale=locale,
        subject=subject,
        preheader=_preheader(plain_text(body), values),
        body=Markup(_html(body)),
        footer=Markup(_html(footer)),
    )
    return Rendered(
        subject=subject,
        text=f"{plain_text(body)}\n\n{RULE}\n{plain_text(footer)}\n",
        html=_INLINER.inline(html),
        template_version=hashlib.sha256(source.encode()).hexdigest()[:12],
    )


def _worded(kind: Kind, locale: str, context: Context) -> dict[str, object]:
    # Mails to staff hold no dates and need no zone.
    zone = str(context.get("zone", ""))
    if "zone" in kind.placeholders and not zone:
        raise TemplateBroken("undefined_name", {"name": "zone"})
    values = {name: _word(context[name], zone, locale) for name in kind.placeholders if name in context}
    if zone:
        values["zone_name"] = zone_name(zone, locale)
    return values


def _word(value: Value, zone: str, locale: str) -> object:
    if isinstance(value, Span):
        return when(value.starts_at, value.ends_at, zone, locale)
    if isinstance(value, Until):
        return until(value.at, zone, locale)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_offer(one, zone, locale) if isinstance(one, FreeDate) else one for one in value]
    return value


def _offer(date: FreeDate, zone: str, locale: str) -> _Offer:
    return _Offer(day_and_time(date.starts_at, date.ends_at, zone, locale), date.url)


def _filled(template: Template, names: frozenset[str], values: dict[str, object]) -> str:
    # Every name must be known, also in a branch that is not taken this time.
    missing = sorted(names - values.keys())
    if missing:
        raise TemplateBroken("undefined_name", {"name": ", ".join(missing)})
    try:
        return template.render(values)
    except SecurityError as error:
        raise TemplateBroken("not_allowed", {"detail": str(error)}) from error
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise TemplateBroken("failed", {"detail": str(error)}) from error


def _footer(kind: Kind, locale: str, values: dict[str, object]) -> list[Token]:
    # Who sends and how to leave stand under every mail, whatever its own words say.
    source = templates.read(f"_footer_{kind.audience}.{locale}.md")
    words = templates.compiled(f"footer\n{source}")
    if not kind.subscription:
        values = values | {"unsubscribe_url": None}
    return _tokens(_filled(words.body, words.names, values), values, source)


def _tokens(markdown: str, values: dict[str, object], source: str) -> list[Token]:
    """Parse Markdown, refuse links that neither we nor the template's author wrote, and mark the buttons."""
    tokens = _MARKDOWN.parse(markdown)
    ours = {_MARKDOWN.normalizeLink(link) for link in _links(values.values())}
    for token in tokens:
        for child in token.children or ():
            address = str(child.attrs.get("href", "")) if child.type == "link_open" else ""
            if address and address not in ours and address not in source:
                raise TemplateBroken("foreign_link", {"url": address})
    _mark_buttons(tokens)
    return tokens


def _links(values: Iterable[object]) -> Iterable[Link]:
    for value in values:
        if isinstance(value, Link):
            yield value
        elif isinstance(value, list):
            yield from (one.url for one in value if one.url)


def _mark_buttons(tokens: list[Token]) -> None:
    # A link alone in its paragraph is a button; in a list (a hidden paragraph) it stays a link.
    for opening, inline in zip(tokens, tokens[1:], strict=False):
        if opening.type != "paragraph_open" or opening.hidden:
            continue
        children = inline.children or []
        links = [child for child in children if child.type == "link_open"]
        if len(links) == 1 and children[0] is links[0] and children[-1].type == "link_close":
            opening.attrJoin("class", "button")
            links[0].attrJoin("class", "button")


def _html(tokens: list[Token]) -> str:
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def _preheader(text: str, values: dict[str, object]) -> str:
    """Take the first words after the salutation: what a mailbox shows beside the subject."""
    opening = str(values.get("salutation") or "")
    words = " ".join(text.removeprefix(opening).split())
    return words if len(words) <= PREHEADER_LENGTH else words[: PREHEADER_LENGTH - 1] + "…"


@lru_cache(maxsize=1)
def _layout() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(templates.read("layout.html"))
