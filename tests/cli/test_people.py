"""Answers whether members and programs can be let in from the command line."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.services import staff, tokens
from scheduler.services.installation import here
from tests.cli.conftest import Tasuki, refused
from tests.factories import NOW, PASSWORD


def test_a_new_member_gets_a_link_to_choose_a_password(app: Flask, tasuki: Tasuki) -> None:
    result = tasuki("staff", "add", "Sato@Vendor.example", "--team", "onboarding", "--name", "佐藤 花")
    member = db.session.scalars(select(Staff)).one()
    assert (member.email, member.team, member.name) == ("sato@vendor.example", "onboarding", "佐藤 花")
    link = urlsplit(result.stdout.split()[-1])
    assert link.path.startswith("/staff/password/")
    signed = here().links.read("password", link.path.rpartition("/")[2])
    assert (signed.subject_id, signed.version) == (member.id, member.password_version)


def test_a_password_may_come_by_standard_input(tasuki: Tasuki) -> None:
    words = ("staff", "add", "sato@vendor.example", "--team", "success", "--password-stdin")
    result = tasuki(*words, stdin=f"{PASSWORD}\n")
    assert result.exit_code == 0
    assert PASSWORD not in result.output
    assert staff.authenticate("sato@vendor.example", PASSWORD) is not None


def test_a_password_that_is_refused_adds_nobody(tasuki: Tasuki) -> None:
    words = ("staff", "add", "sato@vendor.example", "--team", "success", "--password-stdin")
    refused(tasuki(*words, stdin="short\n"))
    assert db.session.scalar(select(Staff)) is None


def test_a_member_known_by_name_only_is_adopted(tasuki: Tasuki) -> None:
    known = staff.by_name("佐藤 花", "onboarding", NOW)
    tasuki("staff", "add", "sato@vendor.example", "--team", "onboarding", "--name", "佐藤花", "--phone", "03-1")
    assert db.session.get_one(Staff, known).email == "sato@vendor.example"


def test_a_broken_address_adds_nobody(tasuki: Tasuki) -> None:
    refused(tasuki("staff", "add", "sato", "--team", "onboarding"))


def test_the_token_is_the_last_word(tasuki: Tasuki) -> None:
    token = tokens.authenticate(tasuki("token", "add", "crm system").stdout.split()[-1], NOW)
    assert token is not None
    assert (token.name, token.scopes) == ("crm system", ["read", "write"])


def test_a_token_may_be_for_reading_only(tasuki: Tasuki) -> None:
    token = tokens.authenticate(tasuki("token", "add", "board", "--read-only").stdout.split()[-1], NOW)
    assert token is not None
    assert token.scopes == ["read"]
