"""Answers what processes weigh: the proportional share of memory of a web server with all its workers."""

from __future__ import annotations

import html
import re
from pathlib import Path


def of_web(base: str) -> int:
    """Add up the KiB of the web server at an address, all its processes."""
    port = int(base.rpartition(":")[2])
    return sum(map(pss, (pid for pid in _processes() if f"--port\x00{port}" in _command(pid))))


def family(pid: int) -> list[int]:
    """List a process and its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(number for child in children for number in family(int(child)))]


def pss(pid: int) -> int:
    """Return a process's proportional set size in KiB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1])  # type: ignore[index]


def plots(page: str) -> list[str]:
    """Return the addresses of the plots that a page shows."""
    return [html.unescape(address) for address in re.findall(r'<img src="([^"]+\.svg[^"]*)"', page)]


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
