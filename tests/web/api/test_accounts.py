"""Accounts over the API: upserted without mailing anybody, read with all that is known, filtered and paged."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.services import readiness, tasks
from scheduler.services.actors import CLI
from tests.factories import NOW, a_contact, a_course, a_lecture, a_member, a_setup_step, a_store, an_account
from tests.web.api.conftest import Program, both

ACCOUNT: dict[str, Any] = {
    "name": "株式会社みほん不動産",
    "planned_start_on": "2026-06-01",
    "stores": [{"code": "Y01", "name": "横浜店", "closed_days": [2]}],
    "contacts": [
        {"name": "山田 花子", "email": "Hanako@Customer.example", "role": "coordinator", "stores": ["Y01"]},
        {"name": "佐藤 健", "phone": "045-123-4567", "locale": "en"},
    ],
}


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@both
def test_a_new_account_comes_with_everything_it_has_and_mails_nobody(program: Program) -> None:
    made = program.put("/accounts/A-1", ACCOUNT)
    assert made.status_code == 201
    assert made.headers["Location"] == "http://127.0.0.1:8000/api/v1/accounts/A-1"
    account = made.json
    assert (account["external_id"], account["stage"], account["planned_start_on"]) == (
        "A-1",
        "onboarding",
        "2026-06-01",
    )
    assert [(store["code"], store["name"], store["closed_days"]) for store in account["stores"]] == [
        ("Y01", "横浜店", [2])
    ]
    hanako, ken = account["contacts"]
    assert (hanako["email"], hanako["role"], hanako["stores"]) == ("hanako@customer.example", "coordinator", ["Y01"])
    assert (ken["email"], ken["locale"], ken["checks"]) == (None, "en", ["no_email"])
    assert hanako["personal_url"].startswith("http://127.0.0.1:8000/me/")
    assert hanako["feed_url"].startswith("http://127.0.0.1:8000/calendar/")
    assert hanako["feed_url"].endswith(".ics")
    assert {clause["key"]: clause["met"] for clause in account["readiness"]["clauses"]}["attended"] is False
    assert account["readiness"]["ready"] is False
    assert account["state"]["level"] == "on_track"
    assert count(Mail) == 0


@both
@pytest.mark.parametrize("name", ["KK/A-1", "A/events", "50%2F", "店/本店", "a?b#c /"])
def test_an_external_id_may_hold_any_character_at_every_address_of_its_account(name: str, program: Program) -> None:
    a_setup_step("menu")
    made = program.put(f"/accounts/{quote(name, safe='')}", ACCOUNT)
    assert (made.status_code, made.json["external_id"]) == (201, name)
    address = made.headers["Location"].removeprefix("http://127.0.0.1:8000/api/v1")
    assert program.get(address).json["external_id"] == name
    # Nor does a base address that ends in a slash lead to another name.
    assert program.get(f"/{address}").json["external_id"] == name
    assert program.put(f"{address}/setup/menu", {"done": True}).json["done"] is True
    assert program.post(f"{address}/usage", {"at": "2026-04-01T00:00:00Z", "event": "order"}).status_code == 201
    assert program.get(f"{address}/events").json["items"] != []
    missing = program.get(f"{address}%2Fmore")
    assert (missing.status_code, missing.json["params"]["value"]) == (404, f"{name}/more")
    assert count(Account) == 1


@both
def test_putting_it_again_changes_only_what_is_sent(program: Program) -> None:
    program.put("/accounts/A-1", ACCOUNT)
    events = count(Event)
    same = program.put("/accounts/A-1", ACCOUNT)
    assert same.status_code == 200
    assert (count(Account), count(Contact), count(Event)) == (1, 2, events)
    changed = program.put("/accounts/A-1", {"plan": "Premium", "stores": [{"code": "Y02", "name": "川崎店"}]}).json
    assert (changed["name"], changed["plan"]) == (ACCOUNT["name"], "Premium")
    assert [store["code"] for store in changed["stores"]] == ["Y01", "Y02"]
    assert len(changed["contacts"]) == 2


@both
def test_what_was_read_can_be_put_back_unchanged(program: Program) -> None:
    read = program.put("/accounts/A-1", ACCOUNT).json
    assert program.put("/accounts/A-1", read).json == read


@both
def test_a_person_is_changed_by_id_also_when_name_and_address_change(program: Program) -> None:
    hanako = program.put("/accounts/A-1", ACCOUNT).json["contacts"][0]
    entry = {"id": hanako["id"], "name": "鈴木 花子", "email": "suzuki@customer.example"}
    people = program.put("/accounts/A-1", {"contacts": [entry]}).json["contacts"]
    assert [person["name"] for person in people] == ["鈴木 花子", "佐藤 健"]
    assert people[0]["role"] == "coordinator"


@both
def test_the_stage_is_heeded_when_the_account_is_new_and_later_moves_by_handover_only(program: Program) -> None:
    assert program.put("/accounts/A-1", ACCOUNT | {"stage": "success"}).json["stage"] == "success"
    assert program.put("/accounts/A-1", {"stage": "onboarding"}).json["stage"] == "success"


@both
def test_owners_are_named_by_their_addresses(program: Program) -> None:
    owners = {"onboarding": "misaki@vendor.example"}
    account = program.put("/accounts/A-1", ACCOUNT | {"owners": owners}).json
    assert account["owners"] == {
        "sales": None,
        "onboarding": "misaki@vendor.example",
        "success": None,
        "renewal": None,
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "長" * 201}, "name"),
        ({"stage": "churned"}, "stage"),
        ({"planned_start_on": "2026/06/01"}, "planned_start_on"),
        ({"planned_start_on": "2026-02-30"}, "planned_start_on"),
        ({"stores": {"code": "Y01"}}, "stores"),
        ({"stores": [{"name": "店"}]}, "stores.0.code"),
        ({"stores": [{"code": "Y01", "closed_days": [7]}]}, "stores.0.closed_days.0"),
        ({"contacts": [{"name": "花子", "role": "boss"}]}, "contacts.0.role"),
        ({"contacts": [{"name": "花子", "zone": "Mars/Base"}]}, "contacts.0.zone"),
        ({"contacts": ["hanako@customer.example"]}, "contacts.0"),
        ({"contacts": [{"email": "not an address"}]}, "email"),
        ({"contacts": [{"name": "花子", "stores": ["nowhere"]}]}, "stores"),
        ({"contacts": [{"id": 999_999, "name": "花子"}]}, "contacts"),
        ({"contacts": [{"role": "member"}]}, "name"),
        ({"owners": {"onboarding": "nobody"}}, "owners.onboarding"),
        ({"owner": "misaki@vendor.example"}, "owner"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(program: Program, change: dict[str, Any], field: str) -> None:
    refused = program.put("/accounts/A-1", ACCOUNT | change)
    assert (refused.status_code, refused.json["field"]) == (422, field), refused.text
    assert count(Account) == 0


@both
def test_every_wrong_field_is_listed_at_once(program: Program) -> None:
    refused = program.put("/accounts/A-1", {"name": 1, "stores": [{}, {"code": 2}], "colour": "red"})
    assert sorted(error["field"] for error in refused.json["errors"]) == [
        "colour",
        "name",
        "stores.0.code",
        "stores.1.code",
    ]


@both
def test_an_account_tells_who_attended_what_and_names_people_and_stores_in_its_evidence(
    program: Program, now: datetime
) -> None:
    account = an_account()
    store, other = a_store(account, code="Y01"), a_store(account, code="Y02")
    for code in ("Y03", "Y04"):
        a_store(account, code=code)
    contact = a_contact(account, (store,), email="hanako@customer.example")
    shared = a_contact(account, (other,), email="shop@customer.example", name="店 一")
    a_contact(account, email="shop@customer.example", name="店 二")
    lecture = a_lecture(a_course("basic"), now - timedelta(days=1))
    with db.writing():
        for person in (contact, shared):
            db.session.add(
                Attendance(
                    lecture_id=lecture.id,
                    contact_id=person.id,
                    verdict="attended",
                    seconds=3300,
                    sources=["report"],
                    decided_at=now,
                )
            )
    readiness.refresh(account.id, now)
    read = program.get(f"/accounts/{account.external_id}").json
    assert [(row["contact"], row["course"], row["verdict"], row["seconds"]) for row in read["attendance"]] == [
        ("hanako@customer.example", "basic", "attended", 3300),
        (str(shared.id), "basic", "attended", 3300),
    ]
    attended = next(clause for clause in read["readiness"]["clauses"] if clause["key"] == "attended")
    assert [(item["contact"], item["stores"]) for item in attended["evidence"]] == [
        ("hanako@customer.example", ["Y01"]),
        (str(shared.id), ["Y02"]),
    ]


@both
def test_stores_that_are_still_missing_are_named_by_their_codes(program: Program, now: datetime) -> None:
    account = an_account()
    for code in ("Y01", "Y02", "Y03", "Y04"):
        a_store(account, code=code)
    readiness.refresh(account.id, now)
    clauses = program.get(f"/accounts/{account.external_id}").json["readiness"]["clauses"]
    attended = next(clause for clause in clauses if clause["key"] == "attended")
    assert attended["params"]["stores_missing"] == ["Y01", "Y02", "Y03", "Y04"]


@both
def test_set_up_is_told_step_by_step(program: Program) -> None:
    a_setup_step("menu")
    account = an_account()
    step = program.get(f"/accounts/{account.external_id}").json["setup"][0]
    assert (step["step"], step["done"], step["at"]) == ("menu", False, None)
    assert step["items"] == [{"store": None, "state": "open", "waiting_on": None, "at": None, "reason": None}]


@both
def test_lists_are_filtered_by_stage_ready_and_stuck(program: Program, now: datetime) -> None:
    an_account(external_id="plain")
    an_account(external_id="ready", ready_since=now)
    an_account(external_id="stuck", level="stuck")
    an_account(external_id="live", stage="success")

    def found(**query: str) -> list[str]:
        return [account["external_id"] for account in program.get("/accounts", **query).json["items"]]

    assert found() == ["plain", "ready", "stuck", "live"]
    assert found(stage="onboarding") == ["plain", "ready", "stuck"]
    assert found(ready="true") == found(ready="1") == ["ready"]
    assert found(stage="onboarding", ready="false") == ["plain", "stuck"]
    assert found(stuck="true") == ["stuck"]
    assert found(stage="renewal") == []


@both
def test_the_list_is_read_piece_by_piece_also_while_accounts_are_added(program: Program) -> None:
    for number in range(5):
        an_account(external_id=f"A{number}")
    first = program.get("/accounts", limit=2).json
    an_account(external_id="A5")
    second = program.get("/accounts", limit=3, cursor=first["next"]).json
    third = program.get("/accounts", cursor=second["next"]).json
    found = [account["external_id"] for piece in (first, second, third) for account in piece["items"]]
    assert found == ["A0", "A1", "A2", "A3", "A4", "A5"]
    assert third["next"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "WyJhIl0"}, "cursor"),
        ({"cursor": "WzEsMl0"}, "cursor"),
        ({"cursor": "Wzk5OTk5OTk5OTk5OTk5OTldfQ"}, "cursor"),
        ({"ready": "perhaps"}, "ready"),
        ({"stage": "churned"}, "stage"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_filter_is_refused_rather_than_ignored(program: Program, query: dict[str, str], field: str) -> None:
    refused = program.get("/accounts", **query)
    assert (refused.status_code, refused.json["field"]) == (422, field)


@both
def test_more_than_200_at_once_gives_200(program: Program) -> None:
    assert program.get("/accounts", limit=100_000).status_code == 200


@pytest.mark.parametrize("path", ["", "/events"])
def test_an_unknown_account_is_404_and_named(program: Program, path: str) -> None:
    missing = program.get(f"/accounts/nobody{path}")
    assert (missing.status_code, missing.content_type) == (404, "application/problem+json")
    assert missing.json["params"] == {"what": "account", "value": "nobody"}


def test_an_accounts_open_tasks_are_told(program: Program) -> None:
    owner = a_member()
    contact = a_contact(an_account(external_id="T-1", onboarding_owner_id=owner.id))
    about = {"account_id": contact.account_id, "contact_id": contact.id}
    number = tasks.add("a", "wish", now=NOW, words="午前を希望", **about)
    tasks.done(tasks.add("b", "stray", now=NOW, account_id=contact.account_id), NOW, CLI)
    assert program.get("/accounts/T-1").json["tasks"] == [
        {
            "id": number,
            "kind": "wish",
            "words": "午前を希望",
            "account": "T-1",
            "contact": contact.email,
            "lecture": None,
            "owner": owner.email,
            "due_on": "2026-04-02",
            "created_at": "2026-04-01T00:00:00Z",
            "done_at": None,
        }
    ]
