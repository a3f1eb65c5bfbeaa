"""Answers whether words and values become exactly the mail that was meant, and nothing a value smuggles in."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emails import KINDS, LOCALES, Link, Rendered, TemplateBroken, render, samples

HOSTILE = [
    "**x** <script>alert(1)</script>",
    "[a](http://evil.example)",
    "<http://evil.example>",
    "![a](http://evil.example/a.png)",
    "{{ owner_phone }} {% raw %}",
    "&lt;b&gt; &amp; &copy;",
    "a\\",
    "`x` ~~y~~ __z__ *",
    "# x",
    "1. x",
    "- x",
    "> x",
    "===",
    "[a]: http://evil.example",
    "株式会社“A&B”<カフェ>・本店",
]


class Reader(HTMLParser):
    """Reads HTML as a mail program does: the visible text, and what the page would load or link to."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag == "br":
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(rendered: Rendered) -> Reader:
    reader = Reader()
    reader.feed(rendered.html)
    return reader


def letter(source: str, **changes: object) -> Rendered:
    """Render changed words of the letter in Japanese with sample values."""
    return render("handover_letter", "ja", samples("handover_letter", "ja") | changes, source=source)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_arrives_as_the_characters_it_holds(value: str) -> None:
    rendered = letter("About {{ company }}!\n\n{{ company }}\n\n- {{ company }}\n\n**{{ company }}**\n", company=value)
    assert rendered.subject == f"About {value}!"
    assert rendered.text.startswith(f"{value}\n\n- {value}\n\n{value}\n\n")
    reader = read(rendered)
    assert "".join(reader.text).count(value) >= 4
    assert not any("evil" in link for link in reader.links)
    assert {"script", "img"}.isdisjoint(reader.tags)


# Line ends of every kind become one line, so they are left out here and stand in a test of their own.
_LINE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1).filter(
    lambda value: value == value.strip()
)


@given(value=_LINE)
def test_any_line_of_text_arrives_unchanged(value: str) -> None:
    rendered = letter("About {{ company }}!\nBefore {{ company }} after\n\n{{ company }}", company=value)
    assert rendered.subject == f"About {value}!"
    assert rendered.text.startswith(f"Before {value} after\n\n{value}\n\n―")


@given(value=st.text())
def test_no_text_at_all_makes_a_link_or_breaks_out_of_its_place(value: str) -> None:
    plain = read(letter("S\n{{ note }}", note="x"))
    reader = read(letter("S\n{{ note }}", note=value))
    assert reader.links == plain.links
    assert set(reader.tags) - {"br"} <= set(plain.tags)
    assert {name for name, _ in reader.attributes} <= {name for name, _ in plain.attributes}


def test_the_lines_of_a_value_stay_lines_in_the_body_and_become_one_in_the_subject() -> None:
    rendered = letter("To {{ note }}\n{{ note }}", note="one\r\n    two\n\n# three")
    assert rendered.subject == "To one two # three"
    assert rendered.text.startswith("one\ntwo\n# three\n\n")


def test_a_subject_cannot_carry_a_header_of_its_own() -> None:
    assert (
        letter("Hello {{ company }}\nx", company="A\r\nBcc: all@evil.example").subject
        == "Hello A Bcc: all@evil.example"
    )


def test_only_addresses_of_ours_become_links() -> None:
    ours = Link("https://tasuki.example/me/a_b*c&copy=1(2)?x=~y")
    rendered = letter("S\n[open]({{ personal_url }}) and more\n", personal_url=ours)
    assert rendered.text.startswith(f"open: {ours} and more")
    assert ours in read(rendered).links


def test_an_address_written_into_the_words_becomes_a_link() -> None:
    rendered = letter("S\n[help](https://help.example/start)\n")
    assert "https://help.example/start" in read(rendered).links


@pytest.mark.parametrize("words", ["[x]({{ company }})", "[x](https://help.example/{{ company }})"])
def test_words_that_would_make_a_link_of_a_value_are_broken(words: str) -> None:
    with pytest.raises(TemplateBroken) as caught:
        letter(f"S\n{words}", company="https://evil.example")
    assert caught.value.key == "foreign_link"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "javascript:alert(1)",
        "https://a b",
        "https://a\nb",
        "//evil.example",
        "data:text/html,x",
        'https://a"b',
    ],
)
def test_what_is_not_a_complete_address_is_no_link(address: str) -> None:
    with pytest.raises(ValueError, match="complete address"):
        Link(address)


@pytest.mark.parametrize(
    ("source", "key", "params"),
    [
        ("S\n{{ nobody }}", "undefined_name", {"name": "nobody"}),
        ("S\n{% if false %}{{ nobody }}{% endif %}", "undefined_name", {"name": "nobody"}),
        ("{{ nobody }}\nx", "undefined_name", {"name": "nobody"}),
        ("S\n{{ join_url }}", "undefined_name", {"name": "join_url"}),
        ("S\nx\n{% if company %}", "syntax", {"line": 3}),
        ("S\nx\n{{ company", "syntax", {"line": 3}),
        ("\nx", "no_subject", {}),
        ("{{ note }}\nx", "no_subject", {}),
        ("S\n \n", "no_body", {}),
        ("S", "no_body", {}),
        ("S\n\n{{ for_company }}", "undefined_name", {"name": "for_company"}),
    ],
)
def test_broken_words_say_what_is_wrong(source: str, key: str, params: dict[str, object]) -> None:
    with pytest.raises(TemplateBroken) as caught:
        letter(source, note="")
    assert caught.value.key == key
    assert caught.value.params.items() >= params.items()


def test_a_mail_without_words_is_broken() -> None:
    for kind, locale in (("no_such_kind", "ja"), ("invitation", "fr")):
        with pytest.raises(TemplateBroken) as caught:
            render(kind, locale, samples("invitation", "ja"))
        assert caught.value.key == "no_template"


@pytest.mark.parametrize("name", ["zone", "unsubscribe_url", "vendor_name", "salutation"])
def test_a_value_left_out_is_named(name: str) -> None:
    values = samples("invitation", "ja")
    del values[name]
    with pytest.raises(TemplateBroken) as caught:
        render("invitation", "ja", values)
    assert (caught.value.key, caught.value.params) == ("undefined_name", {"name": name})


def test_the_version_names_the_words() -> None:
    versions = [letter(source).template_version for source in ("S\nx", "S\ny", "S\nx")]
    assert versions[0] == versions[2] != versions[1]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_html_is_one_light_accessible_page(kind: str, locale: str) -> None:
    rendered = render(kind, locale, samples(kind, locale))
    reader = read(rendered)
    assert f'<html lang="{locale}"' in rendered.html
    assert len(rendered.html.encode()) < 100_000
    assert {"link", "script", "img", "form", "iframe"}.isdisjoint(reader.tags)
    assert reader.tags.count("table") == rendered.html.count('role="presentation"')
    assert "prefers-color-scheme: dark" in rendered.html
    assert 'style="' in rendered.html
    # Every link is complete and stands, word for word, in the text part too.
    assert all(link.startswith("https://") and link in rendered.text for link in reader.links)
    # Nothing of Markdown is left over in what people read.
    assert not re.search(r"\*\*|\]\(|^#|\\", rendered.text, re.MULTILINE)


def test_a_link_alone_is_a_button_and_a_link_in_a_line_or_list_is_not() -> None:
    rendered = letter("S\n[one]({{ personal_url }})\n\nsee [two]({{ personal_url }})\n\n- [three]({{ personal_url }})")
    assert re.findall(r'<a class="button"[^>]*>(\w+)</a>', rendered.html) == ["one"]


def test_the_mailbox_shows_the_first_words_after_the_salutation() -> None:
    rendered = render("confirmation", "ja", samples("confirmation", "ja"))
    shown = re.search(r'<div class="preheader"[^>]*>(.*?)</div>', rendered.html)
    assert shown is not None
    assert shown[1].startswith(
        "いつもお世話になっております。株式会社あさひ予約でございます。 基本操作編レクチャーへのお申し込み"
    )


def test_text_keeps_lists_quotes_rules_and_breaks() -> None:
    rendered = letter("S\n# Head\nline one\nline *two*\n\n1. a\n2. b\n   - c\n\n> said\n> so\n\n---\nend")
    assert rendered.text.startswith(
        "Head\nline one\nline two\n\n1. a\n2. b\n   - c\n\n> said\n> so\n\n――――――――――――――――\n\nend\n\n"
    )
