"""Tasks over the API: by account, by who is to do them, open or done, newest first."""

from __future__ import annotations

from scheduler.services import tasks
from scheduler.services.actors import CLI
from tests.factories import NOW, a_contact, a_member, an_account
from tests.web.api.conftest import Program, both


@both
def test_tasks_are_listed_by_account_owner_kind_and_state(program: Program) -> None:
    owner, other = a_member(), a_member()
    contact = a_contact(an_account(external_id="T-1", onboarding_owner_id=owner.id))
    account = contact.account_id
    wish = tasks.add("a", "wish", now=NOW, account_id=account, contact_id=contact.id, words="午前を希望")
    done = tasks.add("b", "stray", now=NOW, account_id=account)
    tasks.done(done, NOW, CLI)
    loose = tasks.add("c", "by_hand", now=NOW, account_id=None, owner_id=other.id, words="電話する")
    listed = [
        ({}, [loose, done, wish]),
        ({"account": "T-1"}, [done, wish]),
        ({"owner": owner.email}, [done, wish]),
        ({"owner": other.email.upper()}, [loose]),
        ({"kind": "wish"}, [wish]),
        ({"state": "open"}, [loose, wish]),
        ({"state": "done", "account": "T-1"}, [done]),
    ]
    for asked, numbers in listed:
        assert [item["id"] for item in program.get("/tasks", **asked).json["items"]] == numbers, asked
    item = program.get("/tasks", kind="wish").json["items"][0]
    assert item == program.get("/accounts/T-1").json["tasks"][0]
    assert (item["account"], item["contact"], item["done_at"]) == ("T-1", contact.email, None)
    [past] = program.get("/tasks", state="done").json["items"]
    assert (past["done_at"], past["contact"]) == ("2026-04-01T00:00:00Z", None)
    assert program.get("/tasks", kind="by_hand").json["items"][0]["account"] is None


def test_a_long_list_goes_on_from_its_cursor(program: Program) -> None:
    numbers = [tasks.add(str(n), "by_hand", now=NOW, account_id=None) for n in range(3)]
    first = program.get("/tasks", limit=2).json
    rest = program.get("/tasks", limit=2, cursor=first["next"]).json
    assert [item["id"] for item in first["items"] + rest["items"]] == numbers[::-1]
    assert rest["next"] is None


def test_an_unknown_account_or_member_is_told(program: Program) -> None:
    assert program.get("/tasks", account="nobody").status_code == 404
    refused = program.get("/tasks", owner="nobody@vendor.example")
    assert (refused.status_code, refused.json["field"]) == (422, "owner")
    assert program.get("/tasks", state="late").status_code == 422
