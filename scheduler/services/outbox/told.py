"""Answers which date a reader last knew when a lecture was changed again before the mail about the first change had left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.mails import LEFT, Mail

# In the key of a mail that was sent once more by hand (services/resending).
AGAIN = ":again:"
# The kinds that say that a lecture is not held.
CANCELLED = ("lecture_cancelled", "called_off")
# The mails that tell somebody of a date; reminders only repeat it.
_TELLING = (
    "confirmation",
    "waitlisted",
    "offered",
    "promoted",
    "changed",
    "cancelled",
    "lecture_cancelled",
    "called_off",
)


@dataclass(frozen=True)
class Known:
    """The span (aware UTC) that the reader of a mail about a change last knew.

    `back`: we changed it more than once, no mail about that left, and but for the span nothing is new; where the span is
    the lecture's again there is nothing to tell.
    """

    starts_at: datetime
    ends_at: datetime
    back: bool


def known(mail: Mail) -> Known | None:
    """Return what the reader of a mail last knew of its date; None for a mail that is about no change.

    What she changed herself she knows. Our own changes before this one, whose mails did not leave or came back, are no
    news of hers: she knows what was before the first of them.
    """
    if "old_starts_at" not in mail.params:
        return None
    chain = [mail]
    confirmed = True
    for earlier in _earlier(mail) if mail.params.get("by_us") else ():
        if _has_left(earlier, mail):
            break
        if AGAIN in earlier.key:
            # Owed once more by hand and not sent yet: what its reader knows says the first one, further down.
            continue
        if earlier.kind not in ("changed", "waitlisted") or not earlier.params.get("by_us"):
            # Not even the registration itself was confirmed yet: this mail does it.
            confirmed = False
            break
        chain.append(earlier)
    begins, ends = (datetime.fromisoformat(chain[-1].params[name]) for name in ("old_starts_at", "old_ends_at"))
    untold = len(chain) > 1 and not any(_was_tried(one) for one in chain[1:])
    return Known(begins, ends, untold and confirmed and not any(one.params.get("link") for one in chain))


def never_missed(mail: Mail) -> bool:
    """Tell of a mail about a lecture that is held again whether its reader never heard that it was not."""
    if not mail.params.get("brought_back"):
        return False
    unheard = False
    for earlier in _earlier(mail):
        if _has_left(earlier, mail):
            return unheard and earlier.kind not in CANCELLED
        if _was_tried(earlier) or not (earlier.kind in CANCELLED or earlier.params.get("brought_back")):
            return False
        unheard = True
    return False


def _earlier(mail: Mail) -> list[Mail]:
    """List what else was owed about the registration before this mail, the latest first."""
    query = select(Mail).where(Mail.registration_id == mail.registration_id, Mail.id < mail.id, Mail.kind.in_(_TELLING))
    return list(db.session.scalars(query.order_by(Mail.id.desc()).execution_options(populate_existing=True)))


def _was_tried(earlier: Mail) -> bool:
    """Tell whether a mail may have arrived although nobody said so; a claim that ended without handing over is no try."""
    return earlier.attempts > (earlier.state in ("sending", "dropped", "missed"))


def _has_left(earlier: Mail, mail: Mail) -> bool:
    """Tell whether a mail was handed over and did not come back, or may be just now by another worker.

    One's own are handed over in turn.
    """
    if earlier.state == "sending":
        return earlier.claimed_by != mail.claimed_by
    return earlier.state in LEFT and earlier.state != "bounced"
