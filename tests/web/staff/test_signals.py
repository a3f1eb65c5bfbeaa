"""Answers whether operations can set destinations up and see how they do, and who else can."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.signals import Delivery, Destination
from scheduler.services.signals import deliver
from scheduler.services.signals.tell import tell
from tests.conftest import Client, sign_in
from tests.factories import NOW, a_destination, a_member, an_account
from tests.receiver import Receiver, receiving
from tests.sendgrid.http import Reply

PAGE = "/staff/settings/signals"


@pytest.fixture
def operations(client: Client) -> Client:
    sign_in(client, a_member(team="operations", name="小林 美咲"))
    return client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


def form(receiver: Receiver, **fields: object) -> dict[str, object]:
    return {"kind": "webhook", "name": "CRM連携", "url": receiver.url, "signals": ["account.ready"]} | fields


def test_an_empty_page_says_what_will_stand_here(operations: Client) -> None:
    page = operations.get(PAGE).text
    assert "まだ外部連携はありません" in page
    assert page.count(f"{PAGE}/new?kind=webhook") == 1
    for kind in ("webhook", "chat", "pigeon"):
        assert operations.get(f"{PAGE}/new?kind={kind}").status_code == 200


def test_a_webhook_is_set_up_tried_and_watched(operations: Client, receiver: Receiver) -> None:
    answer = operations.post(PAGE, data=form(receiver))
    assert answer.status_code == 200
    row = db.session.scalars(select(Destination)).one()
    assert row.secret in answer.text
    page = operations.get(f"{PAGE}/{row.id}").text
    assert row.secret not in page
    assert "まだ何も送信していません" in page
    form_key = re.search(r'name="form_key" value="(\w+)"', page)
    assert form_key
    for _twice in range(2):
        assert operations.post(f"{PAGE}/{row.id}/test", data={"form_key": form_key[1]}).status_code == 302
    deliver.deliver_due(NOW)
    assert len(receiver.requests) == 1
    page = operations.get(f"{PAGE}/{row.id}").text
    assert "テスト送信" in page
    assert "204 No Content" in page
    assert "&#34;type&#34;:&#34;test&#34;" in page


def test_a_rooms_key_is_never_shown(operations: Client, receiver: Receiver) -> None:
    key = "3ccdd113474722377935511fc85d3dd4"
    room = form(receiver, kind="chat", url=f"mmost://127.0.0.1:{receiver.port}/{key}", locale="en")
    assert operations.post(PAGE, data=room).status_code == 302
    row = db.session.scalars(select(Destination)).one()
    for address in (PAGE, f"{PAGE}/{row.id}", f"{PAGE}/{row.id}/edit"):
        page = operations.get(address).text
        assert key not in page
        assert "mmost://…3dd4" in page
    assert operations.post(f"{PAGE}/{row.id}", data=room | {"url": "", "name": "ルーム"}).status_code == 302
    assert db.session.get_one(Destination, row.id, populate_existing=True).url.endswith(key)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "必ず入力してください。"),
        ({"signals": []}, "知らせる出来事を一つ以上選んでください。"),
        ({"url": "https://192.168.0.1/"}, "社内などの非公開のアドレスには送信できません。"),
        ({"url": "https://a@crm.example/"}, "URL にユーザー名やパスワードを含めることはできません。"),
        ({"kind": "chat", "url": "mailto://a:b@c.example"}, "「mailto」には対応していません。"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    operations: Client, receiver: Receiver, fields: dict[str, object], words: str
) -> None:
    answer = operations.post(PAGE, data=form(receiver, **fields))
    assert answer.status_code == 422
    assert answer.text.count(words) == 2
    assert db.session.scalars(select(Destination)).all() == []


def test_a_key_is_changed_without_a_gap(operations: Client) -> None:
    row = a_destination()
    answer = operations.post(f"{PAGE}/{row.id}/key")
    known = db.session.get_one(Destination, row.id, populate_existing=True)
    assert known.secret in answer.text
    assert known.old_secret not in answer.text
    assert operations.post(f"{PAGE}/{row.id}/old-key").status_code == 302
    assert db.session.get_one(Destination, row.id, populate_existing=True).old_secret == ""


def test_what_did_not_arrive_is_sent_again_one_by_one_or_all_at_once(operations: Client, receiver: Receiver) -> None:
    row = a_destination(url=receiver.url)
    account = an_account(name="株式会社みほん")
    with db.writing():
        for number in range(3):
            tell("account.ready", str(number), NOW, account.id)
    receiver.reply = Reply(410)
    deliver.deliver_due(NOW)
    page = operations.get(f"{PAGE}/{row.id}").text
    assert "相手先が受信を終了（410）" in page
    assert "410 Gone" in page
    assert "再送する" not in page
    assert operations.post(f"{PAGE}/{row.id}/replay").status_code == 409
    operations.post(f"{PAGE}/{row.id}/resume")
    page = operations.get(f"{PAGE}/{row.id}").text
    assert "届いていない 3 件をすべて再送する" in page
    first = db.session.scalars(select(Delivery.id).order_by(Delivery.id)).first()
    operations.post(f"{PAGE}/deliveries/{first}/replay")
    assert "1 件を再送" not in operations.get(f"{PAGE}/{row.id}").text
    operations.post(f"{PAGE}/{row.id}/replay")
    receiver.reply = Reply(200)
    deliver.deliver_due(NOW)
    page = operations.get(f"{PAGE}/{row.id}?state=delivered").text
    assert page.count("再送 1 回目") == 3
    assert "該当する送信記録はありません" in operations.get(f"{PAGE}/{row.id}?state=waiting").text


def test_a_destination_is_stopped_by_hand(operations: Client) -> None:
    row = a_destination()
    operations.post(f"{PAGE}/{row.id}/end")
    assert "通知を停止しています（手動で停止、" in operations.get(f"{PAGE}/{row.id}").text
    assert "手動で停止" in operations.get(PAGE).text


@pytest.mark.parametrize("path", ["", "/new", "/1", "/1/edit"])
def test_only_who_decides_settings_sees_them(app: Flask, staff_client: Client, path: str) -> None:
    a_destination()
    assert staff_client.get(PAGE + path).status_code == 403


def test_what_is_not_there_is_said_so(operations: Client) -> None:
    for path in ("/99", "/99/edit"):
        assert operations.get(PAGE + path).status_code == 404
    for path in (
        "/99",
        "/99/test",
        "/99/key",
        "/99/old-key",
        "/99/end",
        "/99/resume",
        "/99/replay",
        "/deliveries/99/replay",
    ):
        assert operations.post(PAGE + path, data={}).status_code == 404


def test_the_list_reads_in_english_too(operations: Client) -> None:
    a_destination()
    operations.post("/language", data={"locale": "en", "next": PAGE})
    page = operations.get(PAGE).text
    assert "Integrations" in page
