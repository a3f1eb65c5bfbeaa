"""Long proof: 120 customers with 1,000 stores for eight weeks, day by day, equal at the end to a count of their own."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.services import conditions, defaults, handovers, holding, introductions, proving, setup, usage
from scheduler.services.actors import Actor
from scheduler.services.lectures import making
from scheduler.services.refusals import Refused
from scheduler.services.registrations import booking
from scheduler.services.usage import UsageSignal
from tests import servers
from tests.conftest import SECRET
from tests.factories import a_member
from tests.proof.weeks import expected, reports, town
from tests.proof.weeks.expected import Played
from tests.proof.weeks.reports import TOKYO
from tests.proof.weeks.town import DAYS, FIRST_DAY, Visit

pytestmark = pytest.mark.proof

SEED = 20260406
HOURS = (10, 15)


class Weeks:
    """The vendor's days: customers act as drawn, members press what they press, programs and the command line do the rest."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.folder = folder
        self.url = db.engine.url.render_as_string(hide_password=False)
        self.chance = random.Random(SEED + 1)
        self.played = {one.key: Played(one) for one in town.people(SEED)}
        self.customers = [played.customer for played in self.played.values()]
        self.lectures: dict[int, list[int]] = {}
        self.visits: dict[int, list[Visit]] = defaultdict(list)
        self.asked: dict[str, int] = {}
        self.sent_back: set[str] = set()

    def tasuki(self, at: datetime, *words: str) -> str:
        """Run the command as an operator would at that moment."""
        env = servers.environment(
            database_url=self.url, secret_key=SECRET, base_url="http://127.0.0.1:8000",
            mail=f"folder:{self.folder / 'mails'}", mail_from="cs@vendor.example", clock=at.isoformat(),
        )  # fmt: skip
        done = servers.run(*words, env=env, cwd=self.folder)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def begin(self) -> None:
        """Take the list in, put lectures on the schedule, and learn who is who."""
        at = moment(0, 8)
        defaults.ensure(at)
        self.onboarding, self.success = a_member(team="onboarding").id, a_member(team="success").id
        (self.folder / "customers.csv").write_bytes(town.as_list(self.customers))
        self.tasuki(at, "import", "accounts", "customers.csv", "--as-of", FIRST_DAY.isoformat())
        for day in range(DAYS):
            if day_of(day).weekday() < 5:
                self.lectures[day] = [self._lecture(day, hour, at) for hour in HOURS]
        ids = dict(db.session.execute(select(Account.external_id, Account.id)).all())
        people = {
            (account_id, name): number
            for number, account_id, name in db.session.execute(select(Contact.id, Contact.account_id, Contact.name))
        }
        for one in self.customers:
            one.account_id = ids[one.key]
            for person in one.people:
                person.contact_id = people[one.account_id, person.name]

    def _lecture(self, day: int, hour: int, at: datetime) -> int:
        by = Actor("staff", self.onboarding, "page")
        return making.create("basic", moment(day, hour), None, capacity=200, now=at, actor=by, host_id=self.onboarding)

    def play(self, day: int) -> None:
        """Play one day: reports of the day before, customers and members, then everything that happens by itself."""
        self._report(day)
        for played in self.played.values():
            self._act(played, day)
        for played in self.played.values():
            self._hand_over(played, day)
        self.tasuki(moment(day, 19), "tick", "--now", moment(day, 19).isoformat())

    def _act(self, played: Played, day: int) -> None:
        one, at = played.customer, moment(day, 9)
        staff = Actor("staff", self.onboarding, "page")
        if one.cancelled_on == day:
            holding.cancel(one.account_id, day_of(day), "閉店のため", at, staff)
            played.cancelled = True
        if one.held_from == day and not played.cancelled and played.stage == "onboarding":
            holding.hold(one.account_id, one.held_until, "繁忙期のため", at, staff)
            played.held_until = one.held_until
        if one.introduced_on == day and introductions.start([one.account_id], "everyone", at, staff).accounts:
            played.introduced_on = day_of(day)
        for visit in one.visits:
            if visit.asked_on == day:
                self._register(played, visit, day)
        for number, key, store in one.setup:
            if number == day:
                code = None if store is None else one.code(store)
                setup.complete(one.account_id, key, moment(day, 16), staff, store_code=code)
                played.setup.setdefault((key, store), day_of(day))
        if day in one.usage:
            signals = [UsageSignal(moment(day, 17), "sign_in"), UsageSignal(moment(day, 17), "sign_in")]
            usage.record(one.account_id, signals, moment(day, 18), Actor("api", None, "api"))
            played.usage.append(day_of(day))
        if one.confirmed_on == day:
            usage.confirm(one.account_id, day_of(day), "電話", moment(day, 17), staff)
            played.confirmed_on = day_of(day)

    def _register(self, played: Played, visit: Visit, day: int) -> None:
        visit.lecture_id = self.lectures[visit.held_on][visit.person.contact_id % len(HOURS)]
        try:
            booking.register(
                visit.person.contact_id,
                visit.lecture_id,
                moment(day, 12),
                Actor("contact", visit.person.contact_id, "page"),
            )
        except Refused:
            visit.lecture_id = 0
            return
        played.registered.append(day_of(day))
        self.visits[visit.lecture_id].append(visit)

    def _report(self, day: int) -> None:
        for place, lecture_id in enumerate(self.lectures.get(day - 1, ())):
            visits = self.visits[lecture_id]
            if not visits:
                continue
            name, content = reports.TOOLS[(day * 2 + place) % len(reports.TOOLS)](moment(day - 1, HOURS[place]), visits)
            present = [visit for visit in visits if visit.minutes]
            if present:
                (self.folder / name).write_bytes(content)
                self.tasuki(moment(day, 8), "import", "attendance", str(lecture_id), name)
                for played in self.played.values():
                    mine = [visit for visit in visits if visit.person in played.customer.people]
                    played.reported += [(visit, expected.minutes_present(visit)) for visit in mine]

    def _hand_over(self, played: Played, day: int) -> None:
        key, at = played.customer.key, moment(day, 18)
        giver, receiver = Actor("staff", self.onboarding, "page"), Actor("staff", self.success, "page")
        if key in self.asked:
            number = self.asked.pop(key)
            if played.customer.returned and key not in self.sent_back:
                handovers.give_back(number, "初期設定の確認をお願いします", at, receiver, ["setup_complete"])
                self.sent_back.add(key)
                played.reopened = True
            else:
                handovers.accept(number, at, receiver)
                played.stage = "success"
        elif played.reopened and played.customer.taken_back and self.chance.random() < 0.3:
            conditions.take_back(played.customer.account_id, "setup_complete", "確認しました", at, giver)
            played.reopened = False
        elif expected.ready(played) and self.chance.random() < 0.5:
            self.asked[key] = handovers.request(played.customer.account_id, "success", at, giver)


def test_eight_weeks_end_as_an_independent_count_says(database: Flask, tmp_path: Path) -> None:
    weeks = Weeks(database, tmp_path)
    weeks.begin()
    assert len(weeks.customers) == 120
    assert sum(one.stores for one in weeks.customers) == 1000
    for day in range(DAYS):
        weeks.play(day)
    rows = {
        row.external_id: row for row in db.session.scalars(select(Account).execution_options(populate_existing=True))
    }
    today = day_of(DAYS - 1)
    found = {key: stood(row) for key, row in rows.items()}
    wanted = {key: standing(played, today) for key, played in weeks.played.items()}
    assert {key: (found[key], wanted[key]) for key in wanted if found[key] != wanted[key]} == {}
    assert {row.stage for row in rows.values()} == {"onboarding", "success"}
    assert {row.level for row in rows.values()} == {"on_track", "behind", "stuck"}
    assert verdicts() == {
        (visit.lecture_id, visit.person.contact_id): verdict(minutes)
        for played in weeks.played.values()
        for visit, minutes in played.reported
    }
    # The night found nothing to repair, and finds nothing now.
    repaired = select(func.count()).select_from(Event).where(Event.key == "readiness_repaired")
    assert db.session.scalar(repaired) == 0
    assert proving.refresh_all(moment(DAYS - 1, 19)) == 0
    check_mails(weeks)


def standing(played: Played, today: date) -> tuple[str, bool, dict[str, bool], str]:
    """Return how the account must stand."""
    clauses = expected.clauses(played) if played.stage == "onboarding" else {"contract_ends": False}
    return played.stage, expected.ready(played), clauses, expected.level(played, today)


def stood(row: Account) -> tuple[str, bool, dict[str, bool], str]:
    """Return how the program says it stands."""
    return row.stage, row.ready_since is not None, {one["key"]: one["met"] for one in row.clauses}, row.level


def verdicts() -> dict[tuple[int, int], str]:
    """Return every verdict recorded."""
    rows = db.session.execute(select(Attendance.lecture_id, Attendance.contact_id, Attendance.verdict))
    return {(lecture_id, contact_id): verdict for lecture_id, contact_id, verdict in rows}


def verdict(minutes: int) -> str:
    """Judge minutes as the course does."""
    return "attended" if minutes >= 40 else "partial" if minutes else "missed"


def check_mails(weeks: Weeks) -> None:
    """Hold the mails to what they promise: one answer a lecture, nothing by itself to whom has cancelled."""
    follow_up = ("thanks", "partial", "missed")
    sent = select(Mail.lecture_id, Mail.contact_id, func.count()).where(Mail.kind.in_(follow_up), Mail.state == "sent")
    counts = db.session.execute(sent.group_by(Mail.lecture_id, Mail.contact_id)).all()
    assert counts
    assert {count for _lecture, _contact, count in counts} == {1}
    for played in weeks.played.values():
        if played.customer.cancelled_on is not None:
            after = moment(played.customer.cancelled_on, 9)
            kinds = select(Mail.kind).where(Mail.account_id == played.customer.account_id, Mail.sent_at > after)
            nudges = kinds.where(Mail.kind.in_(("invitation", "setup_nudge", "usage_nudge", "weekly_state", "missed")))
            assert db.session.scalars(nudges).all() == []


def day_of(number: int) -> date:
    """Return a day of the eight weeks, from 0."""
    return FIRST_DAY + timedelta(days=number)


def moment(day: int, hour: int) -> datetime:
    """Return an hour of one of the days in Tokyo, as aware UTC."""
    return datetime.combine(day_of(day), time(hour), TOKYO).astimezone(UTC)
