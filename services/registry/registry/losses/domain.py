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


@dataclass(frozen=True, slots=True)
class Loss:
    """A number that is void, of a certificate of ``worker_id``. ``notice_until``: the last day of the
    notice; ``replaced_by``: the number that the certificate has now, None while it has none."""

    id: UUID
    certificate_id: UUID
    worker_id: UUID
    number: str
    lost_on: date
    notice_until: date
    area_code: str
    office: str
    actor: str
    replaced_by: str | None = None


def check_notice(on: date, ends: date) -> None:
    """Raises :class:`NoticeNotOver`; ``ends`` is the first day after the notice."""
    if on < ends:
        raise NoticeNotOver(ends=ends)
