"""Social-insurance subsidy for enterprises that hire (企业招用社会保险补贴): may months be claimed?

The rule of 财社[2002]107 (B4-B7): a service enterprise hires a certificate holder on a new post by a
contract of a least term; the subsidy follows the contract, three years at most. The least term fell
from 36 to 12 months with 财税[2003]192 on 2003-08-23 (R28): the terms of the day on which the work
began hold. Every function here is pure; facts come from events in any order, and only the facts
that are known decide, so the same facts give the same outcome whichever came first.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from kit.decisions import Condition
from subsidy.programmes.facts import months_between

PROGRAMME = "si-enterprise"
RULE = "subsidy.social_insurance_enterprise"
RULE_VERSION = "2002"

Standing = Literal["pending", "outside", "refused", "open", "closed", "voided"]
Population = Literal["base", "outside"]
CloseReason = Literal[
    "placement-ended", "placement-voided", "certificate-revoked", "certificate-expired", "facts-changed"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Certificate:
    """What we heard of a certificate: issued, until when it is valid, from which day on revoked or
    suspended. ``expired_on``: the first day after it had run out, once registry has said so."""

    id: UUID
    issued_on: date
    valid_until: date | None = None
    revoked_on: date | None = None
    event_id: UUID | None = None
    expired_on: date | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """What we heard of a placement with an employer. ``contract_months`` None: no contract shown."""

    id: UUID
    worker_id: UUID
    employer_id: UUID
    started_on: date
    contract_months: int | None
    new_post: bool
    ended_on: date | None = None
    voided: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """All facts about one placement. None: the event that tells it has not arrived."""

    placement: Placement
    population: Population | None
    sector: str | None
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """The parameters of a day: months of contract at least and at most, sectors, their clauses."""

    contract_months_min: int
    contract_months_min_clause: str
    months_max: int
    sectors: frozenset[str]
    clause: str


@dataclass(frozen=True, slots=True)
class Window:
    """From which day to which day months may be claimed, and how many (calendar) months."""

    start: date
    end: date
    months: int


@dataclass(frozen=True, slots=True)
class Closing:
    """Why and from which day on nothing more may be claimed."""

    reason: CloseReason
    on: date


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the facts say today. ``window`` is what was granted for the whole contract; a
    ``closing`` cuts it. ``conditions`` in the order of the rule, the first failing one refuses."""

    standing: Standing
    conditions: tuple[Condition, ...] = ()
    window: Window | None = None
    closing: Closing | None = None

    @property
    def granted(self) -> bool:
        return self.window is not None

    @property
    def clause(self) -> str | None:
        """The clause of the first failing condition; None when granted."""
        return next((f"{one.clause}/{one.code}" for one in self.conditions if not one.ok), None)

    @property
    def claimable(self) -> Window | None:
        """The window after a closing: the month in which work or the certificate ended is its last."""
        if self.window is None or self.closing is None:
            return self.window
        end = min(self.window.end, self.closing.on)
        months = min(self.window.months, months_between(self.window.start, end) + 1)
        return replace(self.window, end=end, months=max(months, 0))


def term_end(start: date, months: int) -> date:
    """The last day of a term that begins on ``start`` (2003-03-15 and 12 months: 2004-03-14).

    A term that begins on a day which the last month does not have ends with that month.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    if start.day > last:
        return date(year, month + 1, last)
    return date(year, month + 1, start.day) - timedelta(days=1)


def assess(case: Case, terms: Terms | None) -> Outcome:
    """Decide one case. ``terms`` are those of the day on which work began; None before any rule.

    Without the worker's registration or the employer's sector nothing can be decided yet; people
    outside the programme's population (school leavers and others) are no case of this rule; one that
    was granted while two records counted as one person is refused when they no longer do.
    """
    if case.population is None or case.sector is None:
        return Outcome("pending")
    if case.population == "outside":
        return Outcome("outside", (_not_of_the_base(),))
    if terms is None:
        return Outcome("voided" if case.placement.voided else "refused", (_not_in_force(),))
    return assess_2002(case, terms)


def assess_2002(case: Case, terms: Terms) -> Outcome:
    """The shape of the rule from 2002-12-03 to the end of the first round."""
    placement = case.placement
    months = placement.contract_months or 0
    held = covering_certificate(case, months=min(months, terms.months_max)) if months else None
    conditions = (
        Condition(
            "placement-stands", not placement.voided, "policy 5.3",
            "安置记录有效（未作废）", "The placement was not voided",
        ),
        Condition(
            "service-sector", case.sector in terms.sectors, terms.clause,
            "用人单位属商贸、餐饮、服务型企业", "The employer is a service enterprise",
        ),
        Condition(
            "new-post", placement.new_post, terms.clause,
            "属新增岗位", "The post is a new one",
        ),
        Condition(
            "contract-term", months >= terms.contract_months_min, terms.contract_months_min_clause,
            f"劳动合同期限不少于{terms.contract_months_min}个月",
            f"The contract runs for at least {terms.contract_months_min} months",
        ),
        Condition(
            "certificate-held", held is not None, terms.clause,
            "持有有效的《再就业优惠证》", "The worker holds a valid certificate",
        ),
    )  # fmt: skip
    if not all(one.ok for one in conditions) or held is None:
        return Outcome("voided" if placement.voided else "refused", conditions)
    window = _window(placement, held, min(months, terms.months_max))
    closing = _closing(placement, held, window)
    return Outcome("closed" if closing else "open", conditions, window, closing)


def covering_certificate(case: Case, *, months: int) -> Certificate | None:
    """The certificate that opens claims the earliest: issued before the term or the work ends,
    and on its first day in it neither expired nor revoked."""
    placement = case.placement
    last = term_end(placement.started_on, months)
    if placement.ended_on is not None:
        last = min(last, placement.ended_on)

    def usable(one: Certificate) -> bool:
        first = max(one.issued_on, placement.started_on)
        return (
            first <= last
            and (one.valid_until is None or one.valid_until >= first)
            and (one.revoked_on is None or one.revoked_on > first)
            and (one.expired_on is None or one.expired_on > first)
        )

    found = sorted(
        (one for one in case.certificates if usable(one)), key=lambda one: (one.issued_on, one.id)
    )
    return found[0] if found else None


def _window(placement: Placement, held: Certificate, months: int) -> Window:
    """A certificate issued after the start opens claims from the month of its issue (B6)."""
    late = months_between(placement.started_on, max(held.issued_on, placement.started_on))
    start = held.issued_on.replace(day=1) if late else placement.started_on
    return Window(start, term_end(placement.started_on, months), months - late)


def _closing(placement: Placement, held: Certificate, window: Window) -> Closing | None:
    """Whichever cuts the window first; what ends after it closes nothing."""
    cuts: list[Closing] = []
    if placement.ended_on is not None and placement.ended_on < window.end:
        cuts.append(Closing("placement-ended", max(placement.ended_on, window.start)))
    if held.revoked_on is not None and held.revoked_on <= window.end:
        cuts.append(Closing("certificate-revoked", held.revoked_on))
    if held.expired_on is not None and held.expired_on <= window.end:
        cuts.append(Closing("certificate-expired", held.expired_on - timedelta(days=1)))
    return min(cuts, key=lambda one: one.on) if cuts else None


def _not_of_the_base() -> Condition:
    return Condition(
        "base-population", False, "财社[2002]107",
        "属下岗失业人员", "The worker is of the laid-off and unemployed",
    )  # fmt: skip


def _not_in_force() -> Condition:
    return Condition(
        "rule-in-force", False, "财社[2002]107",
        "开始工作之日补贴政策尚未施行", "No rule was in force when the work began",
    )  # fmt: skip


# --- what was told, and what is to be told now ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """What the outside heard of a case so far: an opening that still stands, its closing, and the
    clause of a refusal that still stands."""

    window: Window | None = None
    closing: Closing | None = None
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One event to tell. A ``reverse`` takes the opening back; else a closing holds from ``on``."""

    kind: Literal["opened", "refused", "closed"]
    on: date
    window: Window | None = None
    reason: CloseReason | None = None
    clause: str | None = None
    reverse: bool = False


def tell(case: Case, told: Told, outcome: Outcome) -> tuple[list[Step], Told]:
    """Events that lead from what was told to what holds now; none when nothing changed."""
    if outcome.standing == "pending" or (outcome.standing == "outside" and told == Told()):
        return [], told
    steps: list[Step] = []
    started_on = case.placement.started_on
    stale = told.closing is not None and told.closing != outcome.closing
    if told.window is not None and (told.window != outcome.window or stale):
        steps.append(Step("closed", told.window.start, reason=_why(case, outcome), reverse=True))
        told = Told()
    if outcome.window is not None and told.window is None:
        steps.append(Step("opened", outcome.window.start, window=outcome.window))
    if outcome.closing is not None and outcome.closing != told.closing:
        steps.append(Step("closed", outcome.closing.on, reason=outcome.closing.reason))
    # Taking an opening back because of a void says enough: no refusal beside it.
    reversed_by_void = outcome.standing == "voided" and any(step.reverse for step in steps)
    if outcome.clause is not None and outcome.clause != told.clause and not reversed_by_void:
        steps.append(Step("refused", started_on, clause=outcome.clause))
    return steps, Told(outcome.window, outcome.closing, outcome.clause)


def _why(case: Case, outcome: Outcome) -> CloseReason:
    if outcome.standing == "voided":
        return "placement-voided"
    if outcome.standing == "refused" and any(one.revoked_on for one in case.certificates):
        return "certificate-revoked"
    return "facts-changed"
