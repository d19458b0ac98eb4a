"""Public-welfare posts 公益性岗位: paid for by the public, kept for persons recognised as in difficulty.

One post has one occupant at a time; the days of two occupants never overlap (policy.md 4.6).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal

PostKind = Literal[
    "cleaning", "greening", "public_order", "security", "community_service", "logistics", "other"
]
POST_KINDS: dict[str, str] = {
    "cleaning": "保洁",
    "greening": "绿化",
    "public_order": "治安协管",
    "security": "保安",
    "community_service": "社区服务",
    "logistics": "后勤服务",
    "other": "其他",
}


class UnknownPublicWelfarePost(Refusal):
    """No public-welfare post has this id."""

    code = "unknown-public-welfare-post"


class NotInDifficulty(Refusal):
    """The person is not recognised as in difficulty on the day (or registry has not told yet)."""

    code = "not-in-difficulty"


class PostOccupied(Refusal):
    """Somebody else holds the post on some of these days."""

    code = "post-occupied"


class PostNotDeveloped(Refusal):
    """The post was developed only after this day, or belongs to another employer."""

    code = "post-not-developed"


class NotTheOccupant(Refusal):
    """The placement does not hold this post."""

    code = "not-the-occupant"


@dataclass(frozen=True, slots=True)
class PublicWelfarePost:
    id: UUID
    employer_id: UUID
    kind: PostKind
    developed_on: date
    area_code: str
    office: str


@dataclass(frozen=True, slots=True)
class Occupancy:
    """One placement holds one post from a day; ``voided`` when it never did."""

    post_id: UUID
    placement_id: UUID
    worker_id: UUID
    occupied_on: date
    occupied_event: UUID
    vacated_on: date | None = None
    voided: bool = False

    def vacate(self, on: date) -> Occupancy:
        """The occupant left on a day. Raises :class:`NotTheOccupant` when they had left before."""
        if self.voided or self.vacated_on is not None or on < self.occupied_on:
            raise NotTheOccupant
        return replace(self, vacated_on=on)

    def void(self) -> Occupancy:
        """The placement behind it is void: the post was free all the time."""
        return replace(self, voided=True)

    def report_due_on(self, days: int) -> date | None:
        """J5: a change of occupant is reported within so many days."""
        return None if self.vacated_on is None else self.vacated_on + timedelta(days=days)


def occupy(
    post: PublicWelfarePost,
    earlier: Iterable[Occupancy],
    new: Occupancy,
    *,
    employer_id: UUID | None,
    in_difficulty: bool,
) -> Occupancy:
    """Give the post to somebody. ``earlier`` are all occupancies of the post.

    Raises :class:`PostNotDeveloped`, :class:`NotInDifficulty`, :class:`PostOccupied`."""
    if new.occupied_on < post.developed_on or employer_id not in (None, post.employer_id):
        raise PostNotDeveloped(developed_on=post.developed_on)
    if not in_difficulty:
        raise NotInDifficulty(on=new.occupied_on)
    for other in earlier:
        if not other.voided and (other.vacated_on is None or new.occupied_on < other.vacated_on):
            raise PostOccupied(occupied_on=other.occupied_on)
    return new
