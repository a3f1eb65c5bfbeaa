"""Answers how a test gets a lecture whose report is one of the samples, and the people booked on it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Presence
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.services.actors import Actor
from scheduler.services.attendance import plan, staging, verdicts
from scheduler.services.attendance.plan import AttendancePlan
from scheduler.services.attendance.record import record
from tests.factories import a_contact, a_lecture, a_registration, a_store, an_account

SAMPLES = Path(__file__).parents[2] / "data" / "reports"
STAFF = Actor("staff", None, "page")
# 14:00 to 15:00 in Tokyo, as in the samples; they come in the same evening, a Wednesday.
START = datetime(2026, 4, 15, 5, 0, tzinfo=UTC)
EVENING = datetime(2026, 4, 15, 9, 0, tzinfo=UTC)
MORNING = datetime(2026, 4, 16, 1, 0, tzinfo=UTC)

NO_EMAIL = "zoom_meeting_ja_noemail.csv"
# Company, shop, name, reading, address: those of the samples who are booked.
PEOPLE = {
    "hayashi": ("株式会社あおば", "仙台支店", "林 健太", "ハヤシ ケンタ", "kenta.hayashi@aoba.example.jp"),
    "hasegawa": ("株式会社あおば", "", "長谷川 美咲", "ハセガワ ミサキ", "misaki.hasegawa@aoba.example.jp"),
    "sato": ("カナデ株式会社", "大宮店", "佐藤 恵美", "サトウ エミ", "emi.sato@kanade.example.com"),
    "suzuki": ("カナデ株式会社", "", "鈴木 一郎", "", "ichiro.suzuki@kanade.example.com"),
    "watanabe": ("ひびき株式会社", "", "渡邊 里奈", "ワタナベ リナ", "rina.watanabe@hibiki.example.jp"),
    "takahashi": ("つばき株式会社", "", "髙橋大樹", "タカハシ ダイキ", "d.takahashi@tsubaki.example.jp"),
    "priya": ("株式会社ノース", "横浜店", "Priya Nair", "プリヤ ナイル", "priya@north.example.com"),
    "ono": ("おの商店", "", "小野 静", "オノ シズカ", "shizuka.ono@ono.example.jp"),
}


class Room:
    """The lecture of the samples, with its people by the names above."""

    def __init__(self, **fields: object) -> None:
        self.lecture = a_lecture(starts_at=START, **fields)
        self.accounts: dict[str, Account] = {}
        self.people: dict[str, Contact] = {}

    def book(self, *names: str, **fields: object) -> Room:
        """Book people (everybody unless named)."""
        for name in names or PEOPLE:
            a_registration(self.add(name), self.lecture, **fields)
        return self

    def add(self, name: str) -> Contact:
        """Add a person, and the company when it is new, without booking."""
        company, shop, written, reading, email = PEOPLE[name]
        account = (
            self.accounts.setdefault(company, an_account(name=company))
            if company not in self.accounts
            else self.accounts[company]
        )
        stores = (a_store(account, name=shop),) if shop else ()
        self.people[name] = a_contact(account, stores, name=written, reading=reading, email=email, role="member")
        return self.people[name]

    def stage(self, sample: str = NO_EMAIL, now: datetime = EVENING) -> int:
        """Hand in a sample."""
        return staging.stage(self.lecture.id, (SAMPLES / sample).read_bytes(), sample, None, now, STAFF)

    def take(self, sample: str = NO_EMAIL, now: datetime = EVENING, **chosen: str | None) -> AttendancePlan:
        """Hand in a sample and confirm what stands ticked, as one press does."""
        return self.confirm(self.stage(sample, now), now)

    def confirm(self, upload_id: int, now: datetime = EVENING) -> AttendancePlan:
        """Confirm what stands ticked."""
        return record(upload_id, plan.preview(upload_id, now).confirmed, now, STAFF)

    def verdicts(self) -> dict[str, str]:
        """Tell how everybody stands, by the names above."""
        names = {contact.id: name for name, contact in self.people.items()}
        return {names[one.contact.id]: one.verdict for one in verdicts.of(self.lecture.id)}

    def minutes(self) -> dict[str, int]:
        """Tell how many minutes everybody judged was there."""
        names = {contact.id: name for name, contact in self.people.items()}
        return {names[one.contact.id]: one.seconds // 60 for one in verdicts.of(self.lecture.id)}

    def mails(self) -> set[tuple[str, str, str]]:
        """Tell the mails that follow: kind, person, state."""
        names = {contact.id: name for name, contact in self.people.items()}
        query = select(Mail).where(Mail.kind.in_(("thanks", "missed"))).execution_options(populate_existing=True)
        return {(mail.kind, names[mail.contact_id or 0], mail.state) for mail in db.session.scalars(query)}

    def events(self) -> list[tuple[str, str]]:
        """Tell what the history says of verdicts, in order."""
        names = {contact.id: name for name, contact in self.people.items()}
        query = select(Event).where(Event.lecture_id == self.lecture.id, Event.contact_id.is_not(None))
        return [(event.key, names[event.contact_id or 0]) for event in db.session.scalars(query.order_by(Event.id))]

    def presences(self) -> list[tuple[int, int | None, str, int]]:
        """Tell the evidence kept."""
        query = select(Presence.id, Presence.contact_id, Presence.display_name, Presence.upload_id)
        return [tuple(row) for row in db.session.execute(query.where(Presence.lecture_id == self.lecture.id))]

    def reported_at(self) -> datetime | None:
        """Tell since when the lecture has its report."""
        return db.session.get_one(Lecture, self.lecture.id, populate_existing=True).reported_at
