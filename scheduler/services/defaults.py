"""Answers what an empty installation begins with: two courses and the set-up steps of an estate agent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.models.setup import SetupStep
from scheduler.services import history
from scheduler.services.actors import CLI
from scheduler.services.inserting import add_missing


def _course(key: str, ja: tuple[str, str], en: tuple[str, str], position: int) -> dict[str, Any]:
    return {
        "key": key,
        "name": {"ja": ja[0], "en": en[0]},
        "summary": {"ja": ja[1], "en": en[1]},
        "minutes": 60,
        "minimum_minutes": 40,
        "team": "onboarding",
        "position": position,
    }


BASIC = _course(
    "basic",
    ("基本操作編", "ログインから日々の反響対応まで、画面をご覧いただきながらひととおりご説明します。"),
    ("Basics", "From signing in to answering daily inquiries: everything you need to start, shown on screen."),
    1,
)
ADVANCED = _course(
    "advanced",
    ("活用編", "来店につながる追客のしかたと、数字の見かたを、実際の事例でご紹介します。"),
    ("Advanced", "How to turn inquiries into visits, and how to read your figures, shown with real cases."),
    2,
)

# key, per, required, doer; name and help in both languages.
_STEPS: tuple[tuple[str, str, bool, str, tuple[str, str], tuple[str, str]], ...] = (
    (
        *("company_profile", "account", True, "customer"),
        ("会社情報の登録", "Company profile"),
        (
            "「会社情報」の画面で、会社名、ロゴ、代表電話を登録してください。お客様宛のメールに表示されます。",
            "Enter your company's name, logo and phone number on the Company page. Your clients see them in mails.",
        ),
    ),
    (
        *("property_import", "account", True, "us"),
        ("物件データの初回登録", "First import of properties"),
        (
            "お預かりした物件一覧を弊社で登録し、件数をご確認いただきます。",
            "We import the list of properties you gave us and ask you to check their number.",
        ),
    ),
    (
        *("staff_logins", "store", True, "customer"),
        ("スタッフのログイン作成", "Logins for your staff"),
        (
            "店舗でお使いになる方全員のログインを「スタッフ」の画面で作成してください。",
            "Create a login for everyone at the store who will use the service, on the Staff page.",
        ),
    ),
    (
        *("inquiry_mail", "store", True, "customer"),
        ("反響メールの受信設定", "Inquiry mails"),
        (
            "ポータルサイトの通知先に、店舗ごとの受信アドレスを追加してください。追加後にテスト送信ができます。",
            "Add the store's own receiving address to the portal sites' notifications, then send a test.",
        ),
    ),
    (
        *("website_button", "account", False, "third_party"),
        ("自社サイトへの予約ボタン設置", "Booking button on your website"),
        (
            "ホームページの管理会社様に、来店予約ボタンの設置をご依頼ください。ご依頼の文面は弊社でご用意します。",
            "Ask your website's agency to add the booking button. We give you the text to send.",
        ),
    ),
)


def ensure(now: datetime) -> None:
    """Add what an empty installation begins with; what is there, changed by operations or not, stays as it is.

    Any number of machines may call it at the same moment.
    """
    with db.writing():
        added = add_missing(Course, [BASIC | {"prerequisite_id": None}])
        basic_id = db.session.scalar(select(Course.id).where(Course.key == "basic"))
        if added:
            # Operations may delete it; the basic one, which handing over asks for, stays.
            added += add_missing(Course, [ADVANCED | {"prerequisite_id": basic_id}])
        added += add_missing(SetupStep, [_step(number, *step) for number, step in enumerate(_STEPS, start=1)])
        if added:
            history.record("defaults_added", now=now, actor=CLI, count=added)


def _step(
    position: int, key: str, per: str, required: bool, doer: str, name: tuple[str, str], text: tuple[str, str]
) -> dict[str, Any]:
    return {
        "key": key,
        "name": {"ja": name[0], "en": name[1]},
        "help": {"ja": text[0], "en": text[1]},
        "per": per,
        "required": required,
        "doer": doer,
        # What others do, customers do not tick; what is asked of them is due three days before they begin.
        "tickers": ["customer", "staff", "api"] if doer == "customer" else ["staff", "api"],
        "due_days": 3 if required else None,
        "position": position,
        "active": True,
    }
