"""Answers how signals leave: claimed with a lease, committed, sent to many destinations at a time, each recorded at once."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy.exc import OperationalError

from scheduler.services.signals import claims, parcels, settling
from scheduler.services.signals.parcels import Parcel
from scheduler.services.signals.posting import Answer

log = structlog.get_logger()

# How long what was claimed is a worker's own; after so much of it nothing more is begun.
LEASE = timedelta(minutes=2)
_BEGUN_WITHIN = LEASE.total_seconds() / 2
# So many are claimed at a time, and so many destinations are spoken to at once.
BATCH = 40
AT_ONCE = 8
# How many seconds to wait before what was answered is recorded once more.
PAUSES = (0.1, 1.0, 3.0)


def deliver_due(now: datetime, stopping: Callable[[], bool] = lambda: False) -> int:
    """Send what is due at `now`, one batch of it; return how many were tried or put off.

    At least once, and in practice once: a delivery is claimed by one worker for the time of the lease, and only the holder
    of the claim records what became of it. After a crash it goes out again under the same message id.
    """
    batch = _Batch(now, stopping)
    claimed = claims.claim(now, batch.holder, now + LEASE, BATCH)
    if claimed:
        batch.send(parcels.make(claimed))
    return len(claimed)


class _Batch:
    """What one worker has claimed: a destination gets one message after the other, several destinations at a time."""

    def __init__(self, now: datetime, stopping: Callable[[], bool]) -> None:
        self.holder = uuid4().hex
        self._now = now
        self._stopping = stopping
        self._began = time.monotonic()
        self._waiting: dict[int, deque[Parcel]] = {}
        self._running: dict[Future[Answer | None], Parcel] = {}

    def send(self, made: Sequence[Parcel]) -> None:
        """Send parcels and record what became of each as soon as it was answered; only this thread asks the database."""
        for parcel in made:
            self._waiting.setdefault(parcel.destination_id, deque()).append(parcel)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for queue in self._waiting.values():
                self._begin(pool, queue)
            while self._running:
                done, _still = wait(self._running, return_when=FIRST_COMPLETED)
                for future in done:
                    self._take(pool, self._running.pop(future), future.result())

    def _begin(self, pool: ThreadPoolExecutor, queue: deque[Parcel]) -> None:
        """Begin with the next that is still ours: the destination may have ended, or our lease."""
        while queue:
            parcel = queue.popleft()
            if claims.is_held(parcel.delivery_id, self.holder):
                self._running[pool.submit(self._sent, parcel)] = parcel
                return

    def _sent(self, parcel: Parcel) -> Answer | None:
        """Send a parcel; None when it is too late for that, or the worker is asked to end."""
        if time.monotonic() - self._began > _BEGUN_WITHIN or self._stopping():
            return None
        try:
            return parcels.send(parcel, self._moment())
        except Exception:
            # A fault of ours is no reason for the others to wait; whether it arrived nobody knows.
            log.exception("signal_fault", delivery=parcel.delivery_id)
            return Answer(error="fault")

    def _take(self, pool: ThreadPoolExecutor, parcel: Parcel, answer: Answer | None) -> None:
        """Record an answer and go on with the destination's next; while it cannot be reached the others wait with this one."""
        queue = self._waiting[parcel.destination_id]
        if answer is None:
            claims.put_back([parcel.delivery_id, *(one.delivery_id for one in queue)], self.holder, self._now)
            return
        next_try_at = self._recorded(parcel, answer)
        if answer.is_silence and next_try_at is not None:
            claims.put_back([one.delivery_id for one in queue], self.holder, next_try_at)
        else:
            self._begin(pool, queue)

    def _recorded(self, parcel: Parcel, answer: Answer) -> datetime | None:
        """Record what became of a parcel, and again where the database was away or another writer came between."""
        for pause in PAUSES:
            try:
                return settling.record(parcel, self.holder, answer, self._moment())
            except OperationalError as error:
                log.warning("signal_not_recorded_yet", error=type(error.orig).__name__)
                time.sleep(pause)
        return settling.record(parcel, self.holder, answer, self._moment())

    def _moment(self) -> datetime:
        return self._now + timedelta(seconds=time.monotonic() - self._began)
