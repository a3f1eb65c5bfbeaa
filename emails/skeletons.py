"""Answers how the words of a mail look while nobody's values stand in them yet."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from css_inline import CSSInliner
from jinja2 import Environment, StrictUndefined, Template
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from emails import templates
from emails.plaintext import RULE, plain_text
from emails.templates import TemplateBroken

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["code", "fence", "backticks", "image", "reference", "html_block", "html_inline"]
)
_INLINER = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
# What an author may link to beside our own addresses: complete ones. A name without braces is none.
_COMPLETE = re.compile(r"https?://.|mailto:.|tel:.")
# So many lists, quotes and emphases within each other; what reads HTML and our own plain text take their time with more.
DEEPEST = 30
# Nobody outside this process knows it, so nobody can write a token into a name or a note.
_SECRET = secrets.token_bytes(32)
# Of the tokens, one ends a line that a value's own line ends would begin: between the two stands what a list or a quote puts there.
_LINE_ENDS = "line"


class Way(NamedTuple):
    """How a value is written in one kind of place: escaped for HTML or not, and what its line ends become."""

    slot: int
    escaped: bool
    line_end: str

    @property
    def token(self) -> str:
        """Return what stands for it in the skeleton that mails share."""
        return _token(f"{self.slot} {self.escaped} {self.line_end}")


class Form:
    """A text with places for what is written into it."""

    def __init__(self, pieces: Iterable[str | Way], ways: dict[Way, int]) -> None:
        """Take the text in pieces; `ways` counts the places of all forms, in the order in which they are written."""
        # Two empty pieces more: asked for a single item, the getter would answer without its tuple.
        pieces = ["", "", *pieces]
        self._fixed = [piece for piece in pieces if isinstance(piece, str)]
        fixed = iter(range(len(self._fixed)))
        order = [
            next(fixed) if isinstance(piece, str) else len(self._fixed) + ways.setdefault(piece, len(ways))
            for piece in pieces
        ]
        self._take = itemgetter(*order)

    def filled(self, written: list[str]) -> str:
        """Join the text with what is written into its places."""
        return "".join(self._take(self._fixed + written))


@dataclass(frozen=True, eq=False)
class Skeleton:
    """The words of one kind, language and shape of values, and how the values are written into them.

    The subject and the preheader are the two slots after those of the placeholders.
    """

    subject: Form
    body: Form
    footer: Form
    html: Form
    # What the forms need, each beside what the ones before it need.
    subject_ways: tuple[Way, ...]
    text_ways: tuple[Way, ...]
    html_ways: tuple[Way, ...]
    # Of the text's and the HTML's ways, and of the subject.
    tokens: tuple[str, ...]
    # Of what mails share: what it is called, and its text and HTML. Its subject is a token as a whole.
    key: str
    shared_text: str
    shared_html: str


@dataclass(frozen=True)
class Filled:
    """Words in whose slots tokens stand: the subject, and the Markdown of the body and the footer."""

    subject: str
    body: str
    footer: str
    # The placeholder behind each slot, for complaints.
    names: tuple[str, ...]
    # The slots in which addresses of ours stand.
    links: frozenset[int]


def slot_token(number: int) -> str:
    """Return what stands for a value while the words are put together."""
    return _token(str(number))


def build(words: Filled, locale: str) -> Skeleton:
    """Turn Markdown into text and HTML, once for all values; raise TemplateBroken."""
    count = len(words.names)
    tokens = {slot_token(number): number for number in range(count + 2)}
    body, footer = _parsed(words.body, words, tokens), _parsed(words.footer, words, tokens)
    html = _layout().render(
        locale=locale,
        subject=slot_token(count),
        preheader=slot_token(count + 1),
        body=Markup(_html(body)),
        footer=Markup(_html(footer)),
    )
    texts = _text(body, tokens), _text(footer, tokens)
    ways: dict[Way, int] = {}
    subject_form = Form((_way(piece, False, " ") for piece in _split(words.subject, tokens)), ways)
    of_subject = len(ways)
    body_form, footer_form = Form(texts[0], ways), Form([f"\n\n{RULE}\n", *texts[1], "\n"], ways)
    of_text = len(ways)
    html_form = Form((_way(piece, True, "<br>\n") for piece in _split(_INLINER.inline(html), tokens)), ways)
    order = tuple(ways)
    stand_ins = [way.token for way in order]
    shared_text = body_form.filled(stand_ins) + footer_form.filled(stand_ins)
    shared_html = html_form.filled(stand_ins)
    return Skeleton(
        subject=subject_form,
        body=body_form,
        footer=footer_form,
        html=html_form,
        subject_ways=order[:of_subject],
        text_ways=order[of_subject:of_text],
        html_ways=order[of_text:],
        tokens=(*stand_ins[of_subject:], Way(count, False, " ").token),
        key=hashlib.sha256(f"{shared_text}\0{shared_html}".encode()).hexdigest()[:24],
        shared_text=shared_text,
        shared_html=shared_html,
    )


def _token(place: str) -> str:
    return "t" + hashlib.blake2b(place.encode(), key=_SECRET, digest_size=10).hexdigest()


def _way(piece: str | int, escaped: bool, line_end: str) -> str | Way:
    return piece if isinstance(piece, str) else Way(piece, escaped, line_end)


def _split(text: str, tokens: Mapping[str, int]) -> list[str | int]:
    """Cut a text at its tokens, which become the numbers of their slots."""
    return [tokens.get(piece, piece) for piece in re.split(f"({'|'.join(tokens)})", text)]


def _text(parsed: list[Token], tokens: Mapping[str, int]) -> list[str | Way]:
    """Write the text part; a value's further lines are to begin as the line does in which it stands."""
    ends = _token(_LINE_ENDS)
    marked = re.compile("|".join(tokens))
    for inline in parsed:
        for child in inline.children or ():
            child.content = marked.sub(rf"\g<0>\n{ends}", child.content)
            if child.type == "link_open":
                child.attrSet("href", marked.sub(rf"\g<0>\n{ends}", str(child.attrs["href"])))
    pieces: list[str | Way] = []
    for number, piece in enumerate(re.split(f"({marked.pattern})\n(.*?){ends}", plain_text(parsed))):
        # Text, token, beginning of a line, text, …
        if number % 3 == 2:
            pieces.append(Way(tokens[str(pieces.pop())], False, f"\n{piece}"))
        else:
            pieces.append(piece)
    return pieces


def _parsed(markdown: str, words: Filled, tokens: Mapping[str, int]) -> list[Token]:
    """Parse Markdown, refuse links that neither we nor the words' author wrote, and mark the buttons."""
    parsed = _MARKDOWN.parse(markdown)
    ours = {slot_token(number) for number in words.links}
    for inline in parsed:
        for child in inline.children or ():
            if inline.level + child.level > DEEPEST:
                raise TemplateBroken("too_large", {"detail": "nesting"})
            if child.type != "link_open":
                continue
            address = str(child.attrs.get("href", ""))
            child.attrs.pop("title", None)
            if address and address not in ours and (not _COMPLETE.match(address) or _holds(address, tokens)):
                raise TemplateBroken("foreign_link", {"url": _named(address, words.names, tokens)})
        inline.children = _without_dead_links(inline.children)
    _mark_buttons(parsed)
    return parsed


def _holds(address: str, tokens: Mapping[str, int]) -> bool:
    return any(token in address for token in tokens)


def _named(address: str, names: Sequence[str], tokens: Mapping[str, int]) -> str:
    pieces = _split(address, tokens)
    return "".join(piece if isinstance(piece, str) else f"{{{{ {names[piece]} }}}}" for piece in pieces)


def _without_dead_links(children: list[Token] | None) -> list[Token] | None:
    """Leave of a link whose address is empty only its words."""
    kept: list[Token] = []
    alive: list[bool] = []
    for child in children or ():
        if child.type == "link_open":
            alive.append(bool(child.attrs.get("href")))
        if child.type not in ("link_open", "link_close") or alive[-1]:
            kept.append(child)
        if child.type == "link_close":
            alive.pop()
    return kept if children is not None else None


def _mark_buttons(parsed: list[Token]) -> None:
    # A link alone in its paragraph is a button; in a list (a hidden paragraph) it stays a link.
    for opening, inline in zip(parsed, parsed[1:], strict=False):
        if opening.type != "paragraph_open" or opening.hidden:
            continue
        children = inline.children or []
        links = [child for child in children if child.type == "link_open"]
        if len(links) == 1 and children[0] is links[0] and children[-1].type == "link_close":
            opening.attrJoin("class", "button")
            links[0].attrJoin("class", "button")


def _html(parsed: list[Token]) -> str:
    return str(_MARKDOWN.renderer.render(parsed, _MARKDOWN.options, {}))


@lru_cache(maxsize=1)
def _layout() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(templates.read("layout.html"))
