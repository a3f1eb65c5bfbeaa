"""Answers how an attendance report reads: who somebody was taken for and why, who was left out, what follows."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.models.uploads import Upload
from scheduler.readers.reports.shapes import Complaint
from scheduler.rules.matching import Proposal
from scheduler.rules.roster import Candidate
from scheduler.services.attendance.changes import Change
from scheduler.services.attendance.plan import AttendancePlan, Person
from scheduler.web.words import dates, terms
from scheduler.web.words import imports as lists


def tool(key: str) -> str:
    """Name the tool that wrote a report."""
    return {
        "zoom_meeting": "Zoom",
        "zoom_webinar": "Zoom Webinars",
        "zoom_events": "Zoom Events",
        "teams": "Microsoft Teams",
        "google_meet": "Google Meet",
        "webex": "Webex",
        "generic": _("一般の CSV"),
    }[key]


def file(found: AttendancePlan) -> str:
    """Say what was handed in, and what it was taken for: the tool and what the file is written in."""
    return " · ".join((found.upload.filename, tool(found.report.tool), lists.encoding(found.report.encoding)))


def called(person: Candidate) -> str:
    """Call a contact by name, a shop's shared mailbox by its address."""
    return person.name or person.email or _("ご担当者様")


def at(person: Candidate) -> str:
    """Say where a contact belongs: the company and the shops."""
    return " ".join((person.account, "・".join(person.stores))).strip()


def option(person: Candidate) -> str:
    """Offer a contact in a select."""
    return _("%(name)s（%(place)s）", name=called(person), place=at(person))


def why(reason: str) -> str:
    """Say why somebody in the room was taken for a contact, or for nobody."""
    return {
        "email": _("メールアドレスが一致"),
        "walk_in": _("メールアドレスが一致（申込なし）"),
        "personal_link": _("本人用の参加リンク"),
        "confirmed_before": _("以前に確認済み"),
        "name": _("氏名が一致"),
        "several_of_this_name": _("同じ氏名の方が複数"),
        "store_and_name": _("店舗・会社名と氏名が一致"),
        "part_of_name": _("氏名の一部が一致"),
        "store": _("店舗・会社名だけが一致"),
        "not_booked": _("氏名が一致（申込なし）"),
        "similar": _("氏名が似ている"),
        "shared_email": _("共用のメールアドレス"),
        "forwarded_link": _("参加リンクの持ち主と氏名が違う"),
        "same_contact_twice": _("同じ方と思われる参加者が複数"),
        "phone": _("電話での参加"),
        "nobody": _("氏名が分からない表示名"),
        "known_domain": _("同じ会社のアドレス（登録のない方）"),
        "unknown_email": _("登録のないメールアドレス"),
        "unknown_name": _("登録のない氏名"),
    }[reason]


def alike(score: int) -> str:
    """Say how alike two names are, of 100."""
    return _("一致度 %(score)d", score=score)


def support(found: AttendancePlan, contact_id: int) -> list[str]:
    """Say what else speaks for a contact having been there."""
    sources = found.candidates.hints.get(contact_id, frozenset())
    words = {
        "checkin": _("受付の記録あり"),
        "code": _("参加コードの入力あり"),
        "join_click": _("参加ボタンの記録あり"),
        "webhook": _("入退室の通知あり"),
    }
    return [words[source] for source in words if source in sources]


def proposed(found: AttendancePlan, proposal: Proposal) -> str:
    """Offer a contact for somebody in the room: who, why, how alike, and what else speaks for it."""
    reasons = [why(proposal.reason), alike(proposal.score), *support(found, proposal.contact_id)]
    return f"{option(found.contact(proposal.contact_id))} – {' · '.join(reasons)}"


def basis(person: Person) -> str:
    """Say what makes somebody in the room the contact it was taken for."""
    if person.settled == "certain":
        return why(person.match.reason)
    offered = {proposal.contact_id: proposal for proposal in person.offered}
    proposal = offered.get(person.contact_id or 0)
    return f"{why(proposal.reason)} · {alike(proposal.score)}" if proposal is not None else _("選んだ方")


def changed(change: Change) -> str:
    """Say how many minutes somebody was there before and now; empty where it is the same number."""
    before, after = change.seconds_before // 60, change.seconds_after // 60
    return "" if before == after else _("%(before)d 分 → %(after)d 分", before=before, after=after)


def left_out(reason: str) -> str:
    """Say why somebody in the report is no customer's attendance."""
    return {
        "host": _("ホスト"),
        "panelist": _("パネリスト"),
        "presenter": _("発表者"),
        "own_people": _("自社の方"),
        "no_show": _("登録のみで不参加"),
        "lobby_only": _("ロビーのみ"),
        "recording_only": _("録画の視聴のみ"),
        "waiting_room": _("待機室のみ"),
        "leave_before_join": _("退出時刻が参加時刻より前"),
        "other_time": _("別の時刻の参加"),
        "no_times": _("参加時刻の記録なし"),
    }[reason]


def complaint(found: Complaint) -> str:
    """Say what to look at in the file."""
    if found.key == "nobody_during_lecture":
        span = {name: dates.moment(found.params[name]) for name in ("first_at", "last_at")}  # type: ignore[arg-type]
        words = _(
            "開催時間中の参加者がいません（記録は %(first_at)s から %(last_at)s まで）。タイムゾーンをご確認ください。"
        )
        return words % span
    return {
        "leave_before_join": _("%(row)d 行目: 退出時刻が参加時刻より前のため、数えていません（%(name)s）。"),
        "unreadable_time": _("%(row)d 行目: 時刻「%(text)s」を読み取れません。"),
        "nobody_named": _("%(row)d 行目: 氏名もメールアドレスもないため、数えていません。"),
        "cut_off": _("%(row)d 行目: 最後の行が途中で切れています。ファイル全体を書き出せているかご確認ください。"),
    }[found.key] % {"row": found.row, **found.params}


def counts(found: AttendancePlan) -> str:
    """Count the verdicts: 出席 5 · 一部参加 2 · 欠席 1."""
    amounts = [
        _("出席 %(n)d", n=len(found.judged("attended"))),
        _("一部参加 %(n)d", n=len(found.judged("partial"))),
        _("欠席 %(n)d", n=len(found.judged("missed"))),
    ]
    if excused := len(found.judged("excused")):
        amounts.append(_("欠席連絡あり %(n)d", n=excused))
    if unknown := len(found.judged("unknown")):
        amounts.append(_("未確認 %(n)d", n=unknown))
    return " · ".join(amounts)


def mails(found: AttendancePlan) -> list[str]:
    """Say which mails follow and when, and who gets none."""
    plan = found.follow_up
    if plan.due_at is None:
        return [_("開催から 30 日を過ぎているため、お礼や再案内のメールは送りません。")]
    told = []
    kinds = {
        "thanks": _("受講のお礼 %(n)d 通"),
        "partial": _("一部参加の方へのご案内 %(n)d 通"),
        "missed": _("欠席された方への再案内 %(n)d 通"),
        "excused": _("欠席のご連絡をいただいた方へのご案内 %(n)d 通"),
    }
    new = [kinds[kind] % {"n": len(people)} for kind, people in plan.by_kind.items() if people]
    if new:
        told.append(
            _("%(mails)sを、%(when)s に送ります。") % {"mails": terms.listed(new), "when": dates.moment(plan.due_at)}
        )
    else:
        told.append(_("新しく送るメールはありません。"))
    for numbers, words in (
        (plan.queued, _("送信待ちのメールが %(n)d 通あります。")),
        (plan.held, _("照合できていない参加者が同じ会社の方かもしれないため、%(n)d 人への再案内は保留します。")),
        (plan.unreached, _("メールの届かない方が %(n)d 人います。電話でご連絡ください。")),
    ):
        if numbers:
            told.append(words % {"n": len(numbers)})
    return told


def left_open(found: AttendancePlan) -> list[str]:
    """List who is to be confirmed with the candidates, whom nothing names, and who was not counted, a line each."""
    lines = [
        _(
            "要確認: %(name)s（%(n)d 分） 候補: %(people)s",
            name=person.name,
            n=person.seconds // 60,
            people=terms.listed(
                f"{option(found.contact(offer.contact_id))} {alike(offer.score)}" for offer in person.offered
            ),
        )
        for person in found.proposed
    ]
    lines += [
        _(
            "照合できません: %(name)s（%(n)d 分） %(why)s",
            name=person.name,
            n=person.seconds // 60,
            why=why(person.match.reason),
        )
        for person in found.unmatched
    ]
    lines += [_("数えません: %(name)s（%(why)s）", name=out.name, why=left_out(out.why)) for out in found.left_out]
    return lines + [complaint(one) for one in found.report.complaints]


def recorded(upload: Upload) -> str:
    """Say what the report recorded last came to, and how many in the room nobody is known to be."""
    result = upload.result or {}
    amounts = " · ".join(
        (
            _("出席 %(n)d", n=result["attended"]),
            _("一部参加 %(n)d", n=result["partial"]),
            _("欠席 %(n)d", n=result["missed"]),
            # Uploads of earlier releases do not count who told us beforehand.
            *([_("欠席連絡あり %(n)d", n=result["excused"])] if result.get("excused") else []),
        )
    )
    if not result["open"]:
        return amounts
    left = ngettext("照合できていない参加者 %(num)d 人", "照合できていない参加者 %(num)d 人", result["open"])
    return f"{amounts} · {left}"
