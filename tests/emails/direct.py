"""Answers what a mail would be if every value stood in its words from the beginning: the long way, to compare with."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

from css_inline import CSSInliner
from jinja2 import Environment
from markdown_it import MarkdownIt
from markdown_it.token import Token

from emails.kinds import KINDS
from emails.plaintext import plain_text
from emails.values import Context, FreeDate, Span, Until, Value
from emails.words import day_and_time, until, when, zone_name

_FOLDER = Path(__file__).parents[2] / "templates" / "email"
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["code", "fence", "backticks", "image", "reference", "html_block", "html_inline"]
)
_INLINER = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


def direct(kind: str, locale: str, context: Context, note: str = "") -> tuple[str, str, str]:
    """Give the subject, the text and the HTML of a mail in shipped words, made for this one mail alone."""
    values = {name: _worded(value, str(context.get("zone", "")), locale) for name, value in context.items()}
    if "zone" in context:
        values["zone_name"] = zone_name(str(context["zone"]), locale)
    if not KINDS[kind].subscription:
        values["unsubscribe_url"] = None
    subject_words, _, body_words = (_FOLDER / f"{kind}.{locale}.md").read_text("utf-8").partition("\n")
    footer_words = (_FOLDER / f"_footer_{KINDS[kind].audience}.{locale}.md").read_text("utf-8")
    subject = _jinja(_in_one_line).from_string(subject_words).render(values)
    markdown = _jinja(_literal).from_string(body_words).render(values)
    body = _tokens(f"{markdown}\n\n{_literal(note)}")
    footer = _tokens(_jinja(_literal).from_string(footer_words).render(values))
    text = plain_text(body)
    opening = " ".join(text.removeprefix(_clean(values.get("salutation"))).split())
    layout = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    layout.filters["html"] = lambda tokens: _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    words = (_FOLDER / "layout.html").read_text("utf-8")
    words = words.replace("{{ body }}", "{{ body|html|safe }}").replace("{{ footer }}", "{{ footer|html|safe }}")
    html = layout.from_string(words).render(
        locale=locale,
        subject=subject,
        preheader=opening if len(opening) <= 110 else opening[:109] + "…",
        body=body,
        footer=footer,
    )
    return subject, f"{text}\n\n{'―' * 16}\n{plain_text(footer)}\n", as_a_browser_reads(_INLINER.inline(html))


def as_a_browser_reads(html: str) -> str:
    """Write HTML in one way out of several that mean the same (how a quotation mark is escaped)."""
    return CSSInliner(inline_style_tags=False, keep_style_tags=True).inline(html)


def _worded(value: Value, zone: str, locale: str) -> object:
    if isinstance(value, Span):
        return when(value.starts_at, value.ends_at, zone, locale)
    if isinstance(value, Until):
        return until(value.at, zone, locale)
    if isinstance(value, str):
        # What is nothing but blanks is nothing, as is the note of nobody.
        return value if _clean(value) else ""
    if isinstance(value, (list, tuple)):
        return [_line(one, zone, locale) for one in value]
    return value


def _line(one: object, zone: str, locale: str) -> object:
    if isinstance(one, FreeDate):
        return SimpleNamespace(when=day_and_time(one.starts_at, one.ends_at, zone, locale), url=one.url)
    return SimpleNamespace(**{name: _worded(value, zone, locale) for name, value in vars(one).items()})


def _clean(value: object) -> str:
    lines = (re.sub(r"[\x00-\x1f\x7f]", "", line.replace("\t", " ")).strip() for line in str(value or "").splitlines())
    return "\n".join(line for line in lines if line)


def _in_one_line(value: object) -> str:
    return _clean(value).replace("\n", " ") if isinstance(value, (str, type(None))) else str(value)


def _literal(value: object) -> str:
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", _clean(value) if isinstance(value, (str, type(None))) else str(value))


def _jinja(write: object) -> Environment:
    return Environment(trim_blocks=True, lstrip_blocks=True, finalize=write)  # type: ignore[arg-type]


def _tokens(markdown: str) -> list[Token]:
    tokens = _MARKDOWN.parse(markdown)
    for opening, inline in zip(tokens, tokens[1:], strict=False):
        children = inline.children or []
        links = [child for child in children if child.type == "link_open"]
        alone = len(links) == 1 and children[0] is links[0] and children[-1].type == "link_close"
        if opening.type == "paragraph_open" and not opening.hidden and alone:
            opening.attrJoin("class", "button")
            links[0].attrJoin("class", "button")
    return tokens
