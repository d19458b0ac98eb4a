"""Placements 就业安置: a person starts work. Claimed by whoever knows, confirmed on evidence.

Only confirmed placements count (policy.md 4.4). A person has one live confirmed placement at a
time: the days of two placements of one person may touch and never overlap.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from jobs_market.employers.domain import Sector
from kit.facts import add_months
from kit.refusal import Refusal

State = Literal["claimed", "confirmed", "ended", "voided"]
STATES: dict[str, str] = {
    "claimed": "已申报",
    "confirmed": "已确认",
    "ended": "已终止",
    "voided": "已撤销",
}
Channel = Literal[
    "private_economy",
    "tertiary_industry",
    "public_welfare_4050",
    "labour_export",
    "within_enterprise",
    "flexible",
    "farming",
    "new_investment",
    "first_employment",
    "other",
]
#: The eight channels of the source (HH7), first employment of those outside the base, and the rest.
CHANNELS: dict[str, str] = {
    "private_economy": "个体私营经济",
    "tertiary_industry": "第三产业",
    "public_welfare_4050": "公益性岗位安置4050人员",
    "labour_export": "劳务输出",
    "within_enterprise": "企业内部安置",
    "flexible": "灵活就业",
    "farming": "从事种养业",
    "new_investment": "招商引资新上项目",
    "first_employment": "初次就业",
    "other": "其他",
}
Evidence = Literal["contract", "licence", "flexible_declaration"]
EVIDENCES: dict[str, str] = {
    "contract": "劳动合同",
    "licence": "营业执照",
    "flexible_declaration": "灵活就业申报",
}
EndReason = Literal[
    "contract_expired", "resigned", "dismissed", "employer_closed", "retired", "deceased", "other"
]
END_REASONS: dict[str, str] = {
    "contract_expired": "合同期满",
    "resigned": "辞职",
    "dismissed": "辞退",
    "employer_closed": "单位关闭",
    "retired": "退休",
    "deceased": "死亡",
    "other": "其他",
}
VoidReason = Literal["fake_contract", "dead_or_retired", "duplicate", "recorded_in_error", "other"]
VOID_REASONS: dict[str, str] = {
    "fake_contract": "假合同",
    "dead_or_retired": "已死亡或退休",
    "duplicate": "重复申报",
    "recorded_in_error": "录入错误",
    "other": "其他",
}


class UnknownPlacement(Refusal):
    """No placement has this id."""

    code = "unknown-placement"


class AlreadyPlaced(Refusal):
    """Another confirmed placement of the same person covers some of these days."""

    code = "already-placed"


class WrongPlacementState(Refusal):
    """The step is not possible in the state that the placement is in."""

    code = "wrong-placement-state"


class EvidenceDoesNotFit(Refusal):
    """A contract has a term; a flexible declaration has no employer."""

    code = "evidence-does-not-fit"


class ChannelDoesNotFit(Refusal):
    """First employment is of persons outside the base; a public-welfare post needs its channel."""

    code = "channel-does-not-fit"


class ContractTooShort(Refusal):
    """A public-welfare post needs a contract of at least the term that the law of the day sets (B12)."""

    code = "contract-too-short"


class DatesOutOfOrder(Refusal):
    """Start, confirmation and end follow each other."""

    code = "dates-out-of-order"


@dataclass(frozen=True, slots=True)
class StabilityRule:
    """Policy J16, in months: a contract of so long, or so long in paid work."""

    contract_months_min: int
    paid_months_min: int


@dataclass(frozen=True, slots=True)
class Placement:
    """``wage`` is fen per month. ``confirmed_event`` is what a voiding reverses."""

    id: UUID
    worker_id: UUID
    channel: Channel
    evidence: Evidence
    employer_id: UUID | None
    sector: Sector | None
    contract_months: int | None
    wage: int | None
    new_post: bool
    post_id: UUID | None
    public_welfare_post_id: UUID | None
    training_class_id: UUID | None
    referral_id: UUID | None
    started_on: date
    claimed_on: date
    area_code: str
    office: str
    state: State = "claimed"
    confirmed_on: date | None = None
    confirmed_event: UUID | None = None
    ended_on: date | None = None
    end_reason: EndReason | None = None
    voided_on: date | None = None
    void_reason: VoidReason | None = None
    version: int = 1

    def covers_days_of(self, started_on: date, ended_on: date | None) -> bool:
        """Whether this one, when it counts, shares a day with the interval (its end is exclusive).

        One that ended on the day it started still holds that day."""
        if self.state not in ("confirmed", "ended"):
            return False
        starts_before_end = ended_on is None or self.started_on < ended_on
        still_there = self.ended_on is None or started_on < self.ended_on
        return (starts_before_end and still_there) or self.started_on == started_on

    def confirm(self, on: date, event: UUID, others: Iterable[Placement]) -> Placement:
        """Counts from now on. ``others`` are all placements of the same person.

        Raises :class:`WrongPlacementState`, :class:`DatesOutOfOrder`, :class:`AlreadyPlaced`."""
        if self.state != "claimed":
            raise WrongPlacementState(state=self.state)
        if on < self.started_on:
            raise DatesOutOfOrder(started_on=self.started_on)
        for other in others:
            if other.id != self.id and other.covers_days_of(self.started_on, None):
                raise AlreadyPlaced(placement_id=other.id)
        return replace(
            self,
            state="confirmed",
            confirmed_on=on,
            confirmed_event=event,
            version=self.version + 1,
        )

    def end(self, on: date, reason: EndReason) -> Placement:
        """The work ended on a day. Raises :class:`WrongPlacementState`, :class:`DatesOutOfOrder`."""
        if self.state != "confirmed":
            raise WrongPlacementState(state=self.state)
        if on < self.started_on:
            raise DatesOutOfOrder(started_on=self.started_on)
        return replace(
            self, state="ended", ended_on=on, end_reason=reason, version=self.version + 1
        )

    def void(self, on: date, reason: VoidReason) -> Placement:
        """It never was: reverses the confirmation from the first day (policy.md 5.3)."""
        if self.state not in ("confirmed", "ended"):
            raise WrongPlacementState(state=self.state)
        return replace(
            self, state="voided", voided_on=on, void_reason=reason, version=self.version + 1
        )

    def stable(self, on: date, rule: StabilityRule) -> bool:
        """J16: confirmed, and a licence, a long contract, or long enough at work by ``on``."""
        if self.state not in ("confirmed", "ended"):
            return False
        if self.evidence == "licence" or (self.contract_months or 0) >= rule.contract_months_min:
            return True
        return add_months(self.started_on, rule.paid_months_min) <= (self.ended_on or on)


def claim(placement: Placement, *, population: str, welfare_months_min: int) -> Placement:
    """Check a new claim by itself. ``population`` is the person's, as registry says.

    Raises :class:`EvidenceDoesNotFit`, :class:`ChannelDoesNotFit`, :class:`ContractTooShort`,
    :class:`DatesOutOfOrder`."""
    months = placement.contract_months
    if (placement.evidence == "contract") != (months is not None):
        raise EvidenceDoesNotFit(evidence=placement.evidence)
    if placement.evidence == "flexible_declaration" and placement.employer_id is not None:
        raise EvidenceDoesNotFit(evidence=placement.evidence)
    welfare = placement.channel == "public_welfare_4050"
    if welfare != (placement.public_welfare_post_id is not None):
        raise ChannelDoesNotFit(channel=placement.channel)
    if placement.channel == "first_employment" and population != "outside":
        raise ChannelDoesNotFit(channel=placement.channel)
    if welfare and (months or 0) < max(welfare_months_min, 1):
        raise ContractTooShort(months_min=max(welfare_months_min, 1))
    return placement
