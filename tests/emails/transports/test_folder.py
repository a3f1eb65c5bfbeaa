"""Answers whether mails kept in a folder can be found and read again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emails import Address, Refused, TransportDown, build_mime, list_messages, read_message
from emails.transports.folder import FolderTransport
from tests.emails.mails import MOMENT, a_calendar_part, a_message


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var" / "mails"


def test_a_mail_becomes_one_whole_file(folder: Path) -> None:
    message = a_message()
    assert FolderTransport(folder).send(message).provider_id == "4f9d2c.eml"
    assert [path.name for path in folder.iterdir()] == ["4f9d2c.eml"]
    assert (folder / "4f9d2c.eml").read_bytes() == build_mime(message)


def test_the_same_mail_again_overwrites_its_file(folder: Path) -> None:
    transport = FolderTransport(folder)
    transport.send(a_message())
    transport.send(a_message(subject="again"))
    assert [stored.subject for stored in list_messages(folder, limit=10)] == ["again"]


@pytest.mark.parametrize(
    ("opaque_id", "name"),
    [("", "4f9d2c-asahi-booking-example.eml"), ("../../etc/passwd", "etc-passwd.eml"), ("a/b", "a-b.eml")],
)
def test_no_name_leads_out_of_the_folder(folder: Path, opaque_id: str, name: str) -> None:
    FolderTransport(folder).send(a_message(opaque_id=opaque_id))
    assert [path.name for path in folder.iterdir()] == [name]


def test_the_list_shows_the_last_written_first_and_pages(folder: Path) -> None:
    transport = FolderTransport(folder)
    for number in range(5):
        transport.send(a_message(opaque_id=f"m{number}", subject=f"件名 {number}"))
        os.utime(folder / f"m{number}.eml", ns=(number, number))
    (folder / "notes.txt").write_text("not a mail")
    (folder / ".m9.eml.1").write_text("a mail being written")
    assert [stored.subject for stored in list_messages(folder, limit=2)] == ["件名 4", "件名 3"]
    assert [stored.subject for stored in list_messages(folder, limit=2, offset=4)] == ["件名 0"]


def test_a_mail_reads_back_whole(folder: Path) -> None:
    message = a_message(calendar=a_calendar_part(), unsubscribe_url="https://tasuki.example/unsubscribe/abc")
    FolderTransport(folder).send(message)
    read = read_message(folder, "4f9d2c.eml")
    assert read is not None
    assert (read.subject, read.date) == (message.subject, MOMENT)
    assert read.to == "山田 花子 <hanako@mihon.example>"
    assert read.from_ == "株式会社あさひ予約 <lectures@asahi-booking.example>"
    assert read.reply_to == "onboarding@asahi-booking.example"
    assert read.text == message.text
    assert read.html.strip() == message.html
    assert read.calendar is not None
    assert "METHOD:REQUEST" in read.calendar
    assert read.unsubscribe_url == message.unsubscribe_url


def test_what_a_mail_does_not_have_is_none(folder: Path) -> None:
    FolderTransport(folder).send(a_message(reply_to=None))
    read = read_message(folder, "4f9d2c.eml")
    assert read is not None
    assert (read.calendar, read.unsubscribe_url, read.reply_to) == (None, None, "")


@pytest.mark.parametrize("name", ["gone.eml", "../secret.eml", "..%2fsecret.eml", "", ".eml", "4f9d2c.eml/.."])
def test_only_mails_of_the_folder_are_read(folder: Path, name: str) -> None:
    FolderTransport(folder).send(a_message())
    (folder.parent / "secret.eml").write_text("Subject: secret\n\n")
    assert read_message(folder, name) is None


def test_a_folder_that_is_not_there_yet_holds_nothing(folder: Path) -> None:
    assert list_messages(folder, limit=10) == []


def test_an_impossible_address_is_refused_and_an_impossible_folder_closes_the_way(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        FolderTransport(tmp_path).send(a_message(to=Address("nobody")))
    (tmp_path / "file").write_text("")
    with pytest.raises(TransportDown):
        FolderTransport(tmp_path / "file").send(a_message())
