"""Words are changed in versions, never lost, and never such that a mail could not be made of them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from emails import template_source
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Template
from scheduler.services import templates
from scheduler.services.actors import CLI, Actor
from scheduler.services.refusals import Invalid, NotFound, WordsChanged, WordsUnusable
from tests.conftest import NOW
from tests.factories import a_member
from tests.statements import noted

SHIPPED = template_source("missed", "ja")
OWN = "【{{ vendor_name }}】ご都合はいかがでしょうか\n{{ salutation }}\n\n[日程を選ぶ]({{ personal_url }})\n"


def save(text: str, based_on: int, actor: Actor = CLI, note: str = "", **which: Any) -> int:
    return templates.save(
        which.get("kind", "missed"), which.get("locale", "ja"), text, note, NOW, actor, based_on=based_on
    )


def test_until_somebody_changes_them_the_shipped_words_are_used(app: Flask) -> None:
    assert templates.present() == {}
    assert templates.source("missed", "ja") == SHIPPED
    assert templates.versions("missed", "ja") == []


def test_changed_words_are_used_from_then_on_and_say_who_changed_them_and_why(database: Flask) -> None:
    author = a_member(name="小林 美咲")
    assert save(OWN, 0, Actor("staff", author.id, "page"), note=" 短くしました ") == 1
    assert templates.present() == {("missed", "ja"): OWN}
    assert templates.source("missed", "ja") == OWN
    assert templates.source("missed", "en") == template_source("missed", "en")
    (version,) = templates.versions("missed", "ja")
    assert version.author is not None
    assert (version.version, version.author.name, version.note, version.created_at) == (
        1,
        "小林 美咲",
        "短くしました",
        NOW,
    )
    event = db.session.query(Event).filter_by(key="template_changed").one()
    assert event.params == {"kind": "missed", "locale": "ja", "version": 1}


def test_only_the_latest_words_of_each_kind_and_language_are_in_force(database: Flask) -> None:
    save(OWN, 0)
    save(OWN + "\n一行目\n", 1)
    save(OWN.replace("【", "『").replace("】", "』"), 0, locale="en")
    save(OWN, 0, kind="welcome")
    templates.go_back("welcome", "ja", 0, NOW, CLI, based_on=1)
    with noted() as statements:
        present = templates.present()
    assert sum(statement.startswith("SELECT") for statement in statements) == 1
    assert present == {
        ("missed", "ja"): OWN + "\n一行目\n",
        ("missed", "en"): OWN.replace("【", "『").replace("】", "』"),
    }
    assert {key: row.version for key, row in templates.latest().items()} == {
        ("missed", "ja"): 2,
        ("missed", "en"): 1,
        ("welcome", "ja"): 2,
    }


def test_going_back_is_a_new_version_and_nothing_is_lost(app: Flask) -> None:
    save(OWN, 0)
    save(OWN + "\nもう一行\n", 1)
    assert templates.go_back("missed", "ja", 1, NOW, CLI, based_on=2) == 3
    assert templates.source("missed", "ja") == OWN
    assert templates.go_back("missed", "ja", 0, NOW, CLI, based_on=3) == 4
    assert templates.source("missed", "ja") == SHIPPED
    assert templates.present() == {}
    assert [(row.version, row.source) for row in templates.versions("missed", "ja")] == [
        (4, None),
        (3, OWN),
        (2, OWN + "\nもう一行\n"),
        (1, OWN),
    ]
    assert [templates.words_of("missed", "ja", version) for version in (0, 1, 4)] == [SHIPPED, OWN, SHIPPED]


@pytest.mark.parametrize(
    "text",
    [
        OWN,
        OWN.replace("\n", "\r\n"),
        OWN.rstrip(),
        OWN + "\n\n",
        OWN.replace("いかがでしょうか\n", "いかがでしょうか  \n"),
    ],
    ids=["again", "a form's ends of lines", "without an end", "with a longer end", "with blanks at an end"],
)
def test_the_same_words_again_make_no_new_version(app: Flask, text: str) -> None:
    save(OWN, 0)
    assert save(text, 0) == 1
    assert len(templates.versions("missed", "ja")) == 1


def test_saving_the_shipped_words_is_using_the_shipped_words(app: Flask) -> None:
    assert save(SHIPPED, 0) == 0
    save(OWN, 0)
    assert save(SHIPPED, 1) == 2
    assert templates.versions("missed", "ja")[0].source is None


def test_of_two_authors_the_slower_is_told_and_overwrites_nothing(database: Flask) -> None:
    first = a_member(name="小林 美咲")
    save(OWN, 0, Actor("staff", first.id, "page"))
    with pytest.raises(WordsChanged) as refused:
        save(OWN + "\n遅れて\n", 0)
    assert refused.value.params == {"version": 1, "by": "小林 美咲"}
    assert templates.source("missed", "ja") == OWN


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("\n本文 {{ personal_url }}\n", {"why": "no_subject", "line": 1}),
        ("件名\n", {"why": "no_body"}),
        ("件名\n{{ personal_url }}\n{{ personal_ur }}\n", {"why": "undefined_name", "name": "personal_ur", "line": 3}),
        ("件名\n{{ personal_url }}\n{% if store %}\n", {"why": "syntax", "line": 3}),
        ("件名\nご予約ください。\n", {"why": "not_shown", "names": "dates, personal_url", "example": "full"}),
    ],
)
def test_words_of_which_no_mail_can_be_made_are_refused_with_their_line(
    app: Flask, text: str, why: dict[str, Any]
) -> None:
    with pytest.raises(WordsUnusable) as refused:
        save(text, 0)
    assert why.items() <= refused.value.params.items()
    assert db.session.query(Template).count() == 0


def test_nothing_is_known_of_other_kinds_languages_and_versions(app: Flask) -> None:
    for ask in (
        lambda: templates.source("letter", "ja"),
        lambda: templates.source("missed", "fr"),
        lambda: templates.words_of("missed", "ja", 7),
        lambda: save(OWN, 0, kind="letter"),
        lambda: templates.go_back("missed", "ja", 7, NOW, CLI, based_on=0),
    ):
        with pytest.raises(NotFound):
            ask()


def test_why_words_were_changed_is_said_in_a_line(app: Flask) -> None:
    with pytest.raises(Invalid) as refused:
        save(OWN, 0, note="あ" * 201)
    assert refused.value.params == {"field": "note", "why": "too_long", "maximum": 200}
