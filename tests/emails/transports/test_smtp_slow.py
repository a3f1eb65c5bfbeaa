"""Answers how long one mail may keep an SMTP server busy, and what is made of it when the time is over."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from threading import Thread

import pytest

from emails import Sent, TryAgain
from emails.transports.base import LONGEST_SECONDS
from emails.transports.smtp import ANSWER_SECONDS, TALK_SECONDS, SmtpServer, SmtpTransport
from tests.emails.mails import a_message
from tests.emails.transports.smtp_server import Slow, served


def test_a_server_too_slow_to_take_the_mail_has_not_got_it() -> None:
    post = Slow(before=1)
    with served(post) as port:
        transport = SmtpTransport(SmtpServer("127.0.0.1", port), talk_seconds=0.3)
        began = time.monotonic()
        with pytest.raises(TryAgain, match="too slow") as caught:
            transport.send(a_message())
        assert time.monotonic() - began < 0.9
        assert not caught.value.doubtful
        post.before = 0
        assert transport.send(a_message()) == Sent()
        transport.close()
    assert len(post.taken) == 1


def test_a_server_too_slow_to_say_that_it_took_the_mail_leaves_doubt() -> None:
    post = Slow(after=1)
    with served(post) as port:
        transport = SmtpTransport(SmtpServer("127.0.0.1", port), answer_seconds=0.3)
        began = time.monotonic()
        with pytest.raises(TryAgain, match="too slow") as caught:
            transport.send(a_message())
        assert time.monotonic() - began < 0.9
        assert caught.value.doubtful


def test_a_server_that_is_slow_but_not_too_slow_gets_its_mails_over_one_connection() -> None:
    post = Slow(before=0.2, after=0.2)
    with served(post) as port:
        transport = SmtpTransport(SmtpServer("127.0.0.1", port), talk_seconds=0.6, answer_seconds=0.6)
        for number in range(3):
            transport.send(a_message(opaque_id=str(number)))
        time.sleep(0.7)
        transport.close()
    assert (len(post.taken), len(post.connections), post.goodbyes) == (3, 1, 1)


@pytest.mark.parametrize("greeting", [b"220 hello", b""], ids=["after the greeting", "in the greeting"])
def test_a_server_that_drips_letter_by_letter_keeps_a_mail_no_longer(greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            client, _ = server.accept()
            with client, suppress(OSError):
                client.sendall(greeting + b"\r\n" if greeting else b"2")
                while True:
                    time.sleep(0.05)
                    client.sendall(b"2")

        clerk = Thread(target=drip)
        clerk.start()
        began = time.monotonic()
        with pytest.raises(TryAgain, match="too slow"):
            SmtpTransport(SmtpServer("127.0.0.1", server.getsockname()[1]), talk_seconds=0.3).send(a_message())
        assert time.monotonic() - began < 0.9
        clerk.join()


def test_a_mail_is_over_before_any_lease_is() -> None:
    assert TALK_SECONDS + ANSWER_SECONDS <= LONGEST_SECONDS
