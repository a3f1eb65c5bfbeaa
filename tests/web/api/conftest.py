"""Answers how the API's tests call: a program with a token."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.conftest import Client
from tests.factories import a_token

PREFIX = "/api/v1"

# Tests of what is done run on both databases; tables of what is refused run on SQLite alone.
both = pytest.mark.usefixtures("database")


class Program:
    """A program that calls the API with its token, asking for English unless told otherwise."""

    def __init__(self, client: Client, token: str) -> None:
        self._client = client
        self.headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    def __call__(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        """Call `path` below /api/v1."""
        headers = self.headers | kwargs.pop("headers", {})
        return self._client.open(PREFIX + path, method=method, headers=headers, **kwargs)

    def get(self, path: str, **query: Any) -> TestResponse:
        """Read."""
        return self("GET", path, query_string={key.rstrip("_"): value for key, value in query.items()})

    def post(self, path: str, json: Any, key: str | None = None) -> TestResponse:
        """Create, with an Idempotency-Key when given."""
        return self("POST", path, json=json, headers={"Idempotency-Key": key} if key else {})

    def put(self, path: str, json: Any) -> TestResponse:
        """Put."""
        return self("PUT", path, json=json)

    def patch(self, path: str, json: Any) -> TestResponse:
        """Change."""
        return self("PATCH", path, json=json)

    def delete(self, path: str) -> TestResponse:
        """Take away."""
        return self("DELETE", path)


@pytest.fixture
def program(client: Client) -> Program:
    """A program that may read and write."""
    return Program(client, a_token())
