"""Answers where the words of each mail are kept, and whether they can be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from emails import grammar
from emails.grammar import Constant, NotAllowed, Uses

# Of one file of words, and of what its loops make of it before it becomes HTML.
MAX_CHARACTERS = 20_000
MAX_MADE_CHARACTERS = 100_000
_BESIDE = Path(__file__).resolve().parent.parent
# A wheel carries the templates inside the scheduler package; a checkout has them at its top.
_FOLDERS = (_BESIDE / "scheduler" / "_templates" / "email", _BESIDE / "templates" / "email")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# What reading, compiling and running a small template can raise beside Jinja's own errors.
_ODD = (ArithmeticError, AttributeError, LookupError, RecursionError, SyntaxError, TypeError, ValueError)


class TemplateBroken(Exception):
    """The words of a mail cannot be used.

    `key` says why: no_template, syntax, undefined_name, no_subject, no_body, not_allowed, too_large, foreign_link or
    failed; `params` names the place (line, name, url, detail; for too_large `maximum`).
    """

    def __init__(self, key: str, params: Mapping[str, str | int] | None = None) -> None:
        super().__init__(key, dict(params or {}))
        self.key = key
        self.params = dict(params or {})


@dataclass(frozen=True)
class Words:
    """A compiled file of words: its subject, its body, and what both use of a mail's facts."""

    subject: Template
    body: Template
    in_subject: Uses
    in_body: Uses

    @property
    def names(self) -> frozenset[str]:
        """Return the placeholders that the words name."""
        return frozenset(name for uses in (self.in_subject, self.in_body) for name in (*uses.names, *uses.lists))


class Slot:
    """Stands in the words for a value: it shows its token, and answers what a template asks as the value does."""

    def __init__(self, token: str, *, true: bool, outcomes: Mapping[tuple[str, Constant], bool]) -> None:
        self.token = token
        self._true = true
        self._outcomes = outcomes

    def __bool__(self) -> bool:
        return self._true

    def __eq__(self, other: object) -> bool:
        return self._answer("eq", other)

    def __ne__(self, other: object) -> bool:
        return self._answer("ne", other)

    def __lt__(self, other: Constant) -> bool:
        return self._answer("lt", other)

    def __le__(self, other: Constant) -> bool:
        return self._answer("lteq", other)

    def __gt__(self, other: Constant) -> bool:
        return self._answer("gt", other)

    def __ge__(self, other: Constant) -> bool:
        return self._answer("gteq", other)

    def _answer(self, operator: str, constant: Any) -> bool:
        return self._outcomes[operator, constant]


def folder() -> Path:
    """Return the folder of the mail templates, in a checkout or in an installed wheel."""
    return next(path for path in _FOLDERS if (path / "layout.html").is_file())


@cache
def read(name: str) -> str:
    """Read one file of the templates' folder, once per process; raise TemplateBroken("no_template")."""
    try:
        return (folder() / name).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise TemplateBroken("no_template", {"name": name}) from error


def template_source(kind: str, locale: str) -> str:
    """Return the words of a mail as they are shipped: first line the subject, then Markdown with Jinja placeholders."""
    return read(f"{kind}.{locale}.md")


@lru_cache(maxsize=256)
def compiled(source: str) -> Words:
    """Compile words whose first line is the subject; raise TemplateBroken."""
    if len(source) > MAX_CHARACTERS:
        raise TemplateBroken("too_large", {"maximum": MAX_CHARACTERS})
    subject, _, body = source.replace("\r\n", "\n").partition("\n")
    if not subject.strip():
        raise TemplateBroken("no_subject")
    if not body.strip():
        raise TemplateBroken("no_body")
    # The subject's line is kept as an empty one, so that a complaint names the line of the whole file.
    first, in_subject = _checked(_SUBJECT, subject)
    rest, in_body = _checked(_BODY, f"\n{body}")
    return Words(first, rest, in_subject, in_body)


def _checked(environment: ImmutableSandboxedEnvironment, source: str) -> tuple[Template, Uses]:
    try:
        parsed = environment.parse(source)
        uses = grammar.read(parsed)
        return Template.from_code(environment, environment.compile(parsed), {}), uses
    except NotAllowed as error:
        raise TemplateBroken("not_allowed", {"line": error.line, "detail": error.detail}) from error
    except TemplateSyntaxError as error:
        raise TemplateBroken("syntax", {"line": error.lineno, "detail": str(error.message)}) from error
    except (TemplateError, *_ODD) as error:
        raise TemplateBroken("failed", {"detail": str(error)}) from error


def written(template: Template, values: Mapping[str, object]) -> str:
    """Write the words with what stands for their values; raise TemplateBroken as soon as they grow too long."""
    pieces: list[str] = []
    size = 0
    try:
        for piece in template.generate(values):
            pieces.append(piece)
            size += len(piece)
            if size > MAX_MADE_CHARACTERS:
                raise TemplateBroken("too_large", {"maximum": MAX_MADE_CHARACTERS})
    except (TemplateError, *_ODD) as error:
        raise TemplateBroken("failed", {"detail": str(error)}) from error
    return "".join(pieces)


def escape_markdown(value: object) -> str:
    """Write a value so that Markdown gives back exactly its characters; lines stay lines."""
    return "" if value is None else _PUNCTUATION.sub(r"\\\1", clean(str(value)))


@lru_cache(maxsize=4096)
def clean(value: str) -> str:
    """Leave out what is no text: control characters, empty lines, blanks around a line; lines stay lines."""
    lines = (_CONTROL.sub("", line.replace("\t", " ")).strip() for line in value.splitlines())
    return "\n".join(line for line in lines if line)


def one_line(value: str) -> str:
    """Join the lines of a clean value: a subject has one."""
    return value.replace("\n", " ")


def _environment(write: Callable[[object], str]) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value.token if isinstance(value, Slot) else write(value),
    )
    environment.globals.clear()
    return environment


_SUBJECT = _environment(lambda value: "" if value is None else one_line(clean(str(value))))
_BODY = _environment(escape_markdown)
