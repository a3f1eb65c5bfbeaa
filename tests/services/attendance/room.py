"""Answers how a test gets a lecture whose report is one of the samples, and the people booked on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from emails import FOLLOW_UP
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
# Company, shop, name, reading, address: those of the samples who are booked, and one who is in none.
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

    def __init__(self, **fields: Any) -> None:
        self.lecture = a_lecture(**{"starts_at": START} | fields)
        self.accounts: dict[str, Account] = {}
        self.people: dict[str, Contact] = {}

    def book(self, *names: str, **fields: Any) -> Room:
        """Book people, everybody unless named."""
        for name in names or PEOPLE:
            a_registration(self.add(name), self.lecture, **fields)
        return self

    def add(self, name: str, **fields: Any) -> Contact:
        """Add a person, with the company when it is new, without booking."""
        company, shop, written, reading, email = PEOPLE[name]
        if company not in self.accounts:
            self.accounts[company] = an_account(name=company)
        account = self.accounts[company]
        stores = (a_store(account, name=shop),) if shop else ()
        values = {"name": written, "reading": reading, "email": email, "role": "member"}
        self.people[name] = a_contact(account, stores, **values | fields)
        return self.people[name]

    def stage(self, report: str | bytes = NO_EMAIL, now: datetime = EVENING, **said: Any) -> int:
        """Hand in a sample, or bytes."""
        data = report if isinstance(report, bytes) else (SAMPLES / report).read_bytes()
        return staging.stage(self.lecture.id, data, "report.csv", said.pop("zone", None), now, STAFF, **said)

    def take(self, report: str | bytes = NO_EMAIL, now: datetime = EVENING, **chosen: Any) -> AttendancePlan:
        """Hand in a report and confirm it."""
        return self.confirm(self.stage(report, now), now, **chosen)

    def confirm(
        self, upload_id: int, now: datetime = EVENING, *, certain: bool = False, **chosen: str | None
    ) -> AttendancePlan:
        """Confirm what stands ticked (or only what is `certain`), and who else somebody shown by a name is said to be."""
        found = plan.preview(upload_id, now)
        choices = {} if certain else found.confirmed
        for shown, name in chosen.items():
            choices |= {one.number: self.people[name].id if name else None for one in found.people if one.name == shown}
        return record(upload_id, choices, now, STAFF)

    def verdicts(self) -> dict[str, str]:
        """Tell how everybody stands, by the names above."""
        return {self.name(one.contact.id): one.verdict for one in verdicts.of(self.lecture.id)}

    def minutes(self) -> dict[str, int]:
        """Tell how many minutes everybody was there."""
        return {self.name(one.contact.id): one.seconds // 60 for one in verdicts.of(self.lecture.id)}

    def mails(self, *states: str) -> set[tuple[str, str]]:
        """Tell the mails that follow, of these states (queued unless given): kind and person."""
        wanted = select(Mail).where(Mail.lecture_id == self.lecture.id, Mail.kind.in_(FOLLOW_UP.values()))
        rows = db.session.scalars(wanted.where(Mail.state.in_(states or ("queued",))))
        return {(mail.kind, self.name(mail.contact_id)) for mail in rows}

    def events(self) -> list[tuple[str, str]]:
        """Tell what the history says of verdicts, in order."""
        query = select(Event).where(Event.lecture_id == self.lecture.id, Event.contact_id.is_not(None))
        return [(event.key, self.name(event.contact_id)) for event in db.session.scalars(query.order_by(Event.id))]

    def evidence(self) -> Mapping[int, tuple[Any, ...]]:
        """Tell the evidence kept, by its id."""
        rows = db.session.scalars(select(Presence).where(Presence.lecture_id == self.lecture.id))
        return {row.id: (row.contact_id, row.source, row.display_name, row.upload_id, row.recorded_at) for row in rows}

    def reported_at(self) -> datetime | None:
        """Tell since when the lecture has its report."""
        return db.session.get_one(Lecture, self.lecture.id, populate_existing=True).reported_at

    def everything(self) -> tuple[Any, ...]:
        """Tell all that a report can change, to compare."""
        mails = select(Mail.id, Mail.state, Mail.due_at).order_by(Mail.id)
        return (
            *(self.verdicts(), self.minutes(), self.events(), self.evidence(), self.reported_at()),
            list(db.session.execute(mails).all()),
        )

    def name(self, contact_id: int | None) -> str:
        """Return the name above of a contact."""
        return next(name for name, contact in self.people.items() if contact.id == contact_id)
