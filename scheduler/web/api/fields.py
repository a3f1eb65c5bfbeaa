"""Answers how values travel in JSON: moments in UTC, days, numbers and texts, each fault as a key with parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from re import compile as pattern
from typing import Any, ClassVar
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields

from scheduler.services.installation import here

# The longest text of one line, of a note and of an address.
LINE, NOTE, ADDRESS = 200, 4000, 2000
# Moments outside these years are slips of the keyboard.
YEARS = range(2000, 2200)
# A day may be longer ago: when a company became a customer.
DAY_YEARS = range(1900, 2200)
LARGEST_ID = 2**31 - 1
# How much of a value that cannot be used is repeated in the answer.
SHOWN = 80

# RFC 3339, section 5.6; without the offset for wall-clock times.
_LOCAL = r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d))?(?:\.\d+)?"
_MOMENT = pattern(_LOCAL + r"([Zz]|[+ -]\d\d:\d\d)?")
_LOCAL_MOMENT = pattern(_LOCAL)
_DAY = pattern(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Fault:
    """Why a value cannot be used: a key that the edge words, with its parameters."""

    why: str
    params: Mapping[str, Any] = field(default_factory=dict)


def fault(why: str, value: Any = None, **params: Any) -> ValidationError:
    """Make the error for a value that cannot be used."""
    shown = {} if value is None else {"value": str(value)[:SHOWN]}
    return ValidationError([Fault(why, {**shown, **params})])


class _Worded(fields.Field):
    """A field whose faults are keys: `missing`, and `kind` for a value of another type."""

    kind: ClassVar[str] = "not_a_text"

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:
        return fault("missing" if key in ("required", "null") else self.kind)


class Items(_Worded, fields.List):
    """A list of so many values at most."""

    kind = "not_a_list"

    def __init__(self, inner: fields.Field, most: int, **kwargs: Any) -> None:
        self.most = most
        kwargs["metadata"] = {"maxItems": most} | kwargs.get("metadata", {})
        super().__init__(inner, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > self.most:
            raise fault("too_many", maximum=self.most)
        return super()._deserialize(value, *args, **kwargs)


class Part(_Worded, fields.Nested):
    """An object within the object."""

    kind = "not_an_object"


class Open(_Worded, fields.Dict):
    """An object with whatever keys."""

    kind = "not_an_object"


class Text(_Worded, fields.String):
    """A text without NUL and lone surrogates, which no database takes; `blank=False` asks for something to read."""

    def __init__(self, longest: int = LINE, blank: bool = True, **kwargs: Any) -> None:
        self.longest, self.blank = longest, blank
        limits = {"maxLength": longest} | ({} if blank else {"minLength": 1})
        kwargs["metadata"] = limits | kwargs.get("metadata", {})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise fault("not_a_text")
        if len(value) > self.longest:
            raise fault("too_long", maximum=self.longest)
        if not self.blank and not value.strip():
            raise fault("missing")
        return value


class Named(_Worded, fields.Raw):
    """A text that may also come as a whole number: a person's id, an id in the CRM."""

    def __init__(self, **kwargs: Any) -> None:
        text = {"type": "string", "minLength": 1, "maxLength": LINE}
        whole = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}
        kwargs["metadata"] = {"oneOf": [text, whole]} | kwargs.get("metadata", {})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if type(value) is int and 0 <= value <= LARGEST_ID:
            return str(value)
        return str(Text(blank=False).deserialize(value))


class NamesOrCount(_Worded, fields.Raw):
    """So many names at most, or their number alone."""

    kind = "not_a_list"

    def __init__(self, most: int, longest: int, **kwargs: Any) -> None:
        self.most, self.longest = most, longest
        name = {"type": "string", "maxLength": longest}
        names = {"type": "array", "items": name, "maxItems": most}
        count = {"type": "integer", "minimum": 0, "maximum": most}
        kwargs["metadata"] = {"oneOf": [names, count]} | kwargs.get("metadata", {})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> list[str] | int:
        if type(value) is int:
            return int(Whole(0, self.most).deserialize(value))
        found = Items(Text(self.longest), self.most).deserialize(value)
        return [str(name).strip() for name in found or [] if str(name).strip()]


class Choice(_Worded, fields.String):
    """One of a few words."""

    def __init__(self, *choices: str, **kwargs: Any) -> None:
        self.choices = choices
        enum = [*choices, None] if kwargs.get("allow_none") else list(choices)
        kwargs["metadata"] = {"enum": enum} | kwargs.get("metadata", {})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise fault("not_a_choice", value, choices=", ".join(self.choices))
        return value


class Whole(_Worded, fields.Integer):
    """A whole number between two bounds; in a query it comes as digits."""

    def __init__(self, lowest: int = 0, highest: int = LARGEST_ID, **kwargs: Any) -> None:
        self.lowest, self.highest = lowest, highest
        kwargs["metadata"] = {"minimum": lowest, "maximum": highest} | kwargs.get("metadata", {})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> int:
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 10:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
            raise fault("not_a_number", value)
        if not self.lowest <= value <= self.highest:
            raise fault("out_of_range", value, lowest=self.lowest, highest=self.highest)
        return int(value)


class Flag(_Worded, fields.Boolean):
    """True or false; in a query also 1 and 0."""

    _WORDS: ClassVar[dict[Any, bool]] = {"true": True, "1": True, "false": False, "0": False}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> bool:
        known = value if isinstance(value, bool) else self._WORDS.get(value) if isinstance(value, str) else None
        if known is None:
            raise fault("not_a_choice", value, choices="true, false")
        return known


class Moment(_Worded, fields.DateTime):
    """A moment: RFC 3339 with an offset on the way in, UTC in whole seconds with Z on the way out."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> datetime:
        found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise fault("moment_unreadable", value)
        day, time, seconds, offset = found.groups()
        if offset is None:
            raise fault("zone_missing", value)
        # In a query an unescaped plus sign arrives as a space.
        offset = "+00:00" if offset in "Zz" else offset.replace(" ", "+")
        return _read(f"{day}T{time}:{seconds or '00'}{offset}", value).astimezone(UTC)

    def _serialize(self, value: Any, *args: Any, **kwargs: Any) -> str | None:
        return None if value is None else written(value)


class LocalMoment(_Worded, fields.String):
    """A wall-clock moment without offset; its zone stands beside it."""

    def __init__(self, **kwargs: Any) -> None:
        shape = {"pattern": r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d)?(\.\d+)?$"}
        kwargs["metadata"] = shape | kwargs.get("metadata", {})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        found = _LOCAL_MOMENT.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            known = isinstance(value, str) and _MOMENT.fullmatch(value)
            raise fault("offset_given" if known else "moment_unreadable", value)
        return _read(f"{found[1]}T{found[2]}", value)


class Day(_Worded, fields.Date):
    """A calendar day, YYYY-MM-DD."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> date:
        try:
            day = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None
            if day is not None and day.year in DAY_YEARS:
                return day
        except ValueError:
            pass
        raise fault("day_unreadable", value)


class Link(Text):
    """An http(s) address."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = {"format": "uri"} | kwargs.get("metadata", {})
        super().__init__(ADDRESS, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value)
        try:
            usable = not text or (urlsplit(text).scheme in ("http", "https") and urlsplit(text).hostname)
        except ValueError:
            usable = False
        if not usable:
            raise fault("link_malformed", value)
        return text


class Bilingual(_Worded, fields.Raw):
    """A text for customers: {"ja", "en"}, or one text in the installation's language."""

    kind = "not_bilingual"

    def __init__(self, longest: int = LINE, **kwargs: Any) -> None:
        self.longest = longest
        text = {"type": "string", "maxLength": longest}
        both = {"type": "object", "properties": {"ja": text, "en": text}, "additionalProperties": False}
        kwargs["metadata"] = {"oneOf": [both, text]} | kwargs.get("metadata", {})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> dict[str, str]:
        texts = {here().locale: value} if isinstance(value, str) else value
        if not isinstance(texts, dict) or set(texts) - {"ja", "en"}:
            raise fault("not_bilingual")
        one = Text(self.longest)
        known = {locale: str(one.deserialize(text)).strip() for locale, text in texts.items()}
        return {locale: text for locale, text in known.items() if text}


def written(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC, whole seconds, with Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(text: str, value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise fault("moment_unreadable", value) from error
    if moment.year not in YEARS:
        raise fault("moment_unreadable", value)
    return moment
