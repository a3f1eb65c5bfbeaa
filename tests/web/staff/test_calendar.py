"""How members get their lectures into their own calendars, and end links that others know."""

from __future__ import annotations

from flask import Flask
from icalendar import Calendar

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services import addresses, staff
from scheduler.services.actors import CLI
from scheduler.services.installation import here
from tests.conftest import Client, sign_in
from tests.factories import NOW, a_contact, a_course, a_lecture, a_member, a_registration

PAGE = "/staff/calendar"


def path_of(address: str) -> str:
    return address.removeprefix(here().base_url)


def test_the_page_offers_both_feeds_to_every_program(staff_client: Client, member: Staff) -> None:
    a_course()
    assert PAGE in staff_client.get("/staff/lectures").text
    text = staff_client.get(PAGE).text
    for feed in (addresses.staff_feed(member), addresses.team_feed(member)):
        assert f'href="webcal://{feed.removeprefix("http://")}"' in text
        assert f'href="{feed}" download' in text
        assert f">{feed}</code>" in text
    assert text.count("https://calendar.google.com/calendar/render?cid=webcal%3A%2F%2F") == 2
    assert text.count("https://outlook.office.com/calendar/0/addfromweb?url=http%3A%2F%2F") == 2


def test_a_team_that_teaches_nothing_is_told_so(client: Client, app: Flask) -> None:
    a_course()
    member = a_member("sales")
    sign_in(client, member)
    text = client.get(PAGE).text
    assert "チームが受け持つレクチャーはありません" in text
    assert addresses.team_feed(member) not in text
    assert addresses.staff_feed(member) in text


def test_feeds_show_counts_and_the_roster_but_no_customer(client: Client, database: Flask) -> None:
    host = a_member(name="小林 美咲")
    colleague = a_member(locale="en")
    lecture = a_lecture(host_id=host.id)
    contact = a_contact(name="山田 花子")
    a_registration(contact, lecture)
    for address in (addresses.staff_feed(host), addresses.team_feed(colleague)):
        answer = client.get(path_of(address))
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"].startswith("private")
        (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
        assert event["UID"] == lecture.uid
        assert event["URL"] == addresses.lecture(lecture.id)
        assert "1/30" in event["SUMMARY"]
        for name in ("山田", contact.email or "", contact.account.name):
            assert name not in answer.data.decode().replace("\r\n ", "")
        unchanged = client.get(path_of(address), headers={"If-None-Match": answer.headers["ETag"]})
        assert (unchanged.status_code, unchanged.data) == (304, b"")


def test_links_that_others_know_are_changed_after_asking(staff_client: Client, member: Staff, database: Flask) -> None:
    a_course()
    before = [path_of(address) for address in (addresses.staff_feed(member), addresses.team_feed(member))]
    assert [staff_client.get(path).status_code for path in before] == [200, 200]
    assert "今のリンクは使えなくなり" in staff_client.get(f"{PAGE}/reset").text
    assert [staff_client.get(path).status_code for path in before] == [200, 200]
    assert staff_client.post(f"{PAGE}/reset").status_code == 303
    for path in before:
        refused = staff_client.get(path)
        assert refused.status_code == 404
        assert "サインインして" in refused.text
    known = db.session.get_one(Staff, member.id)
    text = staff_client.get(PAGE).text
    for address in (addresses.staff_feed(known), addresses.team_feed(known)):
        assert address in text
        assert staff_client.get(path_of(address)).status_code == 200


def test_who_has_left_reads_no_feed(client: Client, app: Flask) -> None:
    member = a_member()
    feed = path_of(addresses.staff_feed(member))
    staff.leave(member.id, NOW, CLI)
    assert client.get(feed).status_code == 404


def test_a_link_opens_no_other_feed(client: Client, app: Flask) -> None:
    member, contact = a_member(), a_contact()
    own = path_of(addresses.staff_feed(member)).rpartition("/")[2]
    personal = path_of(addresses.feed(contact)).rpartition("/")[2]
    for path in (f"team/{own}", own, f"staff/{personal}", f"team/{personal}"):
        assert client.get(f"/calendar/{path}").status_code == 404
