"""Answers whether the house keeps its own rules, and whether a wheel built from it is the whole program."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import requests

from scheduler.cli.main import commands
from scheduler.settings import Settings
from tests import servers
from tests.conftest import SECRET
from tests.servers import ROOT

LONGEST = 320
OURS = sorted(
    path for folder in ("scheduler", "emails") for path in (ROOT / folder).rglob("*.py") if "versions" not in path.parts
)


def told() -> str:
    """Read everything that is written for users and operators."""
    return "".join(path.read_text() for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))


def commands_of(group: click.Group, path: str = "tasuki") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands_of(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_every_package_is_empty_but_the_one_that_is_a_library() -> None:
    packages = [path for path in OURS if path.name == "__init__.py" and path.stat().st_size]
    assert packages == [ROOT / "emails" / "__init__.py"]


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in OURS}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


def test_every_module_opens_with_what_it_answers() -> None:
    assert [path for path in OURS if path.stat().st_size and not path.read_text().startswith('"""')] == []


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert f"TASUKI_{name.upper()}" in told()


@pytest.mark.parametrize("command", sorted(commands_of(commands)))
def test_every_command_is_documented(command: str) -> None:
    assert re.search(rf"{command}\b", told())


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_the_lock_files_hold_every_dependency_by_hash_and_name_no_registry(name: str) -> None:
    lock = (ROOT / name).read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + (project["dependency-groups"]["dev"] if "dev" in name else [])
    names = {re.split(r"[\[<>=~!;, ]", line)[0].lower().replace("_", "-") for line in wanted}
    pinned = re.findall(r"^([\w.-]+)==", lock, re.M)
    assert names <= set(pinned)
    assert len(re.findall(r"^[\w.-]+==[^\n]*\\\n    --hash=sha256:", lock, re.M)) == len(pinned)
    assert "://" not in lock
    assert "index-url" not in lock


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


@pytest.mark.parametrize(
    "pattern",
    [
        "wsgi.py",
        "emails/transports/smtp.py",
        "scheduler/_templates/base.html",
        "scheduler/_templates/staff/*.html",
        "scheduler/_templates/email/*.md",
        "scheduler/static/*.css",
        "scheduler/migrations/env.py",
        "scheduler/migrations/versions/0001_*.py",
        "scheduler/translations/en/LC_MESSAGES/messages.mo",
        "scheduler/demo/*.csv",
    ],
)
def test_a_wheel_carries_everything_the_program_reads(wheel: Path, pattern: str) -> None:
    assert any(Path(name).match(pattern) for name in zipfile.ZipFile(wheel).namelist())


def test_a_wheel_carries_nothing_that_is_not_the_program(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"emails", "scheduler", "wsgi.py", "tasuki-0.1.0.dist-info"}
    assert [name for name in names if "__pycache__" in name] == []


def test_an_installed_wheel_serves_pages_far_from_any_checkout(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--target", target, wheel],
        check=True, capture_output=True,
    )  # fmt: skip
    env = servers.environment(secret_key=SECRET) | {"PYTHONPATH": str(target)}
    where = [sys.executable, "-c", "import scheduler, emails; print(scheduler.__file__, emails.__file__)"]
    found = subprocess.run(where, env=env, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.split()
    assert all(Path(path).is_relative_to(target) for path in found)
    assert servers.run("migrate", env=env, cwd=tmp_path).returncode == 0
    with servers.web(env, tmp_path) as base:
        assert requests.get(f"{base}/healthz", timeout=5).text == "ok\n"
        page = requests.get(f"{base}/staff/sign-in", timeout=5)
        assert page.status_code == 200
        assert "</html>" in page.text
        style = re.search(r'href="(/static/[^"]+\.css[^"]*)"', page.text)
        assert style is not None
        assert requests.get(base + style[1], timeout=5).status_code == 200
