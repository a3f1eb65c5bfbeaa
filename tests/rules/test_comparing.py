"""Two versions of a text are told apart line by line and word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.comparing import differences


def shown(old: str, new: str) -> list[str]:
    signs = {"same": " ", "gone": "-", "new": "+"}
    return [
        signs[line.state] + "".join(f"[{part.text}]" if part.changed else part.text for part in line.parts)
        for line in differences(old, new)
    ]


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("件名\n本文\n", "件名\n本文\n", [" 件名", " 本文"]),
        ("件名\n本文\n", "件名\n本文\n追伸\n", [" 件名", " 本文", "+[追伸]"]),
        ("件名\n\n本文\n", "件名\n本文\n", [" 件名", "-", " 本文"]),
        ("日程を選んでください", "日程をお選びください", ["-日程[を]選[んでください]", "+日程[をお]選[びください]"]),
        ("{{ name }} 様へ", "{{ company }} 様へ", ["-[{{ name }}] 様へ", "+[{{ company }}] 様へ"]),
        ("See you on Monday", "See you on Friday", ["-See you on [Monday]", "+See you on [Friday]"]),
        ("まったく違う", "Something else", ["-[まったく違う]", "+[Something else]"]),
    ],
)
def test_what_went_and_came(old: str, new: str, lines: list[str]) -> None:
    assert shown(old, new) == lines


texts = st.lists(st.text(alphabet="ab 日時を{}\t", max_size=8), max_size=8).map("\n".join)


@given(old=texts, new=texts)
def test_both_texts_can_be_read_off_the_differences(old: str, new: str) -> None:
    lines = differences(old, new)
    assert [line.text for line in lines if line.state != "new"] == old.splitlines()
    assert [line.text for line in lines if line.state != "gone"] == new.splitlines()
