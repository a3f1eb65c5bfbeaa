"""Answers how a message reaches a chat room: by Apprise, to the services that are chat rooms and to public addresses only."""

from __future__ import annotations

import logging
import re
import threading
from typing import Any

from scheduler.rules import reach
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid
from scheduler.services.signals.guarding import guarded
from scheduler.services.signals.posting import CONNECTING, SECONDS, Answer, Unreachable, addresses

# The services of Apprise that are chat rooms and are spoken to by https; it also knows mail, telephones, files, desktops.
ROOMS = frozenset(
    (
        *("slack", "discord", "workflow", "workflows", "gchat", "wxteams", "webex", "tgram", "line", "lark", "feishu"),
        *("zulip", "twist", "ryver", "flock", "cliq", "zcliq", "zohocliq", "zoom", "dingtalk", "wecombot"),
        *("mmosts", "rockets", "synologys", "nctalks"),
    )
)
# Those that may stand on this machine while the program is tried out there.
_PLAIN_ROOMS = frozenset({"mmost", "rocket", "synology", "nctalk"})
# Those whose link names a host of its own.
_WITH_HOST = _PLAIN_ROOMS | {"mmosts", "rockets", "synologys", "nctalks", "workflow", "workflows"}
# What a link may not ask for: files of this machine in the message, and connections other than ours.
_NOT_ASKED_FOR = frozenset({"template", "attach", "attachment", "include"})
_LONGEST = 2000
_STATUS = re.compile(r"error[= ](\d{3})\b")


def check(link: str) -> None:
    """Raise Invalid(url) for what is no chat room's link, in Apprise's words or as the service itself writes it.

    Also where the link names a host that cannot be found or is not public.
    """
    room, schema = _room(link)
    if schema in _WITH_HOST:
        try:
            addresses(reach.Endpoint(tls=True, host=room.host.strip("[]"), port=room.port or 443, path="/"))
        except Unreachable as error:
            raise Invalid(field="url", why=error.why) from error


def say(link: str, title: str, text: str) -> Answer:
    """Write a message into a chat room and return what came of it."""
    try:
        room, _schema = _room(link)
    except Invalid:
        return Answer(error="malformed")
    with _Heard() as heard, guarded(SECONDS) as guard:
        taken = room.notify(body=text, title=title, body_format="text")
    if taken:
        return Answer(status=200)
    if guard.has_refused:
        return Answer(error="private_address")
    return Answer(error="too_slow") if guard.deadline.passed else heard.answer()


def shortened(link: str) -> str:
    """Show which chat room a link is of without its key: the service, or the host of the service's own link, and the end."""
    scheme, _, rest = link.partition("://")
    host = rest.partition("/")[0].rpartition("@")[2] if scheme in ("https", "http") else ""
    return f"{scheme}://{host}…{link[-4:]}" if len(rest) > 12 else f"{scheme}://…"


class _Heard(logging.Handler):
    """Hears what Apprise complains of in this thread: it returns no more than whether a message was taken."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self._complaints: list[str] = []

    def __enter__(self) -> _Heard:
        """Begin to listen."""
        logging.getLogger("apprise").addHandler(self)
        return self

    def __exit__(self, *_error: object) -> None:
        """Listen no more."""
        logging.getLogger("apprise").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a complaint."""
        if record.thread == self._thread:
            self._complaints.append(record.getMessage())

    def answer(self) -> Answer:
        """Return the status that was complained of; without one nobody was reached."""
        found = [_STATUS.search(complaint) for complaint in self._complaints]
        status = next((int(one[1]) for one in found if one is not None), None)
        return Answer(status, "" if status is not None else "no_connection")


def _room(link: str) -> tuple[Any, str]:
    """Read a chat room's link: Apprise's object for it, and the service; raise Invalid(url)."""
    scheme = link.partition("://")[0].lower()
    allowed = ROOMS | _PLAIN_ROOMS if here().is_loopback else ROOMS
    if not link.isprintable() or len(link) > _LONGEST or "://" not in link:
        raise Invalid(field="url", why="room_malformed")
    if scheme not in allowed | {"https"}:
        raise Invalid(field="url", why="room_unknown", value=scheme)
    # Apprise reads all of its services when it is asked for one: 20 MiB that only those pay who have a room.
    from apprise import Apprise, AppriseAsset  # noqa: PLC0415
    from apprise.plugins import url_to_dict  # noqa: PLC0415

    # What it logs may name links with their keys.
    logging.getLogger("apprise").propagate = False
    read = url_to_dict(link)
    if not read or _NOT_ASKED_FOR & {str(name).lower() for name in (*read, *read.get("qsd", ()))}:
        raise Invalid(field="url", why="room_malformed")
    schema = str(read["schema"]).lower()
    if schema not in allowed:
        raise Invalid(field="url", why="room_unknown", value=schema)
    read |= {"verify": True, "redirect": False, "retry": 0}
    asset = AppriseAsset(app_id="Tasuki", app_desc="Tasuki", image_url_mask="", image_url_logo="", async_mode=False)
    room = Apprise.instantiate(read, asset=asset)
    if room is None:
        raise Invalid(field="url", why="room_malformed")
    room.socket_connect_timeout, room.socket_read_timeout = CONNECTING, SECONDS
    return room, schema
