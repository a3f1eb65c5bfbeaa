"""Answers where the words of each mail are kept, and whether they can be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

_BESIDE = Path(__file__).resolve().parent.parent
# A wheel carries the templates inside the scheduler package; a checkout has them at its top.
_FOLDERS = (_BESIDE / "scheduler" / "_templates" / "email", _BESIDE / "templates" / "email")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


class TemplateBroken(Exception):
    """The words of a mail cannot be used.

    `key` says why: no_template, syntax, undefined_name, no_subject, no_body, not_allowed, foreign_link or failed;
    `params` names the place (line, name, url or detail).
    """

    def __init__(self, key: str, params: Mapping[str, str | int] | None = None) -> None:
        super().__init__(key, dict(params or {}))
        self.key = key
        self.params = dict(params or {})


@dataclass(frozen=True)
class Words:
    """A compiled file of words: its subject, its body, and the names both use."""

    subject: Template
    body: Template
    names: frozenset[str]


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
    subject, _, body = source.replace("\r\n", "\n").partition("\n")
    if not subject.strip():
        raise TemplateBroken("no_subject")
    if not body.strip():
        raise TemplateBroken("no_body")
    # The subject's line is kept as an empty one, so that a complaint names the line of the whole file.
    body = f"\n{body}"
    try:
        names = meta.find_undeclared_variables(_SUBJECT.parse(subject)) | meta.find_undeclared_variables(
            _BODY.parse(body)
        )
        return Words(_SUBJECT.from_string(subject), _BODY.from_string(body), frozenset(names))
    except TemplateSyntaxError as error:
        raise TemplateBroken("syntax", {"line": error.lineno, "detail": str(error.message)}) from error
    except TemplateError as error:
        raise TemplateBroken("failed", {"detail": str(error)}) from error


def escape_markdown(value: object) -> str:
    """Write a value so that Markdown gives back exactly its characters; lines stay lines."""
    if value is None:
        return ""
    lines = (_CONTROL.sub("", line.replace("\t", " ")).strip(" ") for line in str(value).splitlines())
    return "\n".join(_PUNCTUATION.sub(r"\\\1", line) for line in lines if line)


def _one_line(value: object) -> str:
    return "" if value is None else _BREAKS.sub(" ", str(value)).strip(" ")


def _environment(finalize: Callable[[object], str]) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )


_SUBJECT = _environment(_one_line)
_BODY = _environment(escape_markdown)
