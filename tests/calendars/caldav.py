"""Answers how a CalDAV server (Radicale) is started, and what a program that stores events on it says to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from xml.etree import ElementTree

import radicale
import radicale.config
import requests
from werkzeug.serving import make_server

from tests.servers import free_port

_MAKE = """<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:">
<D:set><D:prop><D:displayname>lectures</D:displayname></D:prop></D:set></C:mkcalendar>"""
_BETWEEN = """<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:">
<D:prop><C:calendar-data/></D:prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
<C:time-range start="{start:%Y%m%dT%H%M%SZ}" end="{end:%Y%m%dT%H%M%SZ}"/>
</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""
_DATA = "{urn:ietf:params:xml:ns:caldav}calendar-data"


class Shelf:
    """One calendar on the server, of somebody who may do everything with it."""

    def __init__(self, base: str) -> None:
        self.url = f"{base}/hanako/lectures/"
        self.session = requests.Session()
        self.session.auth = ("hanako", "")
        self._ask("MKCALENDAR", self.url, _MAKE)

    def put(self, name: str, calendar: bytes) -> None:
        """Store one event under a name, in place of what is there."""
        self._ask("PUT", f"{self.url}{name}.ics", calendar)

    def get(self, name: str) -> bytes:
        """Read one event back."""
        return self._ask("GET", f"{self.url}{name}.ics", b"").content

    def between(self, start: object, end: object) -> list[str]:
        """Return the calendars of all events that the server finds between two moments."""
        answer = self._ask("REPORT", self.url, _BETWEEN.format(start=start, end=end))
        return [found.text or "" for found in ElementTree.fromstring(answer.content).iter(_DATA)]

    def _ask(self, method: str, url: str, body: str | bytes) -> requests.Response:
        data = body.encode() if isinstance(body, str) else body
        headers = {"Content-Type": "text/calendar; charset=utf-8", "Depth": "1"}
        answer = self.session.request(method, url, data=data, headers=headers, timeout=30)
        assert answer.ok, (method, url, answer.status_code, answer.text)
        return answer


@contextmanager
def a_shelf(folder: Path) -> Iterator[Shelf]:
    """Start a server that keeps its calendars in a folder; yield a calendar on it."""
    configuration = radicale.config.load()
    configuration.update(
        {
            "storage": {"filesystem_folder": str(folder)},
            "auth": {"type": "none"},
            "rights": {"type": "owner_only"},
            "logging": {"level": "warning"},
        },
        "test",
        privileged=True,
    )
    server = make_server("127.0.0.1", free_port(), radicale.Application(configuration), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Shelf(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
