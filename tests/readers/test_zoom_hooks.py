"""What Zoom's webhooks say, by the vendor's shapes, and who may say it."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.readers import zoom_hooks
from scheduler.readers.zoom_hooks import NoEvent, Passage, Validation

DATA = Path(__file__).parent.parent / "data"
JOINED = (DATA / "zoom_webhook_joined.json").read_bytes()
SAMPLE = json.loads((DATA / "webhook_signatures.json").read_text())["zoom"]
SECRET = SAMPLE["test_secret_token"]
TIMESTAMP = SAMPLE["headers"]["x-zm-request-timestamp"]
SIGNATURE = SAMPLE["headers"]["x-zm-signature"]
SIGNED_AT = datetime.fromtimestamp(int(TIMESTAMP), UTC)


def told(**changes: Any) -> bytes:
    """The sample with parts of its participant, or `object`, `event`, `event_ts`, changed; None takes one away."""
    body = json.loads(JOINED)
    held = body["payload"]["object"]
    for place in (held, body):
        place.update({name: changes.pop(name) for name in list(changes) if name in place and name != "participant"})
    held["participant"].update(changes)
    for place in (body, held, held["participant"]):
        for name in [name for name, value in place.items() if value is None]:
            del place[name]
    return json.dumps(body).encode()


def test_the_vendors_example_is_read_whole() -> None:
    assert zoom_hooks.read(JOINED) == Passage(
        way="joined",
        meeting="89012345678",
        occasion="4444AAAiAAAAAiAiAiiAii==",
        starts_at=datetime(2026, 4, 15, 5, tzinfo=UTC),
        person="55555AAAiAAAAAiAiAiiAii",
        at=datetime(2026, 4, 15, 4, 58, 4, tzinfo=UTC),
        name="林 健太",
        email="kenta.hayashi@aoba.example.jp",
        registrant="abcdefghij0-klmnopq23456",
        is_host=False,
    )


@pytest.mark.parametrize("about", ["meeting", "webinar"])
def test_meetings_and_webinars_tell_alike_who_left(about: str) -> None:
    found = zoom_hooks.read(
        told(event=f"{about}.participant_left", leave_time="2026-04-15T14:59:10+09:00", id=89012345678)
    )
    assert isinstance(found, Passage)
    assert (found.way, found.at, found.meeting) == ("left", datetime(2026, 4, 15, 5, 59, 10, tzinfo=UTC), "89012345678")


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"email": ""}, "email", ""),
        ({"email": None, "registrant_id": None}, "registrant", ""),
        ({"email": "Kenta.Hayashi@Aoba.example.jp "}, "email", "kenta.hayashi@aoba.example.jp"),
        ({"participant_uuid": None}, "person", "16778240"),
        ({"participant_uuid": None, "user_id": 16778240}, "person", "16778240"),
        ({"user_name": "林\u0000 健太\ud800"}, "name", "林 健太"),
        ({"start_time": None}, "starts_at", None),
        ({"join_time": "2026-04-15T04:58:04.512Z"}, "at", datetime(2026, 4, 15, 4, 58, 4, tzinfo=UTC)),
        ({"join_time": None}, "at", datetime.fromtimestamp(1776229084, UTC)),
        ({"participant_user_id": "x1yCzABCDEfg23HiJKl4mN"}, "is_host", True),
    ],
)
def test_what_is_withheld_or_written_otherwise(changes: dict[str, Any], field: str, value: object) -> None:
    assert getattr(zoom_hooks.read(told(**changes)), field) == value


@pytest.mark.parametrize(
    "event",
    ["meeting.started", "meeting.ended", "webinar.registration_created", "meeting.participant_joined_waiting_room"],
)
def test_other_events_are_of_no_consequence(event: str) -> None:
    assert zoom_hooks.read(told(event=event)) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"event": 1}',
        b'{"event": "endpoint.url_validation"}',
        b'{"event": "meeting.participant_joined"}',
        b'{"event": "meeting.participant_joined", "payload": []}',
        b"[" * 100_000,
        told(participant_uuid=None, user_id=None, registrant_id=None, email=None, user_name=None),
        told(join_time="yesterday", event_ts="soon"),
        told(id=""),
    ],
)
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(NoEvent):
        zoom_hooks.read(body)


@given(st.binary(max_size=200))
def test_whatever_is_posted_is_read_or_refused(body: bytes) -> None:
    with suppress(NoEvent):
        zoom_hooks.read(body)


def test_the_vendors_signature_is_verified_over_the_bytes_as_they_came() -> None:
    assert zoom_hooks.is_signed(SECRET, JOINED, SIGNATURE, TIMESTAMP)
    assert not zoom_hooks.is_signed(SECRET, json.dumps(json.loads(JOINED)).encode(), SIGNATURE, TIMESTAMP)
    for secret, body, signature, timestamp in (
        (SECRET + "x", JOINED, SIGNATURE, TIMESTAMP),
        (SECRET, JOINED + b" ", SIGNATURE, TIMESTAMP),
        (SECRET, JOINED, SIGNATURE[:-1], TIMESTAMP),
        (SECRET, JOINED, SIGNATURE.removeprefix("v0="), TIMESTAMP),
        (SECRET, JOINED, "署名", TIMESTAMP),
        (SECRET, JOINED, SIGNATURE, str(int(TIMESTAMP) + 1)),
    ):
        assert not zoom_hooks.is_signed(secret, body, signature, timestamp)


def test_the_question_whether_the_address_knows_the_secret_is_answered_as_the_vendor_wants() -> None:
    asked = zoom_hooks.read(json.dumps(SAMPLE["url_validation"]["request"]).encode())
    assert asked == Validation("plain-token-example")
    assert zoom_hooks.answer(SECRET, asked) == SAMPLE["url_validation"]["response_200"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("away", "recent"), [(timedelta(0), True), (timedelta(hours=24), True), (timedelta(hours=24, seconds=1), False)]
)
def test_a_day_is_the_longest_that_a_repeat_may_take(away: timedelta, recent: bool) -> None:
    assert zoom_hooks.is_recent(TIMESTAMP, SIGNED_AT + away) is recent
    assert zoom_hooks.is_recent(TIMESTAMP, SIGNED_AT - away) is recent
    assert not zoom_hooks.is_recent(f"{TIMESTAMP}.0", SIGNED_AT)
    assert not zoom_hooks.is_recent("", SIGNED_AT)
