"""Answers how this installation is wired: the environment, typed and checked once."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import cached_property
from ipaddress import ip_address
from re import fullmatch
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from emails.events import BadKey, public_key
from emails.headers import is_sendable
from scheduler.rules.holidays import countries


class WrongSettings(Exception):
    """The environment cannot be used; the message is one clear line per wrong setting."""


class Settings(BaseSettings):
    """The environment, each name with `TASUKI_` before it: secrets and wiring; what operations decide is in the database."""

    model_config = SettingsConfigDict(env_prefix="TASUKI_", extra="ignore")

    database_url: str = "sqlite:///var/tasuki.db"
    broker_url: str = ""
    secret_key: str
    base_url: str = "http://127.0.0.1:8000"
    mail: str = "folder:var/mails"
    mail_from: str = "Tasuki <tasuki@localhost.localdomain>"
    sendgrid_api_key: str = ""
    sendgrid_url: str = "https://api.sendgrid.com"
    sendgrid_event_key: str = ""
    sendgrid_inbound_secret: str = ""
    zoom_webhook_secret: str = ""
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    clock: str = ""
    time_zone: str = "Asia/Tokyo"
    locale: str = "ja"
    holidays: str = "JP"

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        scheme, separator, rest = value.partition("://")
        if not separator or scheme not in ("sqlite", "postgresql", "postgres", "postgresql+psycopg") or not rest:
            raise ValueError("must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
        return value if scheme == "sqlite" else f"postgresql+psycopg://{rest}"

    @field_validator("secret_key")
    @classmethod
    def _secret(cls, value: str) -> str:
        if any(len(key) < 16 for key in _keys(value)) or not _keys(value):
            raise ValueError("needs 16 characters or more (several keys: comma-separated; the first signs, all verify)")
        return value

    @field_validator("base_url")
    @classmethod
    def _base(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("must be http(s)://HOST[:PORT] without a path")
        return value.rstrip("/")

    @field_validator("broker_url")
    @classmethod
    def _broker(cls, value: str) -> str:
        if value and value.partition("://")[0] not in ("redis", "rediss", "amqp", "amqps"):
            raise ValueError("must be redis://… or amqp://…, or empty for the broker in memory")
        return value

    @field_validator("mail")
    @classmethod
    def _mail(cls, value: str) -> str:
        if value.startswith(("smtp://", "smtps://")):
            try:
                parts = urlsplit(value)
                usable = bool(parts.hostname) and (parts.port or 1) > 0
            except ValueError:
                usable = False
            if usable:
                return value
        elif value in ("sendgrid:", "sendgrid:sandbox") or (
            value.startswith("folder:") and len(value) > len("folder:")
        ):
            return value
        raise ValueError("must be folder:PATH, smtp://HOST:PORT, smtps://HOST:PORT, sendgrid: or sendgrid:sandbox")

    @field_validator("mail_from")
    @classmethod
    def _from(cls, value: str) -> str:
        if not is_sendable(parseaddr(value)[1]):
            raise ValueError("must be NAME <ADDRESS> or an address alone")
        return value

    @field_validator("sendgrid_url")
    @classmethod
    def _sendgrid(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be http(s)://HOST[:PORT]")
        return value.rstrip("/")

    @field_validator("sendgrid_event_key")
    @classmethod
    def _events(cls, value: str) -> str:
        value = value.strip()
        try:
            if value:
                public_key(value)
        except BadKey as error:
            raise ValueError(
                "must be the verification key as SendGrid's page shows it, in one line (it begins with MFkw)"
            ) from error
        return value

    @field_validator("sendgrid_inbound_secret")
    @classmethod
    def _inbound(cls, value: str) -> str:
        if value and not fullmatch(r"[A-Za-z0-9_-]{16,}", value):
            raise ValueError("needs 16 or more of the characters A-Z a-z 0-9 _ - (it stands in an address)")
        return value

    @field_validator("zoom_webhook_secret")
    @classmethod
    def _zoom(cls, value: str) -> str:
        value = value.strip()
        if value and not fullmatch(r"[!-~]{16,}", value):
            raise ValueError("must be the secret token as Zoom's page shows it (Feature > Token), in one word")
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("must be an IANA time zone such as Asia/Tokyo") from error
        return value

    @field_validator("locale")
    @classmethod
    def _locale(cls, value: str) -> str:
        if value not in ("ja", "en"):
            raise ValueError("must be ja or en")
        return value

    @field_validator("holidays")
    @classmethod
    def _holidays(cls, value: str) -> str:
        if value not in countries():
            raise ValueError("must be a two-letter country whose holidays are known, such as JP")
        return value

    @model_validator(mode="after")
    def _together(self) -> Settings:
        if self.mail.startswith("sendgrid:") and not self.sendgrid_api_key:
            raise ValueError("TASUKI_SENDGRID_API_KEY is needed when TASUKI_MAIL is sendgrid:")
        if self.clock:
            if not self.is_loopback:
                raise ValueError("TASUKI_CLOCK is only for trying out: TASUKI_BASE_URL must then be on this machine")
            parse_clock(self.clock)
        if self.broker_url and self.database_url.startswith("sqlite"):
            raise ValueError("TASUKI_BROKER_URL needs PostgreSQL in TASUKI_DATABASE_URL (SQLite is for one machine)")
        return self

    @cached_property
    def secret_keys(self) -> list[str]:
        """List the keys: the first signs, all verify."""
        return _keys(self.secret_key)

    @property
    def is_loopback(self) -> bool:
        """Tell whether the program is reached on this machine only."""
        host = urlsplit(self.base_url).hostname or ""
        if host == "localhost":
            return True
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return False


def _keys(value: str) -> list[str]:
    return [key.strip() for key in value.split(",") if key.strip()]


def parse_clock(value: str) -> datetime | timedelta:
    """Read `TASUKI_CLOCK`: a moment with its offset (the clock stands still there) or `+35d`, `-2h`, `+90m`, `+30s`.

    Raises ValueError with the sentence to show.
    """
    offset = fullmatch(r"([+-])(\d+)([dhms])", value)
    if offset:
        sign, number, unit = offset.groups()
        seconds = int(number) * {"d": 86400, "h": 3600, "m": 60, "s": 1}[unit]
        return timedelta(seconds=seconds if sign == "+" else -seconds)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError("TASUKI_CLOCK must be a moment such as 2026-04-01T09:00:00+09:00 or an offset such as +35d")
    return moment


def load() -> Settings:
    """Read and check the environment; raise WrongSettings with one line per fault."""
    try:
        return Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        lines = []
        for fault in error.errors():
            name = "TASUKI_" + str(fault["loc"][0]).upper() if fault["loc"] else ""
            words = "is missing" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
            lines.append(f"{name} {words}".strip())
        raise WrongSettings("\n".join(lines)) from error
