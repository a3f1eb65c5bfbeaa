"""How the words of mails are read, tried, changed and brought back on pages."""

from __future__ import annotations

import re
from itertools import cycle

import pytest
from flask import Flask

from emails import KINDS, LOCALES, template_source
from scheduler.models.db import db
from scheduler.models.mails import Mail, Template
from scheduler.models.staff import Staff
from scheduler.services import templates
from tests.conftest import Client, sign_in
from tests.factories import a_contact, a_member, an_account

WORDS = "/staff/mails/templates/missed/ja"
SUBJECT = "【{{ vendor_name }}】次の日程はいかがですか"
BODY = "{{ salutation }}\r\n\r\n[日程を選ぶ]({{ personal_url }})\r\n"
DRAFT = {"subject": SUBJECT, "body": BODY, "based_on": "0", "note": "短く", "press": "a"}


@pytest.fixture
def author(client: Client) -> Staff:
    member = a_member(team="operations", name="小林 美咲", email="misaki@vendor.example")
    sign_in(client, member)
    return member


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.text.split())


def test_the_list_names_every_kind_with_its_words_in_both_languages(client: Client, author: Staff) -> None:
    text = page(client, "/staff/mails/templates")
    for kind in KINDS:
        for locale in LOCALES:
            assert f'href="/staff/mails/templates/{kind}/{locale}"' in text, kind
    assert "欠席された方への再案内" in text
    assert text.count("標準の文面") == len(KINDS) * 2


def test_every_editor_shows_its_words_placeholders_and_how_they_arrive(client: Client, author: Staff) -> None:
    for kind, locale in zip(KINDS, cycle(LOCALES), strict=False):
        response = client.get(f"/staff/mails/templates/{kind}/{locale}")
        assert response.status_code == 200, kind
        assert "この文面で保存できます" in response.text, kind
        for name in KINDS[kind].placeholders:
            assert f"<code>{name}</code>" in response.text, name


def test_changed_words_are_in_force_and_listed_with_author_and_reason(client: Client, author: Staff) -> None:
    response = client.post(WORDS, data=DRAFT)
    text = page(client, response.location)
    assert "保存しました。これから送るメールに使われます。" in text
    assert templates.source("missed", "ja") == f"{SUBJECT}\n{BODY}".replace("\r\n", "\n")
    for words in ("第 1 版", "小林 美咲", "短く", "使用中"):
        assert words in text
    assert "第 1 版" in page(client, "/staff/mails/templates")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"subject": " "}, "件名を入力してください。"),
        ({"subject": "{{ reason }}{{ host_name }}"}, "「reason」という差し込み項目は、このメールにはありません。"),
        ({"subject": "{{ host_name }}"}, "差し込む内容がないときに件名が空になります。"),
        ({"body": "\n"}, "本文を入力してください。"),
        ({"body": "a\n{{ personal_ulr }}"}, "本文の 2 行目: 「personal_ulr」という差し込み項目は"),
        ({"body": "a\n{{ personal_ulr }}"}, "「personal_url」ではありませんか。"),
        ({"body": "{{ personal_url }}\n{% if store %}"}, "差し込みの記号が正しく対になっていません。"),
        (
            {"body": "どうぞ"},
            "または「宛先の方の専用ページ（申込・変更・キャンセル）」（personal_url）が、本文にありません。",
        ),
        ({"body": "{{ personal_url }} [a](https://x.example/{{ store }})"}, "差し込む内容によって変わります。"),
    ],
)
def test_words_that_cannot_be_used_are_told_with_their_place_and_kept_in_the_form(
    client: Client, author: Staff, changes: dict[str, str], words: str
) -> None:
    response = client.post(WORDS, data=DRAFT | changes)
    assert response.status_code == 422
    assert words in response.text.replace("&#34;", '"')
    assert DRAFT["note"] in response.text
    assert db.session.query(Template).count() == 0


def test_who_was_overtaken_sees_who_changed_what_and_may_save_again(client: Client, author: Staff) -> None:
    client.post(WORDS, data=DRAFT)
    mine = DRAFT | {"body": BODY.replace("日程を選ぶ", "日程を見る")}
    response = client.post(WORDS, data=mine)
    assert response.status_code == 409
    assert "変更した人: 小林 美咲" in response.text
    assert "<del>選ぶ</del>" in response.text
    assert "<ins>見る</ins>" in response.text
    based_on = re.search(r'name="based_on" value="(\d+)"', response.text)
    assert based_on
    assert client.post(WORDS, data=mine | {"based_on": based_on[1]}).status_code == 302
    assert "日程を見る" in templates.source("missed", "ja")


def test_a_draft_is_shown_as_it_would_arrive_and_changes_nothing(client: Client, author: Staff) -> None:
    shown = client.post(WORDS, data=DRAFT | {"action": "preview"})
    part = client.post(f"{WORDS}/preview", data=DRAFT)
    for response in (shown, part):
        assert response.status_code == 200
        assert "次の日程はいかがですか" in response.text
        assert "山田 花子 様" in response.text
        assert "見本の内容で表示しています。" in response.text
    assert "<html" not in part.text
    broken = client.post(f"{WORDS}/preview", data=DRAFT | {"body": "{{ personal_ulr }}"})
    assert (broken.status_code, "本文の 1 行目" in broken.text) == (200, True)
    assert db.session.query(Template).count() == db.session.query(Mail).count() == 0


def test_a_draft_is_shown_with_the_data_of_whoever_was_named(client: Client, author: Staff) -> None:
    account = an_account(name="株式会社さくら", onboarding_owner_id=author.id)
    a_contact(account, name="佐々木 蓮")
    a_contact(account, name="石井 葵")
    text = client.post(f"{WORDS}/preview", data=DRAFT | {"person": "さくら 佐々木"}).text
    assert "株式会社さくら" in text
    assert "佐々木 蓮 様" in text
    assert "ほかに見つかった方" not in text
    assert "石井 葵" in client.post(f"{WORDS}/preview", data=DRAFT | {"person": "さくら"}).text
    nobody = client.post(WORDS, data=DRAFT | {"person": "いない人", "action": "preview"}).text
    assert "該当する先方担当者が見つかりません。" in nobody
    assert "山田 花子 様" in nobody


def test_a_mail_is_framed_without_scripts_and_only_where_words_are_written(client: Client, author: Staff) -> None:
    response = client.post(f"{WORDS}/frame", data=DRAFT)
    policy = response.headers["Content-Security-Policy"]
    assert (response.status_code, "日程を選ぶ" in response.text) == (200, True)
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    unusable = client.post(f"{WORDS}/frame", data=DRAFT | {"subject": ""})
    assert (unusable.status_code, "件名を入力してください。" in unusable.text) == (422, True)
    editor = client.get(WORDS).headers["Content-Security-Policy"]
    assert "frame-src 'self'" in editor
    assert "unsafe" not in editor
    assert "frame-src 'none'" in client.get("/staff/mails").headers["Content-Security-Policy"]


def test_a_test_goes_to_whoever_asks_for_it_once_a_press(client: Client, author: Staff) -> None:
    contact = a_contact(name="佐々木 蓮")
    form = DRAFT | {"action": "test", "person": "佐々木"}
    response = client.post(WORDS, data=form)
    assert response.status_code == 200
    assert "misaki@vendor.example にテストメールを送ります。" in response.text
    assert SUBJECT in response.text
    client.post(WORDS, data=form)
    (mail,) = db.session.query(Mail).all()
    assert (mail.kind, mail.staff_id, mail.contact_id) == ("staff_test", author.id, None)
    words = f"{SUBJECT}\n{BODY}".replace("\r\n", "\n")
    assert mail.params == {"kind": "missed", "locale": "ja", "source": words, "contact_id": contact.id}
    client.post(WORDS, data=form | {"press": "b"})
    assert db.session.query(Mail).count() == 2
    for unusable in ({"body": "{{ x }}"}, {"person": "いない人"}):
        assert client.post(WORDS, data=form | {"press": "c"} | unusable).status_code == 422
    assert db.session.query(Mail).count() == 2


def test_versions_show_their_differences_and_come_back(client: Client, author: Staff) -> None:
    client.post(WORDS, data=DRAFT)
    client.post(WORDS, data=DRAFT | {"body": BODY + "追伸です。", "based_on": "1"})
    assert "<ins>追伸です。</ins>" in page(client, f"{WORDS}/versions/2")
    assert "<del>" in page(client, f"{WORDS}/versions/2?to=shipped")
    assert "違いはありません。" in page(client, f"{WORDS}/versions/2?to=present")
    assert "<del>追伸です。</del>" in page(client, f"{WORDS}/versions/1?to=present")
    response = client.post(f"{WORDS}/versions/1/restore", data={"based_on": "2"})
    assert "第 1 版の文面に戻しました。" in page(client, response.location)
    assert "追伸" not in templates.source("missed", "ja")
    stale = client.post(f"{WORDS}/versions/0/restore", data={"based_on": "2"})
    assert "この文面が変更されました（第 3 版）" in page(client, stale.location)
    back = client.post(f"{WORDS}/versions/0/restore", data={"based_on": "3"})
    assert "標準の文面に戻しました。" in page(client, back.location)
    assert templates.source("missed", "ja") == template_source("missed", "ja")


def test_who_may_not_change_words_reads_them_as_they_arrive(staff_client: Client) -> None:
    text = page(staff_client, WORDS)
    assert "山田 花子 様" in text
    assert "<textarea" not in text
    assert "<iframe" not in text
    assert staff_client.post(WORDS, data=DRAFT).status_code == 403


def test_kinds_languages_and_versions_that_there_are_not_are_not_found(client: Client, author: Staff) -> None:
    for path in ("letter/ja", "missed/fr", "missed/ja/versions/3"):
        assert client.get(f"/staff/mails/templates/{path}").status_code == 404
    for path in ("letter/ja", "letter/ja/preview", "missed/fr/frame", "missed/ja/versions/3/restore"):
        assert client.post(f"/staff/mails/templates/{path}", data=DRAFT).status_code == 404


def test_values_and_words_are_shown_as_characters(client: Client, author: Staff, app: Flask) -> None:
    a_contact(an_account(name="<script>alert(1)</script>"), name="**x**")
    text = client.post(f"{WORDS}/preview", data=DRAFT | {"person": "script"}).text
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    framed = client.post(f"{WORDS}/frame", data=DRAFT | {"person": "script"}).text
    assert "<script>" not in framed
