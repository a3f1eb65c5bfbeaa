"""Answers whether mails reach SendGrid as it documents its API, and what is made of each of its answers."""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Thread

import pytest

from emails import (
    KINDS,
    LOCALES,
    Address,
    Apart,
    BadAddress,
    Message,
    Refused,
    Sent,
    TransportDown,
    TryAgain,
    render,
    samples,
)
from emails.transports import sendgrid as module
from emails.transports.payload import payload
from emails.transports.sendgrid import SendGridTransport
from tests.emails.mails import a_calendar_part, a_message, one_of_many
from tests.mishaps import Mishaps
from tests.sendgrid.complaints import complaints
from tests.sendgrid.server import KEY, SendGrid, serving
from tests.servers import eventually, free_port


@pytest.fixture(scope="module")
def server() -> Iterator[SendGrid]:
    with serving() as sendgrid:
        yield sendgrid


@pytest.fixture
def sendgrid(server: SendGrid) -> SendGrid:
    server.forget()
    return server


@pytest.fixture
def transport(sendgrid: SendGrid) -> Iterator[SendGridTransport]:
    transport = SendGridTransport(KEY, sendgrid.url)
    yield transport
    transport.close()


def test_a_mail_is_queued_under_its_own_names(transport: SendGridTransport, sendgrid: SendGrid) -> None:
    message = a_message(unsubscribe_url="https://tasuki.example/unsubscribe/abc")
    assert transport.send(message) == Sent("id-1")
    assert sendgrid.bodies == [
        {
            "from": {"email": "lectures@asahi-booking.example", "name": "株式会社あさひ予約"},
            "reply_to": {"email": "onboarding@asahi-booking.example"},
            "subject": message.subject,
            "personalizations": [
                {
                    "to": [{"email": "hanako@mihon.example", "name": "山田 花子"}],
                    "headers": {
                        "Message-ID": "<4f9d2c@asahi-booking.example>",
                        "Auto-Submitted": "auto-generated",
                        "List-Unsubscribe": "<https://tasuki.example/unsubscribe/abc>",
                        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                    },
                    "custom_args": {"tasuki_mail": "4f9d2c"},
                }
            ],
            "content": [
                {"type": "text/plain", "value": message.text},
                {"type": "text/html", "value": message.html},
            ],
            "categories": ["confirmation"],
            "tracking_settings": {
                "click_tracking": {"enable": False, "enable_text": False},
                "open_tracking": {"enable": False},
                "subscription_tracking": {"enable": False},
            },
        }
    ]


def test_an_invitation_goes_as_content_and_as_a_file(transport: SendGridTransport, sendgrid: SendGrid) -> None:
    part = a_calendar_part("CANCEL")
    transport.send(a_message(calendar=part))
    (body,) = sendgrid.bodies
    assert body["content"][2] == {"type": "text/calendar; method=CANCEL", "value": part.ics.decode()}
    (file,) = body["attachments"]
    assert (file["type"], file["filename"], file["disposition"]) == ("application/ics", "invite.ics", "attachment")
    assert base64.b64decode(file["content"]) == part.ics


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_keeps_the_published_limits(kind: str, locale: str) -> None:
    rendered = render(kind, locale, samples(kind, locale))
    calendar = KINDS[kind].calendar
    message = a_message(
        kind=kind,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        calendar=a_calendar_part(calendar) if calendar else None,
        unsubscribe_url="https://tasuki.example/unsubscribe/abc" if KINDS[kind].subscription else None,
    )
    assert complaints(payload([message]), 0) == []


def test_nothing_that_sendgrid_keeps_tells_who_the_person_is() -> None:
    body = payload([a_message()])
    kept = f"{body['personalizations'][0]['custom_args']} {body['categories']}"
    assert "hanako" not in kept
    assert "山田" not in kept


def test_one_connection_carries_many_mails(transport: SendGridTransport, sendgrid: SendGrid) -> None:
    for _ in range(5):
        transport.send(a_message())
    assert len(sendgrid.bodies) == 5
    assert len(sendgrid.connections) == 1


def test_an_old_carrier_address_goes_out_in_quotes(transport: SendGridTransport, sendgrid: SendGrid) -> None:
    transport.send(a_message(to=Address("ab..c@docomo.ne.jp")))
    assert sendgrid.bodies[0]["personalizations"][0]["to"] == [{"email": '"ab..c"@docomo.ne.jp'}]


def test_what_sendgrid_calls_wrong_is_refused_for_good(transport: SendGridTransport, sendgrid: SendGrid) -> None:
    with pytest.raises(Refused, match="sendgrid 400: subject is missing or has line breaks"):
        transport.send(a_message(subject=""))
    assert sendgrid.bodies == []


def test_a_wrong_key_stops_everything(sendgrid: SendGrid) -> None:
    with pytest.raises(TransportDown, match="sendgrid 401: The provided authorization") as caught:
        SendGridTransport("SG.wrong", sendgrid.url).send(a_message())
    assert "SG.wrong" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "headers", "body", "problem", "after"),
    [
        (403, {}, '{"errors": [{"message": "from address not verified", "field": "from"}]}', TransportDown, None),
        (404, {}, "", TransportDown, None),
        (302, {"Location": "http://evil.example/"}, "", TransportDown, None),
        (413, {}, "", Refused, None),
        (422, {}, "<html>", Refused, None),
        (429, {"Retry-After": "7"}, '{"errors": [{"field": null, "message": "too many requests"}]}', TryAgain, 7),
        (429, {}, "", TryAgain, None),
        (429, {"X-RateLimit-Reset": "soon"}, "", TryAgain, None),
        (429, {"X-RateLimit-Reset": "99999999999"}, "", TryAgain, 3600),
        (429, {"X-RateLimit-Reset": "1"}, "", TryAgain, 1),
        (500, {}, "[]", TryAgain, None),
        (503, {"Retry-After": "120"}, "", TryAgain, 120),
    ],
)
def test_an_answer_is_understood(
    transport: SendGridTransport,
    sendgrid: SendGrid,
    status: int,
    headers: dict[str, str],
    body: str,
    problem: type[Exception],
    after: int | None,
) -> None:
    sendgrid.instead = (status, headers, body)
    with pytest.raises(problem) as caught:
        transport.send(a_message())
    assert type(caught.value) is problem
    assert str(caught.value).startswith(f"sendgrid {status}: ")
    if isinstance(caught.value, TryAgain):
        assert caught.value.after_seconds == after
        assert not caught.value.doubtful


def test_a_limit_is_waited_for_by_sendgrids_own_clock(transport: SendGridTransport, sendgrid: SendGrid) -> None:
    sendgrid.instead = (429, {"X-RateLimit-Reset": str(int(time.time()) + 30)}, "")
    with pytest.raises(TryAgain) as caught:
        transport.send(a_message())
    assert caught.value.after_seconds in (29, 30)


@pytest.mark.parametrize("silence", ["hang", "drop"])
def test_no_answer_leaves_doubt(
    transport: SendGridTransport, sendgrid: SendGrid, monkeypatch: pytest.MonkeyPatch, silence: str
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", (1, 0.2))
    sendgrid.instead = silence
    with pytest.raises(TryAgain) as caught:
        transport.send(a_message())
    assert caught.value.doubtful
    sendgrid.instead = None
    assert transport.send(a_message()).provider_id == "id-1"


def test_a_server_that_is_away_is_tried_again_without_doubt() -> None:
    with pytest.raises(TryAgain) as caught:
        SendGridTransport(KEY, f"http://127.0.0.1:{free_port()}").send(a_message())
    assert not caught.value.doubtful


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((400, {}, '{"errors": [{"field": "personalizations.7.to", "message": "no"}]}'), Apart),
        ((413, {}, ""), Apart),
        ((422, {}, ""), Apart),
        ((401, {}, ""), TransportDown),
        ((403, {}, ""), TransportDown),
        ((429, {"Retry-After": "7"}, ""), TryAgain),
        ((500, {}, ""), TryAgain),
        ("drop", TryAgain),
    ],
    ids=str,
)
def test_an_answer_to_many_is_understood_for_each(
    transport: SendGridTransport, sendgrid: SendGrid, answer: tuple[int, dict[str, str], str] | str, problem: type
) -> None:
    sendgrid.instead = answer
    outcomes = transport.send_together([one_of_many(number) for number in range(3)])
    assert [type(outcome) for outcome in outcomes] == [problem] * 3
    if isinstance(outcomes[0], TryAgain):
        assert outcomes[0].doubtful == (answer == "drop")
        assert outcomes[0].after_seconds == (7 if answer != "drop" and answer[0] == 429 else None)


def test_many_people_are_one_request_and_each_is_known_to_have_left(
    transport: SendGridTransport, sendgrid: SendGrid
) -> None:
    messages = [one_of_many(number) for number in range(5)]
    assert transport.parcels(messages) == [[0, 1, 2, 3, 4]]
    assert transport.send_together(messages) == [Sent("id-1")] * 5
    assert sendgrid.memory.requests == 1
    for message in messages:
        (mail,) = sendgrid.memory.got(message.opaque_id)
        assert (mail["to"], mail["text"]) == (message.to.address, message.text)
        assert mail["html"] == message.html


def test_one_impossible_mail_holds_up_no_other(transport: SendGridTransport, sendgrid: SendGrid) -> None:
    wrong = one_of_many(2, to=Address("太郎@mihon.example")), one_of_many(3, message_id="<a>\r\nBcc: x@y.example")
    outcomes = transport.send_together([one_of_many(1), *wrong, one_of_many(4)])
    assert [type(outcome) for outcome in outcomes] == [Sent, Refused, Refused, Sent]
    assert [str(outcome) for outcome in outcomes[1:3]] == ["bad_address", "Message-ID must be printable ASCII"]
    assert list(sendgrid.memory.counts) == ["1", "4"]
    assert transport.send_together([wrong[0]])[0].__class__ is Refused


def test_the_halves_of_a_refused_parcel_find_the_guilty_one(transport: SendGridTransport, sendgrid: SendGrid) -> None:
    # An address that a mail can be sent to and that this provider does not take.
    messages = [one_of_many(number) for number in range(4)]
    messages[2] = one_of_many(2, to=Address('"a"b"@mihon.example'))

    def sent(parcel: list[Message]) -> list[str]:
        outcomes = transport.send_together(parcel)
        if not isinstance(outcomes[0], Apart):
            return [type(outcome).__name__ for outcome in outcomes]
        middle = len(parcel) // 2
        return sent(parcel[:middle]) + sent(parcel[middle:])

    assert sent(messages) == ["Sent", "Sent", "Refused", "Sent"]
    assert {name: count.accepted for name, count in sendgrid.memory.counts.items()} == {"0": 1, "1": 1, "3": 1}


def test_many_threads_share_a_few_connections(transport: SendGridTransport, sendgrid: SendGrid) -> None:
    with ThreadPoolExecutor(transport.concurrency) as pool:
        assert len(list(pool.map(transport.send, [a_message()] * 40))) == 40
    with ThreadPoolExecutor(transport.concurrency) as pool:
        list(pool.map(transport.send, [a_message()] * 40))
    assert sendgrid.memory.requests == 80
    assert len(sendgrid.connections) <= transport.concurrency


def test_a_thread_that_is_too_slow_is_cut_off_alone(sendgrid: SendGrid) -> None:
    transport = SendGridTransport(KEY, sendgrid.url, longest_seconds=0.4)
    sendgrid.mishaps = Mishaps(0, {"slow": 1})
    try:
        with ThreadPoolExecutor(2) as pool:
            slow = pool.submit(transport.send_together, [a_message()])
            eventually(lambda: bool(sendgrid.memory.requests), what="the slow request")
            sendgrid.mishaps = Mishaps()
            assert transport.send_together([a_message()])[0].__class__ is Sent
            (outcome,) = slow.result()
    finally:
        sendgrid.mishaps = Mishaps()
    assert isinstance(outcome, TryAgain)
    assert outcome.doubtful
    transport.close()


def test_nothing_is_sent_in_the_sandbox(sendgrid: SendGrid) -> None:
    transport = SendGridTransport(KEY, sendgrid.url, sandbox=True)
    assert transport.send(a_message()) == Sent()
    assert sendgrid.memory.requests == 0
    transport.close()


def test_a_large_request_may_take_longer_than_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", (0.2, 5))
    with socket.create_server(("127.0.0.1", 0)) as server:

        def read_late() -> None:
            client, _ = server.accept()
            with client:
                time.sleep(0.5)
                left = 10_000_000
                while left > 0 and (got := client.recv(1 << 20)):
                    left -= len(got)
                client.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")

        clerk = Thread(target=read_late)
        clerk.start()
        slow = SendGridTransport(KEY, f"http://127.0.0.1:{server.getsockname()[1]}")
        assert slow.send(a_message(html="x" * 10_000_000)) == Sent()
        slow.close()
        clerk.join()


def test_an_impossible_address_is_refused_without_asking(transport: SendGridTransport, sendgrid: SendGrid) -> None:
    message = a_message(to=Address("太郎@mihon.example"))
    with pytest.raises(BadAddress):
        payload([message])
    with pytest.raises(Refused, match="bad_address"):
        transport.send(message)
    assert sendgrid.bodies == []


def test_a_server_that_drips_letter_by_letter_keeps_a_mail_no_longer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            client, _ = server.accept()
            with client, suppress(OSError):
                client.recv(1024)
                client.sendall(b"HTTP/1.1 ")
                while True:
                    time.sleep(0.05)
                    client.sendall(b" ")

        clerk = Thread(target=drip)
        clerk.start()
        slow = SendGridTransport(KEY, f"http://127.0.0.1:{server.getsockname()[1]}", longest_seconds=0.3)
        began = time.monotonic()
        with pytest.raises(TryAgain, match="too slow") as caught:
            slow.send(a_message())
        assert time.monotonic() - began < 0.9
        assert caught.value.doubtful
        slow.close()
        clerk.join()


def test_the_same_connection_is_used_again_after_a_deadline_that_was_kept(sendgrid: SendGrid) -> None:
    transport = SendGridTransport(KEY, sendgrid.url, longest_seconds=0.2)
    transport.send(a_message())
    time.sleep(0.3)
    transport.send(a_message())
    transport.close()
    assert len(sendgrid.connections) == 1
