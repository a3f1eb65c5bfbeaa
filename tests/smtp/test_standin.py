"""Answers whether the stand-in for a mail server goes wrong as real ones do, and counts what it took."""

from __future__ import annotations

import pytest

from emails import Refused, Sent, TryAgain, build_mime
from emails.transports.smtp import SmtpServer, SmtpTransport
from tests.emails.mails import a_message
from tests.mishaps import Mishaps
from tests.sendgrid.client import running
from tests.sendgrid.memory import Count
from tests.servers import eventually
from tests.smtp.server import Post, serving

TAKEN, UNTOLD = Count(1, 1, 1), Count(1, 0, 1)


@pytest.mark.parametrize(
    ("mishap", "problem", "doubtful", "count"),
    [
        ("421", TryAgain, False, None),
        ("450", TryAgain, False, None),
        ("451", TryAgain, False, None),
        ("550", Refused, False, None),
        ("554", Refused, False, None),
        ("reset_before", TryAgain, True, None),
        ("reset_after", TryAgain, True, UNTOLD),
        ("slow", Sent, False, TAKEN),
    ],
)
def test_a_mishap_is_told_apart_from_what_was_taken(
    mishap: str, problem: type, doubtful: bool, count: Count | None
) -> None:
    post = Post(mishaps=Mishaps(1, {mishap: 1.0}), slow_seconds=0.05)
    with serving(post) as port:
        transport = SmtpTransport(SmtpServer("127.0.0.1", port))
        (outcome,) = transport.send_together([a_message()])
        assert type(outcome) is problem
        assert getattr(outcome, "doubtful", False) == doubtful
        # The server notes that it told after it has told.
        eventually(lambda: post.counts.get(a_message().message_id) == count, 5)
        post.mishaps.rates = {}
        assert transport.send(a_message(message_id="<next@asahi-booking.example>")) == Sent()
        transport.close()
    assert post.counts["<next@asahi-booking.example>"] == TAKEN


def test_a_mail_is_kept_as_it_came() -> None:
    post = Post(keep=True)
    message = a_message(text=".\n..\n")
    with serving(post) as port:
        transport = SmtpTransport(SmtpServer("127.0.0.1", port))
        transport.send(message)
        transport.close()
    ((recipient, content),) = post.kept
    assert recipient == message.to.address
    assert content + b"\r\n" == build_mime(message)


def test_another_process_asks_what_it_took() -> None:
    with running(module="tests.smtp") as standin:
        transport = SmtpTransport(SmtpServer("127.0.0.1", standin.port))
        for number in (1, 2, 2):
            transport.send(a_message(message_id=f"<{number}@x.example>"))
        assert standin.counts() == {"<1@x.example>": TAKEN, "<2@x.example>": Count(2, 2, 2)}
        standin.behave(mishaps={"450": 1.0})
        with pytest.raises(TryAgain):
            transport.send(a_message())
        assert standin.summary()["connections"] == 1
        transport.close()
