"""Answers how messages are handed to a transport: several requests at a time, each recorded as soon as it was answered."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import structlog
from sqlalchemy.exc import OperationalError

from emails import Message, Sent, Transport, TransportDown, TryAgain
from emails.transports.base import Apart, TransportProblem
from scheduler.services.outbox import recording
from scheduler.services.outbox.batch import Batch, Common
from scheduler.services.outbox.preparing import Ready, prepare_anew
from scheduler.services.outbox.recording import Result

log = structlog.get_logger()

# A message made longer ago than this many seconds is made anew before it is handed over.
FRESH_SECONDS = 1.0
# How many seconds to wait before what was accepted is recorded once more, in all less than a lease still lasts.
PAUSES = (0.1, 1.0, 3.0)

Parcel = list[Ready]
Outcome = Sent | TransportProblem


class Stopped(Exception):
    """The transport refuses everything; what was not handed over was put back."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def hand_over(mails: Sequence[Ready], batch: Batch, common: Common) -> int:
    """Hand over messages, as many requests at a time as the transport bears; return how many mails were settled.

    When the batch has lasted long enough, what was not begun is put back. Raises Stopped.
    """
    if not mails:
        return 0
    run = _Run(batch, common)
    transport = batch.transport
    run.waiting.extend(
        [[mails[index] for index in parcel] for parcel in transport.parcels([_message(m) for m in mails])]
    )
    if transport.concurrency == 1:
        run.one_by_one()
    else:
        with ThreadPoolExecutor(transport.concurrency) as pool:
            run.together(pool)
    run.put_back()
    if run.down is not None:
        raise Stopped(run.down.reason)
    return run.settled


class _Run:
    """What is still to be handed over, what is on its way, and what became of the rest."""

    def __init__(self, batch: Batch, common: Common) -> None:
        self.batch = batch
        self.common = common
        self.waiting: deque[Parcel] = deque()
        self.settled = 0
        self.down: TransportDown | None = None

    def one_by_one(self) -> None:
        """Hand over one request after the other."""
        while (parcel := self._next()) is not None:
            self._take([(parcel, _sent(self.batch.transport, parcel))])

    def together(self, pool: ThreadPoolExecutor) -> None:
        """Keep as many requests on their way as the transport bears; only this thread speaks to the database."""
        running: dict[Future[list[Outcome]], Parcel] = {}
        try:
            while True:
                while len(running) < self.batch.transport.concurrency and (parcel := self._next()) is not None:
                    running[pool.submit(_sent, self.batch.transport, parcel)] = parcel
                if not running:
                    return
                done, _still = wait(running, return_when=FIRST_COMPLETED)
                self._take([(running.pop(future), future.result()) for future in done])
        finally:
            # Whatever went wrong beside them: what was accepted and not written down would be sent again.
            self._take([(parcel, future.result()) for future, parcel in running.items()])

    def put_back(self) -> None:
        """Give back what was not begun."""
        reason = self.down.reason if self.down is not None else ""
        left = [one.found.mail.id for parcel in self.waiting for one in parcel]
        self.batch.give_back(left, self.batch.now, reason)
        self.waiting.clear()

    def _next(self) -> Parcel | None:
        """Take the next parcel: what is in it is ours for long enough, and still true."""
        while self.waiting and self.down is None and not self.batch.is_over:
            self.batch.hold_on()
            parcel = [one for one in self.waiting.popleft() if one.found.mail.id in self.batch.in_hand]
            if parcel and time.monotonic() - parcel[0].made_at > FRESH_SECONDS:
                parcel = self._anew(parcel)
            if parcel:
                return parcel
        return None

    def _anew(self, parcel: Parcel) -> Parcel:
        made = prepare_anew(parcel, self.batch, self.common)
        self.settled += made.settled
        parcels = self.batch.transport.parcels([_message(one) for one in made.mails])
        for indices in reversed(parcels[1:]):
            self.waiting.appendleft([made.mails[index] for index in indices])
        return [made.mails[index] for index in parcels[0]] if parcels else []

    def _take(self, answered: list[tuple[Parcel, list[Outcome]]]) -> None:
        """Record what became of the requests that were answered, in one transaction."""
        results: list[Result] = []
        untouched: list[int] = []
        for parcel, outcomes in answered:
            if any(isinstance(outcome, Apart) for outcome in outcomes):
                self._part(parcel)
                continue
            for one, outcome in zip(parcel, outcomes, strict=True):
                if isinstance(outcome, TransportDown):
                    self.down = outcome
                    untouched.append(one.found.mail.id)
                else:
                    results.append(recording.result_of(one.found, one.prepared, outcome, self.batch))
        self.settled += self._recorded(results)
        if self.down is not None:
            self.batch.give_back(untouched, self.batch.now, self.down.reason)

    def _recorded(self, results: list[Result]) -> int:
        """Record what became of mails, and again where the database was away or another writer came between."""
        for pause in PAUSES:
            try:
                return recording.record(results, self.batch)
            except OperationalError as error:
                log.warning("not_recorded_yet", mails=len(results), error=type(error.orig).__name__)
                time.sleep(pause)
        return recording.record(results, self.batch)

    def _part(self, parcel: Parcel) -> None:
        """Refused as a whole: the halves are sent apart, until the one that was meant stands alone."""
        half = len(parcel) // 2
        self.waiting.appendleft(parcel[half:])
        self.waiting.appendleft(parcel[:half])


def _message(one: Ready) -> Message:
    return one.prepared.message


def _sent(transport: Transport, parcel: Parcel) -> list[Outcome]:
    try:
        return transport.send_together([one.prepared.message for one in parcel])
    except Exception as error:
        # A fault of ours: whether the mails are on their way nobody knows, and those in other requests are not to suffer.
        log.exception("handing_fault", mails=[one.prepared.message.opaque_id for one in parcel])
        return [TryAgain(f"fault: {type(error).__name__}", doubtful=True) for _one in parcel]
