"""Answers /reports: the figures managers read, for programs, with the numbers of the pages."""

from __future__ import annotations

from typing import Any

from marshmallow import fields as plain

from scheduler.models.accounts import STAGES
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.reports import asking
from scheduler.services.reports.catalogue import REPORTS
from scheduler.web import edge
from scheduler.web.api import report_examples as examples
from scheduler.web.api.blueprint import Blueprint
from scheduler.web.api.fields import Choice, Text
from scheduler.web.api.schemas import Answer, Input, page_of, parts, strings, text
from scheduler.web.words.figures import cells

resource = Blueprint("reports", "レポート。判断のもとになる数字。ページと同じものです。")


class FiguresNameAnswer(Answer):
    """One report that can be asked for."""

    name = text("名前。")
    choices = strings("このレポートだけの選択。クエリに同じ名前で指定します。")


class FiguresColumnAnswer(Answer):
    """One column of a part."""

    key = text("キー。行の値はこのキーにあります。")
    kind = text(
        "値の種類。code は決まった言葉のキー、named・account・lecture・person・member は key と name、count・number・hours・days・"
        "minutes・money・share・index は数、month と day は日付、rate は hits・base・share・low・high（95% 区間）、spread は "
        "middle・low・high です。"
    )


class FiguresNoteAnswer(Answer):
    """Something that is to be known of the numbers."""

    key = text("注記のキー。")
    params = plain.Dict(metadata={"description": "注記に添えられた値。"})


class FiguresPartAnswer(Answer):
    """One table of a report."""

    key = text("部分のキー。")
    measured = text("actual は実績、estimate は見込み。", metadata={"enum": ["actual", "estimate"]})
    columns = parts(FiguresColumnAnswer, "列。")
    rows = plain.List(
        plain.Dict(),
        metadata={"description": "行。key と small（数が少なく、比べる材料にならないとき true）と、列のキーごとの値。"},
    )
    notes = parts(FiguresNoteAnswer, "注記。")


class FiguresAnswer(Answer):
    """A report as it was asked for."""

    name = text("名前。")
    asked = plain.Dict(metadata={"description": "求められた期間と絞り込み。同じ値で同じレポートになります。"})
    zone = text("日付を区切るタイムゾーン。")
    counted_at = text(
        "集計した日時。集計を要しないレポートは null。", allow_none=True, metadata={"format": "date-time"}
    )
    notes = parts(FiguresNoteAnswer, "レポート全体の注記。")
    parts = parts(FiguresPartAnswer, "レポートの表。")


class ReportFilter(Input):
    """What every report is asked for."""

    since = Text(
        data_key="from",
        metadata={"description": "この日から（YYYY-MM-DD、省略時は 12 か月前の 1 日）。", "example": "2026-04-01"},
    )
    until = Text(
        data_key="to", metadata={"description": "この日まで（YYYY-MM-DD、省略時は今日）。", "example": "2026-09-30"}
    )
    stage = Choice(*STAGES, metadata={"description": "このフェーズの顧客企業だけ。"})
    owner = Text(metadata={"description": "この自社担当（メールアドレスか ID）の顧客企業だけ。"})
    tag = Text(metadata={"description": "このタグ（名前か ID）の顧客企業だけ。"})


# The choices that only some reports have: the report says which (GET /reports).
_CHOICES = sorted({choice for kind in REPORTS.values() for choice in kind.choices})
_OWN = {
    choice: Text(metadata={"description": "レポートごとの選択（GET /reports の choices）。"}) for choice in _CHOICES
}
ReportQuery = type("ReportQuery", (ReportFilter,), _OWN)


@resource.get("/reports")
@resource.response(200, page_of(FiguresNameAnswer), example={"items": [examples.NAME], "next": None})
@resource.operation("レポートを一覧する")
def list_reports() -> dict[str, Any]:
    """List the reports."""
    return {"items": [{"name": name, "choices": list(kind.choices)} for name, kind in REPORTS.items()], "next": None}


@resource.get("/reports/<name:name>")
@resource.arguments(ReportQuery, location="query")
@resource.response(200, FiguresAnswer, example=examples.REPORT)
@resource.operation(
    "レポートを読む",
    "期間（両端の日を含みます）、フェーズ、自社担当、タグで絞り込めます。記録のない期間は行のない表になります。",
)
def read_report(asked: dict[str, Any], name: str) -> dict[str, Any]:
    """Read a report."""
    kind = REPORTS.get(name)
    if kind is None:
        raise NotFound(what="report", value=name)
    names = {"since": "from", "until": "to"}
    values = {names.get(key, key): value for key, value in asked.items()}
    for key in values:
        if key not in (*asking.FILTERS, *kind.choices):
            raise Invalid(field=key, why="unknown_field", value=key)
    report = kind.build(asking.read(values, edge.now(), kind.choices), edge.now())
    return cells.plain(report, asking.told(report.asked))
