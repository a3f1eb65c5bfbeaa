"""Answers whether the environment is read as documented, and whether what is wrong with it is said in one clear line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from scheduler import clock
from scheduler.cli.main import commands
from scheduler.settings import Settings, WrongSettings, load
from tests import servers
from tests.conftest import SECRET

FINE = {"TASUKI_SECRET_KEY": SECRET}
POSTGRES = "postgresql://tasuki:secret@db.example/tasuki"

# What is set beside a good secret, the setting the line must name, and a word of what is asked for.
WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"TASUKI_DATABASE_URL": "mysql://db.example/tasuki"}, "TASUKI_DATABASE_URL", "sqlite:///FILE"),
    ({"TASUKI_DATABASE_URL": "tasuki.db"}, "TASUKI_DATABASE_URL", "postgresql://"),
    ({"TASUKI_DATABASE_URL": "postgresql://"}, "TASUKI_DATABASE_URL", "postgresql://"),
    ({"TASUKI_SECRET_KEY": ""}, "TASUKI_SECRET_KEY", "16 characters"),
    ({"TASUKI_SECRET_KEY": "too short"}, "TASUKI_SECRET_KEY", "16 characters"),
    ({"TASUKI_SECRET_KEY": f"{SECRET},old"}, "TASUKI_SECRET_KEY", "16 characters"),
    ({"TASUKI_BASE_URL": "tasuki.example"}, "TASUKI_BASE_URL", "http(s)://HOST"),
    ({"TASUKI_BASE_URL": "ftp://tasuki.example"}, "TASUKI_BASE_URL", "http(s)://HOST"),
    ({"TASUKI_BASE_URL": "https://tasuki.example/app"}, "TASUKI_BASE_URL", "without a path"),
    ({"TASUKI_DATABASE_URL": POSTGRES, "TASUKI_BROKER_URL": "http://x"}, "TASUKI_BROKER_URL", "redis://"),
    ({"TASUKI_BROKER_URL": "redis://127.0.0.1/0"}, "TASUKI_BROKER_URL", "PostgreSQL"),
    ({"TASUKI_MAIL": "pigeon:post"}, "TASUKI_MAIL", "folder:PATH"),
    ({"TASUKI_MAIL": "folder:"}, "TASUKI_MAIL", "folder:PATH"),
    ({"TASUKI_MAIL": "smtp://"}, "TASUKI_MAIL", "smtp://HOST:PORT"),
    ({"TASUKI_MAIL": "smtp://mail.example:99999"}, "TASUKI_MAIL", "smtp://HOST:PORT"),
    ({"TASUKI_MAIL": "sendgrid:"}, "TASUKI_SENDGRID_API_KEY", "needed"),
    ({"TASUKI_SENDGRID_URL": "api.sendgrid.com"}, "TASUKI_SENDGRID_URL", "http(s)://HOST"),
    ({"TASUKI_SENDGRID_INBOUND_SECRET": "too short"}, "TASUKI_SENDGRID_INBOUND_SECRET", "16 or more"),
    ({"TASUKI_SENDGRID_INBOUND_SECRET": "a/secret?with=signs&in#it"}, "TASUKI_SENDGRID_INBOUND_SECRET", "A-Z"),
    ({"TASUKI_SENDGRID_EVENT_KEY": "-----BEGIN PUBLIC KEY-----"}, "TASUKI_SENDGRID_EVENT_KEY", "MFkw"),
    ({"TASUKI_SENDGRID_EVENT_KEY": "MFkwEwYHKoZIzj0C"}, "TASUKI_SENDGRID_EVENT_KEY", "one line"),
    ({"TASUKI_ZOOM_WEBHOOK_SECRET": "short"}, "TASUKI_ZOOM_WEBHOOK_SECRET", "secret token"),
    ({"TASUKI_MAIL_FROM": "Tasuki"}, "TASUKI_MAIL_FROM", "NAME <ADDRESS>"),
    ({"TASUKI_MAIL_FROM": "窓口@mihon.example"}, "TASUKI_MAIL_FROM", "NAME <ADDRESS>"),
    ({"TASUKI_CLOCK": "tomorrow"}, "TASUKI_CLOCK", "+35d"),
    ({"TASUKI_CLOCK": "2026-04-01T09:00"}, "TASUKI_CLOCK", "+09:00"),
    ({"TASUKI_CLOCK": "+1d", "TASUKI_BASE_URL": "https://tasuki.example"}, "TASUKI_CLOCK", "TASUKI_BASE_URL"),
    ({"TASUKI_TRUSTED_PROXIES": "all"}, "TASUKI_TRUSTED_PROXIES", "integer"),
    ({"TASUKI_TRUSTED_PROXIES": "-1"}, "TASUKI_TRUSTED_PROXIES", "0"),
    ({"TASUKI_TIME_ZONE": "Tokyo"}, "TASUKI_TIME_ZONE", "Asia/Tokyo"),
    ({"TASUKI_LOCALE": "fr"}, "TASUKI_LOCALE", "ja or en"),
    ({"TASUKI_HOLIDAYS": "XX"}, "TASUKI_HOLIDAYS", "JP"),
]


@pytest.mark.parametrize(("given", "named", "asked"), WRONG, ids=[str(given) for given, _, _ in WRONG])
def test_a_wrong_setting_stops_the_start_with_one_clear_line(
    given: dict[str, str], named: str, asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(commands, ["migrate"], env=FINE | given)
    assert result.exit_code == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert named in line
    assert asked in line
    assert list(tmp_path.iterdir()) == []


def test_every_wrong_setting_gets_a_line_of_its_own() -> None:
    env = {"TASUKI_LOCALE": "fr", "TASUKI_HOLIDAYS": "XX", "TASUKI_SECRET_KEY": None}
    result = CliRunner().invoke(commands, ["migrate"], env=env)
    assert sorted(line.split()[0] for line in result.stderr.splitlines()) == [
        "TASUKI_HOLIDAYS",
        "TASUKI_LOCALE",
        "TASUKI_SECRET_KEY",
    ]


@pytest.mark.parametrize("part", ["web", "worker"])
def test_servers_do_not_start_with_a_wrong_setting(part: str, tmp_path: Path) -> None:
    done = servers.run(part, env=servers.environment(secret_key="short"), cwd=tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "TASUKI_SECRET_KEY" in done.stderr


def test_the_secret_is_the_only_setting_without_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongSettings, match="TASUKI_SECRET_KEY is missing"):
        load()
    monkeypatch.setenv("TASUKI_SECRET_KEY", SECRET)
    settings = load()
    assert (settings.time_zone, settings.locale, settings.holidays) == ("Asia/Tokyo", "ja", "JP")
    assert settings.database_url == "sqlite:///var/tasuki.db"
    assert settings.is_loopback


@pytest.mark.parametrize("given", ["postgres://db/tasuki", "postgresql://db/tasuki", "postgresql+psycopg://db/tasuki"])
def test_postgresql_may_be_written_in_any_usual_way(given: str) -> None:
    assert Settings(secret_key=SECRET, database_url=given).database_url == "postgresql+psycopg://db/tasuki"


def test_several_secrets_are_comma_separated_and_the_first_comes_first() -> None:
    settings = Settings(secret_key="the new secret key, the old secret key")
    assert settings.secret_keys == ["the new secret key", "the old secret key"]


@pytest.mark.parametrize(
    ("base_url", "loopback"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("http://localhost", True),
        ("http://192.168.0.1", False),
        ("https://tasuki.example", False),
        ("https://localhost.example", False),
    ],
)
def test_loopback_is_this_machine_only(base_url: str, loopback: bool) -> None:
    assert Settings(secret_key=SECRET, base_url=base_url).is_loopback is loopback


def test_a_moment_makes_the_clock_stand_still() -> None:
    settings = Settings(secret_key=SECRET, clock="2026-04-01T09:00:00+09:00")
    assert clock.read(settings) == clock.read(settings) == datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "offset"),
    [
        ("", timedelta()),
        ("+35d", timedelta(days=35)),
        ("-2h", timedelta(hours=-2)),
        ("+90m", timedelta(minutes=90)),
        ("+30s", timedelta(seconds=30)),
    ],
)
def test_an_offset_lets_the_clock_run(given: str, offset: timedelta) -> None:
    before = datetime.now(UTC)
    read = clock.read(Settings(secret_key=SECRET, clock=given))
    assert before <= read - offset <= datetime.now(UTC)
