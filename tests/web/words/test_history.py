"""Every event that a service records has a sentence in both languages, and names are read once for all."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import event as listeners

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.services import history as recorder
from scheduler.web.words import happenings
from scheduler.web.words import history as words
from tests.conftest import NOW
from tests.factories import a_contact, a_course, a_lecture, a_member, a_store

SERVICES = Path(recorder.__file__).parent
# What services put together: set-up, verdicts, and what became of a mail.
COMPOSED = {
    "setup_done",
    "setup_not_needed",
    "setup_undone",
    "attended",
    "partial",
    "missed",
    "unknown",
    "mail_sent",
    "mail_failed",
}


def recorded() -> set[str]:
    """Find the keys that services record."""
    found: set[str] = set()
    for file in SERVICES.glob("**/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and node.args
                and getattr(node.func, "attr", getattr(node.func, "id", ""))
                in (
                    "record",
                    "_record",
                )
            ):
                found |= _constants(node.args[0])
    return found


def _constants(node: ast.expr) -> set[str]:
    """Take the keys an argument can be; what a variable or an f-string says is named below."""
    if isinstance(node, ast.IfExp):
        return _constants(node.body) | _constants(node.orelse)
    return {str(node.value)} if isinstance(node, ast.Constant) else set()


def test_every_recorded_event_has_words(app: Flask) -> None:
    keys = recorded() | COMPOSED
    assert {"registered", "handover_requested", "ready", "contact_changed"} <= keys
    with app.test_request_context():
        assert keys - happenings.sentences().keys() == set()


def test_what_operations_decide_stands_among_the_settings(app: Flask) -> None:
    with app.test_request_context():
        kept = set(happenings.groups()["house"][1])
    assert {"rule_changed", "thresholds_changed", "first_contact_changed", "step_added", "step_retired"} <= kept


def test_a_changed_course_is_named(app: Flask) -> None:
    course = a_course()
    with app.test_request_context():
        (line,) = words.lines([an_event("course_changed", params={"course_id": course.id})])
    assert line.sentence == f"レクチャー「{course.name['ja']}」を変更しました。"


def an_event(key: str, **fields: object) -> Event:
    return Event(**{"at": NOW, "key": key, "params": {}, "actor_kind": "worker", "channel": "worker"} | fields)


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_every_sentence_can_be_filled_even_when_what_it_names_is_gone(app: Flask, locale: str) -> None:
    with app.test_request_context(), force_locale(locale):
        for key in happenings.sentences():
            (line,) = words.lines([an_event(key, contact_id=99, lecture_id=99)])
            assert line.sentence
            assert "%(" not in line.sentence


@pytest.mark.parametrize(
    ("fields", "by", "channel"),
    [
        ({"actor_kind": "worker", "channel": "worker"}, "自動", ""),
        ({"actor_kind": "cli", "channel": "cli"}, "コマンド", ""),
        ({"actor_kind": "api", "actor_id": 99, "channel": "api"}, "API", "API"),
        ({"actor_kind": "staff", "actor_id": 1, "channel": "phone"}, "小林 美咲", "電話にて"),
        ({"actor_kind": "staff", "actor_id": 1, "channel": "import"}, "小林 美咲", "取り込み"),
        ({"actor_kind": "contact", "actor_id": 1, "channel": "page"}, "山田 花子", ""),
    ],
)
def test_a_line_says_who_did_it_and_through_what(app: Flask, fields: dict[str, object], by: str, channel: str) -> None:
    a_member(name="小林 美咲")
    contact = a_contact(name="山田 花子")
    lecture = a_lecture()
    with app.test_request_context():
        (line,) = words.lines([an_event("registered", contact_id=contact.id, lecture_id=lecture.id, **fields)])
    assert (line.by, line.channel) == (by, channel)
    assert line.sentence == "申込: 山田 花子 – 基本操作編 4月8日(水) 09:00"


def test_a_thousand_lines_take_no_more_statements_than_one(app: Flask) -> None:
    contact, lecture, store = a_contact(), a_lecture(), a_store()
    line = {"contact_id": contact.id, "lecture_id": lecture.id, "params": {"store_id": store.id, "step": "menu"}}

    def statements(count: int) -> int:
        seen: list[object] = []
        listeners.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        with app.test_request_context():
            words.lines([an_event("setup_done", **line) for _ in range(count)])
        return len(seen)

    assert statements(1000) == statements(1)
