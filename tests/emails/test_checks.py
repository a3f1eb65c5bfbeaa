"""Words are tried with all that their placeholders may hold before anybody gets them."""

from __future__ import annotations

from typing import Any

import pytest

from emails import KINDS, LOCALES, TemplateBroken, template_source
from emails.checks import INDISPENSABLE, check

BOTH = [(kind, locale) for kind in KINDS for locale in LOCALES]


@pytest.mark.parametrize(("kind", "locale"), BOTH)
def test_the_shipped_words_can_be_used(kind: str, locale: str) -> None:
    check(kind, locale, template_source(kind, locale))


def test_what_a_mail_is_sent_for_is_among_its_placeholders() -> None:
    for kind, groups in INDISPENSABLE.items():
        assert {name for names in groups for name in names} <= set(KINDS[kind].placeholders), kind


REMINDER = "件名\n{{ when }}\n[参加する]({{ join_url }})\n"


@pytest.mark.parametrize(
    ("source", "key", "params"),
    [
        ("{{ host_name }}\n{{ when }}\n{{ join_url }}\n", "no_subject", {"line": 1, "example": "bare"}),
        ("件名\n{{ when }}\n", "not_shown", {"names": "join_url", "example": "full"}),
        ("件名 {{ when }}\n{{ join_url }}\n", "not_shown", {"names": "when", "example": "full"}),
        (
            "件名\n{{ when }}\n{% if host_name %}\n{{ join_url }}\n{% endif %}\n",
            "not_shown",
            {"names": "join_url", "example": "bare"},
        ),
        ("件名\n{% if join_url %}{{ when }}{% endif %}\n", "not_shown", {"names": "join_url", "example": "full"}),
        (f"{REMINDER}{{{{ nmae }}}}\n", "undefined_name", {"name": "nmae", "line": 4}),
        (f"{REMINDER}{{% if x %}}\n", "syntax", {"line": 4}),
        (
            f"{REMINDER}\n[見る](https://evil.example/{{{{ name }}}})\n",
            "foreign_link",
            {"line": 5},
        ),
        ("件名\n{{ when }} {{ join_url }}" + "{{ name }}" * 400, "too_large", {"example": "long"}),
    ],
    ids=["empty subject", "no link", "date in the subject only", "link only sometimes", "link only asked for"]
    + ["unknown name", "not closed", "address made of values", "too large with long names"],
)
def test_words_that_would_fail_for_a_reader_are_refused(source: str, key: str, params: dict[str, Any]) -> None:
    with pytest.raises(TemplateBroken) as broken:
        check("reminder_day", "ja", source)
    assert broken.value.key == key
    assert params.items() <= broken.value.params.items()


def test_a_group_is_shown_when_one_of_it_is_whatever_else_is_empty() -> None:
    check("invitation", "ja", "件名\n[日程を見る]({{ personal_url }})\n")
    with pytest.raises(TemplateBroken) as broken:
        check(
            "invitation",
            "ja",
            "件名\n{% for date in dates %}\n- [{{ date.when }}]({{ date.url }})\n{% endfor %}\nどうぞ\n",
        )
    assert broken.value.key == "not_shown"
    assert broken.value.params["example"] == "bare"
