"""Answers /lectures/{id}/attendance: who was there, from a report file or by hand."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask import request
from flask.typing import ResponseReturnValue
from marshmallow import pre_load

from scheduler.services import naming
from scheduler.services.attendance import marks, plan, record, staging, verdicts
from scheduler.services.attendance.plan import AttendancePlan, Person
from scheduler.services.attendance.verdicts import Standing
from scheduler.services.refusals import Invalid, NotFound
from scheduler.web import edge
from scheduler.web.api import examples, paging, requests
from scheduler.web.api.attendance_schemas import OUTCOMES, ReportAnswer, VerdictAnswer
from scheduler.web.api.blueprint import KEY_HEADER, Blueprint
from scheduler.web.api.fields import LARGEST_ID, SHOWN, Choice, Flag, Named, Text, Whole, fault
from scheduler.web.api.schemas import Input, Paging, page_of
from scheduler.web.words import attendance_reports as reports

resource = Blueprint("attendance", "出欠。会議ツールの参加レポートを取り込むか、一人ずつ手で付けます。")

ALL = "/lectures/<id:lecture_id>/attendance"
MULTIPART = "multipart/form-data"
MOST_MATCHES = 1000


class VerdictInput(Input):
    """One verdict by hand."""

    contact = Named(required=True, metadata={"description": "先方担当者の ID、またはその方だけのメールアドレス。"})
    verdict = Choice(
        *OUTCOMES,
        required=True,
        metadata={"description": "attended、partial、missed、excused。unknown で手の判定を取り消します。"},
    )
    reason = Text(marks.LONGEST_REASON, load_default="", metadata={"description": "理由。"})


class MatchInput(Input):
    """Who somebody of the report is."""

    name = Text(metadata={"description": "レポートでの表示名。row と name のどちらかを送ります。"})
    row = Whole(1, LARGEST_ID, metadata={"description": "レポートの最初の行番号。"})
    contact = Named(
        required=True,
        allow_none=True,
        metadata={"description": "先方担当者の ID かメールアドレス。null は「お客様ではない」。"},
    )

    @pre_load(pass_collection=True)
    def _list(self, data: Any, **_: Any) -> Any:
        listed = data.get("matches", [data]) if isinstance(data, dict) else data
        if not isinstance(listed, list):
            raise fault("not_a_list")
        if len(listed) > MOST_MATCHES:
            raise fault("too_many", maximum=MOST_MATCHES)
        return listed


class ReportQuery(Input):
    """Whether a report is only tried."""

    dry_run = Flag(load_default=False, metadata={"description": "1 なら、何も記録せずに結果だけを返します。"})


_UPLOAD = {
    "required": True,
    "content": {
        MULTIPART: {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {
                        "type": "string",
                        "format": "binary",
                        "description": "参加レポート（CSV、TSV、Excel）。20 MB まで。",
                    },
                    "zone": {
                        "type": "string",
                        "description": "レポートの時刻のタイムゾーン（IANA 名）。送らなければ開催日程のもの。",
                    },
                },
            },
            "example": {"file": "@participants.csv", "zone": "Asia/Tokyo"},
        }
    },
}
_DRY_RUN = {"in": "query", "name": "dry_run", "schema": {"type": "boolean", "default": False}} | {
    "description": "1 なら、何も記録せずに結果だけを返します。"
}


@resource.get(ALL)
@resource.arguments(Paging, location="query")
@resource.response(200, page_of(VerdictAnswer), example={"items": [examples.VERDICT], "next": None})
@resource.operation("出欠を一覧する", "申込済みの方と、申込なしで参加した方。まだ判定のない方は unknown です。")
def list_attendance(asked: dict[str, Any], lecture_id: int) -> dict[str, Any]:
    """List how everybody booked, and everybody who came, stands with a lecture."""
    requests.lecture(lecture_id)
    after = paging.after_id(asked) or 0
    standings = [one for one in verdicts.of(lecture_id) if one.contact.id > after]
    page, following = paging.cut(standings[: paging.size(asked) + 1], asked, lambda one: [one.contact.id])
    return {"items": _verdicts(page), "next": following}


@resource.post(ALL)
@resource.arguments(ReportQuery, location="query")
@resource.response(201, ReportAnswer, example=examples.REPORT)
@resource.alt_response(200, schema=ReportAnswer, description="OK", example=examples.REPORT, success=True)
@resource.operation(
    "参加レポートを取り込む",
    "確かな方だけを記録して 201 を返します。候補のある方は matches で確認します。同じ開催日程の前のレポートは置き換わり、"
    "手で付けた判定は残ります。dry_run=1 なら何も記録せず 200 を返します。",
)
@resource.doc(parameters=[_DRY_RUN, KEY_HEADER], requestBody=_UPLOAD)
def upload_report(asked: dict[str, Any], lecture_id: int) -> ResponseReturnValue:
    """Record what is certain of a webinar tool's report, or only say what it would come to."""
    requests.lecture(lecture_id)
    file = request.files.get("file")
    if file is None:
        raise Invalid(field="file", why="missing")
    name, data, zone = file.filename or "", file.read(), request.form.get("zone") or None
    if zone is not None and zone not in available_timezones():
        raise Invalid(field="zone", why="zone_unknown", value=zone[:SHOWN])

    def stage() -> int:
        return staging.stage(lecture_id, data, name, zone, edge.now(), requests.actor())

    if asked["dry_run"]:
        return _told(plan.preview(stage(), edge.now(), ticked=False), dry_run=True), 200
    content = b"\0".join([name.encode(errors="replace"), (zone or "").encode(errors="replace"), data])
    return requests.create(
        ReportAnswer(),
        lambda: _told(record.record(stage(), None, edge.now(), requests.actor())),
        content=content,
    )


@resource.put(ALL)
@resource.arguments(VerdictInput, example=examples.VERDICT_INPUT)
@resource.response(200, VerdictAnswer, example=examples.VERDICT)
@resource.operation("出欠を手で付ける", "手で付けた判定はレポートより優先され、取り込み直しても残ります。")
def put_verdict(values: dict[str, Any], lecture_id: int) -> dict[str, Any]:
    """Mark one person by hand, or take the mark back."""
    requests.lecture(lecture_id)
    number = naming.contact_named(values["contact"])
    if values["verdict"] == "unknown":
        marks.unmark(lecture_id, number, edge.now(), requests.actor())
    else:
        marks.mark(lecture_id, number, values["verdict"], values["reason"], edge.now(), requests.actor())
    standing = next((one for one in verdicts.of(lecture_id) if one.contact.id == number), None)
    if standing is None:
        raise NotFound(what="attendance", field="contact", value=values["contact"])
    return _verdicts([standing])[0]


@resource.put(f"{ALL}/matches")
@resource.arguments(MatchInput(many=True), example=examples.MATCHES_INPUT)
@resource.response(200, ReportAnswer, example=examples.REPORT)
@resource.operation(
    "レポートの方が誰かを確認する",
    "最後に取り込んだレポートについて、表示名または行番号と先方担当者の組を配列で送ります。確認した名前は次から自動で照合します。",
)
def put_matches(matches: list[dict[str, Any]], lecture_id: int) -> dict[str, Any]:
    """Say who people of the last report are."""
    requests.lecture(lecture_id)
    chosen: list[tuple[str | int, int | None]] = []
    for place, one in enumerate(matches):
        if ("row" in one) == ("name" in one):
            raise Invalid(field=f"{place}.name", why="name_or_row")
        named = naming.contact_named(one["contact"]) if one["contact"] is not None else None
        chosen.append((one["row"] if "row" in one else one["name"], named))
    return _told(record.confirm(lecture_id, chosen, edge.now(), requests.actor()))


def _verdicts(standings: list[Standing]) -> list[dict[str, Any]]:
    names = naming.called(one.contact.id for one in standings)
    return [
        {
            "contact": names[one.contact.id],
            "name": one.contact.name,
            "account": one.contact.account.external_id,
            "verdict": one.verdict,
            "seconds": one.seconds,
            "sources": one.sources,
            "reason": one.reason or None,
        }
        for one in standings
    ]


def _told(found: AttendancePlan, dry_run: bool = False) -> dict[str, Any]:
    mentioned = [came.contact.contact_id for came in found.matched]
    mentioned += [offer.contact_id for person in found.proposed for offer in person.offered]
    names = naming.called(mentioned)
    return {
        "upload": found.upload.id,
        "dry_run": dry_run,
        "tool": found.report.tool,
        "matched": [
            {
                "contact": names[came.contact.contact_id],
                "name": came.contact.name,
                "shown_as": came.names,
                "seconds": came.seconds,
                "verdict": came.verdict,
            }
            for came in found.matched
        ],
        "proposed": [_proposed(person, found, names) for person in found.proposed],
        "unmatched": [
            {"row": person.number, "name": person.name, "seconds": person.seconds} for person in found.unmatched
        ],
        "left_out": [{"name": out.name, "why": out.why} for out in found.left_out],
        "complaints": [
            {"row": one.row, "why": one.key, "detail": reports.complaint(one)} for one in found.report.complaints
        ],
        **{kind: len(people) for kind, people in found.follow_up.by_kind.items()},
        "held": len(found.follow_up.held),
        "due_at": found.follow_up.due_at,
    }


def _proposed(person: Person, found: AttendancePlan, names: dict[int, str]) -> dict[str, Any]:
    return {
        "row": person.number,
        "name": person.name,
        "seconds": person.seconds,
        "candidates": [names[offer.contact_id] for offer in person.offered],
        "offered": [
            {
                "contact": names[offer.contact_id],
                "name": found.contact(offer.contact_id).name,
                "account": found.contact(offer.contact_id).account,
                "reason": offer.reason,
                "score": offer.score,
                "ticked": offer.ticked,
            }
            for offer in person.offered
        ],
    }
