"""Every kind of mail has a name on pages, and every reason why one was not sent is worded."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from emails import KINDS
from scheduler.services.outbox import facts_setup, still, wanted
from scheduler.services.outbox.content import TEST
from scheduler.web.words import mails


def reasons() -> set[str]:
    """Collect the keys that the checks at sending time return."""
    found: set[str] = set()
    for module in (wanted, still, facts_setup):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Return):
                found.update(outcomes(node.value))
    return found - {"dropped", "missed", ""}


def outcomes(value: ast.expr | None) -> Iterator[str]:
    """Go through the texts that an expression can come to."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    for part in [*getattr(value, "elts", ()), *getattr(value, "values", ())] if not isinstance(value, ast.Dict) else ():
        yield from outcomes(part)
    if isinstance(value, ast.IfExp):
        yield from (*outcomes(value.body), *outcomes(value.orelse))


def test_every_kind_of_mail_has_a_name_of_its_own(app: Flask) -> None:
    with app.test_request_context():
        names = {kind: mails.kind(kind) for kind in (*KINDS, TEST)}
    assert not [kind for kind, name in names.items() if kind == name]
    assert len(set(names.values())) == len(names)


def test_every_reason_why_a_mail_is_no_longer_wanted_is_worded(app: Flask) -> None:
    keys = reasons()
    assert {"already_attended", "nothing_open", "no_longer_stuck", "too_late"} <= keys
    with app.test_request_context():
        assert [key for key in sorted(keys) if mails.reason(key) == key] == []
