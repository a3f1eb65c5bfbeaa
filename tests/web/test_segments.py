"""A name in an API's address comes in as it was meant, whatever characters it holds, and only there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIEnvironment
from wsgiref.util import setup_testing_defaults

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import Map, Rule
from werkzeug.test import create_environ

from scheduler.web.segments import NameConverter, keep

MAP = Map(
    [
        Rule("/api/v1/accounts/<name:key>", endpoint="one"),
        Rule("/api/v1/accounts/<name:key>/events", endpoint="events"),
    ],
    converters={"name": NameConverter},
)
# Browsers and clients take these parts for steps up and down the path.
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda name: name not in (".", ".."))


def kept(environ: dict[str, Any]) -> dict[str, Any]:
    """Return what an application behind `keep` gets."""
    got: dict[str, Any] = {}

    def app(environ: WSGIEnvironment, _start: StartResponse) -> Iterable[bytes]:
        got.update(environ)
        return []

    setup_testing_defaults(environ)
    keep(app)(environ, lambda *_args: lambda _data: None)
    return got


@given(name=NAMES, endpoint=st.sampled_from(["one", "events"]))
def test_whatever_a_name_holds_is_read_as_it_was_written(name: str, endpoint: str) -> None:
    address = MAP.bind("x").build(endpoint, {"key": name})
    assert address.count("/") == (4 if endpoint == "one" else 5)
    assert MAP.bind_to_environ(kept(create_environ(address))).match() == (endpoint, {"key": name})


@pytest.mark.parametrize(
    ("raw", "name"), [("A%2F1", "A/1"), ("A%2f1", "A/1"), ("A%252F1", "A%2F1"), ("%E5%BA%97%2F1?x=%2F", "店/1")]
)
def test_slashes_and_percent_signs_are_told_apart(raw: str, name: str) -> None:
    found = MAP.bind_to_environ(kept(create_environ(f"/api/v1/accounts/{raw}"))).match()
    assert found == ("one", {"key": name})


@pytest.mark.parametrize("raw", ["", "http://proxy.example/api/v1/accounts/50%25", "/elsewhere"])
def test_behind_a_server_that_does_not_tell_the_address_everything_but_slashes_is_read(raw: str) -> None:
    environ = create_environ(f"/api/v1/accounts/{quote('50%25')}") | {"RAW_URI": raw}
    assert MAP.bind_to_environ(kept(environ)).match() == ("one", {"key": "50%25"})


def test_pages_get_their_paths_as_ever(app: Flask) -> None:
    assert kept(create_environ("/me/a%2Fb%25"))["PATH_INFO"] == "/me/a/b%"
    names = [rule.rule for rule in app.url_map.iter_rules() if "<name:" in rule.rule]
    assert names
    assert [rule for rule in names if not rule.startswith("/api/")] == []


def test_every_name_in_an_address_of_the_api_may_hold_a_slash(app: Flask) -> None:
    plain = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        and any(part.startswith("<") and ":" not in part for part in rule.rule.split("/"))
    ]
    assert plain == []
