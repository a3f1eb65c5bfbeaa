"""What operations may say of the vendor."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from flask import Flask

from scheduler.services import vendor
from scheduler.services.actors import CLI
from scheduler.services.refusals import Invalid


@pytest.mark.parametrize(
    "address", ["support at example", "a@b@example.com", "@vendor.example", "a@vendor.example\nBcc: x@y.example"]
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


@pytest.mark.parametrize("address", ["", "support@vendor.example"])
def test_an_address_or_none_is_kept(app: Flask, now: datetime, address: str) -> None:
    vendor.save({"name": "たすき社", "reply_to": address}, now, CLI)
    assert vendor.get().reply_to == address
