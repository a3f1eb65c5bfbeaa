"""Answers how a mail reads: words and values become subject, text and HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from emails import templates
from emails.gathering import TEXT, Plan, Shape, gathered, plan_of, scope_of
from emails.kinds import KINDS
from emails.message import Bulk
from emails.skeletons import Filled, Skeleton, Way, build, slot_token
from emails.templates import TemplateBroken, clean
from emails.values import Context

PREHEADER_LENGTH = 110
# Mailboxes cut off what is longer (Gmail at 102 KB) and hide the way to unsubscribe with it.
MAX_HTML_BYTES = 100_000
_SPECIAL = re.compile('[&<>"\u00a0]')


@dataclass(frozen=True)
class Rendered:
    """A mail's words, ready to send; `template_version` names the words they were made from."""

    subject: str
    text: str
    html: str
    template_version: str
    # The same mail as words that it shares with others, and its own values.
    bulk: Bulk


def render(kind: str, locale: str, context: Context, *, source: str | None = None, note: str = "") -> Rendered:
    """Render a mail of one of `emails.kinds` for a reader of `ja` or `en`; raise TemplateBroken.

    `context` holds the kind's placeholders; dates are aware and written in `context["zone"]` (IANA name). `source`
    replaces the shipped words, `note` is what a person adds to this mail: a paragraph of its own at the end. Every value
    comes out as the characters it holds; only a `Link` becomes a link.
    """
    if kind not in KINDS:
        raise TemplateBroken("no_template", {"name": f"{kind}.{locale}.md"})
    if source is None:
        source = templates.template_source(kind, locale)
    plan = plan_of(kind, locale, source)
    slots, shape = gathered(plan, context, note)
    skeleton = _skeleton(plan, shape)
    written = _written(skeleton.subject_ways, slots)
    subject = skeleton.subject.filled(written)
    written += _written(skeleton.text_ways, slots)
    body = skeleton.body.filled(written)
    slots += (subject, _preheader(body, context))
    written += _written(skeleton.html_ways, slots)
    html = skeleton.html.filled(written)
    if len(html) * 4 > MAX_HTML_BYTES and len(html.encode()) > MAX_HTML_BYTES:
        raise TemplateBroken("too_large", {"maximum": MAX_HTML_BYTES})
    values = dict(zip(skeleton.tokens, [*written[len(skeleton.subject_ways) :], subject], strict=True))
    bulk = Bulk(skeleton.key, skeleton.tokens[-1], skeleton.shared_text, skeleton.shared_html, values)
    return Rendered(subject, body + skeleton.footer.filled(written), html, plan.version, bulk)


@lru_cache(maxsize=512)
def _skeleton(plan: Plan, shape: Shape) -> Skeleton:
    """Put together the words for values of a shape, once for all mails that share it; raise TemplateBroken."""
    scope, names, links = scope_of(plan, shape)
    subject = templates.written(plan.words.subject, scope)
    if not subject.strip():
        raise TemplateBroken("no_subject")
    body = templates.written(plan.words.body, scope)
    if shape[0] == TEXT:
        body = f"{body}\n\n{slot_token(0)}"
    return build(Filled(subject, body, templates.written(plan.footer.body, scope), names, links), plan.locale)


def _written(ways: tuple[Way, ...], slots: list[str]) -> list[str]:
    """Write values as each place wants them."""
    written = []
    for slot, escaped, line_end in ways:
        text = slots[slot]
        if escaped and _SPECIAL.search(text):
            text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            text = text.replace('"', "&quot;").replace("\u00a0", "&nbsp;")
        written.append(text.replace("\n", line_end) if "\n" in text else text)
    return written


def _preheader(text: str, context: Context) -> str:
    """Take the first words after the salutation: what a mailbox shows beside the subject."""
    opening = context.get("salutation")
    words = " ".join(text.removeprefix(clean(opening) if isinstance(opening, str) else "").split())
    return words if len(words) <= PREHEADER_LENGTH else words[: PREHEADER_LENGTH - 1] + "…"
