"""Answers what chat rooms read, which services may be asked for, and that none of them leads inside."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from scheduler.services import installation
from scheduler.services.refusals import Invalid
from scheduler.services.signals import chatting, words
from scheduler.services.signals.guarding import Forbidden, guarded
from scheduler.services.signals.posting import Answer
from scheduler.services.signals.words import Named
from tests.receiver import Receiver, receiving
from tests.sendgrid.http import Reply

KEY = "3ccdd113474722377935511fc85d3dd4"


@pytest.fixture
def receiver(app: Flask) -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@pytest.fixture
def public(app: Flask) -> None:
    """Let others reach this installation, and so have messages go to public addresses only."""
    installation.install(replace(installation.here(), base_url="https://tasuki.example", is_loopback=False))


def test_a_room_reads_the_message(receiver: Receiver) -> None:
    receiver.reply = Reply(200)
    link = f"mmost://127.0.0.1:{receiver.port}/{KEY}"
    chatting.check(link)
    assert chatting.say(link, "引き継ぎ可: 株式会社みほん", "フェーズ: オンボーディング") == Answer(200)
    (request,) = receiver.requests
    assert request.path == f"/hooks/{KEY}"
    assert "株式会社みほん" in json.loads(request.body)["text"]


@pytest.mark.parametrize("status", [302, 404, 410, 500])
def test_what_a_room_answers_is_told_and_its_key_is_not(
    receiver: Receiver, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    receiver.reply = Reply(status, {"Location": f"http://127.0.0.1:{receiver.port}/elsewhere"})
    with caplog.at_level(logging.INFO):
        assert chatting.say(f"mmost://127.0.0.1:{receiver.port}/{KEY}", "t", "x") == Answer(status)
    assert len(receiver.requests) == 1
    assert KEY not in caplog.text


def test_a_room_that_is_not_there_is_told_apart_from_one_that_is_slow(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chatting.say(f"mmost://127.0.0.1:1/{KEY}", "t", "x") == Answer(error="no_connection")
    monkeypatch.setattr(chatting, "SECONDS", 0.3)
    receiver.reply = Reply(after_seconds=5)
    assert chatting.say(f"mmost://127.0.0.1:{receiver.port}/{KEY}", "t", "x") == Answer(error="too_slow")


@pytest.mark.parametrize(
    "link",
    [
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        f"https://discord.com/api/webhooks/000000000000000000/{'A' * 68}",
        "https://chat.googleapis.com/v1/spaces/AAAA/messages?key=K&token=T",
    ],
)
def test_a_room_is_named_in_the_words_of_apprise_or_of_its_service(public: None, link: str) -> None:
    chatting.check(link)


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("", "room_malformed"),
        ("hello", "room_malformed"),
        ("slack://", "room_malformed"),
        ("https://crm.example/hook", "room_malformed"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?template=/etc/passwd", "room_malformed"),
        (f"https://discord.com/api/webhooks/000000000000000000/{'A' * 68}?Template=/etc/passwd", "room_malformed"),
        ("syslog://", "room_unknown"),
        ("file:///etc/passwd", "room_unknown"),
        ("gnome://", "room_unknown"),
        ("dbus://", "room_unknown"),
        ("windows://", "room_unknown"),
        ("json://crm.example", "room_unknown"),
        ("jsons://crm.example", "room_unknown"),
        ("mailto://a:b@mihon.example", "room_unknown"),
        ("mqtt://crm.example", "room_unknown"),
        (f"mmost://chat.example/{KEY}", "room_unknown"),
        (f"mmosts://localhost/{KEY}", "private_address"),
        (f"mmosts://10.0.0.1/{KEY}", "private_address"),
        (f"mmosts://[::ffff:127.0.0.1]/{KEY}", "private_address"),
        (f"mmosts://2130706433/{KEY}", "private_address"),
        (f"mmosts://nobody.invalid/{KEY}", "no_such_host"),
    ],
)
def test_what_is_no_room_outside_is_refused(public: None, link: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        chatting.check(link)
    assert refused.value.params["why"] == why


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "[::1]", "0x7f000001", "chat.example"])
def test_a_room_whose_name_leads_inside_later_gets_nothing(
    public: None, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    real = socket.getaddrinfo

    def rebound(name: str, *rest: Any, **options: Any) -> Any:
        return real("127.0.0.1" if name == "chat.example" else name, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    with receiving() as server:
        answer = chatting.say(f"mmosts://{host}:{server.port}/{KEY}?verify=no&redirect=yes", "t", "x")
        assert answer == Answer(error="private_address")
        assert server.peers == []


def test_whatever_connects_within_the_guard_is_held_back_and_nothing_else(public: None) -> None:
    with receiving() as server:
        with guarded(1) as guard, socket.socket() as probe, pytest.raises(Forbidden):
            probe.connect(("127.0.0.1", server.port))
        assert guard.has_refused
        socket.create_connection(("127.0.0.1", server.port)).close()
        with guarded(1), socket.socket(socket.AF_UNIX) as probe, pytest.raises(Forbidden):
            probe.connect("/run/any")
        with guarded(1), socket.socket(type=socket.SOCK_DGRAM) as probe, pytest.raises(Forbidden):
            probe.sendto(b"x", ("127.0.0.1", 514))


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkd7FQ", "https://hooks.slack.com…d7FQ"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkd7FQ", "slack://…d7FQ"),
        ("mmosts://name:word@chat.example/3ccdd1134747", "mmosts://…4747"),
        ("line://short", "line://…"),
    ],
)
def test_a_rooms_link_is_shown_without_its_key(link: str, shown: str) -> None:
    assert chatting.shortened(link) == shown


@pytest.mark.parametrize(
    ("kind", "data", "named", "locale", "expected"),
    [
        (
            "account.ready",
            {"account": "A-1", "stage": "onboarding"},
            Named(account="株式会社みほん", link="https://t.example/staff/accounts/1"),
            "ja",
            ("引き継ぎ可: 株式会社みほん", "フェーズ: オンボーディング\nhttps://t.example/staff/accounts/1"),
        ),
        (
            "account.stuck",
            {"account": "A-1", "stage": "onboarding", "reasons": ["unreachable"]},
            Named(account="Mihon Inc.", reasons=("Mail does not arrive",)),
            "en",
            ("Stuck: Mihon Inc.", "Stage: Onboarding\nMail does not arrive"),
        ),
        (
            "handover.requested",
            {"handover": 1, "from": "onboarding", "to": "success"},
            Named(account="株式会社みほん"),
            "ja",
            ("引き継ぎの依頼: 株式会社みほん", "オンボーディング → サクセス"),
        ),
        (
            "attendance.recorded",
            {"lecture": 3, "course": "basic", "attended": 18, "partial": 2, "missed": 0, "unknown": 1},
            Named(lecture="基本操作編 2026年4月7日(火) 14:00–15:00（日本時間）"),
            "ja",
            ("出欠の記録: 基本操作編 2026年4月7日(火) 14:00–15:00（日本時間）", "出席 18 名 · 一部参加 2 名"),
        ),
        ("test", {}, Named(), "en", ("Test message", "Notifications reach this room. Nothing needs to be done.")),
    ],
)
def test_a_signal_reads_in_the_rooms_language(
    kind: str, data: dict[str, Any], named: Named, locale: str, expected: tuple[str, str]
) -> None:
    assert words.message(kind, data, named, locale) == expected
