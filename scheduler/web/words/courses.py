"""Answers how courses are called, and what keeps one from being deleted."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from scheduler.models.lectures import Course
from scheduler.web.words import terms
from scheduler.web.words.texts import plain


def name(course: Course) -> str:
    """Name a course in the reader's language."""
    return plain(course.name)


def in_use(users: Iterable[str]) -> str:
    """Say what uses a course, so that it cannot be deleted."""
    known = {
        "lectures": _("開催日程"),
        "series": _("定期開催"),
        "prerequisite": _("ほかのレクチャーの前提"),
        "proposals": _("日程の提案"),
        "invitations": _("送った案内"),
        "readiness": _("引き継ぎ条件"),
    }
    used = terms.listed(known.get(key, key) for key in users)
    return _("このレクチャーは使われているため削除できません（%(used)s）。", used=used)
