"""How staff put words of their own into the next mail to an account's people."""

from __future__ import annotations

from scheduler.models.db import db
from scheduler.models.mails import Mail, MailNote
from scheduler.services import mail_notes
from scheduler.services.outbox.owe import owe
from tests.conftest import NOW, Client, sign_in
from tests.factories import a_contact, a_member


def test_a_note_is_added_shown_on_the_account_and_taken_back(staff_client: Client) -> None:
    contact = a_contact(name="佐々木 蓮")
    path = f"/staff/accounts/{contact.account_id}"
    response = staff_client.post(
        f"{path}/notes", data={"kind": "invitation", "words": "お電話ありがとうございました。"}
    )
    assert response.location == f"{path}#notes"
    text = staff_client.get(path).text
    assert "次の「ご案内」のメールに添えます。" in text
    assert "お電話ありがとうございました。" in text
    (note,) = db.session.query(MailNote).all()
    with db.writing():
        owe("invitation", "one", now=NOW, contact_id=contact.id, account_id=contact.account_id)
        db.session.query(Mail).one().note_id = note.id
    listed = " ".join(staff_client.get(f"{path}/notes").text.split())
    assert "1 名に送信: 佐々木 蓮" in listed
    staff_client.post(f"{path}/notes/{note.id}/remove")
    assert mail_notes.open_of([contact.account_id]) == {}
    assert "一言を取り下げました。" in staff_client.get(path).text


def test_a_note_that_cannot_be_used_is_told_why_and_kept_in_the_form(staff_client: Client) -> None:
    path = f"/staff/accounts/{a_contact().account_id}/notes"
    long = staff_client.post(path, data={"kind": "invitation", "words": "あ" * 1001})
    assert (long.status_code, "1000 文字以内で入力してください。" in long.text, "あああ" in long.text) == (
        422,
        True,
        True,
    )
    nothing = staff_client.post(path, data={"kind": "invitation", "words": " "})
    assert (nothing.status_code, "必ず入力してください。" in nothing.text) == (422, True)
    kind = staff_client.post(path, data={"kind": "staff_ready", "words": "x"})
    assert (kind.status_code, "一言を添えるメールの種類をお選びください。" in kind.text) == (422, True)


def test_who_may_only_look_reads_notes(client: Client) -> None:
    contact = a_contact()
    sign_in(client, a_member(team="sales"))
    path = f"/staff/accounts/{contact.account_id}/notes"
    assert "<textarea" not in client.get(path).text
    assert client.post(path, data={"kind": "invitation", "words": "x"}).status_code == 403
