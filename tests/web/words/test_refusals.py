"""Every refusal has words of its own in both languages, with the values it speaks of."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from scheduler.rules import recurrence
from scheduler.services import refusals as known
from scheduler.services.refusals import Invalid, LectureOver, Refused
from scheduler.web.words import files
from scheduler.web.words import refusals as words

SCHEDULER = Path(known.__file__).parents[1]


def whys() -> set[str]:
    """Find every `why` that our code gives a refusal."""
    found: set[str] = set()
    for file in [*SCHEDULER.glob("services/**/*.py"), *SCHEDULER.glob("web/**/*.py")]:
        if "api" in file.parts:
            continue  # it has words of its own for whoever writes programs
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "why" and isinstance(node.value, ast.Constant):
                found.add(str(node.value.value))
    found |= set(re.findall(r'RuleRefused\(\s*"(\w+)"', Path(recurrence.__file__).read_text(encoding="utf-8")))
    return found


def test_every_why_has_words_of_its_own(app: Flask) -> None:
    with app.test_request_context():
        table = words.SENTENCES.keys() | files.sentences().keys()
    assert whys() - table == set()


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_every_refusal_is_worded(app: Flask, locale: str) -> None:
    with app.test_request_context(), force_locale(locale):
        table = {key: str(sentence) for key, sentence in words.SENTENCES.items()} | files.sentences()
    missing = {kind.key for kind in Refused.__subclasses__()} - table.keys()
    assert missing == set()
    assert all(table.values())


def test_only_the_refusal_that_is_told_is_looked_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in words.SENTENCES.keys() - {"lecture_over"}:
        monkeypatch.delitem(words.SENTENCES, key)
    with app.test_request_context(), force_locale("en"):
        assert words.sentence(LectureOver()) == "This date is closed for registration. Please choose another one."


def test_a_whole_limit_is_written_without_decimals(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        told = [words.sentence(Invalid(field="hours", why="plan_too_large", most=most)) for most in (1e6, 0.5)]
    assert ("1,000,000" in told[0], "1,000,000.0" in told[0], "0.5" in told[1]) == (True, False, True)
