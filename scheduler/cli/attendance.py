"""Answers how an attendance report comes in from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from scheduler.app import report_left_open, report_sentences
from scheduler.cli.imports import import_, read_file
from scheduler.cli.output import as_json, moment, write_json
from scheduler.cli.program import in_app, now
from scheduler.cli.words import _
from scheduler.services import naming
from scheduler.services.actors import CLI
from scheduler.services.attendance import plan, record, staging
from scheduler.services.attendance.plan import AttendancePlan


@import_.command(
    "attendance", help=_("参加レポートから出欠を記録します。確かな方と、氏名などから一人に決まる方を記録します。")
)
@click.argument("lecture", type=click.IntRange(1, 2**31 - 1))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--zone", default=None, help=_("ファイルの時刻のタイムゾーン（省略時は開催日程のもの）"))
@click.option("--dry-run", is_flag=True, help=_("何も記録せず、記録する内容だけを表示します。"))
@as_json
@in_app
def import_attendance(lecture: int, file: Path, zone: str | None, dry_run: bool, as_json: bool) -> None:
    """Record who attended; who is not settled, and who was not counted, is told on standard error."""
    moment_of_it = now()
    upload_id = staging.stage(lecture, read_file(file), file.name, zone, moment_of_it, CLI)
    found = plan.preview(upload_id, moment_of_it)
    if not dry_run:
        found = record.record(upload_id, found.confirmed, moment_of_it, CLI)
    for line in report_left_open(found):
        click.echo(line, err=True)
    if as_json:
        write_json({"dry_run": dry_run, "upload": upload_id} | _facts(found))
        return
    told = _("まだ何も記録していません。") if dry_run else _("%(file)s の出欠を記録しました。") % {"file": file.name}
    for line in (told, *report_sentences(found)):
        click.echo(line)


def _facts(found: AttendancePlan) -> dict[str, Any]:
    """Write a report's outcome as programs read it."""
    offered = [offer.contact_id for person in found.proposed for offer in person.offered]
    called = naming.called([*(came.contact.contact_id for came in found.matched), *offered])
    mails = found.follow_up
    return {
        "matched": [
            {"contact": called[came.contact.contact_id], "seconds": came.seconds, "verdict": came.verdict}
            for came in found.matched
        ],
        "proposed": [
            {"name": person.name, "candidates": [called[offer.contact_id] for offer in person.offered]}
            for person in found.proposed
        ],
        "unmatched": [{"name": person.name, "seconds": person.seconds} for person in found.unmatched],
        "left_out": [{"name": out.name, "why": out.why} for out in found.left_out],
        "mails": {
            **{kind: len(people) for kind, people in mails.by_kind.items()},
            "held": len(mails.held),
            "due_at": moment(mails.due_at) if any(mails.by_kind.values()) else None,
        },
    }


COMMANDS = (import_,)
