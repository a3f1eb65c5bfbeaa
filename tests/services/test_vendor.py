"""What operations may say of the vendor."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

import pytest
from flask import Flask

from scheduler.models.staff import Staff
from scheduler.services import vendor
from scheduler.services.actors import CLI
from scheduler.services.installation import here, install
from scheduler.services.refusals import Invalid


@pytest.mark.parametrize(
    "address",
    [
        "support at example",
        "a@b@example.com",
        "@vendor.example",
        "a@vendor.example\nBcc: x@y.example",
        "窓口@vendor.example",
    ],
)
def test_an_address_that_answers_could_not_reach_is_refused(app: Flask, now: datetime, address: str) -> None:
    with pytest.raises(Invalid) as refused:
        vendor.save({"name": "たすき社", "reply_to": address}, now, CLI)
    assert (refused.value.params["field"], refused.value.params["why"]) == ("reply_to", "email_malformed")
    assert vendor.get().name == ""


@pytest.mark.parametrize("at", ["noon", "25:00", "17時"])
def test_a_time_that_is_none_is_refused(app: Flask, now: datetime, at: str) -> None:
    with pytest.raises(Invalid) as refused:
        vendor.save({"name": "たすき社", "promotes_until": at}, now, CLI)
    assert (refused.value.params["field"], refused.value.params["why"]) == ("promotes_until", "time_unreadable")
    assert vendor.promotes_until() == time(17)


@pytest.mark.parametrize(
    ("replies_to", "reply_to", "email", "active", "expected"),
    [
        ("team", "team@vendor.example", "me@vendor.example", True, "team@vendor.example"),
        ("team", "", "me@vendor.example", True, "me@vendor.example"),
        ("team", "", "me@vendor.example", False, ""),
        ("team", "", None, True, ""),
        ("owner", "team@vendor.example", "me@vendor.example", True, "me@vendor.example"),
        ("owner", "team@vendor.example", "me@vendor.example", False, "team@vendor.example"),
        ("owner", "team@vendor.example", None, True, "team@vendor.example"),
        ("owner", "", None, True, ""),
        # An address that no mail can be sent to would keep every mail of hers from leaving.
        ("owner", "team@vendor.example", "美咲@vendor.example", True, "team@vendor.example"),
    ],
)
def test_where_replies_go(
    app: Flask, replies_to: str, reply_to: str, email: str | None, active: bool, expected: str
) -> None:
    details = vendor.Vendor(reply_to=reply_to, replies_to=replies_to)
    assert vendor.reply_address(details, Staff(name="小林 美咲", email=email, active=active)) == expected
    assert vendor.reply_address(details) == reply_to


def test_somebody_elses_mailbox_is_refused(app: Flask, now: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        vendor.save({"replies_to": "manager"}, now, CLI)
    assert refused.value.params["field"] == "replies_to"


@pytest.mark.parametrize(
    ("said", "handed_over", "expected"),
    [(None, True, True), (None, False, False), (False, True, False), (True, False, True)],
)
def test_answers_are_read_where_the_company_says_so_else_where_mail_is_handed_over(
    app: Flask, said: bool | None, handed_over: bool, expected: bool
) -> None:
    before = here()
    install(replace(before, reads_answers=handed_over))
    try:
        assert vendor.reads_answers(vendor.Vendor(answers_read=said)) is expected
    finally:
        install(before)


@pytest.mark.parametrize("address", ["", "support@vendor.example"])
def test_an_address_or_none_is_kept(app: Flask, now: datetime, address: str) -> None:
    vendor.save({"name": "たすき社", "reply_to": address}, now, CLI)
    assert vendor.get().reply_to == address
