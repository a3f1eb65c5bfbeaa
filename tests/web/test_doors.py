"""Every door is found by walking the routes themselves, so that a new one is tested before anybody thinks of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from werkzeug.routing import Rule

from scheduler.models.accounts import Account
from scheduler.models.attendance import Presence
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.mails import Mail, Suppression
from scheduler.models.registrations import Registration
from scheduler.models.replies import Reply
from scheduler.models.signals import Delivery
from scheduler.models.staff import Staff
from scheduler.models.uploads import Upload
from scheduler.services import addresses, mail_notes, setup_files, tags, tasks
from scheduler.services.actors import Actor
from scheduler.services.attendance import codes, staging
from scheduler.services.installation import here
from scheduler.services.signals.tell import tell
from scheduler.services.trials import figures, keeping
from scheduler.services.trials.keeping import Wanted
from tests.conftest import Client, sign_in
from tests.factories import (
    NOW,
    a_contact,
    a_destination,
    a_lecture,
    a_member,
    a_registration,
    a_series,
    a_setup_step,
    a_store,
    a_token,
    an_account,
    an_application,
)
from tests.sendgrid.events import new_key, public

# Whoever comes in by these needs nothing: supervisors, the sign-in page, the language switch, the public programme,
# and Bootstrap's files.
WITHOUT_GATE = {"bootstrap", "health", "language", "staff_door", "public", "find_mail", "attend"}
# What the sign-in page consists of.
DOOR = {f"staff_door.{view}" for view in ("sign_in", "enter", "sign_out", "password", "set_password")}
# Every member's own, whatever the team.
OWN = {"staff_calendar.reset"}
# What sales may do: its form, left empty, is refused as such.
OF_SALES = {"staff_hand_in.create"}
FORGED = "AAAAAAAAAAAAAAAA1.1"


@dataclass(frozen=True)
class World:
    """One of everything, so that every address leads somewhere."""

    values: dict[str, Any]
    token: str


def rules(app: Flask, prefix: str = "/") -> Iterator[tuple[Rule, str]]:
    """Walk the addresses below a prefix with each method they answer."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(prefix):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def address(rule: Rule, values: dict[str, Any] | None = None) -> str:
    """Fill an address in: what has no value is 1."""
    known = {"filename": "tasuki.css", "path": "x", "matter": "setup"} | (values or {})
    return re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda part: str(known.get(part[1], 1)), rule.rule)


def values_of(rule: Rule, world: World) -> dict[str, Any]:
    """Return what fills an address in: its link is for the folder's purpose, its upload for the folder's lecture."""
    folder = rule.rule.split("/")[1]
    token = world.values.get("_password" if folder == "staff" else f"_{folder}", FORGED)
    others = {"/report/": "_report", "/<any(setup, usage, contracts):matter>": "_ticks", "/imports/figures": "_figures"}
    other = next((key for part, key in others.items() if part in rule.rule), "")
    return world.values | {"token": token} | (world.values[other] if other else {})


def snapshot() -> dict[str, list[Any]]:
    """Return every row of every table, but for the day on which a token was last used."""
    db.session.rollback()
    names = [table.name for table in db.metadata.sorted_tables if table.name != "api_tokens"]
    return {name: [tuple(row) for row in db.session.execute(text(f"SELECT * FROM {name}"))] for name in names}


def a_report() -> dict[str, int]:
    """Hand an attendance report in for a lecture that is over."""
    lecture = a_lecture(starts_at=datetime(2026, 3, 31, 5, tzinfo=UTC))
    lines = "名前 (元の名前),参加時刻,退出時刻\n林 健太,2026/03/31 14:00:00,2026/03/31 14:58:00\n"
    upload_id = staging.stage(lecture.id, lines.encode(), "report.csv", None, NOW, Actor("staff", None, "page"))
    return {"lecture_id": lecture.id, "upload_id": upload_id}


def a_stranger(lecture_id: int) -> int:
    """Let somebody come into a lecture's room of whom nobody knows who it is, and have its code shown."""
    codes.show(lecture_id, NOW, Actor("staff", None, "page"))
    with db.writing():
        row = Presence(lecture_id=lecture_id, source="webhook", key="zoom:x:1", display_name="iPhone", recorded_at=NOW)
        db.session.add(row)
    return row.id


def a_delivery(account: Account) -> dict[str, int]:
    """Have a program told that an account is ready."""
    destination = a_destination("account.ready")
    with db.writing():
        tell("account.ready", "k", NOW, account.id)
    number = db.session.scalars(select(Delivery.id)).one()
    return {"destination_id": destination.id, "delivery_id": number}


def a_trial(account: Account, member: Staff) -> dict[str, Any]:
    """Keep a trial, and hand in figures for it."""
    actor = Actor("staff", member.id, "page")
    tags.tag_accounts([account.id], ["試行"], NOW, actor)
    tag = tags.by_name("試行")
    assert tag is not None
    months = ("2025-10", "2025-12", "2026-01", "2026-03")
    number = keeping.add(Wanted("試し", "accounts", [(tag.id, True)], *months, ["meetings"]), NOW, actor)
    data = f"month,account,meetings\n2026-01,{account.external_id},3\n".encode()
    return {"trial_id": number, "_figures": {"upload_id": figures.stage(data, "a.csv", NOW, actor)}}


@pytest.fixture
def world(app: Flask) -> World:
    member = a_member(team="operations")
    account = an_account(onboarding_owner_id=member.id, ready_since=NOW)
    contact = a_contact(account, (store := a_store(account),))
    a_setup_step("menu")
    a_setup_step("logins", per="store")
    lecture = a_lecture(host_id=member.id)
    registration = a_registration(contact, lecture)
    moments = {"created_at": NOW, "due_at": NOW, "next_try_at": NOW}
    with db.writing():
        mail = Mail(key="k", kind="confirmation", contact_id=contact.id, registration_id=registration.id, lecture_id=lecture.id, account_id=account.id, params={"sequence": 0}, **moments)  # fmt: skip
        handover = Handover(
            account_id=account.id, from_stage="onboarding", to_stage="success", requested_at=NOW, wave="w"
        )
        upload = Upload(kind="customers", filename="a.csv", content="顧客ID,会社名\nA-9,み\n".encode(), sha256="", created_at=NOW, expires_at=NOW.replace(year=2027))  # fmt: skip
        reply = Reply(message_id="1", received_at=NOW, sender="hanako@customer.example", outcome="kept")
        closed = Suppression(address="hanako@customer.example", list="nudges", reason="unsubscribed", created_at=NOW)
        db.session.add_all([mail, handover, upload, reply, closed])
    values = {
        "account_id": account.id,
        "contact_id": contact.id,
        "store_id": store.id,
        "lecture_id": lecture.id,
        "registration_id": registration.id,
        "series_id": a_series().id,
        "mail_id": mail.id,
        "application_id": an_application(lecture, state="waiting", confirmed_at=NOW).id,
        "handover_id": handover.id,
        "wave": "w",
        "upload_id": upload.id,
        "_ticks": {
            "kind": "setup",
            "upload_id": setup_files.stage(b"account_id,step\nA-1,menu\n", "a.csv", NOW, Actor("staff", None, "page")),
        },  # fmt: skip
        **a_delivery(account),
        **a_trial(account, member),
        "reply_id": reply.id,
        "suppression_id": closed.id,
        "staff_id": member.id,
        "presence_id": a_stranger(lecture.id),
        "task_id": tasks.add("k", "by_hand", now=NOW, account_id=account.id, words="電話する"),
        "external_id": account.external_id,
        "key": "basic",
        "step": "menu",
        "stage": "success",
        "kind": "missed",
        "locale": "ja",
        "version": 0,
        "note_id": mail_notes.add(account.id, "invitation", "一言", NOW, Actor("staff", member.id, "page")),
        # A report, and a part of it that is drawn.
        "name": "attendance",
        "part": "weekday",
        "_member": member,
        "_report": a_report(),
        "_me": here().links.sign("me", contact.id, contact.link_version),
        "_join": here().links.sign("join", registration.id, contact.link_version),
        "_unsubscribe": here().links.sign("unsubscribe", contact.id, contact.link_version),
        "_apply": addresses.application(an_application(lecture)).rpartition("/")[2],
        "_password": here().links.sign("password", member.id, member.password_version),
    }
    return World(values, a_token())


def test_every_staff_page_leads_who_is_not_signed_in_to_the_sign_in_page(app: Flask, client: Client) -> None:
    walked = [(rule, method) for rule, method in rules(app, "/staff") if rule.endpoint not in DOOR]
    assert len(walked) > 40
    for rule, method in walked:
        response = client.open(address(rule), method=method)
        assert (response.status_code, response.location.partition("?")[0]) == (302, "/staff/sign-in"), (rule, method)


def test_every_program_without_a_token_is_told_that_it_needs_one(app: Flask, client: Client) -> None:
    walked = list(rules(app, "/api/v1"))
    assert len(walked) > 20
    for rule, method in walked:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
            limit_free = client.open(address(rule), method=method, headers=headers, data=b"{", content_type="text/x")
            assert limit_free.status_code in (401, 429), (rule, method, limit_free.status_code)


def test_every_hook_without_its_secret_is_closed(app: Flask, client: Client, world: World) -> None:
    walked = list(rules(app, "/hooks"))
    assert walked
    before = snapshot()
    for rule, method in walked:
        assert client.open(address(rule), method=method, data=b"{").status_code in (401, 404), rule
        app.extensions["tasuki"].sendgrid_inbound_secret = "the-right-secret"
        app.extensions["tasuki"].sendgrid_event_key = public(new_key())
        app.extensions["tasuki"].zoom_webhook_secret = "the-right-secret"
        assert client.open(address(rule), method=method, data=b"{").status_code == 401, rule
        app.extensions["tasuki"].sendgrid_inbound_secret = ""
        app.extensions["tasuki"].sendgrid_event_key = ""
        app.extensions["tasuki"].zoom_webhook_secret = ""
    assert snapshot() == before


def test_a_program_that_may_only_read_writes_nothing(app: Flask, client: Client, world: World) -> None:
    headers = {"Authorization": f"Bearer {a_token('read')}"}
    before = snapshot()
    for rule, method in rules(app, "/api/v1"):
        if method != "GET":
            response = client.open(address(rule, world.values), method=method, headers=headers, json={})
            assert response.status_code == 403, (rule, method)
    assert snapshot() == before


def test_a_forged_link_opens_nothing(app: Flask, client: Client, world: World) -> None:
    walked = [(rule, method) for rule, method in rules(app) if "<token>" in rule.rule]
    assert walked
    for rule, method in walked:
        values = world.values | {"token": FORGED}
        assert client.open(address(rule, values), method=method).status_code in (404, 429), (rule, method)
    assert client.get(f"/calendar/{FORGED}.ics").status_code in (404, 429)


def test_a_link_opens_only_what_it_is_for(app: Flask, client: Client, world: World) -> None:
    for rule, method in rules(app):
        purpose = next(
            (name for name in ("me", "join", "unsubscribe", "apply") if rule.rule.startswith(f"/{name}/")), None
        )
        if "<token>" not in rule.rule or purpose is None:
            continue
        for other in {"_me", "_join", "_unsubscribe", "_apply", "_password"} - {f"_{purpose}"}:
            response = client.open(address(rule, world.values | {"token": world.values[other]}), method=method)
            assert response.status_code in (404, 429), (rule, method, other)


def test_every_blueprint_has_a_gate(app: Flask) -> None:
    open_ones = {name for name in app.blueprints if not app.before_request_funcs.get(name)}
    assert open_ones <= WITHOUT_GATE


def test_every_writing_view_of_the_staff_asks_the_permission_table(app: Flask) -> None:
    for rule, method in rules(app, "/staff"):
        if method != "GET" and rule.endpoint not in DOOR:
            assert getattr(app.view_functions[rule.endpoint], "requires", None), rule.endpoint


def test_who_may_only_look_changes_nothing(app: Flask, client: Client, world: World) -> None:
    sign_in(client, a_member(team="sales"))
    before = snapshot()
    for rule, method in rules(app, "/staff"):
        if method != "GET" and rule.endpoint not in DOOR | OWN:
            refused = 422 if rule.endpoint in OF_SALES else 403
            assert client.open(address(rule, world.values), method=method).status_code == refused, rule.endpoint
    assert snapshot() == before


def test_no_form_is_taken_without_its_token(app: Flask, client: Client, world: World) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in(client, world.values["_member"])
    before = snapshot()
    for rule, method in rules(app):
        # Programs send no forms; the one-click POST of RFC 8058 comes from mail programs, which know no token.
        if method == "GET" or rule.rule.startswith(("/api", "/hooks", "/unsubscribe/")):
            continue
        response = client.open(address(rule, values_of(rule, world)), method=method)
        assert response.status_code == 400, rule
        assert "ページの有効期限が切れました" in response.text
    assert snapshot() == before


class _Page(HTMLParser):
    """Notes what a content security policy without inline script or style would stop, and forms without a token."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.form: list[str] | None = None
        self.method = ""
        self.feed(body)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.faults += [f"{tag} {name}" for name in values if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not values.get("src")):
            self.faults.append(tag)
        for name in ("src", "href"):
            if tag in ("script", "link", "img") and str(values.get(name, "/")).startswith(("http", "//")):
                self.faults.append(f"{tag} from elsewhere")
        if tag == "form":
            self.method, self.form = (values.get("method") or "get").lower(), []
        if self.form is not None and tag in ("input", "button"):
            self.form.append(values.get("name") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.form is not None:
            if self.method == "post" and "csrf_token" not in self.form:
                self.faults.append("form without token")
            self.form = None


def test_reading_every_page_changes_nothing_and_every_page_is_sound(app: Flask, client: Client, world: World) -> None:
    sign_in(client, world.values["_member"])
    before = snapshot()
    seen = 0
    for rule, method in rules(app):
        if method != "GET" or rule.endpoint in ("static", "bootstrap.static"):
            continue
        values = values_of(rule, world)
        headers = {"Authorization": f"Bearer {world.token}"} if rule.rule.startswith(("/api", "/metrics")) else {}
        response = client.get(address(rule, values), headers=headers)
        assert response.status_code < 400 or rule.endpoint == "staff_mails.file", (rule, response.status_code)
        if response.mimetype == "text/html" and response.status_code == 200:
            seen += 1
            assert _Page(response.text).faults == [], rule
            assert re.search(r"<html lang=\"(ja|en)\">", response.text), rule
            assert len(re.findall(r"<h1[ >]", response.text)) == 1, rule
            assert 'id="main"' in response.text, rule
            assert re.search(r"<title>[^<|]+\|", response.text), rule
    assert seen > 25
    assert snapshot() == before


def test_pages_may_load_nothing_from_elsewhere_and_be_framed_by_nobody(client: Client) -> None:
    headers = client.get("/staff/sign-in").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client: Client) -> None:
    cookie = client.get("/staff/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_world_of_these_tests_is_what_the_pages_show(world: World) -> None:
    assert db.session.get(Account, world.values["account_id"])
    assert db.session.get(Registration, world.values["registration_id"])
