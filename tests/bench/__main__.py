"""Answers how fast and how small the program is, as ratios to what Flask itself costs in the same run (`make bench`).

Prints one line a job, the median of three runs: `name value unit ratio=R floor=NAME goal=G`. It ends with 0 whatever the
figures are: they are for reading, never for passing.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import requests

from tests import servers
from tests.bench import figures, load, mails, readiness, reports, usage, weight
from tests.bench.measure import RUNS, checked, environment, median, must, posts, repeated, settings_of
from tests.bench.prepare import Ground, ground
from tests.browsing import Browser
from tests.sendgrid.client import running as sendgrid

MAILS = 1000
LIST = Path(__file__).parents[1] / "data" / "customers_cp932.csv"


def main() -> None:
    """Run all jobs."""
    with tempfile.TemporaryDirectory(prefix="tasuki-bench-") as name:
        folder = Path(name)
        env = environment(folder)
        must("migrate", env=env, cwd=folder)
        given = settings_of(env)
        things = ground(given)
        with servers.web(env, folder) as base:
            # The worker is weighed, then ends: rates are the web server's, and it would send each registration's mail.
            with servers.worker(env, folder) as worker:
                _memory(base, worker, things)
            feed_bytes = requests.get(f"{base}/{things.feed}", timeout=10).content
            (folder / "feed.ics").write_bytes(feed_bytes)
            with _floors(folder, given.database_url) as floor_port:
                _rates(base, floor_port, things)
            _report(base, things)
            for line in reports.lines():
                print(line, flush=True)
        _starts(env, folder)
        _imports(folder)
        for line in (*usage.lines(folder / "usage"), *readiness.lines(folder / "readiness")):
            print(line, flush=True)
        _mails(folder)
        for line in figures.lines(folder / "figures"):
            print(line, flush=True)


def _rates(base: str, floor_port: int, things: Ground) -> None:
    port = int(base.rpartition(":")[2])
    etag = requests.get(f"{base}/{things.feed}", headers={"Accept-Encoding": "identity"}, timeout=10).headers["ETag"]
    get, post = repeated, posts(base, port, things)
    hello = median(floor_port, get("/hello", floor_port, 3000), 200)
    unchanged = median(floor_port, get("/unchanged", floor_port, 3000), 304)
    same = median(floor_port, get("/bytes", floor_port, 2000), 200)
    inserted = median(floor_port, [load.request("POST", "/insert", floor_port)] * 500, 200)
    asked = median(port, get(f"/{things.feed}", port, 3000, {"If-None-Match": etag}), 304)
    _line("feed_304", asked, "1/s", asked / unchanged, "flask_304", 0.7)
    whole = median(port, get(f"/{things.feed}", port, 1500), 200)
    _line("feed_200", whole, "1/s", whole / same, "flask_same_bytes", 0.6)
    programme = median(port, get("/lectures", port, 400), 200)
    _line("programme", programme, "1/s", programme / hello, "flask_hello", 0.12)
    registered = statistics.median(checked(load.run(port, batch), 303) for batch in post)
    _line("registration", registered, "1/s", registered / inserted, "insert_commit", 0.5)


def _report(base: str, things: Ground) -> None:
    """Upload a report of 500 people, rejoins among them, up to its preview."""
    browser = Browser(base)
    browser.press("/staff/sign-in", "サインイン", {"email": "bench@vendor.example", "password": things.member_password})
    address = f"/staff/lectures/{things.past_lecture_id}/report"
    file = _five_hundred(browser.get(f"/staff/lectures/{things.past_lecture_id}"), things)
    taken = _timed(lambda: browser.press(address, "内容を確認する", files={"file": ("report.csv", file)}))
    print(f"report_500 {taken:.2f} s goal=2")


def _five_hundred(page: str, things: Ground) -> bytes:
    start = datetime.now(ZoneInfo("Asia/Tokyo")) - timedelta(hours=20)
    lines = ["名前 (元の名前),ユーザーメール,参加時刻,退出時刻,所要時間（分）,ゲスト"]
    for number, name in enumerate(things.names):
        assert name in page
        for part in range(1 + number % 2):
            joined = start + timedelta(minutes=1 + 30 * part)
            left = joined + timedelta(minutes=28)
            lines.append(f"{name},,{joined:%Y/%m/%d %I:%M:%S %p},{left:%Y/%m/%d %I:%M:%S %p},28,はい")
    return "\r\n".join(lines).encode("utf-8-sig")


def _memory(base: str, worker: subprocess.Popen[bytes], things: Ground) -> None:
    """Add up the proportional share of memory of web server (all its processes) and worker, after the first pages."""
    for path in ("/lectures", "/staff/sign-in", f"/{things.pages[0]}", f"/{things.feed}") * 5:
        requests.get(base + path, timeout=10).raise_for_status()
    # The worker has done each of its jobs once by now.
    time.sleep(5)
    total = weight.of_web(base) + sum(map(weight.pss, weight.family(worker.pid)))
    print(f"memory {total / 1024:.0f} MiB goal=250")


def _starts(env: dict[str, str], folder: Path) -> None:
    """Measure from the command to the first answer."""

    def once() -> None:
        with servers.web(env, folder):
            seen.append(time.perf_counter())

    seen: list[float] = []
    took = []
    for _run in range(RUNS):
        started = time.perf_counter()
        once()
        took.append(seen[-1] - started)
    print(f"start {statistics.median(took):.2f} s goal=1.5")


def _imports(folder: Path) -> None:
    """Import the CRM's list by the command into an empty database, process start included."""
    took = []
    for run in range(RUNS):
        own = folder / f"import{run}"
        own.mkdir()
        env = environment(own)
        must("migrate", env=env, cwd=own)
        took.append(_once(lambda: must("import", "accounts", str(LIST), env=env, cwd=own)))  # noqa: B023
    print(f"crm_import {statistics.median(took):.2f} s goal=4")


def _mails(folder: Path) -> None:
    """Send confirmations, each with its invitation, over both ways out."""
    with sendgrid("--remember", "none") as standin:
        print(mails.over_sendgrid(folder / "sendgrid", standin, MAILS), flush=True)
    with sendgrid(module="tests.smtp") as post:
        print(mails.over_smtp(folder / "smtp", post.port, MAILS), flush=True)


@contextmanager
def _floors(folder: Path, database_url: str) -> Iterator[int]:
    port = servers.free_port()
    env = servers.environment() | {"BENCH_BYTES": str(folder / "feed.ics"), "BENCH_DATABASE": database_url}
    command = [sys.executable, "-m", "gunicorn", "-w", "2", "--threads", "4", "-k", "gthread", "--preload"]
    process = subprocess.Popen(
        [
            *command,
            "-b",
            f"127.0.0.1:{port}",
            "--log-level",
            "warning",
            "--no-control-socket",
            "tests.bench.floors:app",
        ],
        env=env,
    )
    try:
        servers.eventually(lambda: _answers(f"http://127.0.0.1:{port}/hello"), what="the floors' start")
        yield port
    finally:
        servers.stop(process)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=1).ok
    except requests.ConnectionError:
        return False


def _line(name: str, value: float, unit: str, ratio: float, floor: str, goal: float) -> None:
    print(f"{name} {value:.0f} {unit} ratio={ratio:.2f} floor={floor} goal={goal}", flush=True)


def _timed(act: Callable[[], object]) -> float:
    return statistics.median(_once(act) for _run in range(RUNS))


def _once(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
