"""Answers how the plan of a changed series reads: what happens to each date, and how many mails leave."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.services.clashes import Clash
from scheduler.services.series.planning import Line, Plan
from scheduler.web.words import dates, terms, texts


def scopes(with_lecture: bool) -> list[tuple[str, str]]:
    """Return what a change may reach, as radios; one that starts at no lecture reaches all."""
    every = [
        ("this", _("この日程だけ")),
        ("following", _("この日程以降")),
        ("all", _("これからのすべて")),
    ]
    return every if with_lecture else every[2:]


def mails(count: int, done: bool = False) -> str:
    """Say how many mails a change sends, or has sent; a change that sends none says so before only."""
    if done:
        return (
            ""
            if not count
            else ngettext("%(num)d 通のメールでお知らせします。", "%(num)d 通のメールでお知らせします。", count)
        )
    if not count:
        return _("メールは送られません。")
    return ngettext(
        "変更を保存すると、メールが %(num)d 通届きます。", "変更を保存すると、メールが %(num)d 通届きます。", count
    )


def summary(plan: Plan) -> list[str]:
    """Count what happens, by sort, what needs somebody first; sorts that do not occur are left out."""
    names = {
        "stray": _("確認が必要"),
        "changed": _("変更"),
        "new": _("新しい日程"),
        "gone": _("取り除く"),
        "closed": _("取り消し"),
        "same": _("変更なし"),
    }
    return [_("%(sort)s %(n)d 件", sort=names[what], n=len(plan.having(what))) for what in names if plan.having(what)]


def what(line: Line) -> tuple[str, str]:
    """Return the state (of ui/state.html) and the word for what happens to a date."""
    return {
        "stray": ("stuck", _("確認が必要")),
        "changed": ("waiting", _("変更")),
        "new": ("met", _("新しい日程")),
        "gone": ("none", _("取り除く")),
        "closed": ("none", _("取り消し")),
        "same": ("missing", _("変更なし")),
    }[line.what]


def when(line: Line) -> str:
    """Write the time of a date, and the old one where it changes."""
    new = dates.span(line.starts_at, line.ends_at)
    if (line.starts_at, line.ends_at) == (line.old_starts_at, line.old_ends_at):
        return new
    old = dates.span(line.old_starts_at, line.old_ends_at)
    if dates.day(line.starts_at) == dates.day(line.old_starts_at):
        new = f"{dates.clock_time(line.starts_at)}–{dates.clock_time(line.ends_at)}"
    return f"{old} → {new}"


def notes(line: Line) -> list[str]:
    """Say what is to be known of a date beside its time."""
    told = [_people(line)] if line.people.live else []
    named = [_field(name) for name in line.values if name not in ("starts_at", "ends_at", "local_start", "zone")]
    if named:
        told.append(_("変更する項目: %(fields)s", fields=terms.listed(named)))
    if line.by_hand:
        kept = terms.listed(_field(name) for name in line.by_hand)
        told.append(_("個別に決めた項目はそのままです: %(fields)s", fields=kept))
    if line.held_seats:
        told.append(_("申込が %(n)d 名あるため、定員は %(n)d 名までしか減らせません。", n=line.held_seats))
    if line.what == "stray":
        told.append(_("新しい規則に合いません。保存後に、残すか中止するかを選べます。"))
    if line.what == "closed":
        told.append(_("申込のあった方がいないため、お知らせせずに取り消します。"))
    return told


def clash(found: Clash) -> str:
    """Say what is needed twice at the same time, and by which other lecture."""
    other = f"{texts.plain(found.lecture.course.name)} {dates.span(found.lecture.starts_at, found.lecture.ends_at)}"
    if found.host and found.link:
        return _("ホストと参加用リンクが重複: %(other)s", other=other)
    if found.host:
        return _("ホストが重複: %(other)s", other=other)
    return _("参加用リンクが重複: %(other)s", other=other)


def _people(line: Line) -> str:
    if line.people.waiting:
        return _("申込 %(n)d 名、キャンセル待ち %(m)d 名", n=line.people.booked, m=line.people.waiting)
    return _("申込 %(n)d 名", n=line.people.booked)


def _field(name: str) -> str:
    own = {"starts_at": _("時刻"), "locale": _("開催言語")}
    return str(own.get(name) or terms.FIELDS.get(name, name))
