"""Answers how the periodic jobs are done once, by hand or by cron."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from emails.transports.setting import transport_from
from scheduler.cli.program import in_app, now, settings
from scheduler.cli.wall import NothingDone
from scheduler.cli.words import _
from scheduler.services import jobs
from scheduler.services.installation import here


@click.command("tick", help=_("定期処理のうち、いま行うべきものを1回だけ実行します。"))
@click.option("--now", "at", help=_("この日時に行うことをすべて実行します。例: 2026-12-01T09:00+09:00"))
@in_app
def tick(at: str | None) -> None:
    """Do once what the worker would do, and print what each job counted."""
    moment = now() if at is None else _moment(at)
    given = settings()
    transport = transport_from(
        given.mail,
        api_key=given.sendgrid_api_key,
        sendgrid_url=given.sendgrid_url,
        opens=bool(given.sendgrid_event_key),
    )
    outcomes = jobs.run_due(moment, jobs.Context(transport), everything=at is not None)
    for outcome in outcomes:
        if outcome.state == "done":
            click.echo(f"{outcome.name} {outcome.count}")
    failed = [f"{outcome.name}: {outcome.error}" for outcome in outcomes if outcome.state == "failed"]
    if failed:
        raise NothingDone("\n".join(failed))


def _moment(text: str) -> datetime:
    """Read a moment with its offset; without one it is in the installation's zone."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        words = _("日時として読めません。例: 2026-12-01T09:00+09:00")
        raise click.BadParameter(words, param_hint="--now") from error
    if value.tzinfo is None:
        value = value.replace(tzinfo=here().tz)
    return value.astimezone(UTC)


COMMANDS = (tick,)
