"""Who may tell what became of mails, and what each event says; whatever is posted, nothing but a list counts."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from emails import events
from emails.events import BadKey, Told, Unreadable
from tests.sendgrid.events import batch, new_key, public, signed

DATA = Path("tests/data")
BODY = (DATA / "sendgrid_events.json").read_bytes()
SAMPLE = json.loads((DATA / "webhook_signatures.json").read_text())["sendgrid"]
SIGNATURE = SAMPLE["headers"]["X-Twilio-Email-Event-Webhook-Signature"]
TIMESTAMP = SAMPLE["headers"]["X-Twilio-Email-Event-Webhook-Timestamp"]
AT = datetime(2026, 4, 1, tzinfo=UTC)


def told(**fields: Any) -> Told | None:
    values = {"tasuki_mail": "7", "timestamp": int(AT.timestamp()), "sg_event_id": "e", "email": "A@b.example"} | fields
    found = events.read(json.dumps([values]).encode())
    return found[0] if found else None


def test_the_providers_own_signature_is_over_the_very_bytes() -> None:
    key = SAMPLE["test_public_key"]
    assert BODY.endswith(b"\r\n")
    assert events.is_signed(key, BODY, SIGNATURE, TIMESTAMP)
    assert not events.is_signed(key, BODY.rstrip(), SIGNATURE, TIMESTAMP)
    assert not events.is_signed(key, json.dumps(json.loads(BODY)).encode(), SIGNATURE, TIMESTAMP)
    assert not events.is_signed(key, BODY, SIGNATURE, str(int(TIMESTAMP) + 1))
    assert not events.is_signed(public(new_key()), BODY, SIGNATURE, TIMESTAMP)


@pytest.mark.parametrize("signature", ["", "x", "é", "====", SIGNATURE[:-4], SIGNATURE + "AAAA", "AAAA" * 500])
def test_what_is_no_signature_is_none_and_raises_nothing(signature: str) -> None:
    assert not events.is_signed(SAMPLE["test_public_key"], BODY, signature, TIMESTAMP)


@given(st.text(max_size=200), st.text(max_size=30), st.binary(max_size=200))
def test_nothing_that_is_sent_in_place_of_a_signature_passes_or_breaks(
    signature: str, timestamp: str, body: bytes
) -> None:
    with suppress(UnicodeEncodeError):
        assert not events.is_signed(SAMPLE["test_public_key"], body, signature, timestamp)
    assert events.is_recent(timestamp, AT) in (True, False)


def test_a_key_must_be_on_the_curve_the_provider_uses() -> None:
    events.public_key(SAMPLE["test_public_key"])
    other = ec.generate_private_key(ec.SECP384R1())
    edwards = ed25519.Ed25519PrivateKey.generate().public_key()
    der = edwards.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for wrong in ("x", "MFkw", "é", public(other), der.hex(), SAMPLE["test_public_key"][:-8]):
        with pytest.raises(BadKey):
            events.public_key(wrong)


@pytest.mark.parametrize(
    ("away", "recent"), [(0, True), (24 * 3600, True), (24 * 3600 + 1, False), (-24 * 3600, True), (-86401, False)]
)
def test_a_day_is_the_longest_a_request_may_have_been_under_way(away: int, recent: bool) -> None:
    assert events.is_recent(str(int(AT.timestamp()) - away), AT) == recent


@pytest.mark.parametrize("timestamp", ["", "x", "-5", "1e9", "٣٣٣", " 1775001600", "1775001600.5", "9" * 40])
def test_what_is_no_moment_is_not_recent(timestamp: str) -> None:
    assert not events.is_recent(timestamp, AT)


def test_what_was_signed_a_moment_ago_passes() -> None:
    key = new_key()
    body = batch([{"event": "delivered"}])
    headers = signed(key, body, int(AT.timestamp()))
    signature, timestamp = headers[events.SIGNATURE_HEADER], headers[events.TIMESTAMP_HEADER]
    assert events.is_recent(timestamp, AT + timedelta(minutes=5))
    assert events.is_signed(public(key), body, signature, timestamp)


@pytest.mark.parametrize(
    ("event", "kind", "closes"),
    [
        ({"event": "processed"}, "processed", ""),
        ({"event": "deferred"}, "deferred", ""),
        ({"event": "delivered"}, "delivered", ""),
        ({"event": "bounce", "type": "bounce"}, "bounced", "bounced"),
        ({"event": "bounce"}, "bounced", "bounced"),
        ({"event": "bounce", "type": "blocked"}, "blocked", ""),
        ({"event": "dropped", "reason": "Bounced Address"}, "dropped", "bounced"),
        ({"event": "dropped", "reason": "Invalid"}, "dropped", "bounced"),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, "dropped", "complained"),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, "dropped", "unsubscribed"),
        ({"event": "dropped", "reason": "Recipient List over Package Quota"}, "dropped", ""),
        ({"event": "open"}, "opened", ""),
        ({"event": "open", "sg_machine_open": False}, "opened", ""),
        ({"event": "open", "sg_machine_open": True}, "machine_opened", ""),
        ({"event": "click"}, "clicked", ""),
        ({"event": "spamreport"}, "complained", "complained"),
        ({"event": "unsubscribe"}, "unsubscribed", "unsubscribed"),
        ({"event": "group_unsubscribe"}, "unsubscribed", "unsubscribed"),
    ],
)
def test_what_an_event_says(event: dict[str, Any], kind: str, closes: str) -> None:
    found = told(**event)
    assert found is not None
    assert (found.kind, found.closes, found.mail, found.at, found.address) == (kind, closes, "7", AT, "a@b.example")


def test_what_the_other_side_said_is_one_line_without_addresses() -> None:
    found = told(event="bounce", reason="550 5.1.1\n<hanako@customer.example> unknown\0" + "x" * 400)
    assert found is not None
    assert found.detail.startswith("550 5.1.1<…> unknownx")
    assert len(found.detail) <= 200


@pytest.mark.parametrize(
    "fields",
    [
        {"event": "party"},
        {"event": ["open"]},
        {"event": None},
        {"event": "group_resubscribe"},
        {"event": "open", "tasuki_mail": None},
        {"event": "open", "tasuki_mail": 7},
        {"event": "open", "timestamp": "1775001600"},
        {"event": "open", "timestamp": True},
        {"event": "open", "timestamp": 1e300},
        {"event": "open", "timestamp": -(10**30)},
    ],
)
def test_what_is_no_event_of_ours_is_left_out(fields: dict[str, Any]) -> None:
    assert told(**fields) is None


def test_an_event_told_twice_in_a_request_is_one_and_one_without_an_id_too() -> None:
    one = {"tasuki_mail": "7", "timestamp": 1775001600, "event": "open"}
    assert len(events.read(json.dumps([one | {"sg_event_id": "a"}] * 3 + [one, one]).encode())) == 2


def test_the_sample_without_our_name_in_it_is_nothing_to_us() -> None:
    assert events.read(BODY) == []


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[", b'"x"', b"\xff\xfe\x00", b"[" * 100_000, b"1" * 5000])
def test_what_is_no_list_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        events.read(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = ("event", "timestamp", "tasuki_mail", "sg_event_id", "reason", "type", "email", "sg_machine_open")


@given(
    st.lists(st.dictionaries(st.sampled_from(NAMES), JSON | st.just("open") | st.just(1775001600)) | JSON, max_size=4)
)
def test_whatever_a_list_holds_is_read(listed: list[Any]) -> None:
    for one in events.read(json.dumps(listed).encode()):
        assert "\0" not in one.detail + one.event_id + one.address
        (one.detail + one.event_id + one.address).encode()
