"""A note goes with the next mail of its kind to each person of an account, until it is taken out or another one comes."""

from __future__ import annotations

import pytest
from flask import Flask

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.services import mail_notes
from scheduler.services.actors import CLI, Actor
from scheduler.services.outbox.owe import owe
from scheduler.services.refusals import Invalid, NotFound
from tests.conftest import NOW
from tests.factories import a_contact, a_member, an_account
from tests.statements import noted


def words_of(account_id: int) -> dict[str, str]:
    return {kind: note.words for (_, kind), note in mail_notes.open_of([account_id]).items()}


def test_notes_are_read_for_many_accounts_in_one_statement(database: Flask) -> None:
    one, other, third = an_account(), an_account(), an_account()
    mail_notes.add(one.id, "invitation", "お電話ありがとうございました。", NOW, CLI)
    mail_notes.add(other.id, "thanks", " 一行目 \r\n二行目\n", NOW, CLI)
    with noted() as statements:
        found = mail_notes.open_of([one.id, other.id, third.id])
    assert sum(statement.startswith("SELECT") for statement in statements) == 1
    assert {key: note.words for key, note in found.items()} == {
        (one.id, "invitation"): "お電話ありがとうございました。",
        (other.id, "thanks"): "一行目\n二行目",
    }
    assert mail_notes.open_of([]) == {}


def test_another_note_takes_the_place_of_the_open_one(database: Flask) -> None:
    account, author = an_account(), a_member()
    first = mail_notes.add(account.id, "invitation", "はじめの一言", NOW, CLI)
    again = mail_notes.add(account.id, "invitation", "はじめの一言", NOW, CLI)
    second = mail_notes.add(account.id, "invitation", "次の一言", NOW, Actor("staff", author.id, "page"))
    assert first == again != second
    assert words_of(account.id) == {"invitation": "次の一言"}
    (note,) = mail_notes.of_account(account.id)
    assert note.author is not None
    assert note.author.id == author.id
    assert db.session.query(Event).filter_by(key="mail_note_added", account_id=account.id).count() == 2


def test_a_note_taken_out_goes_with_no_mail(app: Flask) -> None:
    account = an_account()
    note = mail_notes.add(account.id, "invitation", "一言", NOW, CLI)
    mail_notes.remove(account.id, note, NOW, CLI)
    mail_notes.remove(account.id, note, NOW, CLI)
    assert words_of(account.id) == {}
    assert mail_notes.of_account(account.id) == []
    assert db.session.query(Event).filter_by(key="mail_note_removed").count() == 1


def test_who_got_a_note_stays_known_after_it_is_over(app: Flask) -> None:
    contact = a_contact()
    note = mail_notes.add(contact.account_id, "invitation", "一言", NOW, CLI)
    assert mail_notes.used([note]) == {}
    with db.writing():
        owe("invitation", "one", now=NOW, contact_id=contact.id, account_id=contact.account_id)
        mail = db.session.query(Mail).one()
        mail.note_id, mail.state, mail.sent_at = note, "sent", NOW
    mail_notes.remove(contact.account_id, note, NOW, CLI)
    (shown,) = mail_notes.of_account(contact.account_id)
    assert [mail.contact.id for mail in mail_notes.used([shown.id])[shown.id] if mail.contact] == [contact.id]


@pytest.mark.parametrize(
    ("kind", "words", "params"),
    [
        ("invitation", " \n ", {"field": "words", "why": "missing"}),
        ("invitation", "あ" * 1001, {"field": "words", "why": "too_long", "maximum": 1000}),
        ("staff_ready", "一言", {"field": "kind", "why": "unknown_mail_kind"}),
        ("letter", "一言", {"field": "kind", "why": "unknown_mail_kind"}),
    ],
)
def test_a_note_without_words_or_too_long_or_for_colleagues_is_refused(
    app: Flask, kind: str, words: str, params: dict[str, object]
) -> None:
    with pytest.raises(Invalid) as refused:
        mail_notes.add(an_account().id, kind, words, NOW, CLI)
    assert refused.value.params == params


def test_a_note_belongs_to_its_account(app: Flask) -> None:
    note = mail_notes.add(an_account().id, "invitation", "一言", NOW, CLI)
    with pytest.raises(NotFound):
        mail_notes.remove(an_account().id, note, NOW, CLI)
    with pytest.raises(NotFound):
        mail_notes.add(9999, "invitation", "一言", NOW, CLI)
