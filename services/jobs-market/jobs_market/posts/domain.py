"""Posts 就业岗位: each one opened by an employer, and perhaps lost. Gross and net are both counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from jobs_market.employers.domain import Sector
from kit.refusal import Refusal

LossReason = Literal["employer_closed", "layoff", "natural_loss", "other"]
LOSS_REASONS: dict[str, str] = {
    "employer_closed": "单位关闭",
    "layoff": "裁员",
    "natural_loss": "自然减员",
    "other": "其他",
}


class PostAlreadyLost(Refusal):
    """A post is lost once."""

    code = "post-already-lost"


class UnknownPost(Refusal):
    """No post has this id."""

    code = "unknown-post"


class LostBeforeOpened(Refusal):
    """The day of loss lies before the day of opening."""

    code = "lost-before-opened"


@dataclass(frozen=True, slots=True)
class Post:
    """One post; ``new_investment`` says that a new project (新上项目) created it.

    ``sector`` is None only in a draft: an opened post has its own or its employer's."""

    id: UUID
    employer_id: UUID
    sector: Sector | None
    new_investment: bool
    opened_on: date
    area_code: str
    office: str
    lost_on: date | None = None
    lost_reason: LossReason | None = None
    version: int = 1

    def lose(self, on: date, reason: LossReason) -> Post:
        """The post is gone from ``on``. Raises :class:`PostAlreadyLost`, :class:`LostBeforeOpened`."""
        if self.lost_on is not None:
            raise PostAlreadyLost(lost_on=self.lost_on)
        if on < self.opened_on:
            raise LostBeforeOpened(opened_on=self.opened_on)
        return replace(self, lost_on=on, lost_reason=reason, version=self.version + 1)
