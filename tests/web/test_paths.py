"""Nobody is led away from the program by an address that only looks local."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.urls import uri_to_iri

from scheduler.web.paths import local_path


@pytest.mark.parametrize("target", ["/staff/today", "/me/abc?lecture=3", "/staff/accounts?q=みほん&page=2", "/"])
def test_a_path_of_ours_is_kept(target: str) -> None:
    assert local_path(target, "/otherwise") == target


@pytest.mark.parametrize(
    "target",
    [
        None, "", "staff/today", "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example",
        "javascript:alert(1)", "/\t/evil.example", "/a\r\nSet-Cookie: x=1", " /staff", "/\x00", "http:/evil.example",
    ],
)  # fmt: skip
def test_anything_else_is_replaced(target: str | None) -> None:
    assert local_path(target, "/otherwise") == "/otherwise"


@given(st.text(max_size=40))
def test_whatever_is_typed_the_reader_stays_here(text: str) -> None:
    kept = local_path(text, "/otherwise")
    assert kept.startswith("/")
    assert not kept.startswith(("//", "/\\"))
    assert not any(character < " " for character in kept)
    assert uri_to_iri(kept).startswith("/")
