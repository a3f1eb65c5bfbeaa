"""Answers what every test with a foreign calendar program may ask for: the world, and its feeds as bytes."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.calendars.world import World, a_world
from tests.conftest import Client


@pytest.fixture
def world(app: Flask) -> World:
    """A person with dates in every state, and their host."""
    return a_world()


@pytest.fixture
def feeds(world: World, client: Client) -> dict[str, bytes]:
    """Every feed's bytes by name."""
    return {name: client.get(path).data for name, path in world.paths().items()}
