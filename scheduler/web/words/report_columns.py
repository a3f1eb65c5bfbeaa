"""Answers what the columns of an attendance report are called where somebody says which is which."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

# The most of a cell that an option shows.
LONGEST = 24


def people() -> list[tuple[str, str]]:
    """Name the fields that say who somebody was."""
    return [
        ("name", _("氏名（表示名）")),
        ("last", _("姓")),
        ("first", _("名")),
        ("email", _("メールアドレス")),
        ("personal_key", _("登録者ID（本人用の参加リンクの番号）")),
    ]


def times() -> list[tuple[str, str]]:
    """Name the fields that say when and how long somebody was there."""
    return [
        ("join", _("参加時刻")),
        ("leave", _("退出時刻")),
        ("duration", _("参加していた長さ")),
        ("attended", _("参加したかどうか（はい・いいえ）")),
    ]


def units() -> list[tuple[str, str]]:
    """Name what a bare number of a duration may count."""
    return [("minutes", _("分")), ("seconds", _("秒")), ("hours", _("時間"))]


def column(name: str) -> str:
    """Call a column by its header; one without a header by its place."""
    return _("%(n)s 列目（見出しなし）", n=name[1:]) if name[:1] == "#" and name[1:].isdecimal() else short(name)


def option(name: str, cells: Sequence[str]) -> str:
    """Offer a column in a select, with what stands in it."""
    example = next((cell for cell in cells if cell.strip()), "")
    return _("%(column)s（例: %(example)s）", column=column(name), example=short(example)) if example else column(name)


def line(number: int, cells: Sequence[str]) -> str:
    """Offer a line of the file as its header."""
    return _("%(n)d 行目: %(cells)s", n=number, cells=", ".join(filter(None, map(short, cells)))[: 3 * LONGEST])


def short(text: str) -> str:
    """Show the beginning of a cell."""
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else plain[:LONGEST] + "…"
