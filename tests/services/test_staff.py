"""Who works here: known once by address, and away from the day of leaving on."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services import staff
from scheduler.services.actors import CLI, Actor
from scheduler.services.refusals import Invalid, NotFound
from tests.factories import a_member
from tests.services.together import at_once

pytestmark = pytest.mark.usefixtures("database")


def test_one_address_is_one_member_however_many_add_it_at_once(database: Flask, now: datetime) -> None:
    adding = [lambda: staff.add("New@vendor.example", "sales", "新人 太郎", now, CLI)] * 2
    finding = [lambda: staff.by_email("new@vendor.example", "sales", now)] * 2
    assert at_once(database, *adding, *finding) == []
    assert db.session.scalar(select(func.count(Staff.id))) == 1


def test_a_member_named_by_a_program_is_found_again(now: datetime) -> None:
    number = staff.by_email(" New@vendor.example", "success", now)
    assert staff.by_email("new@vendor.example", "sales", now) == number
    member = db.session.get_one(Staff, number)
    assert (member.email, member.name, member.team) == ("new@vendor.example", "new", "success")
    with pytest.raises(Invalid):
        staff.by_email("nowhere", "sales", now)


def test_who_has_left_cannot_sign_in_until_she_is_back(now: datetime) -> None:
    member = a_member()
    staff.set_password(member.id, member.password_version, "a good long one", now)
    staff.leave(member.id, now, CLI)
    assert staff.authenticate(member.email or "", "a good long one") is None
    staff.come_back(member.id, now, CLI)
    assert staff.authenticate(member.email or "", "a good long one")


def test_nobody_leaves_by_her_own_hand(now: datetime) -> None:
    member = a_member()
    with pytest.raises(Invalid):
        staff.leave(member.id, now, Actor("staff", member.id, "page"))
    with pytest.raises(NotFound):
        staff.leave(member.id + 1, now, CLI)
    assert db.session.get_one(Staff, member.id).active
