"""Answers who the 120 customers of the played weeks are, and what each of them will do: drawn once, from a seed."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import date, timedelta

FIRST_DAY = date(2026, 4, 6)  # a Monday
DAYS = 56
# How many accounts have how many stores: 120 accounts, 1,000 stores.
SIZES = [1] * 40 + [3] * 30 + [8] * 30 + [31] * 10 + [32] * 10
FAMILY = ["佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田", "佐々木", "山口", "松本", "井上", "木村", "林", "清水", "森", "池田", "橋本", "阿部", "石川", "山崎", "中島", "前田", "藤田", "小川", "後藤", "岡田", "長谷川", "村上", "近藤", "石井", "遠藤", "青木", "坂本", "藤井", "西村"]  # fmt: skip
GIVEN = ["翔太", "美咲", "健太", "陽子", "大輔", "恵美", "直樹", "由美", "拓也", "真理", "和也", "智子", "誠", "裕子", "亮", "香織", "剛", "麻衣", "浩二", "久美子", "隆", "幸子", "修", "里奈", "学", "綾", "徹", "千尋", "悟", "瞳"]  # fmt: skip


@dataclass
class Person:
    """One person: the coordinator (store None) or the manager of a store; `email` empty: reached by phone."""

    name: str
    email: str
    store: int | None
    contact_id: int = 0


@dataclass
class Visit:
    """Somebody will register on a day for the lecture so many days later, and be in the room at these minutes."""

    person: Person
    asked_on: int
    held_on: int
    # From and to in minutes after the start; none: she does not come.
    minutes: tuple[tuple[int, int], ...]
    # Known once it is held.
    lecture_id: int = 0


@dataclass
class Customer:
    """One account with its people, stores (numbers from 0) and the days (from 0) on which something happens."""

    number: int
    stores: int
    planned_start_on: date | None
    people: list[Person]
    introduced_on: int | None
    visits: list[Visit] = field(default_factory=list)
    # (day, step key, store number or None)
    setup: list[tuple[int, str, int | None]] = field(default_factory=list)
    usage: list[int] = field(default_factory=list)
    confirmed_on: int | None = None
    held_from: int | None = None
    held_until: date | None = None
    cancelled_on: int | None = None
    # The receiver sends it back once, with the set-up opened again; and whether the giver ever says that it is settled.
    returned: bool = False
    taken_back: bool = False
    account_id: int = 0

    @property
    def key(self) -> str:
        """Return the account's key in the CRM."""
        return f"C{self.number:03d}"

    def code(self, store: int) -> str:
        """Return a store's code."""
        return f"{self.key}-{store + 1:02d}"


def people(seed: int) -> list[Customer]:
    """Draw the customers and all that they will do."""
    chance = random.Random(seed)
    names = [f"{family} {given}" for family in FAMILY for given in GIVEN]
    chance.shuffle(names)
    sizes = SIZES[:]
    chance.shuffle(sizes)
    return [_customer(number, stores, names, chance) for number, stores in enumerate(sizes)]


def _customer(number: int, stores: int, names: list[str], chance: random.Random) -> Customer:
    customer = Customer(
        number,
        stores,
        FIRST_DAY + timedelta(days=chance.randrange(20, 110)) if chance.random() < 0.85 else None,
        [Person(names.pop(), f"c{number}@customer{number}.example.jp", None)],
        chance.randrange(0, 20) if chance.random() < 0.95 else None,
    )
    for store in range(stores):
        email = f"s{store}@customer{number}.example.jp" if chance.random() < 0.9 else ""
        customer.people.append(Person(names.pop(), email, store))
    if customer.introduced_on is not None and chance.random() < 0.9:
        _plan(customer, chance)
    _fate(customer, chance)
    return customer


def _plan(customer: Customer, chance: random.Random) -> None:
    begun = customer.introduced_on or 0
    will = chance.random()
    for person in customer.people:
        if chance.random() < (0.9 if person.store is None else will):
            _visits(customer, person, begun, chance)
    steps: list[tuple[str, int | None]] = [
        ("company_profile", None),
        ("property_import", None),
        ("website_button", None),
    ]
    steps += [(key, store) for store in range(customer.stores) for key in ("staff_logins", "inquiry_mail")]
    diligence = 1.0 if chance.random() < 0.6 else chance.random()
    last = chance.randrange(begun + 2, DAYS)
    for key, store in steps:
        if chance.random() < diligence:
            customer.setup.append((chance.randrange(begun, last + 1), key, store))
    if chance.random() < 0.7:
        first = chance.randrange(begun + 5, DAYS + 5)
        customer.usage = [day for day in range(first, DAYS) if chance.random() < 0.5]
    elif chance.random() < 0.5:
        customer.confirmed_on = chance.randrange(begun + 5, DAYS)


def _visits(customer: Customer, person: Person, begun: int, chance: random.Random) -> None:
    day = begun
    for _again in range(3):
        asked = day + chance.randrange(0, 6)
        held = _workday(asked + chance.randrange(1, 6))
        if held >= DAYS - 1:
            return
        minutes = chance.choice([((-5, 62),), ((-5, 62),), ((0, 20), (18, 60)), ((-3, 30), (35, 61)), ((15, 58),), ((2, 22),), ()])  # fmt: skip
        customer.visits.append(Visit(person, asked, held, minutes))
        if sum(end - begin for begin, end in minutes) > 40:
            return
        day = held + 1


def _workday(day: int) -> int:
    while (FIRST_DAY + timedelta(days=day)).weekday() > 4:
        day += 1
    return day


def _fate(customer: Customer, chance: random.Random) -> None:
    if chance.random() < 0.08:
        customer.held_from = chance.randrange(10, 40)
        customer.held_until = FIRST_DAY + timedelta(days=customer.held_from + chance.randrange(3, 40))
    if chance.random() < 0.05:
        customer.cancelled_on = chance.randrange(20, DAYS)
    customer.returned = chance.random() < 0.15
    customer.taken_back = chance.random() < 0.6


def as_list(customers: list[Customer]) -> bytes:
    """Write the customers as a CRM exports them: one row a person, UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            "顧客ID",
            "会社名",
            "フェーズ",
            "契約日",
            "利用開始予定日",
            "店舗コード",
            "店舗名",
            "氏名",
            "役割",
            "メールアドレス",
            "電話番号",
        ]
    )
    for one in customers:
        start = one.planned_start_on.isoformat() if one.planned_start_on else ""
        for place, person in enumerate(one.people):
            code = "" if person.store is None else one.code(person.store)
            shop = "" if person.store is None else f"{one.key} {person.store + 1}号店"
            role = "窓口" if person.store is None else "店長"
            phone = f"03-{one.number:04d}-{place:04d}"
            writer.writerow(
                [
                    one.key,
                    f"株式会社{one.key}",
                    "導入中",
                    "2026-03-02",
                    start,
                    code,
                    shop,
                    person.name,
                    role,
                    person.email,
                    phone,
                ]
            )
    return out.getvalue().encode()
