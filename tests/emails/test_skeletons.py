"""Answers whether words put together once for many are, with one person's values in them, that person's own mail."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emails import KINDS, LOCALES, Bulk, Entry, FreeDate, Link, Rendered, TemplateBroken, render, samples
from emails.kinds import MAY_BE_EMPTY
from emails.values import Value
from tests.emails.direct import as_a_browser_reads, direct

# What Markdown, HTML, a mail's header, a template or our own tokens could be taken in by.
_PIECES = st.sampled_from(
    [
        *("山田", "A&B", "<b>", "</div>", "&amp;", "&", "*", "**", "_", "[a](http://evil.example)", "](", "<http://e.example>"),
        *("\n", "\r\n", "\n\n", "\t", "\x00", "\x0b", "\x85", "\u2028", "\u00a0", "\u3000", "\u200b", " ", "  ", "\\", "\\n"),
        *("# ", "- ", "1. ", "> ", "---", "===", "`", "~~", "|", "{{ name }}", "{% raw %}", "%s", "%(x)s", "\\g<0>", "\\1"),
        *('"', "'", '"><script>', "x" * 90, "―" * 16, "🎉", "é", "e\u0301", "\u202e", "1", "0", "t0123456789abcdef0123"),
    ]
)  # fmt: skip
# The long way takes a line that begins with a value's number, and goes on with the words' full stop, for a list.
_TEXT = st.one_of(st.lists(_PIECES, max_size=6).map("".join), st.text(max_size=12)).filter(
    lambda value: not re.search(r"(^|[\W_])\d+\W*$", value)
)
_LINK = st.text("abcXYZ019-_.~!*'();:@&=+$,/?#", min_size=1, max_size=20).map(
    lambda end: Link(f"https://t.example/{end}")
)


def put_in(bulk: Bulk) -> tuple[str, str, str]:
    """Put a person's values into shared words as SendGrid does: literally, wherever a token stands."""
    done = [bulk.subject, bulk.text, bulk.html]
    for token, value in bulk.values.items():
        done = [part.replace(token, value) for part in done]
    return done[0], done[1], done[2]


def of(rendered: Rendered) -> tuple[str, str, str]:
    return rendered.subject, rendered.text, rendered.html


def drawn(data: st.DataObject, name: str, value: Value) -> Value:
    """Draw another value of the same type; sometimes nothing, where the facts may lack it."""
    if name == "zone":
        return data.draw(st.sampled_from(["Asia/Tokyo", "America/New_York"]))
    if name in MAY_BE_EMPTY and data.draw(st.booleans()):
        return data.draw(st.sampled_from([None, ""])) if isinstance(value, str) else None
    if isinstance(value, bool):
        return data.draw(st.booleans())
    if isinstance(value, int):
        return data.draw(st.integers(0, 3))
    if isinstance(value, Link):
        return data.draw(_LINK)
    if isinstance(value, str):
        return data.draw(_TEXT)
    if isinstance(value, (list, tuple)):
        return [_drawn_line(data, one) for one in value[: data.draw(st.integers(0, 3))]]
    return value


def _drawn_line(data: st.DataObject, one: FreeDate | Entry) -> Any:
    if isinstance(one, FreeDate):
        return replace(one, url=data.draw(_LINK))
    return Entry(data.draw(_TEXT), data.draw(_TEXT), data.draw(_LINK) if one.url else None)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_shared_words_with_ones_own_values_are_the_mail_made_for_one_alone(kind: str, data: st.DataObject) -> None:
    locale = data.draw(st.sampled_from(LOCALES))
    context = {name: drawn(data, name, value) for name, value in samples(kind, locale).items()}
    note = data.draw(_TEXT)
    rendered = render(kind, locale, context, note=note)
    subject, text, html = direct(kind, locale, context, note)
    assert (rendered.subject, rendered.text) == (subject, text)
    assert as_a_browser_reads(rendered.html) == html
    assert put_in(rendered.bulk) == of(rendered)


def letter(source: str, added: str = "", **changes: object) -> Rendered:
    """Render changed words of the handover letter in Japanese with sample values."""
    return render("handover_letter", "ja", samples("handover_letter", "ja") | changes, source=source, note=added)


def body_of(rendered: Rendered) -> str:
    return rendered.text.partition("\n\n―")[0]


@pytest.mark.parametrize(("kind", "locale"), [(kind, locale) for kind in KINDS for locale in LOCALES])
def test_a_token_is_letters_and_digits_of_one_length_and_stands_nowhere_else(kind: str, locale: str) -> None:
    rendered = render(kind, locale, samples(kind, locale))
    shared = rendered.bulk.subject + rendered.bulk.text + rendered.bulk.html
    for token in rendered.bulk.values:
        assert re.fullmatch(r"[a-z0-9]{21}", token)
        assert token in shared
        assert not any(token in part for part in (*of(rendered), *rendered.bulk.values.values()))
    # SendGrid takes 10,000 bytes for a person.
    assert len(str(rendered.bulk.values).encode()) < 6_000


def two(**changes: object) -> tuple[Bulk, Bulk]:
    source = (
        "To {{ name }}\n{{ salutation }} {{ name }}{% if store %} {{ store }}{% endif %}\n\n[open]({{ personal_url }})"
    )
    return letter(source).bulk, letter(source, **changes).bulk


@pytest.mark.parametrize(
    ("changes", "shared"),
    [
        ({"name": "佐藤", "salutation": "x\ny", "store": "川崎店", "personal_url": Link("https://t.example/me/other")}, True),
        ({"name": "<b>*x*</b>\n&\"\u00a0"}, True),
        ({"store": ""}, False),
        ({"name": None}, False),
        ({"zone": "America/New_York"}, True),
    ],
)  # fmt: skip
def test_mails_share_words_when_their_values_differ_and_none_is_missing(
    changes: dict[str, object], shared: bool
) -> None:
    one, other = two(**changes)
    assert (one.key == other.key) == shared
    assert ((one.subject, one.text, one.html) == (other.subject, other.text, other.html)) == shared
    assert (one.values.keys() == other.values.keys()) == shared


def test_another_body_another_language_and_a_note_share_nothing_and_a_subject_is_ones_own() -> None:
    bulks = [
        letter("S\n{{ name }}").bulk,
        letter("S\n{{ name }}!").bulk,
        letter("S\n{{ name }}", added="x").bulk,
        render("handover_letter", "en", samples("handover_letter", "en"), source="S\n{{ name }}").bulk,
    ]
    assert len({bulk.key for bulk in bulks}) == len(bulks)
    assert letter("T to {{ name }}\n{{ name }}").bulk.key == bulks[0].key
    assert letter("S\n{{ name }}", added="x").bulk.key == letter("S\n{{ name }}", added="another").bulk.key


def test_values_are_escaped_where_html_stands_and_plain_where_text_does() -> None:
    bulk = letter("S\n{{ name }}", name='A&B <i>"\u00a0*x*').bulk
    assert {bulk.values[token] for token in re.findall(r"t[0-9a-f]{20}", bulk.text)} >= {'A&B <i>"\u00a0*x*'}
    assert "A&amp;B &lt;i&gt;&quot;&nbsp;*x*" in {
        bulk.values[token] for token in re.findall(r"t[0-9a-f]{20}", bulk.html)
    }


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("{{ note }}", "one\ntwo"),
        ("> {{ note }}", "> one\n> two"),
        ("- {{ note }}\n- x", "- one\n  two\n- x"),
        ("10. {{ note }}", "10. one\n    two"),
        ("- > {{ note }}\n- x", "- > one\n  > two"),
        ("# {{ note }}\n\nx", "one\ntwo\nx"),
        ("**{{ note }}**です", "one\ntwoです"),
    ],
)
def test_the_lines_of_a_value_stay_in_the_list_or_quote_in_which_they_stand(body: str, text: str) -> None:
    rendered = letter(f"S\n{body}", note="one\n  two", name="x")
    assert body_of(rendered).startswith(text)
    assert "one<br>\ntwo" in rendered.html
    assert put_in(rendered.bulk) == of(rendered)


@pytest.mark.parametrize("value", ["（株）みほん", "*x*", "**", "_", " x ", "!"])
def test_what_a_value_begins_with_does_not_change_what_its_words_are(value: str) -> None:
    rendered = letter("S\nご担当は**{{ name }}**です", name=value)
    assert re.search(rf"<strong[^>]*>{re.escape(value.strip())}</strong>です", rendered.html)
    assert body_of(rendered) == f"ご担当は{value.strip()}です"


def test_a_persons_note_is_a_paragraph_of_its_own_before_the_footer() -> None:
    hostile = "先日は*ありがとう*ございました。\n\n[x](http://evil.example) <b>{{ name }}</b>"
    rendered = letter("S\nText\n\n- one\n- two", added=hostile)
    words = "先日は*ありがとう*ございました。\n[x](http://evil.example) <b>{{ name }}</b>"
    assert body_of(rendered) == f"Text\n\n- one\n- two\n\n{words}"
    assert 'href="http://evil' not in rendered.html
    assert "<b>" not in rendered.html
    assert put_in(rendered.bulk) == of(rendered)
    for nothing in ("", " \n\t"):
        assert body_of(letter("S\nText", added=nothing)) == "Text"


def test_an_address_of_ours_that_is_missing_leaves_the_words_of_its_link() -> None:
    source = "S\n{% for one in steps %}\n- [{{ one.what }}]({{ one.url }})\n{% endfor %}"
    steps = [Entry("a", url=Link("https://t.example/a")), Entry("b")]
    rendered = render("setup_nudge", "ja", samples("setup_nudge", "ja") | {"steps": steps}, source=source)
    assert body_of(rendered) == "- a: https://t.example/a\n- b"
    assert re.findall(r'href="([^"]*)"', rendered.html.partition("</ul>")[0]) == ["https://t.example/a"]


@pytest.mark.parametrize(
    ("words", "url"),
    [
        ("[x]({{ company }})", "{{ company }}"),
        ("[x](https://help.example/{{ company }})", "https://help.example/{{ company }}"),
        ("[x]({{ personal_url }}?a=1)", "{{ personal_url }}?a=1"),
        ("[x](https://evil.example/?{{ personal_url }})", "https://evil.example/?{{ personal_url }}"),
        ("<https://help.example/{{ company }}>", "https://help.example/{{ company }}"),
        ("[x](personal_url)", "personal_url"),
        ("[x](/me)", "/me"),
        ("[x](//evil.example)", "//evil.example"),
        ("[x](ftp://evil.example)", "ftp://evil.example"),
    ],
)
def test_a_link_is_a_complete_address_of_the_authors_or_one_of_ours_and_nothing_in_between(
    words: str, url: str
) -> None:
    with pytest.raises(TemplateBroken) as caught:
        letter(f"S\n{words}")
    assert (caught.value.key, caught.value.params) == ("foreign_link", {"url": url})


@pytest.mark.parametrize("address", ["https://help.example/?a=1&b=2", "mailto:help@mihon.example", "tel:+81355500112"])
def test_authors_may_link_to_pages_mailboxes_and_telephones(address: str) -> None:
    rendered = letter(f"S\nsee [x]({address}) here")
    assert address in body_of(rendered)
    assert f'href="{address.replace("&", "&amp;")}"' in rendered.html


@pytest.mark.parametrize("opening", ["株式会社みほん\n横浜店\n山田 様", "x\n\n  <b>y</b>"])
def test_each_mailbox_shows_ones_own_first_words(opening: str) -> None:
    rendered = letter("S\n{{ salutation }}\n\n{{ name }} & co " + "長" * 200, salutation=opening, name="<i>")
    shown = re.search(r'<div class="preheader"[^>]*>(.*?)</div>', rendered.html)
    assert shown is not None
    assert shown[1] == "&lt;i&gt; &amp; co " + "長" * 100 + "…"
