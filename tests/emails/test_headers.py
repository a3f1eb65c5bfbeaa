"""Answers whether headers come out as mail programs read them."""

from __future__ import annotations

import re
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emails import BadAddress
from emails.headers import mailbox, sendable, text, verbatim

_WORD = re.compile(r"=\?utf-8\?[bq]\?[^? ]*\?=")
# What can be shown in one line; surrogates cannot be written in UTF-8 at all.
_SHOWN = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=200).filter(
    lambda value: value == value.strip()
)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("taro@mihon.example", "taro@mihon.example"),
        (" taro+shop@mihon.example ", "taro+shop@mihon.example"),
        # Given out by Japanese carriers before 2009.
        ("ab..c@docomo.ne.jp", '"ab..c"@docomo.ne.jp'),
        (".abc@docomo.ne.jp", '".abc"@docomo.ne.jp'),
        ("abc.@ezweb.ne.jp", '"abc."@ezweb.ne.jp'),
        ('"ab..c"@docomo.ne.jp', '"ab..c"@docomo.ne.jp'),
        ("taro yamada@mihon.example", '"taro yamada"@mihon.example'),
        ('a"b\\c@mihon.example', '"a\\"b\\\\c"@mihon.example'),
        ("taro@みほん.example", "taro@xn--79jh5d.example"),
    ],
)
def test_an_address_is_written_as_servers_take_it(address: str, written: str) -> None:
    assert sendable(address) == written


@pytest.mark.parametrize(
    "address",
    ["", "taro", "@mihon.example", "taro@", "太郎@mihon.example", "taro@a b", "taro\n@a.example", "a@b\r\nBcc:c@d"],
)
def test_an_impossible_address_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        sendable(address)


@given(words=_SHOWN)
def test_every_subject_reads_back_and_its_words_hold_whole_characters(words: str) -> None:
    written = text("Subject", words)
    assert written.isascii()
    assert all(len(line) <= 76 for line in written.split("\r\n"))
    value = written.removeprefix("Subject: ")
    assert str(make_header(decode_header(value.replace("\r\n ", " ")))) == words
    for word in _WORD.findall(value):
        assert str(make_header(decode_header(word)))


@given(name=_SHOWN)
def test_every_name_reads_back_beside_its_address(name: str) -> None:
    written = mailbox("To", name, "ab..c@docomo.ne.jp")
    assert written.isascii()
    shown, address = parseaddr(written.removeprefix("To: ").replace("\r\n ", " "))
    assert address == '"ab..c"@docomo.ne.jp'
    assert str(make_header(decode_header(shown))) == name


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("", "From: a@b.example"),
        ("Asahi Booking", "From: Asahi Booking <a@b.example>"),
        ("Asahi Booking, Inc.", 'From: "Asahi Booking, Inc." <a@b.example>'),
        ('The "best"', 'From: "The \\"best\\"" <a@b.example>'),
        ("あさひ", "From: =?utf-8?b?44GC44GV44Gy?= <a@b.example>"),
        ("A\r\nBcc: x@y", 'From: "A Bcc: x@y" <a@b.example>'),
    ],
)
def test_a_name_stands_beside_its_address(name: str, written: str) -> None:
    assert mailbox("From", name, "a@b.example") == written


def test_a_long_link_stays_in_one_piece() -> None:
    link = f"<https://tasuki.example/unsubscribe/{'x' * 300}>"
    assert verbatim("List-Unsubscribe", link) == f"List-Unsubscribe: {link}"


@pytest.mark.parametrize("value", ["a\r\nBcc: x", "a\tb", "あ"])
def test_what_would_break_a_header_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        verbatim("Message-ID", value)


@pytest.mark.parametrize("name", ["=?utf-8?q?=0ABcc:_x?=", "x" * 2000, '"' * 200])
def test_a_name_that_looks_encoded_or_fits_on_no_line_stays_what_it_is(name: str) -> None:
    written = mailbox("To", name, "a@b.example")
    assert all(len(line) <= 76 for line in written.split("\r\n"))
    words = written.removeprefix("To: ").removesuffix("<a@b.example>").replace("\r\n ", " ")
    assert str(make_header(decode_header(words.strip()))) == name
