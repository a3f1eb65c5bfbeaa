"""What calendar programs get: fresh bytes only when something changed, and nobody else's dates."""

from __future__ import annotations

import gzip
from datetime import datetime, timedelta

import pytest
from flask import Flask
from icalendar import Calendar, Event
from werkzeug.test import TestResponse

from scheduler.app import create_app
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.settings import Setting
from scheduler.services import addresses, courses
from scheduler.services.actors import WORKER
from scheduler.services.installation import here
from scheduler.services.lectures import cancelling, changing
from scheduler.services.registrations import booking, changes
from scheduler.services.series import strays
from scheduler.settings import Settings
from tests.conftest import Client
from tests.factories import NOW, a_contact, a_course, a_lecture, a_member, a_registration, an_account

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
COURSE = "/calendar/courses/basic.ics"


def path_of(address: str) -> str:
    return address.removeprefix(here().base_url)


def feed_of(contact: Contact) -> str:
    return path_of(addresses.feed(contact))


def rename(now: datetime, name: str = "入門編", minutes: int = 60) -> None:
    courses.put("basic", name={"ja": name, "en": "Basics"}, minutes=minutes, minimum_minutes=40, now=now, actor=WORKER)


def events(answer: TestResponse) -> list[Event]:
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.data).walk("VEVENT"))


def again(client: Client, path: str, answer: TestResponse) -> TestResponse:
    return client.get(path, headers={"If-None-Match": answer.headers["ETag"]})


def since(client: Client, path: str, answer: TestResponse) -> TestResponse:
    return client.get(path, headers={"If-Modified-Since": answer.headers["Last-Modified"]})


def test_a_personal_feed_has_the_contacts_dates_and_the_manners_programs_want(client: Client, database: Flask) -> None:
    contact = a_contact()
    row = a_registration(contact, a_lecture())
    answer = client.get(feed_of(contact))
    (event,) = events(answer)
    assert event["UID"] == row.uid
    assert event.decoded("DTSTART") == NOW + 7 * DAY
    assert addresses.join(row.id, contact) == event["URL"]
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'inline; filename="lectures.ics"'
    assert answer.headers["Cache-Control"].startswith("private, max-age=")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Last-Modified"] == "Wed, 01 Apr 2026 00:00:00 GMT"
    assert "Set-Cookie" not in answer.headers


def test_the_same_dates_give_the_same_bytes_and_then_a_304(client: Client, database: Flask) -> None:
    contact = a_contact()
    a_registration(contact)
    path = feed_of(contact)
    first, second = client.get(path), client.get(path)
    assert first.data == second.data
    answer = again(client, path, first)
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == first.headers["ETag"]
    assert since(client, path, first).status_code == 304


@pytest.mark.parametrize(
    "change", ["registered", "moved", "cancelled", "swapped", "lecture cancelled", "new vendor", "course renamed"]
)
def test_every_change_gives_new_bytes(client: Client, database: Flask, change: str) -> None:
    contact, other = a_contact(), a_lecture(starts_at=NOW + 9 * DAY)
    row = a_registration(contact, a_lecture())
    path = feed_of(contact)
    before = client.get(path)
    later = NOW + timedelta(microseconds=1)
    if change == "registered":
        booking.register(contact.id, other.id, later, WORKER)
    elif change == "moved":
        changing.change(row.lecture_id, {"starts_at": NOW + 8 * DAY}, later, WORKER)
    elif change == "cancelled":
        changes.cancel(row.id, later, WORKER)
    elif change == "swapped":
        changes.swap(row.id, other.id, later, WORKER)
    elif change == "lecture cancelled":
        cancelling.cancel(row.lecture_id, {"ja": "都合により"}, later, WORKER)
    elif change == "course renamed":
        rename(later)
    else:
        with db.writing():
            db.session.add(Setting(key="vendor", value={"phone": "03-1"}, changed_at=later))
    answer = again(client, path, before)
    assert answer.status_code == 200
    assert answer.data != before.data
    assert again(client, path, answer).status_code == 304


@pytest.mark.parametrize("whose", ["contact", "course", "host", "team"])
def test_programs_that_ask_by_time_alone_learn_of_a_courses_new_name(
    client: Client, database: Flask, whose: str
) -> None:
    host = a_member()
    row = a_registration(lecture=a_lecture(host_id=host.id))
    paths = {"contact": feed_of(row.contact), "course": COURSE}
    paths |= {"host": path_of(addresses.staff_feed(host)), "team": path_of(addresses.team_feed(host))}
    path = paths[whose]
    before = client.get(path)
    # What feeds do not show is no revision.
    rename(NOW + HOUR, name="基本操作編", minutes=90)
    assert since(client, path, before).status_code == 304
    rename(NOW + HOUR)
    answer = since(client, path, before)
    assert answer.status_code == 200
    (event,) = events(answer)
    assert "入門編" in event["SUMMARY"]
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") == NOW + HOUR
    assert since(client, path, answer).status_code == 304


def test_the_tag_changes_with_the_day_because_the_window_moves(settings: Settings, client: Client, app: Flask) -> None:
    contact = a_contact()
    a_registration(contact)
    path = feed_of(contact)
    before = client.get(path)
    tomorrow = create_app(settings.model_copy(update={"clock": (NOW + DAY).isoformat()}))
    answer = again(tomorrow.test_client(), path, before)  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert answer.headers["Last-Modified"] == "Thu, 02 Apr 2026 00:00:00 GMT"


def test_a_compressed_feed_is_another_representation(client: Client, app: Flask) -> None:
    contact = a_contact()
    a_registration(contact)
    path = feed_of(contact)
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    kept = client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    assert kept.status_code == 304
    assert again(client, path, packed).status_code == 200
    assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "gzip;q=0"}).headers


def test_head_tells_the_same_without_the_body(client: Client, app: Flask) -> None:
    contact = a_contact()
    a_registration(contact)
    whole, head = client.get(feed_of(contact)), client.head(feed_of(contact))
    assert head.data == b""
    for name in ("ETag", "Content-Length", "Last-Modified", "Content-Type"):
        assert head.headers[name] == whole.headers[name]


def test_the_language_is_the_contacts_or_the_one_asked_for(client: Client, app: Flask) -> None:
    contact = a_contact()
    a_registration(contact)
    path = feed_of(contact)
    assert events(client.get(path))[0]["SUMMARY"].startswith("基本操作編")
    english = client.get(f"{path}?lang=en")
    assert events(english)[0]["SUMMARY"].startswith("Basics")
    assert english.headers["ETag"] != client.get(path).headers["ETag"]
    assert events(client.get(f"{path}?lang=xx"))[0]["SUMMARY"].startswith("基本操作編")


def test_a_feed_shows_nobody_elses_dates(client: Client, app: Flask) -> None:
    account = an_account()
    contact, colleague = a_contact(account), a_contact(account)
    lecture = a_lecture()
    a_registration(colleague, lecture)
    assert events(client.get(feed_of(contact))) == []


def test_a_wrong_link_is_refused_in_both_languages(client: Client, app: Flask) -> None:
    contact = a_contact()
    for path in (
        "/calendar/nonsense.ics",
        feed_of(contact)[:-5] + "9.ics",
        f"/calendar/{here().links.sign('me', contact.id, 1)}.ics",
    ):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert "最新のリンク" in answer.text
        assert "personal page" in answer.text


def test_resetting_the_feed_ends_its_link_and_no_other(client: Client, app: Flask) -> None:
    contact = a_contact()
    path, page = feed_of(contact), addresses.personal(contact).removeprefix(here().base_url)
    with db.writing():
        db.session.get_one(Contact, contact.id).feed_version += 1
    assert client.get(path).status_code == 404
    assert client.get(page).status_code == 200


def test_guessing_is_stopped_but_a_good_link_is_never_kept_out(client: Client, app: Flask) -> None:
    contact = a_contact()
    statuses = [client.get(f"/calendar/guess{number}.ics").status_code for number in range(31)]
    assert (statuses[0], statuses[-1]) == (404, 429)
    assert client.get(feed_of(contact)).status_code == 200


def test_addresses_longer_than_any_feeds_are_answered_and_not_kept(client: Client, app: Flask) -> None:
    path = feed_of(a_contact())
    assert client.get(path).status_code == 200
    mounted = app.wsgi_app.mounts["/calendar"]  # type: ignore[attr-defined]
    kept = mounted._asked.cache_info().currsize
    for number in range(5):
        assert client.get(f"{path}?lang=en&x={number}{'x' * 999}").status_code == 200
        assert client.get(f"/calendar/courses/{number}{'x' * 999}.ics").status_code == 404
    assert mounted._asked.cache_info().currsize == kept


def test_feeds_are_read_only(client: Client, app: Flask) -> None:
    refused = client.post(feed_of(a_contact()))
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD")
    for path in ("/calendar/", "/calendar", "/calendar/a/b/c.ics", "/calendar/.ics", "/calendar/courses/.ics"):
        assert client.get(path).status_code == 404


def test_a_fault_is_told_in_words_and_written_down(
    client: Client, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    path = feed_of(a_contact())
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE settings")
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (500, "text/plain")
    assert "時間をおいて" in answer.text
    assert "fault" in caplog.text


def test_on_https_a_program_that_came_by_http_is_led_over(settings: Settings, app: Flask) -> None:
    contact = a_contact()
    path = feed_of(contact)
    secure = create_app(
        settings.model_copy(update={"base_url": "https://tasuki.example.jp", "clock": ""})
    ).test_client()
    plain = "http://tasuki.example.jp"
    answer = secure.get(f"{path}?lang=en", base_url=plain)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"https://tasuki.example.jp{path}?lang=en")
    assert secure.get(path, base_url="https://tasuki.example.jp").status_code == 200
    assert secure.get(path, base_url=plain, headers={"X-Forwarded-Proto": "https"}).status_code == 200


# --- Courses ---------------------------------------------------------------------------------------------------------


def test_a_course_feed_shows_its_public_dates_without_the_way_in(client: Client, database: Flask) -> None:
    lecture = a_lecture(meeting_id="987 6543", passcode="481516")
    a_lecture(account_id=an_account().id)
    a_lecture(a_course("advanced"))
    answer = client.get(COURSE)
    (event,) = events(answer)
    assert event["UID"] == lecture.uid
    assert event["SUMMARY"] == "基本操作編"
    assert event["URL"] == "http://127.0.0.1:8000/lectures?course=basic"
    assert not [code for code in (b"meet.example", b"987 6543", b"481516") if code in answer.data]
    assert answer.headers["Cache-Control"].startswith("private, max-age=")
    assert again(client, COURSE, answer).status_code == 304


def test_a_course_feed_follows_its_lectures_and_its_name(client: Client, app: Flask) -> None:
    lecture = a_lecture()
    first = client.get(COURSE)
    changing.change(lecture.id, {"starts_at": NOW + 8 * DAY}, NOW + timedelta(seconds=1), WORKER)
    second = again(client, COURSE, first)
    assert events(second)[0].decoded("DTSTART") == NOW + 8 * DAY
    with db.writing():
        db.session.merge(lecture.course).name = {"ja": "入門編"}
    assert events(again(client, COURSE, second))[0]["SUMMARY"] == "入門編"


def test_a_course_feed_says_that_other_companies_take_part_in_a_meeting(client: Client, app: Flask) -> None:
    a_lecture(a_course(summary={"ja": "ひととおりご説明します。"}))
    before = client.get(COURSE)
    assert events(before)[0]["DESCRIPTION"].startswith("ひととおりご説明します。\nhttp")
    changing.change(db.session.query(Lecture).one().id, {"kind": "meeting"}, NOW + HOUR, WORKER)
    (event,) = events(again(client, COURSE, before))
    assert event["DESCRIPTION"].startswith("ひととおりご説明します。\nミーティング形式です（ほかの会社の方も")


def test_a_cancelled_date_stays_in_the_course_feed(client: Client, app: Flask) -> None:
    lecture = a_lecture()
    cancelling.cancel(lecture.id, {"ja": "都合により"}, NOW, WORKER)
    (event,) = events(client.get(COURSE))
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)


def test_a_date_that_waits_for_a_decision_is_out_of_the_course_feed_until_it_is_decided(
    client: Client, app: Flask
) -> None:
    kept, dropped = a_lecture(), a_lecture(starts_at=NOW + 9 * DAY)
    before = client.get(COURSE)
    with db.writing():
        for lecture in (kept, dropped):
            db.session.merge(lecture).stray_since = NOW
    waiting = again(client, COURSE, before)
    assert (waiting.status_code, events(waiting)) == (200, [])
    strays.keep(kept.id, NOW, WORKER)
    strays.cancel(dropped.id, {"ja": "都合により"}, NOW, WORKER)
    assert [event["STATUS"] for event in events(again(client, COURSE, waiting))] == ["CONFIRMED", "CANCELLED"]


def test_an_unknown_course_is_not_found_and_counts_as_no_guess(client: Client, app: Flask) -> None:
    assert {client.get("/calendar/courses/none.ics").status_code for _ in range(35)} == {404}


def test_a_course_feed_speaks_the_language_asked_for(client: Client, app: Flask) -> None:
    a_lecture()
    assert events(client.get(f"{COURSE}?lang=en"))[0]["SUMMARY"] == "Basics"
