"""What stands around a page leads where it can be read: the language switch after a refused form, too."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from scheduler.web import shell
from tests.conftest import Client
from tests.factories import an_account


def only_posted_to(app: Flask) -> list[str]:
    """List the addresses that take POSTs, filled in, and have no page of their own."""
    read = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    posted: list[Rule] = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    return [re.sub(r"<[^<>]+>", "1", rule.rule) for rule in posted if rule.rule not in read]


def test_no_address_that_only_takes_posts_is_handed_on_for_reading(app: Flask, client: Client) -> None:
    walked = [path for path in only_posted_to(app) if not path.startswith("/api/")]
    assert len(walked) > 20
    for path in walked:
        with app.test_request_context(path, method="POST"):
            target = shell.readable_page()
        assert client.get(target).status_code != 405, (path, target)


@pytest.mark.parametrize(
    ("method", "asked", "read"),
    [
        ("GET", "/staff/accounts?q=a%26b&page=2", "/staff/accounts?q=a%26b&page=2"),
        ("POST", "/staff/sign-in", "/staff/sign-in"),
        ("POST", "/staff/accounts/7/usage", "/staff/accounts/7"),
        ("POST", "/staff/accounts/7/usage/undo", "/staff/accounts/7"),
        ("POST", "/staff/handovers/3/return", "/staff/handovers/3"),
        ("POST", "/language", "/"),
    ],
)
def test_the_nearest_page_above_stands_for_one_that_cannot_be_read(
    app: Flask, method: str, asked: str, read: str
) -> None:
    with app.test_request_context(asked, method=method):
        assert shell.readable_page() == read


def test_the_language_can_be_switched_on_the_answer_to_a_refused_form(staff_client: Client) -> None:
    account = an_account()
    refused = staff_client.post(f"/staff/accounts/{account.id}/usage", data={"on": "", "source": ""})
    assert refused.status_code == 422
    found = re.search(r'action="/language">.*?name="next" value="([^"]*)"', refused.text, re.DOTALL)
    assert found
    answer = staff_client.post("/language", data={"locale": "en", "next": found[1]}, follow_redirects=True)
    assert answer.status_code == 200
    assert '<html lang="en">' in answer.text
