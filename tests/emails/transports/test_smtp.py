"""Answers whether mails reach an SMTP server, and what is made of each of its refusals."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from emails import Address, Refused, Sent, TransportDown, TryAgain, build_mime
from emails.transports.smtp import SmtpServer, SmtpTransport
from tests.emails.mails import a_calendar_part, a_message, one_of_many
from tests.emails.transports.smtp_server import Post, Slow, served
from tests.mishaps import Mishaps
from tests.servers import eventually, free_port
from tests.smtp import server as quick


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def transport(post: Post) -> Iterator[SmtpTransport]:
    with served(post) as port:
        transport = SmtpTransport(SmtpServer("127.0.0.1", port))
        yield transport
        transport.close()


def to(name: str) -> Address:
    return Address(f"{name}@mihon.example")


def test_the_server_gets_the_mail_byte_for_byte(transport: SmtpTransport, post: Post) -> None:
    message = a_message(calendar=a_calendar_part(), text=".\n..\n.leading dots\n")
    assert transport.send(message) == Sent()
    (envelope,) = post.taken
    assert envelope.mail_from == "lectures@asahi-booking.example"
    assert envelope.rcpt_tos == ["hanako@mihon.example"]
    assert envelope.content == build_mime(message)


def test_one_connection_carries_many_mails(transport: SmtpTransport, post: Post) -> None:
    for number in range(5):
        transport.send(a_message(opaque_id=str(number)))
    assert len(post.taken) == 5
    assert len(post.connections) == 1


def test_every_mail_leaves_alone(transport: SmtpTransport, post: Post) -> None:
    messages = [one_of_many(1), a_message(to=to("550")), one_of_many(2)]
    assert transport.parcels(messages) == [[0], [1], [2]]
    outcomes = transport.send_together(messages)
    assert [type(outcome) for outcome in outcomes] == [Sent, Refused, Sent]
    assert len(post.taken) == 2


def test_many_threads_share_a_few_connections() -> None:
    post = quick.Post(mishaps=Mishaps(5, {"slow": 0.2, "451": 0.2}), slow_seconds=0.02)
    messages = [a_message(message_id=f"<{number}@x.example>", opaque_id=str(number)) for number in range(60)]
    with quick.serving(post) as port:
        transport = SmtpTransport(SmtpServer("127.0.0.1", port))
        with ThreadPoolExecutor(transport.concurrency) as pool:
            outcomes = [one for ones in pool.map(lambda one: transport.send_together([one]), messages) for one in ones]
        transport.close()
    taken = {one.message_id for one, outcome in zip(messages, outcomes, strict=True) if isinstance(outcome, Sent)}
    assert {name: count.accepted for name, count in post.counts.items()} == dict.fromkeys(taken, 1)
    assert 0 < len(taken) < 60
    # Each "try again" costs its connection.
    assert post.connections <= transport.concurrency + 60 - len(taken)


def test_a_slow_answer_on_one_connection_holds_up_no_other() -> None:
    slow = Slow(after=0.5)
    with served(slow) as port:
        transport = SmtpTransport(SmtpServer("127.0.0.1", port))
        began = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(transport.send, [a_message()] * 2)) == [Sent()] * 2
        assert time.monotonic() - began < 0.95
        transport.close()
    assert (len(slow.connections), slow.goodbyes) == (2, 2)


def test_an_old_carrier_address_goes_out_in_quotes(transport: SmtpTransport, post: Post) -> None:
    transport.send(a_message(to=Address("ab..c@docomo.ne.jp")))
    assert post.recipients_as_written == ['TO:<"ab..c"@docomo.ne.jp>']


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("450", TryAgain),
        ("421", TryAgain),
        ("550", Refused),
        ("553", Refused),
        ("530", TransportDown),
        ("data451", TryAgain),
        ("data554", Refused),
        ("data552", Refused),
    ],
)
def test_a_refusal_is_understood_and_the_next_mail_goes_out(
    transport: SmtpTransport, post: Post, name: str, problem: type[Exception]
) -> None:
    with pytest.raises(problem) as caught:
        transport.send(a_message(to=to(name)))
    assert type(caught.value) is problem
    assert "as you asked" in str(caught.value)
    # What the server said about the person stays out of logs and rows.
    assert "mihon.example" not in str(caught.value)
    transport.send(a_message())
    assert len(post.taken) == 1


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("451 later", TryAgain),
        ("550 5.7.1 sender not allowed", TransportDown),
        ("530 5.7.0 authentication required", TransportDown),
        ("552 5.3.4 message too big", Refused),
    ],
)
def test_a_server_that_refuses_the_sender_stops_everything(
    transport: SmtpTransport, post: Post, answer: str, problem: type[Exception]
) -> None:
    post.sender_answer = answer
    with pytest.raises(problem) as caught:
        transport.send(a_message())
    assert type(caught.value) is problem


def test_a_connection_that_breaks_in_the_middle_leaves_doubt(transport: SmtpTransport, post: Post) -> None:
    with pytest.raises(TryAgain) as caught:
        transport.send(a_message(to=to("abort")))
    assert caught.value.doubtful
    transport.send(a_message())
    assert len(post.connections) == 2


def test_a_server_that_hung_up_meanwhile_is_called_again(transport: SmtpTransport, post: Post) -> None:
    post.hang_up_after = True
    for number in range(1, 3):
        transport.send(a_message())
        assert len(post.taken) == number
        eventually(lambda number=number: post.hung_up == number, what="the server to hang up")
    assert len(post.connections) == 2


def test_a_server_that_is_away_is_tried_again_without_doubt() -> None:
    with pytest.raises(TryAgain) as caught:
        SmtpTransport(SmtpServer("127.0.0.1", free_port())).send(a_message())
    assert not caught.value.doubtful


@pytest.mark.parametrize(("greeting", "problem"), [("421 busy", TryAgain), ("554 no mail from you", TransportDown)])
def test_a_server_that_does_not_let_us_in(greeting: str, problem: type[Exception]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            client, _ = server.accept()
            with client:
                client.sendall(f"{greeting}\r\n".encode())
                client.recv(1024)

        clerk = Thread(target=greet)
        clerk.start()
        with pytest.raises(problem) as caught:
            SmtpTransport(SmtpServer("127.0.0.1", server.getsockname()[1])).send(a_message())
        clerk.join()
    assert type(caught.value) is problem


def test_an_impossible_address_is_refused_without_asking(transport: SmtpTransport, post: Post) -> None:
    with pytest.raises(Refused, match="bad_address"):
        transport.send(a_message(to=Address("太郎@mihon.example")))
    assert not post.taken


# Signing in and encryption


def signs_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"tasuki", b"p@ss word")
    return AuthResult(success=good, handled=False)


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
@pytest.mark.parametrize(("password", "problem"), [("p@ss word", None), ("wrong", TransportDown)])
def test_a_login_on_this_machine(post: Post, password: str, problem: type[Exception] | None) -> None:
    with served(post, authenticator=signs_in, auth_required=True, auth_require_tls=False) as port:
        transport = SmtpTransport(SmtpServer("127.0.0.1", port, user="tasuki", password=password))
        if problem is None:
            transport.send(a_message())
            assert len(post.taken) == 1
        else:
            with pytest.raises(problem):
                transport.send(a_message())
        transport.close()


def test_a_server_without_login_cannot_be_signed_in_to(transport: SmtpTransport) -> None:
    stranger = SmtpTransport(SmtpServer("127.0.0.1", transport.server.port, user="tasuki", password="x"))
    with pytest.raises(TransportDown):
        stranger.send(a_message())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for 127.0.0.1, its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("trusted", [True, False])
def test_starttls_is_used_when_offered_and_only_with_a_certificate_the_machine_trusts(
    post: Post, certificate: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with served(post, tls_context=server_tls(certificate), authenticator=signs_in, auth_required=True) as port:
        transport = SmtpTransport(SmtpServer("127.0.0.1", port, user="tasuki", password="p@ss word"))
        if trusted:
            transport.send(a_message())
            assert len(post.taken) == 1
        else:
            with pytest.raises(TransportDown, match="TLS"):
                transport.send(a_message())
        transport.close()


@pytest.mark.parametrize("trusted", [True, False])
def test_smtps_speaks_tls_from_the_first_byte(
    post: Post, certificate: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with served(post, ssl_context=server_tls(certificate)) as port:
        transport = SmtpTransport(SmtpServer("127.0.0.1", port, tls=True))
        if trusted:
            transport.send(a_message())
            assert len(post.taken) == 1
        else:
            with pytest.raises(TransportDown, match="TLS"):
                transport.send(a_message())
        transport.close()


def test_a_password_never_crosses_the_network_in_the_open(post: Post) -> None:
    # This machine under an address of its own that does not look like it.
    with served(post, authenticator=signs_in, auth_require_tls=False) as port:
        transport = SmtpTransport(SmtpServer("0.0.0.0", port, user="tasuki", password="p@ss word"))
        with pytest.raises(TransportDown, match="no TLS"):
            transport.send(a_message())
