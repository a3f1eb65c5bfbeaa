"""Answers whether every word on pages and command line has its English one, with the same placeholders."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from tests.servers import ROOT

ENGLISH = ROOT / "scheduler" / "translations" / "en" / "LC_MESSAGES"


# Numbers that are never one: limits, how long a lecture is, how many are in the demo company; and "thanks", which has no singular.
NEVER_ONE = {"maximum", "most", "longest", "limit", "minutes", "times", "accounts", "stores", "contacts", "thanks"}
COUNTED = re.compile(r"(?<!/)(?<!least )%\((\w+)\)d (?:(?!of|with|was|is)\w+ )?(?:(?!was)\w{2,}s|people)\b")


@pytest.fixture(scope="module")
def english() -> Catalog:
    with open(ENGLISH / "messages.po", "rb") as file:
        return read_po(file, "en")


def words() -> Iterator[str]:
    """List every msgid of code and pages, by the rules that `make translations` uses."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(rule["pattern"], rule["method"]) for rule in rules]
    options = {rule["pattern"]: {"silent": "false"} for rule in rules}
    for folder in ("scheduler", "templates"):
        found = extract_from_dir(
            ROOT / folder,
            [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods if pattern.startswith(folder)],
            {pattern.removeprefix(f"{folder}/"): given for pattern, given in options.items()},
        )
        for _file, _line, message, _comments, _context in found:
            yield message if isinstance(message, str) else message[0]


def test_every_word_has_an_english_one(english: Catalog) -> None:
    missing = [word for word in words() if not (found := english.get(word)) or not found.string]
    assert missing == []


def test_nothing_is_translated_that_nobody_says(english: Catalog) -> None:
    said = set(words())
    kept = {message.id if isinstance(message.id, str) else message.id[0] for message in english if message.id}
    assert kept - said == set()
    assert english.obsolete == {}


def test_no_translation_is_in_doubt_or_loses_a_placeholder(english: Catalog) -> None:
    assert [message.id for message in english if message.fuzzy and message.id] == []
    assert [(message.id, [str(error) for error in errors]) for message, errors in english.check()] == []


def test_english_counts_right_when_there_is_one(english: Catalog) -> None:
    told = [message.string for message in english if isinstance(message.string, str)]
    assert [words for words in told for found in COUNTED.finditer(words) if found[1] not in NEVER_ONE] == []
    assert [message.id for message in english if message.pluralizable and len(set(message.string)) == 1] == [
        ("全員（%(num)d 名）", "全員（%(num)d 名）")
    ]


def test_what_is_compiled_is_what_is_written(english: Catalog) -> None:
    with open(ENGLISH / "messages.mo", "rb") as file:
        compiled = read_mo(file)
    assert _said(compiled) == _said(english)


def _said(catalog: Catalog) -> dict[str, str]:
    """Write ids and words, plurals too, as they compare."""
    pairs = {_flat(message.id): _flat(message.string) for message in catalog if message.id}
    return {word: english for word, english in pairs.items() if english.strip("|")}


def _flat(words: str | list[str] | tuple[str, ...]) -> str:
    return words if isinstance(words, str) else "|".join(words)
