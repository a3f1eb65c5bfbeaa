"""Answers what a webhook's request looks like, and where none is made at all."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from scheduler.services import installation
from scheduler.services.signals import posting
from scheduler.services.signals.posting import Answer
from tests.factories import NOW
from tests.receiver import Receiver, receiving
from tests.sendgrid.http import Reply


@pytest.fixture
def receiver(app: Flask) -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@pytest.fixture
def public(app: Flask) -> None:
    """Let others reach this installation, and so have webhooks go to public addresses only."""
    installation.install(replace(installation.here(), base_url="https://tasuki.example", is_loopback=False))


class Names:
    """A resolver that says of a name one thing first and another ever after, and of addresses what they are."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.asked: list[str] = []
        self._answers = list(answers)
        self._real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._look_up)

    def _look_up(self, host: str, *rest: Any, **options: Any) -> Any:
        if not host.endswith(".example"):
            return self._real(host, *rest, **options)
        self.asked.append(host)
        known = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [one for address in known for one in self._real(address, *rest, **options)]


def post(link: str, **options: Any) -> Answer:
    return posting.post(link, b"{}", {"webhook-id": "msg_1"}, NOW, **options)


def test_a_request_arrives_as_it_was_meant(receiver: Receiver) -> None:
    assert post(receiver.url) == Answer(204)
    (request,) = receiver.requests
    assert (request.method, request.path, request.body) == ("POST", "/hook?key=1", b"{}")
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["webhook-id"] == "msg_1"


@pytest.mark.parametrize(
    ("status", "taken"), [(200, True), (202, True), (301, False), (307, False), (400, False), (503, False)]
)
def test_only_a_status_of_success_means_that_it_was_taken(receiver: Receiver, status: int, taken: bool) -> None:
    receiver.reply = Reply(status, {"Location": f"http://127.0.0.1:{receiver.port}/elsewhere"})
    assert post(receiver.url).is_taken is taken
    # A redirect is an answer, and nobody is sent on.
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("Wed, 01 Apr 2026 00:01:30 GMT", 90.0),
        ("Wed, 01 Apr 2020 00:00:00 GMT", 0.0),
        ("soon", None),
        ("9" * 30, None),
    ],
)
def test_how_long_to_wait_is_read_in_seconds_or_as_a_moment(
    receiver: Receiver, header: str, seconds: float | None
) -> None:
    receiver.reply = Reply(503, {"Retry-After": header})
    assert post(receiver.url) == Answer(503, retry_after=seconds)


def test_who_does_not_answer_in_time_is_cut_off(receiver: Receiver) -> None:
    receiver.reply = Reply(after_seconds=5)
    assert post(receiver.url, seconds=0.2) == Answer(error="too_slow")
    receiver.reply = Reply(hang_up=True)
    assert post(receiver.url) == Answer(error="broken_off")


def test_who_is_not_there_is_told_apart(app: Flask) -> None:
    assert post("http://127.0.0.1:1/") == Answer(error="no_connection")
    assert post("https://nobody.invalid/") == Answer(error="no_such_host")


def test_the_address_that_was_checked_is_the_one_connected_to(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])
    assert post(f"http://crm.example:{receiver.port}/hook") == Answer(204)
    assert names.asked == ["crm.example"]
    assert receiver.requests[0].headers["host"] == f"crm.example:{receiver.port}"
    assert post(f"http://crm.example:{receiver.port}/hook") == Answer(error="private_address")


def test_one_private_address_among_public_ones_is_enough_to_refuse(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, ["203.0.114.7", "192.168.1.1"])
    assert post("https://crm.example/") == Answer(error="private_address")


@pytest.mark.parametrize(
    "host",
    ["10.0.0.1", "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "017700000001", "0", "[::1]", "[::]"]
    + ["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[fe80::1]", "169.254.169.254", "１２７.0.0.1"],
)
def test_nothing_inside_is_reached_whatever_way_it_is_written(public: None, receiver: Receiver, host: str) -> None:
    assert post(f"https://{host}:{receiver.port}/") == Answer(error="private_address")
    assert receiver.peers == []


def test_only_https_and_no_name_before_the_host(public: None) -> None:
    assert post("http://crm.example/") == Answer(error="not_https")
    assert post("https://crm.example@127.0.0.1/") == Answer(error="userinfo")


def a_certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """Make a certificate that vouches for itself; return what a server shows, and the file to trust it by."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "authority.pem", folder / "key.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(file, secret)
    return shown, file


def test_by_tls_the_name_of_the_link_counts_not_the_address(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, authority = a_certificate(tmp_path, "crm.example")
    Names(monkeypatch, ["127.0.0.1"])
    with receiving(shown) as server:
        assert post(f"https://crm.example:{server.port}/") == Answer(error="no_tls")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
        assert post(f"https://crm.example:{server.port}/") == Answer(204)
        assert post(f"https://other.example:{server.port}/") == Answer(error="no_tls")
        assert post(f"https://127.0.0.1:{server.port}/") == Answer(error="no_tls")
    assert len(server.requests) == 1
