"""Answers what every object that comes in or goes out has in common, and what a list and a problem look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, pre_load
from marshmallow import fields as plain

from scheduler.web.api.fields import Fault, Moment, Text, Whole

# How many items a list gives unless asked, and at most.
USUAL, MOST = 50, 200


class Input(Schema):
    """What a program sends: unknown fields are refused, but what an answer carried may be sent back and is ignored."""

    error_messages = {"unknown": Fault("unknown_field"), "type": Fault("not_an_object")}  # type: ignore[dict-item]
    # Fields of the answer that cannot be changed here.
    echoed: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        unknown = RAISE

    @pre_load
    def _without_echo(self, data: Any, **_: Any) -> Any:
        if isinstance(data, Mapping) and self.echoed and not self.echoed.isdisjoint(data):
            return {key: value for key, value in data.items() if key not in self.echoed}
        return data


class Answer(Schema):
    """What a program gets: every field is always there, null when nothing is known."""

    def on_bind_field(self, field_name: str, field_obj: plain.Field) -> None:
        """Say in the OpenAPI document that the field is always there."""
        field_obj.required = True


class Paging(Input):
    """How far to read a list."""

    cursor = Text(metadata={"description": "前の応答の next の値。続きを読みます。"})
    limit = Whole(
        1,
        metadata={"description": "一度に返す件数。200 を超える値は 200 として扱います。", "default": USUAL},
        load_default=USUAL,
    )


class FieldFault(Answer):
    """What is wrong with one field."""

    field = plain.String(metadata={"description": "項目名。入れ子はピリオドでつなぎます（例: stores.0.code）。"})
    why = plain.String(metadata={"description": "理由のキー。"})
    detail = plain.String(metadata={"description": "理由の文（Accept-Language の言語）。"})


class Problem(Schema):
    """An error as RFC 9457 describes it."""

    type = plain.String(required=True, metadata={"format": "uri", "description": "この種類の説明のアドレス。"})
    title = plain.String(required=True, metadata={"description": "状態コードの説明。"})
    status = plain.Integer(required=True, metadata={"description": "HTTP 状態コード。"})
    detail = plain.String(
        required=True, metadata={"description": "何が起きたかと、次に何をすればよいか（Accept-Language の言語）。"}
    )
    reason = plain.String(required=True, metadata={"description": "プログラムが見分けるための理由のキー。"})
    params = plain.Dict(required=True, metadata={"description": "理由に添えられた値。"})
    field = plain.String(metadata={"description": "問題のある最初の項目。"})
    errors = plain.List(plain.Nested(FieldFault), metadata={"description": "項目ごとの問題。"})


def page_of(item: type[Schema]) -> type[Schema]:
    """Make the schema of a list of these items."""
    parts: dict[str, Any] = {
        "items": plain.List(plain.Nested(item)),
        "next": plain.String(
            allow_none=True, metadata={"description": "続きがあるとき、次の呼び出しの cursor に渡す値。なければ null。"}
        ),
    }
    return type(f"{item.__name__}List", (Answer,), parts)


def texts(description: str) -> plain.Field:
    """Make the field of a text in two languages as it is given out."""
    languages = {"ja": {"type": "string"}, "en": {"type": "string"}}
    return plain.Dict(metadata={"properties": languages, "additionalProperties": False, "description": description})


def text(description: str, **kwargs: Any) -> plain.String:
    """Make the field of a text as it is given out."""
    return plain.String(metadata={"description": description} | kwargs.pop("metadata", {}), **kwargs)


def whole(description: str, **kwargs: Any) -> plain.Integer:
    """Make the field of a number as it is given out."""
    return plain.Integer(metadata={"description": description}, **kwargs)


def moment(description: str, **kwargs: Any) -> Moment:
    """Make the field of a moment as it is given out."""
    return Moment(metadata={"description": description}, **kwargs)


def flag(description: str) -> plain.Boolean:
    """Make the field of a yes or no as it is given out."""
    return plain.Boolean(metadata={"description": description})


def strings(description: str) -> plain.Field:
    """Make the field of a list of texts as it is given out."""
    return plain.List(plain.String(), metadata={"description": description})


def parts(item: type[Schema], description: str) -> plain.Field:
    """Make the field of a list of objects as it is given out."""
    return plain.List(plain.Nested(item), metadata={"description": description})
