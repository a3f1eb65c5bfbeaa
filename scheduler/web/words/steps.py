"""Answers how the list of set-up steps reads: what is done how, when it is due, and what keeps one from being deleted."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.models.setup import SetupStep
from scheduler.services import ticks
from scheduler.web.words import dates, terms


def per(key: str) -> str:
    """Say how often a step is done."""
    return {"account": _("会社で 1 回"), "store": _("店舗ごと")}[key]


def due(step: SetupStep) -> str:
    """Say when a step is due; nothing without a due day."""
    if step.due_days is None:
        return ""
    if not step.due_days:
        return _("開始予定日まで")
    return ngettext("開始予定日の %(num)d 日前", "開始予定日の %(num)d 日前", step.due_days)


def tickers(step: SetupStep) -> str:
    """Name who may say that a step is done."""
    return terms.listed(terms.SETUP_TICKERS[key] for key in ticks.TICKERS if key in step.tickers)


def asked(step: SetupStep) -> str:
    """Say of whom a step is asked; nothing when it is of all."""
    if step.asked_from is None:
        return ""
    return _("%(day)s以降に登録した顧客企業だけ", day=dates.day(step.asked_from, year=True))


def in_use(users: Iterable[str]) -> str:
    """Say what uses a step, so that it cannot be deleted."""
    known = {
        "completions": _("顧客企業の記録"),
        "courses": _("先に求めているレクチャー"),
        "rules": _("引き継ぎ条件"),
    }
    used = terms.listed(known.get(key, key) for key in users)
    return _(
        "この項目は使われているため削除できません（%(used)s）。使用をやめると、これからは求めなくなります。", used=used
    )
