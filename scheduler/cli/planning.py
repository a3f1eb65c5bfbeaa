"""Answers what will leave by itself, printed: the plan of mails, with the present rules or others that are tried out."""

from __future__ import annotations

from typing import Any

import click

from emails import KINDS
from scheduler.cli import receiving
from scheduler.cli.output import as_json, moment, write_json, write_table
from scheduler.cli.program import in_app, now
from scheduler.cli.shows import mail
from scheduler.cli.words import _
from scheduler.services import mail_plan, mail_rules
from scheduler.services.mail_plan import Line, Recipient


@mail.command(
    "plan", help=_("今後送られる予定のメールを表示します。タイミングを変えた場合の違いも、保存せずに確認できます。")
)
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, mail_plan.MOST_DAYS), help=_("日数"))
@click.option("--kind", type=click.Choice(sorted(KINDS)), help=_("この種類のものだけ"))
@click.option("--account", "external_id", help=_("この顧客IDのものだけ"))
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KIND.NAME=VALUE",
    help=_("この値に変えた場合の予定（複数可）。例: setup_nudge.after_days=3"),
)
@as_json
@in_app
def plan(days: int, kind: str | None, external_id: str | None, settings: tuple[str, ...], as_json: bool) -> None:
    """Print the mails to come, by moment; with --set also what the change would add, take away or move."""
    rules = mail_rules.changed(mail_rules.get(), dict(map(_pair, settings))) if settings else None
    lines = mail_plan.lines(now(), days, rules)
    people = mail_plan.recipients([line.mail for line in lines])
    rows = [
        _row(line, to)
        for line in lines
        for to in [people[line.mail.key]]
        if kind in (None, line.mail.kind) and external_id in (None, to.external_id)
    ]
    if as_json:
        write_json(rows)
        return
    columns = ("when", "kind", "to", "account", "reason", *(("change", "before") if settings else ()))
    write_table(columns, [[row[name] for name in columns] for row in rows])


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(_("KIND.NAME=VALUE の形で指定してください。"), param_hint="--set")
    return name.strip(), value.strip()


def _row(line: Line, to: Recipient) -> dict[str, Any]:
    return {
        "when": moment(line.mail.when),
        "kind": line.mail.kind,
        "key": line.mail.key,
        "to": to.address,
        "name": to.name,
        "account": to.external_id or None,
        "reason": line.mail.reason,
        "change": line.change,
        "before": moment(line.before),
    }


# This module is the one that is asked for `mail`: with it come the commands of the others.
COMMANDS = receiving.COMMANDS
