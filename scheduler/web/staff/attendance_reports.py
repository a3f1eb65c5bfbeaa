"""Answers how attendance comes in by the page: a report looked at and confirmed, and single people marked by hand."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.models.registrations import Registration
from scheduler.rules.roster import Candidate
from scheduler.services import directory, rosters
from scheduler.services.attendance import heard, marks, plan, record, staging
from scheduler.services.attendance.plan import AttendancePlan, Person
from scheduler.services.attendance.staging import WalkIn
from scheduler.services.directory import Filter
from scheduler.services.refusals import FileUnreadable, Invalid, Refused, UploadExpired
from scheduler.web import access, csvs, edge, ids, inputs
from scheduler.web.staff.lectures import the
from scheduler.web.words import attendance_reports as words
from scheduler.web.words import refusals, terms

attendance_reports = Blueprint("staff_attendance_reports", __name__, url_prefix="/staff/lectures/<id:lecture_id>")
attendance_reports.before_request(access.staff_gate)

# What a form's select says of somebody in the room: none of ours, or somebody new of the company whose id follows.
NOBODY = "0"
NEW = "new:"
# The most people that a select offers of those booked and not seen; the rest is found by the search.
MOST = 200
# The most companies offered to those who are new.
COMPANIES = 40
# The most companies that a search offers.
FOUND = 20


@attendance_reports.get("/report")
@access.requires("attendance")
def form(lecture_id: int) -> ResponseReturnValue:
    """Show the form for a lecture's report, and what was recorded last."""
    return _form(lecture_id, {})


@attendance_reports.post("/report")
@access.requires("attendance")
def upload(lecture_id: int) -> ResponseReturnValue:
    """Keep a report and show what it comes to."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _form(lecture_id, {"file": _("参加レポートのファイルをお選びください。")}), 422
    try:
        number = staging.stage(
            lecture_id,
            file.read(),
            file.filename,
            request.form.get("zone", "").strip() or None,
            edge.now(),
            edge.staff_actor("report"),
            anyway=request.form.get("anyway") == "1",
            unnamed=True,
        )
    except FileUnreadable as error:
        other_time = error.params["why"] == "other_lecture"
        return _form(lecture_id, inputs.errors(error), other_time=other_time), error.status
    return redirect(url_for(".show", lecture_id=lecture_id, upload_id=number))


@attendance_reports.post("/report/heard")
@access.requires("attendance")
def take_heard(lecture_id: int) -> ResponseReturnValue:
    """Take what the meeting tool told about comings and goings for the report, and show what it comes to."""
    number = heard.stage(lecture_id, edge.now(), edge.staff_actor("report"))
    return redirect(url_for(".show", lecture_id=lecture_id, upload_id=number))


@attendance_reports.get("/report/<id:upload_id>")
@access.requires("attendance")
def show(lecture_id: int, upload_id: int) -> ResponseReturnValue:
    """Show who is who in a report, the verdicts and the mails that follow; `?q=` finds people to choose."""
    try:
        found = plan.preview(upload_id, edge.now())
    except UploadExpired as error:
        flash(refusals.sentence(error), "error")
        return redirect(url_for(".form", lecture_id=lecture_id))
    except FileUnreadable as error:
        if error.params["why"] != "unknown_columns":
            raise
        return redirect(url_for("staff_report_columns.form", lecture_id=lecture_id, upload_id=upload_id))
    if found.lecture.id != lecture_id:
        abort(404)
    wanted = request.args.get("q", "").strip()
    searched = directory.find_people(wanted, gone_too=True) if wanted else []
    found_companies = directory.accounts(Filter(text=wanted), per_page=FOUND)[0] if wanted else []
    return render_template(
        "staff/attendance_reports/show.html",
        lecture=the(lecture_id),
        found=found,
        ready=[person for person in found.people if person.contact_id is not None and person.settled != "new"],
        new=[person for person in found.people if person.settled == "new"],
        doubtful=[person for person in found.people if person.contact_id is None and person.offered],
        unknown=[person for person in found.people if person.contact_id is None and not person.offered],
        unseen=_options(_unseen(found)),
        colleagues={number: _options(_colleagues(found, number)) for number in _companies(found.people)},
        companies=_addable(found, [(account.id, account.name) for account in found_companies]),
        wanted=wanted,
        searched=searched,
        found_companies=found_companies,
        nobody=NOBODY,
        NEW=NEW,
        words=words,
    )


@attendance_reports.post("/report/<id:upload_id>")
@access.requires("attendance")
def confirm(lecture_id: int, upload_id: int) -> ResponseReturnValue:
    """Record the report, or keep what was chosen so far and look again."""
    if staging.the_lecture_of(upload_id) != lecture_id:
        abort(404)
    people, walk_ins = _choices()
    try:
        if request.form.get("action") == "look":
            record.choose(upload_id, people, edge.now(), walk_ins)
            wanted = request.form.get("q", "").strip() or None
            anchor = None if wanted is None else "search"
            return redirect(url_for(".show", lecture_id=lecture_id, upload_id=upload_id, q=wanted, _anchor=anchor))
        found = record.record(upload_id, people, edge.now(), edge.staff_actor("report"), walk_ins)
    except Invalid as error:
        # Somebody to be added has no name, or is known already: what was chosen stays.
        record.choose(upload_id, people, edge.now(), walk_ins)
        flash(refusals.sentence(error), "error")
        return redirect(url_for(".show", lecture_id=lecture_id, upload_id=upload_id, _anchor="new"))
    except UploadExpired as error:
        flash(refusals.sentence(error), "error")
        return redirect(url_for(".form", lecture_id=lecture_id))
    flash(" ".join((_("出欠を確定しました（%(counts)s）。", counts=words.counts(found)), *words.mails(found))))
    return redirect(url_for("staff_lectures.show", lecture_id=lecture_id, _anchor="roster"))


@attendance_reports.post("/attendance/<id:contact_id>")
@access.requires("attendance")
def mark(lecture_id: int, contact_id: int) -> ResponseReturnValue:
    """Mark somebody by hand, or let the evidence count again."""
    verdict, reason = request.form.get("verdict", ""), request.form.get("reason", "")
    try:
        if verdict == "evidence":
            marks.unmark(lecture_id, contact_id, edge.now(), edge.staff_actor())
            flash(_("手動の記録を取り消しました。"))
        elif not reason.strip():
            raise Invalid(field="reason", why="reason_missing")
        else:
            marks.mark(lecture_id, contact_id, verdict, reason, edge.now(), edge.staff_actor())
            flash(_("出欠を「%(verdict)s」にしました。", verdict=terms.VERDICTS[verdict]))
    except Refused as error:
        flash(refusals.sentence(error), "error")
    return redirect(url_for("staff_lectures.show", lecture_id=lecture_id, _anchor="roster"))


@attendance_reports.get("/roster.csv")
@access.requires("export")
def export(lecture_id: int) -> ResponseReturnValue:
    """Hand out the roster with the verdicts."""
    lecture = the(lecture_id)
    head = [
        *(_("氏名"), _("ふりがな"), _("会社名"), _("店舗"), _("役割"), _("メールアドレス"), _("電話番号")),
        *(_("申込"), _("同席者"), _("出欠"), _("参加時間（分）"), _("理由")),
    ]
    day = lecture.starts_at.astimezone(edge.zone()).date().isoformat()
    return csvs.response(f"roster-{day}-{lecture_id}.csv", head, map(_line, rosters.of(lecture_id)))


def _line(seat: rosters.Seat) -> list[object]:
    contact, row, verdict = seat.contact, seat.registration, seat.attendance
    return [
        contact.name,
        contact.reading,
        contact.account.name,
        terms.listed(store.name for store in contact.stores),
        terms.ROLES[contact.role],
        contact.email,
        contact.phone,
        terms.REGISTRATIONS[row.status] if row else _("申込なし"),
        _companions(row) if row else "",
        terms.VERDICTS[verdict.verdict] if verdict else "",
        verdict.seconds // 60 if verdict else "",
        verdict.reason if verdict else "",
    ]


def _companions(row: Registration) -> str:
    """Name who watches along, and say how many more there are."""
    more = [_("ほか %(n)d 名", n=row.unnamed_companions)] if row.unnamed_companions else []
    return terms.listed([*row.companions, *more])


def _form(lecture_id: int, errors: dict[str, str], *, other_time: bool = False) -> str:
    lecture = the(lecture_id)
    return render_template(
        "staff/attendance_reports/form.html",
        lecture=lecture,
        begun=lecture.starts_at <= edge.now() and lecture.status == "scheduled",
        zone=request.form.get("zone", lecture.zone),
        anyway=other_time or "anyway" in request.form,
        last=staging.latest(lecture_id),
        heard=heard.is_any(lecture_id),
        errors=errors,
        words=words,
    )


def _choices() -> tuple[dict[int, int | None], dict[int, WalkIn]]:
    """Read who people of the report are, and who is to be added.

    An unticked box is nobody of ours, and who is left for later is in neither.
    """
    choices: dict[int, int | None] = {}
    walk_ins: dict[int, WalkIn] = {}
    later = NOBODY if request.form.get("rest") == "1" else ""
    for shown in request.form.getlist("shown"):
        chosen = request.form.get(f"person-{shown}", NOBODY) or later
        position, number = ids.read_id(shown), ids.read_id(chosen.removeprefix(NEW))
        if position is None or number is None:
            continue
        if chosen.startswith(NEW):
            name, email = (request.form.get(f"{field}-{shown}", "").strip() for field in ("name", "email"))
            walk_ins[position] = WalkIn(number, name, email)
        else:
            choices[position] = number or None
    return choices, walk_ins


def _addable(found: AttendancePlan, searched: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """List the companies to which somebody new may be added: those searched for, those booked, and those chosen already."""
    lecture, people = found.lecture, found.candidates
    numbers = {lecture.account_id} | {people.by_id[number].account_id for number in people.booked}
    numbers |= {one.account_id for one in found.choices.walk_ins.values()}
    booked = {one.account_id: one.account for one in people.by_id.values() if one.account_id in numbers}
    listed = dict(searched) | booked
    return sorted(listed.items(), key=lambda company: company[1])[: max(COMPANIES, len(searched))]


def _unseen(found: AttendancePlan) -> list[Candidate]:
    """List who is booked and not in the room as far as is known, by reading."""
    seen = {person.contact_id for person in found.people}
    booked = (found.contact(number) for number in found.candidates.booked if number not in seen)
    return sorted(booked, key=lambda one: (one.reading or one.name, one.contact_id))


def _companies(people: tuple[Person, ...]) -> set[int]:
    return {one.match.account_id for one in people if one.contact_id is None and one.match.account_id is not None}


def _colleagues(found: AttendancePlan, account_id: int) -> list[Candidate]:
    return [one for one in found.candidates.by_id.values() if one.account_id == account_id and not one.booked]


def _options(people: list[Candidate]) -> list[tuple[int, str]]:
    """Word people as a select's options, once for all the selects of the page."""
    return [(one.contact_id, words.option(one)) for one in people[:MOST]]
