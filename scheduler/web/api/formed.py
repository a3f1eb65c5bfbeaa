"""Answers how texts with a form of their own come in: codes, addresses, time zones."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email

from scheduler.services.lectures.values import LONGEST_CODE
from scheduler.web.api.fields import Text, fault


class Code(Text):
    """What people type to get into a meeting: printable, blanks around it left out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(LONGEST_CODE, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value).strip()
        if not text.isprintable():
            raise fault("code_unusable", maximum=LONGEST_CODE)
        return text


class Address(Text):
    """A member's mail address."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {"format": "email"} | kwargs.get("metadata", {})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        try:
            return validate_email(
                super()._deserialize(value), check_deliverability=False, test_environment=True
            ).normalized
        except EmailNotValidError as error:
            raise fault("email_malformed", value) from error


class Zone(Text):
    """The IANA name of a time zone."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value)
        if name not in available_timezones():
            raise fault("zone_unknown", name)
        return name
