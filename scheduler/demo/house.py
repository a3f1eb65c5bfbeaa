"""Answers who the demo vendor is: its details, its people, the program that reports use, and its series of lectures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.staff import ApiToken, Staff
from scheduler.rules.recurrence import SeriesRule
from scheduler.services import defaults, staff, tokens, vendor
from scheduler.services.actors import CLI
from scheduler.services.installation import here
from scheduler.services.lectures import making as lectures
from scheduler.services.series import horizon, making

EMAIL, PASSWORD = "demo@minamo.example", "tasuki-demo"
# How many past days the demo has, and the lectures of how many of them belong to the series of these days.
SINCE = timedelta(days=375)
PAST = timedelta(days=88)
# From how many days before now the series' horizon is filled: each time it reaches 90 days ahead.
_FILLED_AT = (PAST, timedelta(days=40), timedelta())

# When the lectures beside the series were added.
_EXTRA_SINCE = timedelta(days=12)

_VENDOR = {
    "name": "株式会社みなもクラウド",
    "phone": "03-0100-2000",
    "hours": "平日 10:00–18:00",
    "address": "〒100-0000 東京都千代田区みほん町1-2-3 みほんビル5階",
    "reply_to": "support@minamo.example",
    "answers_read": True,
    "closed": ("12-29..01-03",),
}
# team, name, local part of the address, extension; the first of operations is the one to sign in as.
_PEOPLE = (
    ("operations", "佐伯 真理", "demo", "2001"),
    ("sales", "大野 健", "ohno", "2011"),
    ("sales", "村井 沙織", "murai", "2012"),
    ("sales", "黒川 俊", "kurokawa", "2013"),
    ("sales", "西条 未来", "saijo", "2014"),
    ("sales", "長谷 聡", "hase", "2015"),
    ("sales", "三輪 真理子", "miwa", "2016"),
    ("sales", "古賀 隆", "koga", "2017"),
    ("sales", "沢田 香織", "sawada", "2018"),
    ("onboarding", "藤沢 美和", "fujisawa", "2021"),
    ("onboarding", "桐生 拓海", "kiryu", "2022"),
    ("onboarding", "望月 はるか", "mochizuki", "2023"),
    ("success", "椎名 亮", "shiina", "2031"),
    ("success", "浅見 由佳", "asami", "2032"),
    ("success", "土屋 直樹", "tsuchiya", "2033"),
    ("renewal", "堀内 恵", "horiuchi", "2041"),
)
# Who worked here as well for the first half of the year.
_LEFT = ("onboarding", "柴崎 徹", "shibasaki", "2024")
# course, rule, hour and minute, seats, which of the onboarding team holds it.
_SERIES = (
    ("basic", "FREQ=WEEKLY;BYDAY=MO,FR", (14, 0), 30, 0),
    ("basic", "FREQ=WEEKLY;BYDAY=WE", (10, 0), 12, 1),
    ("advanced", "FREQ=WEEKLY;BYDAY=TU", (15, 0), 30, 2),
)


@dataclass(frozen=True)
class House:
    """The vendor's people by team, and the tokens of the programs that send signs of use and customers."""

    members: dict[str, list[Staff]]
    # Who has left.
    left: Staff
    product: int
    crm: int

    @property
    def manager(self) -> Staff:
        """Return the one to sign in as."""
        return self.members["operations"][0]


def build(now: datetime, size: int = 1) -> House:
    """Set the company up as it stood a year before `now`, with the series of these days; `size` multiplies their seats."""
    began = now - SINCE
    defaults.ensure(began)
    vendor.save(dict(_VENDOR), began, CLI)
    members: dict[str, list[Staff]] = {}
    for person in _PEOPLE:
        members.setdefault(person[0], []).append(_member(person, began))
    left = _member(_LEFT, began)
    manager = members["operations"][0]
    staff.set_password(manager.id, manager.password_version, PASSWORD, began)
    _hold_lectures([member.id for member in members["onboarding"]], now, size)
    _hold_extra_lectures([member.id for member in members["onboarding"]], now)
    product, crm = (_program(name, now) for name in ("製品（利用状況）", "CRM連携"))
    return House(members, left, product, crm)


def _member(person: tuple[str, str, str, str], began: datetime) -> Staff:
    team, name, local, extension = person
    number = staff.add(f"{local}@minamo.example", team, name, began, CLI, f"03-0100-{extension}")
    return db.session.get_one(Staff, number)


def _program(name: str, now: datetime) -> int:
    tokens.add(name, ("write",), now - SINCE, CLI)
    return db.session.scalars(select(ApiToken.id).where(ApiToken.name == name)).one()


def _hold_lectures(hosts: list[int], now: datetime, size: int) -> None:
    began = (now - PAST).astimezone(here().tz)
    for course, rule, (hour, minute), capacity, host in _SERIES:
        first = began.replace(hour=hour, minute=minute, second=0, microsecond=0)
        # A series cannot start before it is made.
        starts_at = (first if first > began else first + timedelta(days=1)).replace(tzinfo=None)
        making.create(
            course,
            SeriesRule(rule, starts_at, here().zone, "skip"),
            capacity=capacity * size,
            now=now - PAST,
            actor=CLI,
            host_id=hosts[host],
            join_url=f"https://meeting.example/j/8120000{host + 1:04}",
            meeting_id=f"812 0000 {host + 1:04}",
            passcode=f"{314159 + host}",
        )
    for before in _FILLED_AT:
        horizon.fill_horizons(now - before)


def _hold_extra_lectures(hosts: list[int], now: datetime) -> None:
    """Hold one more lecture today, in two hours while the day is young, and one in English a week from now."""
    local = now.astimezone(here().tz).replace(minute=0, second=0, microsecond=0)
    today = local.replace(hour=max(10, local.hour + 2) if local.hour < 19 else 16)
    working = vendor.working_days().next_working_day((local + timedelta(days=6)).date())
    english = local.replace(year=working.year, month=working.month, day=working.day, hour=16)
    for starts_at, capacity, host, locale in ((today, 15, hosts[2], "ja"), (english, 10, hosts[1], "en")):
        lectures.create(
            "basic",
            starts_at.astimezone(UTC),
            None,
            capacity=capacity,
            now=now - _EXTRA_SINCE,
            actor=CLI,
            host_id=host,
            join_url="https://meeting.example/j/81200005000",
            meeting_id="812 0000 5000",
            passcode="271828",
            locale=locale,
        )
