"""How programs name people: by id, or by an address that is one person's only."""

from __future__ import annotations

import pytest
from flask import Flask

from scheduler.services import naming
from scheduler.services.refusals import Ambiguous, NotFound
from tests.factories import a_contact, an_account


def test_people_are_called_by_their_own_address_else_by_their_id(database: Flask) -> None:
    account = an_account()
    own = a_contact(account, email="hanako@customer.example")
    twins = [a_contact(account, email="shop@customer.example", name=name) for name in ("店 一", "店 二")]
    elsewhere = a_contact(email="both@customer.example"), a_contact(email="both@customer.example")
    phone = a_contact(account, email=None, phone="045-1-2")
    everybody = [own, *twins, *elsewhere, phone]
    called = naming.called(person.id for person in everybody)
    assert called == {person.id: str(person.id) for person in everybody} | {own.id: "hanako@customer.example"}
    assert naming.called([own.id, own.id]) == {own.id: "hanako@customer.example"}
    assert naming.called([]) == {}
    for person in everybody:
        assert naming.contact_named(called[person.id]) == person.id


@pytest.mark.parametrize("name", ["HANAKO@Customer.example", " hanako@customer.example "])
def test_case_and_space_around_an_address_do_not_matter(app: Flask, name: str) -> None:
    contact = a_contact(email="hanako@customer.example")
    assert naming.contact_named(name) == contact.id


@pytest.mark.parametrize(
    "name", ["", " ", "nobody@customer.example", "0", "999999", "9" * 30, "-1", "１２", "a\x00b", "花子", "%"]
)
def test_whoever_is_not_known_is_not_found(database: Flask, name: str) -> None:
    a_contact(email=None, phone="045-1-2")
    with pytest.raises(NotFound):
        naming.contact_named(name)


def test_a_shared_address_is_refused_with_the_people(app: Flask) -> None:
    people = [a_contact(email="shop@customer.example", name=name) for name in ("店 一", "店 二")]
    with pytest.raises(Ambiguous) as refusal:
        naming.contact_named("shop@customer.example")
    assert [tuple(person) for person in refusal.value.params["people"]] == [(one.id, one.name) for one in people]
