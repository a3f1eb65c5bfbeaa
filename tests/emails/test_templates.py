"""Answers whether words can say only what comes to an end, and say where they cannot be used."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emails import Entry, Rendered, TemplateBroken, render, samples
from emails.templates import MAX_CHARACTERS, MAX_MADE_CHARACTERS

# Far more than any of them takes, far less than one that was run would take.
AT_ONCE_SECONDS = 5.0


def nudge(source: str, **changes: object) -> Rendered:
    """Render changed words of the set-up nudge, which has a list, in Japanese with sample values."""
    return render("setup_nudge", "ja", samples("setup_nudge", "ja") | changes, source=source)


def refused(source: str, **changes: object) -> TemplateBroken:
    began = time.perf_counter()
    with pytest.raises(TemplateBroken) as caught:
        nudge(source, **changes)
    assert time.perf_counter() - began < AT_ONCE_SECONDS
    return caught.value


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        # What never ends, or not before the memory does.
        ("{% for a in range(10**9) %}x{% endfor %}", "call"),
        ("{% for a in steps %}{% for b in steps %}x{% endfor %}{% endfor %}", "for"),
        ("{% for a in steps recursive %}{{ loop(steps) }}{% endfor %}", "for"),
        ("{% for a in steps if a.what %}x{% endfor %}", "for"),
        ("{% for a in [1, 2, 3] %}x{% endfor %}", "list"),
        ("{% for a in 'abc' %}x{% endfor %}", "const"),
        ("{% for a, b in steps %}x{% endfor %}", "tuple"),
        ("{{ 'a' * 10**9 }}", "mul"),
        ("{{ 10 ** 10 ** 9 }}", "pow"),
        ("{{ 2 ** 99999999 }}", "pow"),
        ("{% if 9 ** 9 ** 9 %}x{% endif %}", "pow"),
        ("{{ company ~ company }}", "concat"),
        ("{{ company + company }}", "add"),
        ("{{ '%999999999d' % 1 }}", "mod"),
        ("{{ -done_count }}", "neg"),
        # What leads out of the words.
        ("{{ company.__class__ }}", "getattr"),
        ("{{ company.__class__.__mro__ }}", "getattr"),
        ("{% for a in steps %}{{ a.__class__ }}{% endfor %}", "getattr"),
        ("{% for a in steps %}{{ a.what.upper }}{% endfor %}", "getattr"),
        ("{{ company['__class__'] }}", "getitem"),
        ("{{ company[0:5] }}", "getitem"),
        ("{{ company.upper() }}", "call"),
        ("{{ ''.__class__ }}", "getattr"),
        ("{{ self._TemplateReference__context }}", "getattr"),
        ("{{ lipsum(n=99999) }}", "call"),
        ("{{ cycler.__init__.__globals__ }}", "getattr"),
        # Jinja beyond our language.
        ("{{ company|upper }}", "filter"),
        ("{{ company|nofilter }}", "filter"),
        ("{{ company|center(999999999) }}", "filter"),
        ("{% filter upper %}x{% endfilter %}", "filterblock"),
        ("{{ company is defined }}", "test"),
        ("{{ company if name else store }}", "condexpr"),
        ("{{ company, name }}", "tuple"),
        ("{{ company and name }}", "and"),
        ("{{ not company }}", "not"),
        ("{{ done_count > 1 }}", "compare"),
        ("{% if done_count > step_count %}x{% endif %}", "name"),
        ("{% if 'a' in company %}x{% endif %}", "const"),
        ("{% if company in 'a' %}x{% endif %}", "compare"),
        ("{% set a = 1 %}", "assign"),
        ("{% set a %}x{% endset %}", "assignblock"),
        ("{% with a = 1 %}x{% endwith %}", "with"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "macro"),
        ("{% call company() %}x{% endcall %}", "callblock"),
        ("{% include 'layout.html' %}", "include"),
        ("{% import 'layout.html' as a %}", "import"),
        ("{% from 'layout.html' import a %}", "fromimport"),
        ("{% extends 'layout.html' %}", "extends"),
        ("{% block a %}x{% endblock %}", "block"),
        # Too much within each other.
        ("{% if name %}" * 13 + "x" + "{% endif %}" * 13, "nesting"),
        ("{% if " + "not " * 13 + "name %}x{% endif %}", "nesting"),
        ("{{ " + " or ".join(["name"] * 14) + " }}", "nesting"),
        # A line of a list has parts; itself, it says nothing.
        ("{% for a in steps %}{{ a }}{% endfor %}", "name"),
        ("{% for a in steps %}{{ a.price }}{% endfor %}", "getattr"),
        ("{{ company.what }}", "getattr"),
    ],
)
def test_words_beyond_the_language_are_refused_at_once_with_their_line(body: str, detail: str) -> None:
    error = refused(f"S\n\nText\n{body}")
    assert (error.key, error.params) == ("not_allowed", {"line": 4, "detail": detail})


@pytest.mark.parametrize(
    ("source", "key", "params"),
    [
        ("S {% set a = 1 %}\nx", "not_allowed", {"line": 1}),
        ("S\n{% for one in company %}x{% endfor %}", "not_allowed", {"name": "company"}),
        ("S\n{% for one in done_count %}x{% endfor %}", "not_allowed", {"name": "done_count"}),
        ("S\n{% for one in steps %}{{ one.when }}{% endfor %}", "undefined_name", {"name": "steps.when"}),
        ("S\nx\n{{ steps }}", "not_allowed", {"line": 3, "name": "steps"}),
        ("S\n{% for one in steps %}x{% endfor %}\n{{ name or steps }}", "not_allowed", {"line": 3, "name": "steps"}),
        ("S\n{% if company > 3 %}x{% endif %}", "failed", {"name": "company"}),
        ("S\n{{ range }}", "undefined_name", {"name": "range"}),
        ("S\n{{ loop }}", "undefined_name", {"name": "loop"}),
        ("S\n{% for one in steps %}x{% endfor %}{{ one }}", "undefined_name", {"name": "one"}),
        ("S\n\n{% endif %}", "syntax", {"line": 3}),
        ("S\n{{ " + "(" * 5000, "failed", {}),
        ("S\n{{ " + "9" * 10_000 + " }}", "failed", {}),
        ("S\n" + "x" * (MAX_CHARACTERS - 1), "too_large", {"maximum": MAX_CHARACTERS}),
        ("S\n" + "*" * 9000 + "a" + "*" * 9000, "too_large", {"detail": "nesting"}),
    ],
)
def test_words_that_cannot_be_used_say_why_at_once(source: str, key: str, params: dict[str, object]) -> None:
    error = refused(source)
    assert error.key == key
    assert error.params.items() >= params.items()


def test_a_mail_that_shows_yes_or_no_is_broken() -> None:
    values = samples("confirmation", "ja")
    with pytest.raises(TemplateBroken) as caught:
        render("confirmation", "ja", values, source="S\n{{ meeting }}")
    assert (caught.value.key, caught.value.params) == ("not_allowed", {"line": 2, "name": "meeting"})


def test_loops_that_make_too_much_stop_while_they_make_it() -> None:
    source = "S\n" + ("{% for one in steps %}" + "x" * 900 + "{% endfor %}\n") * 20
    assert nudge(source).text
    error = refused(source, steps=[Entry("x")] * 10_000)
    assert (error.key, error.params) == ("too_large", {"maximum": MAX_MADE_CHARACTERS})


@pytest.mark.parametrize("source", ["S\n" + "- a\n" * 2400, "S\n{{ company }}"])
def test_a_mail_over_100_kb_is_broken_whether_words_or_values_make_it_so(source: str) -> None:
    error = refused(source, company="漢" * 50_000)
    assert (error.key, error.params) == ("too_large", {"maximum": 100_000})


# Each is quadratic, or worse, in some reader of Markdown.
@pytest.mark.parametrize(
    "piece",
    ["[", "*a ", "> a\n", "a**b", "[a](<", "<a:"],
)
def test_odd_markdown_takes_no_longer_than_other_words(piece: str) -> None:
    began = time.perf_counter()
    with suppress(TemplateBroken):
        nudge("S\nx" + piece * ((MAX_CHARACTERS - 10) // len(piece)))
    assert time.perf_counter() - began < AT_ONCE_SECONDS


@pytest.mark.parametrize(
    ("body", "changes", "text"),
    [
        ("{{ store or company }}", {}, "横浜店"),
        ("{{ store or company }}", {"store": ""}, "株式会社みほん"),
        ("{{ store or 'どなた*でも*' }}", {"store": None}, "どなた*でも*"),
        ("{% if store and not name %}a{% elif store or name %}b{% else %}c{% endif %}", {}, "b"),
        ("{% if store and not name %}a{% elif store or name %}b{% else %}c{% endif %}", {"name": " \n"}, "a"),
        ("{% if store and not name %}a{% elif store or name %}b{% else %}c{% endif %}", {"store": "", "name": ""}, "c"),
        ("{% if done_count == 2 %}a{% else %}b{% endif %}", {}, "a"),
        ("{% if done_count == 2 %}a{% else %}b{% endif %}", {"done_count": 3}, "b"),
        ("{% if 1 < 2 %}a{% endif %}", {}, None),
        ("{% if done_count > 0 %}a{% else %}b{% endif %}", {"done_count": 0}, "b"),
        ("{{ done_count }}", {"done_count": 0}, "0"),
        ("{% if done_count %}a{% else %}b{% endif %}", {"done_count": 0}, "b"),
        ("{% if company == '株式会社みほん' %}a{% endif %}{% if company != 'x' %}b{% endif %}", {}, "ab"),
        ("{% if steps %}a{% else %}b{% endif %}", {"steps": []}, "b"),
        ("{% for one in steps %}{{ one.what }},{% else %}none{% endfor %}", {"steps": None}, "none"),
        ("{% for one in steps %}{{ one.note or 'x' }},{% endfor %}", {"steps": [Entry("a", "*n*"), Entry("b")]}, "*n*,x,"),
        ("{% for one in steps %}{% if one.what == 'b' %}B{% else %}_{% endif %}{% endfor %}", {"steps": [Entry("a"), Entry("b")]}, "_B"),
        ("{% raw %}{{ 7 }}{% endraw %}{# no #}", {}, "{{ 7 }}"),
    ],
)  # fmt: skip
def test_the_language_says_what_mails_need(body: str, changes: dict[str, object], text: str | None) -> None:
    if text is None:
        assert refused(f"S\n{body}").key == "not_allowed"
    else:
        assert nudge(f"S\n{body}", **changes).text.partition("\n\n―")[0] == text


def test_what_a_comparison_finds_is_found_anew_for_every_mail() -> None:
    source = "S\n{% if done_count >= 3 %}many{% elif done_count < 1 %}none{% else %}{{ done_count }}{% endif %}"
    found = [nudge(source, done_count=number).text.partition("\n")[0] for number in (0, 1, 2, 3, 4, 0)]
    assert found == ["none", "1", "2", "many", "many", "none"]


_PIECES = st.sampled_from(
    [
        *("{{ ", " }}", "{% if ", "{% elif ", "{% else %}", "{% endif %}", "{% for a in ", "{% endfor %}", " %}", "{#", "#}"),
        *("company", "steps", "a.what", "done_count", " or ", " and ", " not ", " == ", "1", "'x'", "(", ")", "~", "|", "."),
        *("range(9)", "*", "**", "[", "](", "https://a.example", "\n", "\n\n", "- ", "> ", "#", "x", "&", "<", "\\", "`"),
    ]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_any_words_become_a_mail_or_are_refused_with_a_key(words: str) -> None:
    with suppress(TemplateBroken):
        assert nudge(f"S\n{words}").html
