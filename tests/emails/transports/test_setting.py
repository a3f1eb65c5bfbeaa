"""Answers whether the setting for outgoing mail is understood, and complained about clearly."""

from __future__ import annotations

from pathlib import Path

import pytest

from emails import BadTransport
from emails.transports.folder import FolderTransport
from emails.transports.sendgrid import SendGridTransport
from emails.transports.setting import transport_from
from emails.transports.smtp import SmtpServer, SmtpTransport


@pytest.mark.parametrize("path", ["var/mails", "/srv/mails", "a b"])
def test_a_folder(path: str) -> None:
    transport = transport_from(f"folder:{path}")
    assert isinstance(transport, FolderTransport)
    assert transport.folder == Path(path)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 25)),
        ("smtp://127.0.0.1:8025", SmtpServer("127.0.0.1", 8025)),
        ("smtp://me:p%40ss%2Fw@mail.example", SmtpServer("mail.example", 587, user="me", password="p@ss/w")),
        ("smtps://me%40vendor.example:x@mail.example", SmtpServer("mail.example", 465, True, "me@vendor.example", "x")),
        ("smtps://mail.example:2465/", SmtpServer("mail.example", 2465, True)),
    ],
)
def test_an_smtp_server(url: str, server: SmtpServer) -> None:
    transport = transport_from(url)
    assert isinstance(transport, SmtpTransport)
    assert transport.server == server


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://api.sendgrid.com", "https://api.sendgrid.com/v3/mail/send"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/v3/mail/send"),
        ("http://127.0.0.1:8080/v3/mail/send", "http://127.0.0.1:8080/v3/mail/send"),
    ],
)
def test_sendgrid(url: str, address: str) -> None:
    transport = transport_from("sendgrid:", api_key="SG.key", sendgrid_url=url)
    assert isinstance(transport, SendGridTransport)
    assert transport.address == address
    assert not transport.sandbox


def test_sendgrids_sandbox() -> None:
    transport = transport_from("sendgrid:sandbox", api_key="SG.key", sendgrid_url="https://api.eu.sendgrid.com")
    assert isinstance(transport, SendGridTransport)
    assert transport.sandbox
    assert transport.address == "https://api.eu.sendgrid.com/v3/mail/send"


@pytest.mark.parametrize(
    ("url", "others"),
    [
        ("", {}),
        ("folder:", {}),
        ("folder", {}),
        ("ftp://mail.example", {}),
        ("smtp://", {}),
        ("smtp:mail.example", {}),
        ("smtp://mail.example:port", {}),
        ("smtp://mail.example:99999", {}),
        ("smtp://me:pa/ss@mail.example", {}),
        ("smtp://mail.example?tls=no", {}),
        ("sendgrid:", {}),
        ("sendgrid:key", {"api_key": "SG.key"}),
        ("sendgrid:", {"api_key": "SG.key\nX: y"}),
        ("sendgrid:", {"api_key": "SG.key", "sendgrid_url": "api.sendgrid.com"}),
    ],
)
def test_a_wrong_setting_gets_one_clear_line(url: str, others: dict[str, str]) -> None:
    with pytest.raises(BadTransport) as caught:
        transport_from(url, **others)
    assert str(caught.value)
    assert "\n" not in str(caught.value)
    assert "pa/ss" not in str(caught.value)
