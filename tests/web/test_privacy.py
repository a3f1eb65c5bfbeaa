"""A lecture for one account, or for one person, is nowhere for anybody else: no page, feed, mail or error tells of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.staff import Staff
from scheduler.services import addresses, introductions
from scheduler.services.installation import here
from scheduler.services.outbox.content import preview
from tests.conftest import NOW, Client
from tests.factories import a_contact, a_course, a_lecture, a_member, a_registration, an_account
from tests.web.customer.pages import page_of
from tests.web.test_doors import address, rules

# What tells of the two secret lectures: their times in Tokyo and in UTC, their hosts, their links.
COMPANY = ("13:07", "040700Z", "秘密 一郎", "secret-company")
PERSON = ("11:23", "022300Z", "秘密 二郎", "secret-person")
NOBODY = 999_999


@dataclass(frozen=True)
class World:
    """A company's own lecture, one of a single person of it, and an open one, all of the same course."""

    company: Lecture
    person: Lecture
    # Whose lecture it is; a colleague; the coordinator; somebody of another company.
    owner: Contact
    colleague: Contact
    stranger: Contact
    registration_id: int


@pytest.fixture
def world(app: Flask) -> World:
    account = an_account()
    owner, colleague = a_contact(account, role="member"), a_contact(account, role="member")
    stranger = a_contact()
    hidden = {"account_id": account.id, "capacity": 9, "kind": "meeting"}
    company = a_lecture(
        starts_at=datetime(2026, 4, 8, 4, 7, tzinfo=UTC),
        host_id=a_member(name=COMPANY[2]).id,
        join_url=f"https://meet.example/{COMPANY[3]}",
        meeting_id=f"number-{COMPANY[3]}",
        passcode=f"code-{COMPANY[3]}",
        **hidden,
    )
    person = a_lecture(
        starts_at=datetime(2026, 4, 9, 2, 23, tzinfo=UTC),
        host_id=a_member(name=PERSON[2]).id,
        join_url=f"https://meet.example/{PERSON[3]}",
        meeting_id=f"number-{PERSON[3]}",
        passcode=f"code-{PERSON[3]}",
        contact_id=owner.id,
        **hidden,
    )
    a_registration(owner, person)
    a_registration(owner, company)
    registration = a_registration(stranger, a_lecture())
    return World(company, person, owner, colleague, stranger, registration.id)


def told(text: str, marks: tuple[str, ...]) -> list[str]:
    return [mark for mark in marks if mark in text]


def everything(app: Flask, client: Client, token: str, world: World) -> dict[str, str]:
    """Read every page that is nobody's of the staff, with the link of one contact, as it stands for two lectures."""
    seen: dict[str, str] = {}
    for lecture in (world.company, world.person):
        values = {
            "token": token,
            "lecture_id": lecture.id,
            "registration_id": world.registration_id,
            "contact_id": world.stranger.id,
            "key": "basic",
            "step": "menu",
            "name": "basic",
        }
        for rule, method in rules(app):
            if method == "GET" and not rule.rule.startswith(("/staff", "/static", "/bootstrap", "/api", "/join")):
                for query in ("", f"?lecture={lecture.id}", "?course=basic", "?also=1"):
                    path = address(rule, values) + query
                    for language in ("ja", "en"):
                        seen[f"{path} {language}"] = client.get(path, headers={"Accept-Language": language}).text
    return seen


def test_no_page_tells_a_stranger_of_either(app: Flask, client: Client, world: World) -> None:
    token = here().links.sign("me", world.stranger.id, world.stranger.link_version)
    seen = everything(app, client, token, world)
    assert any("14:00" not in text and "09:00" in text for text in seen.values())
    assert {path: marks for path, text in seen.items() if (marks := told(text, COMPANY + PERSON))} == {}


def test_a_colleague_sees_the_companys_but_not_the_other_persons(app: Flask, client: Client, world: World) -> None:
    token = here().links.sign("me", world.colleague.id, world.colleague.link_version)
    seen = everything(app, client, token, world)
    assert {path: marks for path, text in seen.items() if (marks := told(text, PERSON))} == {}
    assert COMPANY[0] in client.get(page_of(world.colleague)).text


def test_no_page_shows_the_meeting_itself_even_to_whoever_has_a_seat(app: Flask, client: Client, world: World) -> None:
    token = here().links.sign("me", world.owner.id, world.owner.link_version)
    seen = everything(app, client, token, world)
    assert {path: marks for path, text in seen.items() if (marks := told(text, (COMPANY[3], PERSON[3])))} == {}


def test_the_person_sees_both(client: Client, world: World) -> None:
    text = client.get(page_of(world.owner)).text
    assert (COMPANY[0] in text, PERSON[0] in text) == (True, True)


def test_feeds_hold_only_what_is_the_readers(client: Client, world: World) -> None:
    course = client.get("/calendar/courses/basic.ics").text
    assert "BEGIN:VEVENT" in course
    assert told(course, COMPANY + PERSON) == []
    for contact in (world.stranger, world.colleague):
        feed = client.get(addresses.feed(contact).removeprefix(here().base_url)).text
        assert told(feed, COMPANY + PERSON) == []
    own = client.get(addresses.feed(world.owner).removeprefix(here().base_url)).text
    assert told(own, (COMPANY[1], PERSON[1])) == [COMPANY[1], PERSON[1]]


@pytest.mark.parametrize("who", ["stranger", "colleague"])
def test_an_error_is_the_same_as_for_a_lecture_that_is_not_there(client: Client, world: World, who: str) -> None:
    contact: Contact = getattr(world, who)
    own = a_registration(contact, a_lecture(starts_at=NOW.replace(day=20)))
    secrets = [world.person] if who == "colleague" else [world.person, world.company]
    page = page_of(contact)
    before = db.session.scalar(select(func.count()).select_from(Registration))

    def answers(lecture_id: int) -> list[tuple[int, str]]:
        forms = [
            client.post(f"{page}/lectures/{lecture_id}/register"),
            client.post(f"{page}/lectures/{lecture_id}/register", data={"waitlist": "1"}),
            client.post(f"{page}/registrations/{own.id}/change", data={"lecture": lecture_id}),
            client.get(f"{page}?lecture={lecture_id}"),
            client.get(f"/lectures/{lecture_id}/apply"),
            client.post(f"/lectures/{lecture_id}/apply", data={"email": "x@y.example", "name": "x", "company": "x"}),
        ]
        named = re.compile(rf'(lectures/|lecture=|value="){lecture_id}\b|csrf_token" value="[^"]*')
        return [(form.status_code, named.sub(r"\1N", form.text)) for form in forms]

    for lecture in secrets:
        assert answers(lecture.id) == answers(NOBODY)
    assert db.session.scalar(select(func.count()).select_from(Registration)) == before


def test_mails_offer_only_what_is_open_to_the_reader(world: World) -> None:
    course = a_course()
    texts = {}
    for contact in (world.stranger, world.colleague):
        mail = Mail(
            key=f"k{contact.id}", kind="invitation", contact_id=contact.id, account_id=contact.account_id,
            params={"course_id": course.id}, created_at=NOW, due_at=NOW, next_try_at=NOW,
        )  # fmt: skip
        with db.writing():
            db.session.add(mail)
        rendered = preview(mail, NOW)
        texts[contact.id] = rendered.text + rendered.html
    assert told(texts[world.stranger.id], COMPANY + PERSON) == []
    assert told(texts[world.colleague.id], PERSON) == []
    assert introductions.plan([world.owner.account_id], "everyone", NOW).already == [world.owner.id]


def test_staff_see_all_of_it(staff_client: Client, member: Staff, world: World) -> None:
    for path in ("/staff/lectures?from=2026-04-01", f"/staff/accounts/{world.owner.account_id}"):
        text = staff_client.get(path).text
        assert (COMPANY[0] in text, PERSON[0] in text) == (True, True)
