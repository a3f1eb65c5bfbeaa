"""Answers what of an OpenAPI document a person reads: resources, operations, their fields, and a call to copy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"
# What stands for a path's parameters in the calls to copy.
_EXAMPLES = {
    "external_id": "A-1024",
    "key": "basic",
    "step": "staff_logins",
    "series_id": "3",
    "lecture_id": "42",
    "registration_id": "901",
    "handover_id": "12",
}
# Objects in objects are told down to here; their own parts are told by the examples.
_DEPTH = 3


@dataclass(frozen=True)
class Field:
    """One parameter or one field of a body."""

    name: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    body: list[Field]
    answer: list[Field]
    # The example of what comes back, as JSON; empty where nothing does.
    answer_example: str
    call: str


@dataclass(frozen=True)
class Section:
    """One resource with its operations."""

    name: str
    description: str
    operations: list[Operation]


def sections(document: Mapping[str, Any], base_url: str) -> list[Section]:
    """List a document's resources in its order, each with its operations."""
    return [
        Section(tag["name"], tag.get("description", ""), list(_operations(document, tag["name"], base_url)))
        for tag in document.get("tags", ())
    ]


def _operations(document: Mapping[str, Any], tag: str, base_url: str) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            operation = item.get(method)
            if operation is None or tag not in operation["tags"]:
                continue
            parameters = [
                _resolved(document, one) for one in (*item.get("parameters", ()), *operation.get("parameters", ()))
            ]
            content: Mapping[str, Any] = operation.get("requestBody", {}).get("content", {JSON: {}})
            media, sent = next(iter(content.items()))
            given = _given(operation)
            yield Operation(
                id=operation["operationId"],
                method=method.upper(),
                path=path,
                summary=operation["summary"],
                description=operation.get("description", ""),
                parameters=[_parameter(one) for one in parameters],
                body=_fields(document, sent.get("schema", {})),
                answer=_fields(document, given.get("schema", {})),
                answer_example=_pretty(given["example"]) if "example" in given else "",
                call=_call(base_url, method.upper(), path, media, sent.get("example")),
            )


def _given(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the JSON of the first answer that is a success."""
    for status, answer in operation["responses"].items():
        if str(status).startswith("2"):
            given: Mapping[str, Any] = answer.get("content", {}).get(JSON, {})
            return given
    return {}


def _parameter(one: Mapping[str, Any]) -> Field:
    place = {"query": "?", "header": "", "path": ""}[one["in"]]
    name = f"{{{one['name']}}}" if one["in"] == "path" else place + str(one["name"])
    description = one.get("description") or one["schema"].get("description", "")
    return Field(name, _type(one["schema"]), bool(one.get("required")), description)


def _fields(document: Mapping[str, Any], schema: Mapping[str, Any], before: str = "", depth: int = 0) -> list[Field]:
    known = _object(document, schema)
    if known.get("type") == "array":
        return _fields(document, known["items"], f"{before}[]", depth)
    found = []
    for name, inner in known.get("properties", {}).items():
        shown = f"{before}.{name}" if before else name
        part = _object(document, inner)
        listed = part.get("type") == "array"
        inside = _object(document, part["items"]) if listed else part
        description = inner.get("description") or part.get("description", "")
        found.append(Field(shown, _type(part), name in known.get("required", ()), description))
        if inside.get("properties") and depth < _DEPTH and "oneOf" not in inner:
            found += _fields(document, inside, f"{shown}[]" if listed else shown, depth + 1)
    return found


def _object(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow references; of what may also be null, take what it is otherwise."""
    if "anyOf" in schema:
        schema = next((one for one in schema["anyOf"] if one.get("type") != "null"), schema)
    return _resolved(document, schema)


def _resolved(document: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in part:
        found: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = {**found, **{key: value for key, value in part.items() if key != "$ref"}}
    return part


def _type(schema: Mapping[str, Any]) -> str:
    if "oneOf" in schema:
        return " | ".join(_type(one) for one in schema["oneOf"])
    kinds = schema.get("type", "object")
    words = " | ".join(kinds) if isinstance(kinds, Sequence) and not isinstance(kinds, str) else str(kinds)
    if "enum" in schema:
        return " | ".join("null" if choice is None else f'"{choice}"' for choice in schema["enum"])
    if schema.get("format"):
        words += f" ({schema['format']})"
    if "minimum" in schema and "maximum" in schema and schema["maximum"] < 2**31 - 1:
        words += f" {schema['minimum']}–{schema['maximum']}"
    return words


def _call(base_url: str, method: str, path: str, media: str, example: Any) -> str:
    for name, value in _EXAMPLES.items():
        path = path.replace(f"{{{name}}}", value)
    lines = [f"curl -X {method} {base_url}{path}" if method != "GET" else f"curl {base_url}{path}"]
    lines.append('-H "Authorization: Bearer $TASUKI_TOKEN"')
    if media == "multipart/form-data":
        lines += [f"-F {name}={value}" for name, value in (example or {}).items()]
    elif example is not None:
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(example, ensure_ascii=False)}'"]
    return " \\\n  ".join(lines)


def _pretty(example: Any) -> str:
    return json.dumps(example, ensure_ascii=False, indent=2)
