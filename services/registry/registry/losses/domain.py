"""A holder declares the booklet lost; its number is void from then on, and published.

After the notice period a new booklet with a new number is issued: the same certificate, the same
validity, with everything that was annotated on it. A number that was declared lost is never used
again and never found as valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.refusal import Refusal


class NoticeNotOver(Refusal):
    """Reissued before the notice period had passed."""

    code = "loss-notice-not-over"


class NoSuchLoss(Refusal):
    """No such report of a loss of this certificate stands, or another number took its place."""

    code = "unknown-loss"


@dataclass(frozen=True, slots=True)
class Loss:
    """A number that is void, of a certificate of ``worker_id``. ``notice_until``: the last day of the
    notice; ``replaced_by``: the number that the certificate has now, None while it has none;
    ``told_event`` told of it; ``reversed``: it was taken back, the number is none of these."""

    id: UUID
    certificate_id: UUID
    worker_id: UUID
    number: str
    lost_on: date
    notice_until: date
    area_code: str
    office: str
    actor: str
    told_event: UUID | None = None
    replaced_by: str | None = None
    reversed: bool = False


def check_notice(on: date, ends: date) -> None:
    """Raises :class:`NoticeNotOver`; ``ends`` is the first day after the notice."""
    if on < ends:
        raise NoticeNotOver(ends=ends)


def check_reversal(loss: Loss | None, certificate_id: UUID, number: str | None) -> Loss:
    """The report that is taken back. Raises :class:`NoSuchLoss`; ``number``: the certificate's."""
    if loss is None or loss.certificate_id != certificate_id:
        raise NoSuchLoss
    if loss.reversed or loss.number != number:
        raise NoSuchLoss
    return loss
