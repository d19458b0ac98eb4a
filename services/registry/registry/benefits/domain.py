"""Benefits (享受记录): what was granted to a person, by whom, for which months; and who holds a certificate.

A *grant* is what a service or an authority did for a person (an entitlement, a loan, a month of
allowance). Every grant stands in the ledger; it is annotated on the certificate of whoever holds
one, whichever comes first (policy R16, E5). Which months a grant takes is in :mod:`.rules`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args
from uuid import UUID

from kit.refusal import Refusal
from registry.labour_status.domain import LabourStatus

Kind = Literal[
    "re-employment",
    "social-insurance-subsidy",
    "post-subsidy",
    "flexible-insurance-subsidy",
    "training-subsidy",
    "introduction-subsidy",
    "small-loan",
    "interest-subsidy",
    "living-allowance",
    "unemployment-insurance",
    "dibao",
    "tax-relief",
    "fee-relief",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

#: ``monthly``: every month of its period is taken. ``once``: the month of its first day is taken.
#: ``note``: no month is taken; it is written down as a fact, or counted by money elsewhere.
Takes = Literal["monthly", "once", "note"]
#: Over what a limit counts: a person's life, each calendar year, or each grant by itself.
Per = Literal["life", "year", "grant"]

#: Which noun keeps a line of a person's ledger: what other authorities tell stands with its own noun.
KeptBy = Literal["benefits", "unemployment-insurance", "life-facts"]

_LEFT: frozenset[LabourStatus] = frozenset(
    {"deceased", "retired", "emigrated", "imprisoned", "enlisted", "incapacitated"}
)
#: The poor stay poor when they retire or fall ill: this help ends with death or emigration only.
_GONE: frozenset[LabourStatus] = frozenset({"deceased", "emigrated"})


@dataclass(frozen=True, slots=True)
class KindOfBenefit:
    """One row of the table of kinds. ``limit`` names the parameter that bounds how many months
    (``monthly``) or times (``once``) a person may have. ``certificate``: only for holders of a
    certificate that is in force. ``ends_with``: statuses from which on nobody is entitled.
    ``written``: an authority may write it; the others follow from events only."""

    zh: str
    en: str
    takes: Takes
    clause: str
    limit: str | None = None
    per: Per = "life"
    until_retirement: bool = False
    certificate: bool = True
    ends_with: frozenset[LabourStatus] = _LEFT
    written: bool = True

    @property
    def by_money(self) -> bool:
        """It takes no month, and is given on the certificate: what counts is its day."""
        return self.takes == "note" and self.certificate


#: The kinds that policy.md knows, with how each takes months.
TABLE: dict[Kind, KindOfBenefit] = {
    "re-employment": KindOfBenefit(
        "再就业", "Re-employment", "note", "中发[2002]12号 E14", certificate=False, written=False
    ),
    "social-insurance-subsidy": KindOfBenefit(
        "社会保险补贴", "Social-insurance subsidy", "monthly", "财社[2002]107号 B4–B9",
        limit="registry.benefit_months_social_insurance_subsidy", until_retirement=True,
    ),
    "post-subsidy": KindOfBenefit(
        "岗位补贴", "Post subsidy", "monthly", "财社[2002]107号 B11",
        limit="registry.benefit_months_post_subsidy", until_retirement=True,
    ),
    "flexible-insurance-subsidy": KindOfBenefit(
        "灵活就业社会保险补贴", "Social-insurance subsidy for flexible work", "monthly",
        "国发[2005]36号 B10", limit="registry.benefit_months_flexible_insurance_subsidy",
        until_retirement=True,
    ),
    "training-subsidy": KindOfBenefit(
        "再就业培训补贴", "Training subsidy", "once", "财社[2002]107号 B17–B19",
        limit="registry.benefit_times_training_subsidy", certificate=False,
    ),
    "introduction-subsidy": KindOfBenefit(
        "职业介绍补贴", "Job-introduction subsidy", "once", "财社[2002]107号 B19, B20",
        limit="registry.benefit_times_introduction_subsidy", per="year", certificate=False,
    ),
    "small-loan": KindOfBenefit(
        "小额担保贷款", "Guaranteed small loan", "once", "银发[2002]394号 L1–L6", certificate=False
    ),
    "interest-subsidy": KindOfBenefit(
        "小额贷款贴息", "Interest subsidy", "monthly", "银发[2002]394号 L9", certificate=False
    ),
    "living-allowance": KindOfBenefit(
        "下岗职工基本生活费", "Basic living allowance", "monthly", "policy B25", certificate=False
    ),
    "unemployment-insurance": KindOfBenefit(
        "失业保险金", "Unemployment insurance", "monthly", "失业保险条例 R21, R22",
        limit="registry.insurance_months_max", per="grant", certificate=False,
    ),
    "dibao": KindOfBenefit(
        "最低生活保障", "Minimum living allowance", "monthly", "policy R1a(4)", certificate=False,
        ends_with=_GONE,
    ),
    "tax-relief": KindOfBenefit(
        "税收减免", "Tax relief", "note", "财税[2002]208号 R25, R29: 以金额计",
        written=False,
    ),
    "fee-relief": KindOfBenefit(
        "收费减免", "Fee relief", "note", "国办发[2002]57号 R24: 以金额计",
        written=False,
    ),
}  # fmt: skip


class MonthsTaken(Refusal):
    """A benefit of the same kind holds some of these months (policy 4.6 重复享受)."""

    code = "benefit-months-taken"


class OverLimit(Refusal):
    """More months or times of this kind than the law gives."""

    code = "benefit-over-limit"


class NoRightAfterLifeFact(Refusal):
    """The person had retired, died or left by some of these months (policy 4.6)."""

    code = "benefit-after-life-fact"


class NoRightAfterRetirementAge(Refusal):
    """The person had reached the statutory age of retirement by some of these months (R17, R18)."""

    code = "benefit-after-retirement-age"


class CertificateNotInForce(Refusal):
    """The certificate was revoked, suspended or over in some of these months (policy E4)."""

    code = "benefit-certificate-not-in-force"


class WrittenElsewhere(Refusal):
    """This kind, or this very benefit, follows from events of the service that grants it."""

    code = "benefit-written-elsewhere"


class CertificateNeeded(Refusal):
    """The person held no certificate in some of these months, and this kind is for holders only."""

    code = "benefit-certificate-needed"


class MonthsMissing(Refusal):
    """A benefit by months names its last day, or the months."""

    code = "benefit-months-missing"


class PeriodReversed(Refusal):
    """The period ends before it begins, or a month lies outside of it."""

    code = "benefit-period-reversed"


class ActBeforeBenefit(Refusal):
    """A benefit cannot be stopped before it began."""

    code = "benefit-act-before-grant"


class NothingToRecover(Refusal):
    """No recovery was ordered, or it would bring back more than was ordered."""

    code = "benefit-nothing-to-recover"


class AwaitsSecondPerson(Refusal):
    """A window wrote it, and no second person has confirmed it: there is nothing to stop or take back."""

    code = "benefit-awaits-second-person"


class NotWaiting(Refusal):
    """It waits for nobody: it was confirmed or refused, or never needed to be."""

    code = "benefit-not-waiting"


class AmountNeeded(Refusal):
    """Only a part is taken back: how much of the money is to be said."""

    code = "benefit-recovery-amount"


@dataclass(frozen=True, slots=True)
class Grant:
    """What was granted, by whom, told by which event. ``amount_fen`` only where one is known.

    ``id`` is the granting noun's entity (placement, entitlement, loan) or made by the writer.
    ``months`` (first days) where they are named one by one, else they follow from the period; of
    an open end nothing is known until its months are told. ``written_by``: who wrote it here; None
    when an event of another service told of it. ``about``: of an entitlement that was taken back and
    opened again, the id of the entitlement; each opening is a grant of its own. ``waits_since``: the
    business day on which a window wrote it, from which on it waits for a second person; it counts once
    one has confirmed it. None: nobody needs to.
    """

    id: UUID
    kind: Kind
    worker_id: UUID
    valid_from: date
    valid_to: date | None
    amount_fen: int | None
    granted_by: str
    source_event: UUID
    months: tuple[date, ...] | None = None
    document: str | None = None
    written_by: str | None = None
    about: UUID | None = None
    waits_since: date | None = None

    @property
    def entity_id(self) -> UUID:
        """The granting noun's entity: payments name this."""
        return self.about or self.id


#: 重复享受 / 合并后重复 / 退休、死亡等之后 / 无证 / 证件注销之后 / 证件中止期间 / 证件到期之后 / 超过期限
Cause = Literal[
    "duplicate-grant", "merge", "after-life-fact", "without-certificate", "after-revocation",
    "while-suspended", "after-expiry", "over-limit", "after-retirement-age",
]  # fmt: skip

#: 从未给予（不予登记） / 已复核 / 停发 / 责令追回 / 已追回 / 撤销追回
ActKind = Literal[
    "withdrawn", "confirmed", "stopped", "recovery-ordered", "recovered", "recovery-lifted"
]


@dataclass(frozen=True, slots=True)
class Act:
    """What happened to a grant afterwards. ``withdrawn``: it never was, and nothing was paid.
    ``confirmed``: a second person has seen what a window wrote.
    ``stopped``: ``on`` is the first day without it. ``recovery-ordered``: what lies on or after
    ``on`` is to be paid back, ``amount_fen`` of it. ``recovered``: so much came back.
    ``recovery-lifted``: the order that ``reverses`` names was wrong. ``withdrawn_certificate``: of an
    order that followed from a certificate's withdrawal (R17). ``finding``: of one that followed from
    what was found of the benefit, as long as that is so."""

    id: UUID
    benefit_id: UUID
    act: ActKind
    on: date
    amount_fen: int | None = None
    reason: str | None = None
    document: str | None = None
    actor: str | None = None
    reverses: UUID | None = None
    withdrawn_certificate: UUID | None = None
    finding: Cause | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that the subsidy service paid of a benefit for the days from ``valid_from`` to ``valid_to``;
    ``id`` is the event that told of it. ``entity_id``: of which grant (an entitlement, the first part
    of the same benefit, or the paid line itself); the grant may become known after its payments."""

    id: UUID
    entity_id: UUID
    programme: str
    valid_from: date
    valid_to: date
    amount_fen: int
    claim_id: UUID | None
    decision_id: UUID


@dataclass(frozen=True, slots=True)
class Recovery:
    """Money of a payment that came back on a day; ``id`` is the event that told. ``whole``: with it
    nothing is left of the payment. It may become known before its payment."""

    id: UUID
    payment_id: UUID
    on: date
    amount_fen: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment with everything that came back of it so far."""

    payment: Payment
    recovered_fen: int = 0
    whole: bool = False

    @property
    def left_fen(self) -> int:
        """What the person still has of it, in fen."""
        return max(self.payment.amount_fen - self.recovered_fen, 0)


@dataclass(frozen=True, slots=True)
class Holder:
    """An issued certificate, valid up to and including ``valid_until``. ``revoked_on``: from that day
    nothing is annotated on it. ``suspended``: spans without force, each from a day to the first day
    after it (None: still). One that was lost and issued again is the same certificate under a new
    number. ``others``: what the person was issued besides, earlier or under a merged record."""

    worker_id: UUID
    certificate_id: UUID
    area_code: str
    office: str
    issued_on: date
    valid_until: date
    revoked_on: date | None = None
    suspended: tuple[tuple[date, date | None], ...] = ()
    others: tuple[Holder, ...] = ()

    @property
    def certificates(self) -> tuple[Holder, ...]:
        """Every certificate of the person, this one first."""
        return (self, *self.others)


@dataclass(frozen=True, slots=True)
class Annotation:
    """One grant written on one certificate; reversed ones stay and say so."""

    id: UUID
    worker_id: UUID
    certificate_id: UUID
    kind: Kind
    valid_from: date
    valid_to: date | None
    amount_fen: int | None
    granted_by: str
    source_event: UUID
    area_code: str
    office: str
    annotated_event: UUID
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class Overlap:
    """Months of ``benefit_id`` that lie over months of ``other_id``, or (None) over a time or a
    limit in which there is no right to them: to be recovered. ``person_id`` is the surviving
    record. ``standing``: it is still so."""

    id: UUID
    person_id: UUID
    kind: Kind
    cause: Cause
    benefit_id: UUID
    other_id: UUID | None
    months: tuple[date, ...]
    area_code: str
    office: str
    found_on: date
    standing: bool = True
    told_event: UUID | None = None


def until(today: date, holder: Holder) -> Holder:
    """The holder as far as a validity is over by a day. What another service granted beyond a validity
    that still runs is no finding yet: that service stops it when the certificate expires (E4)."""

    def running(one: Holder) -> Holder:
        return one if one.valid_until < today else replace(one, valid_until=date.max)

    return replace(running(holder), others=tuple(running(one) for one in holder.others))


def holds(grant: Grant, holder: Holder, *, withdrawn: bool = False) -> bool:
    """Whether this grant stands on this certificate, given everything known now."""
    before_revocation = holder.revoked_on is None or grant.valid_from < holder.revoked_on
    return before_revocation and not withdrawn
