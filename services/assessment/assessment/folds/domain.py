"""One fact, an event of another service as it came; and, as data, what each type does to items.

``opens``: the fact begins an item (it counts from its day on). ``withdraws``: it counts no more from
the fact's day on (a revocation). ``voids``: it never was, in its original period too (a voided
placement). ``ends``: it is over and still counts as having happened (a job that ended). ``closes``:
voids when the fact names what it reverses, else ends. ``restores``: what withdrew, voided or ended it
was not so: it counts as it did before, from its own first day on.

``each``: the same entity may give many items of the kind (instalments, postings), one per fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

Effect = Literal["opens", "withdraws", "voids", "ends", "closes", "restores"]


class Fact(NamedTuple):
    """An event kept for good. ``id`` is the event's; ``data`` its payload, unknown fields too."""

    id: UUID
    type: str
    entity_id: UUID
    sequence: int
    valid_from: date
    recorded_at: datetime
    area_code: str
    office: str
    worker_id: UUID | None
    reverses: UUID | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """What one event type does to items of one kind. The other fields name payload fields."""

    event: str
    effect: Effect
    kind: str
    each: bool = False
    when: str | None = None  # only if this payload field is set
    only: tuple[str, str] | None = None  # only if this payload field has this value
    on: str | None = None  # day of the item; default: the fact's valid_from
    unit: str | None = None  # who or what is counted apart (household, class, registration)
    tag: str | None = None
    aspect: str | None = None
    mark: str | None = None  # a true flag leaves its own name here
    amount: str | None = None  # yuan on the wire, fen in the item
    quantity: str | None = None
    until: str | None = None  # due day, end of contract


LIFE_FACT = "life-fact"

RULES: tuple[Rule, ...] = (
    # registry 登记
    Rule(
        "registry.office.opened.v1",
        "opens",
        "office",
        tag="kind",
        aspect="name",
        mark="code",
        quantity="staff",
    ),
    Rule("registry.office.changed.v1", "withdraws", "office", only=("change", "closed")),
    Rule(
        "registry.worker.registered.v1",
        "opens",
        "centre-agreement",
        when="centre_agreement_on",
        on="centre_agreement_on",
    ),
    Rule("registry.certificate.granted.v1", "opens", "certificate-granted", tag="category"),
    Rule("registry.certificate.refused.v1", "withdraws", "certificate-granted"),
    Rule(
        "registry.certificate.issued.v1",
        "opens",
        "certificate-issued",
        tag="category",
        until="valid_until",
    ),
    # A certificate is revoked when its category turns out wrong: then nobody is entitled either.
    Rule("registry.certificate.revoked.v1", "withdraws", "certificate-issued"),
    Rule("registry.certificate.revoked.v1", "withdraws", "certificate-granted"),
    # What revoked it was reversed, or two people were no longer one (5.3 no. 6), or what its last day
    # follows from was corrected (R12).
    Rule(
        "registry.certificate.restored.v1",
        "restores",
        "certificate-issued",
        until="valid_until",
    ),
    Rule("registry.certificate.restored.v1", "restores", "certificate-granted"),
    # Retirement, death, service, emigration, prison: while it holds, nobody is in a base (E8).
    Rule("registry.life-fact.recorded.v1", "opens", LIFE_FACT, tag="kind", until="until"),
    Rule("registry.life-fact.ended.v1", "ends", LIFE_FACT, on="until"),
    Rule("registry.life-fact.reversed.v1", "voids", LIFE_FACT, only=("what", "fact")),
    Rule("registry.life-fact.reversed.v1", "restores", LIFE_FACT, only=("what", "end")),
    Rule("registry.difficulty.recognised.v1", "opens", "difficulty", tag="kind"),
    # Whoever found work was recognised all the same (I7 counts them in its denominator); one that
    # was superseded names the recognition that it reverses, and never was.
    Rule("registry.difficulty.exited.v1", "closes", "difficulty"),
    Rule(
        "registry.difficulty.reinstated.v1", "opens", "difficulty", tag="kind", on="recognised_on"
    ),
    Rule(
        "registry.benefit.annotated.v1",
        "opens",
        "benefit",
        tag="kind",
        unit="certificate_id",
        amount="amount",
    ),
    Rule("registry.benefit.reversed.v1", "voids", "benefit"),
    Rule(
        "registry.relief.posted.v1",
        "opens",
        "relief",
        each=True,
        tag="item",
        aspect="beneficiary_unit",
        mark="kind",
        unit="beneficiary_id",
        amount="amount",
    ),
    Rule(
        "registry.relief.total-stated.v1",
        "opens",
        "relief-stated",
        each=True,
        on="period_to",
        tag="kind",
        aspect="authority",
        amount="amount",
    ),
    Rule("registry.pairing.formed.v1", "opens", "pairing-formed", tag="helper_office"),
    Rule("registry.pairing.placed.v1", "opens", "pairing-placed", unit="placement_id"),
    Rule("registry.pairing.unplaced.v1", "voids", "pairing-placed"),
    # jobs-market 就业服务
    Rule(
        "jobs-market.post.opened.v1",
        "opens",
        "post-opened",
        unit="employer_id",
        tag="sector",
        mark="new_investment",
    ),
    Rule(
        "jobs-market.post.lost.v1",
        "opens",
        "post-lost",
        unit="employer_id",
        tag="sector",
        aspect="reason",
    ),
    Rule(
        "jobs-market.vacancy.reported.v1",
        "opens",
        "vacancy",
        unit="employer_id",
        quantity="headcount",
    ),
    Rule("jobs-market.vacancy.closed.v1", "ends", "vacancy"),
    Rule("jobs-market.jobseeker.registered.v1", "opens", "jobseeker", until="valid_until"),
    Rule("jobs-market.jobseeker.withdrawn.v1", "ends", "jobseeker"),
    Rule("jobs-market.referral.issued.v1", "opens", "referral-issued", unit="jobseeker_id"),
    Rule(
        "jobs-market.referral.resolved.v1",
        "opens",
        "referral-resolved",
        unit="vacancy_id",
        tag="outcome",
    ),
    Rule(
        "jobs-market.placement.confirmed.v1",
        "opens",
        "placement",
        unit="employer_id",
        tag="channel",
        aspect="sector",
        mark="new_post",
    ),
    Rule("jobs-market.placement.ended.v1", "ends", "placement", on="ended_on"),
    Rule("jobs-market.placement.voided.v1", "voids", "placement"),
    Rule(
        "jobs-market.public-welfare-post.developed.v1", "opens", "public-welfare-post", tag="kind"
    ),
    Rule(
        "jobs-market.training-class.opened.v1",
        "opens",
        "training-class",
        tag="kind",
        quantity="planned",
    ),
    Rule("jobs-market.training-class.completed.v1", "ends", "training-class"),
    Rule("jobs-market.enrolment.enrolled.v1", "opens", "enrolment", unit="class_id"),
    Rule(
        "jobs-market.enrolment.resulted.v1",
        "opens",
        "enrolment-resulted",
        unit="class_id",
        tag="result",
    ),
    Rule("jobs-market.enrolment.employed.v1", "opens", "enrolment-employed", unit="class_id"),
    Rule("jobs-market.enrolment.unemployed.v1", "voids", "enrolment-employed"),
    # subsidy 资金
    Rule(
        "subsidy.appropriation.received.v1",
        "opens",
        "appropriation",
        each=True,
        tag="source",
        aspect="fund",
        amount="amount",
    ),
    Rule(
        "subsidy.arrangement.made.v1",
        "opens",
        "arrangement",
        each=True,
        tag="use_code",
        aspect="fund",
        mark="finding",
        amount="amount",
    ),
    Rule("subsidy.appropriation.reversed.v1", "withdraws", "appropriation"),
    Rule("subsidy.arrangement.reversed.v1", "withdraws", "arrangement"),
    # What a budget took back of an arrangement is a posting of its own day too.
    Rule(
        "subsidy.arrangement.reduced.v1",
        "opens",
        "arrangement-reduced",
        each=True,
        tag="use_code",
        aspect="fund",
        mark="finding",
        amount="amount",
    ),
    Rule(
        "subsidy.payment.made.v1",
        "opens",
        "payment",
        each=True,
        tag="use_code",
        aspect="fund",
        unit="arrangement_id",
        amount="amount",
    ),
    # Money that came back is a posting of its own day; it does not unmake the payment.
    Rule(
        "subsidy.payment.reversed.v1",
        "opens",
        "payment-reversed",
        each=True,
        tag="use_code",
        aspect="fund",
        amount="amount",
    ),
    Rule(
        "subsidy.entitlement.opened.v1",
        "opens",
        "entitlement",
        tag="programme",
        unit="employer_id",
        quantity="months",
    ),
    Rule("subsidy.entitlement.closed.v1", "closes", "entitlement"),
    # loans 小额担保贷款
    Rule(
        "loans.contribution.received.v1",
        "opens",
        "contribution",
        each=True,
        tag="level",
        amount="amount",
    ),
    Rule("loans.loan.disbursed.v1", "opens", "loan-disbursed", amount="principal", until="due_on"),
    Rule("loans.loan.repaid.v1", "opens", "loan-repaid", each=True, amount="principal"),
    Rule("loans.loan.settled.v1", "ends", "loan-disbursed"),
)

#: Facts that are kept and make no item: a person, who is whom, who moved, a place, or nothing that is
#: counted yet.
PERSON = "registry.worker.registered.v1"
MERGED = "registry.worker.merged.v1"
UNMERGED = "registry.worker.unmerged.v1"
CORRECTED = "registry.worker.corrected.v1"
AREA = "registry.area.established.v1"
OFFICE = "registry.office.opened.v1"
KEPT: tuple[str, ...] = (
    AREA,
    "registry.worker.category-corrected.v1",
    "registry.labour-status.changed.v1",
    "registry.area.renamed.v1",
    "registry.area.ended.v1",
    "registry.area.change-reversed.v1",
    "registry.certificate.investigation-opened.v1",
    "registry.certificate.investigation-closed.v1",
    "registry.certificate.inspected.v1",
    "registry.certificate.inspection-reversed.v1",
    "registry.certificate.suspended.v1",
    "registry.certificate.reinstated.v1",
    "registry.certificate.lost.v1",
    "registry.certificate.found.v1",
    "registry.certificate.reissued.v1",
    "registry.certificate.expired.v1",
    "registry.unemployment.registered.v1",
    "registry.unemployment.resumed.v1",
    "registry.unemployment.employed.v1",
    "registry.unemployment.cancelled.v1",
    "registry.unemployment.voided.v1",
    "registry.unemployment-insurance.started.v1",
    "registry.unemployment-insurance.resumed.v1",
    "registry.unemployment-insurance.stopped.v1",
    "registry.unemployment-insurance.exhausted.v1",
    "registry.unemployment-insurance.voided.v1",
    "registry.unemployment-insurance.employed.v1",
    "registry.unemployment-insurance.employment-voided.v1",
    "registry.unemployment-insurance.deferred.v1",
    "registry.unemployment-insurance.deferral-voided.v1",
    "registry.unemployment-insurance.finding-noted.v1",
    "registry.unemployment-insurance.finding-lifted.v1",
    "registry.benefit.granted.v1",
    "registry.benefit.stopped.v1",
    "registry.benefit.recovery-ordered.v1",
    "registry.benefit.recovery-lifted.v1",
    "registry.benefit.recovered.v1",
    "registry.benefit.overlap-found.v1",
    "registry.benefit.overlap-cleared.v1",
    "jobs-market.employer.registered.v1",
    "jobs-market.public-welfare-post.occupied.v1",
    "jobs-market.public-welfare-post.vacated.v1",
    "subsidy.entitlement.refused.v1",
    "subsidy.budget.approved.v1",
    "subsidy.budget.released.v1",
    "subsidy.budget.reallocated.v1",
    "subsidy.budget.closed.v1",
    "subsidy.budget.line-exhausted.v1",
    "subsidy.fund.unallocated-aged.v1",
    "subsidy.matching.required.v1",
    "subsidy.matching.missed.v1",
    "subsidy.matching.met.v1",
    "subsidy.matching.reversed.v1",
    "subsidy.benefit.paid.v1",
    "subsidy.benefit.recovered.v1",
)

#: Nouns of others that nothing here counts: which days are worked, what somebody earned, who might be whom,
#: money that is held back within one line, when a book is closed, and how far a claim or a body's project is
#: (what was paid is told by payments and benefits).
LEFT_ALONE: frozenset[str] = frozenset(
    {
        "registry.calendar",
        "registry.contribution",
        "registry.duplicate",
        "registry.insurance-refund",
        "subsidy.claim",
        "subsidy.project",
        "subsidy.reservation",
        "subsidy.period",
    }
)

RULES_OF: dict[str, tuple[Rule, ...]] = {
    event: tuple(rule for rule in RULES if rule.event == event)
    for event in dict.fromkeys(rule.event for rule in RULES)
}
KINDS: frozenset[str] = frozenset(rule.kind for rule in RULES)
#: Every event type that this service hears.
HEARD: tuple[str, ...] = tuple(
    dict.fromkeys([*RULES_OF, PERSON, MERGED, UNMERGED, CORRECTED, *KEPT])
)
