"""Filings: who may be registered as unemployed, and when a registration may be cancelled.

Rule ``unemployment_registration``: of legal working age, without work, not pensioned, with the paper
that shows how the work was lost (policy 4.1, R18). Rule ``unemployment_cancellation``: the three
reasons of R20 that hang on a number, a time or an income. A filing that R19 asks for is taken whenever
it comes; how late it is, is written down. Employment is filed with the reference of its contract, a
trade with that of its licence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from kit.crypto import Sex
from kit.decisions import Clause, Condition
from kit.facts import add_months
from kit.money import fen, yuan
from kit.refusal import Refusal
from registry.labour_status.domain import LabourStatus
from registry.unemployment.domain import (
    AGE_CADRE,
    AGE_FEMALE,
    AGE_MALE,
    AGE_MIN,
    Ages,
    EvidenceKind,
    StatedKind,
    StatedReason,
)

REGISTRATION = "registry.unemployment_registration"
CANCELLATION = "registry.unemployment_cancellation"
#: The versions that decide now. Of cancelling, ``2002`` asked for no income.
REGISTRATION_VERSION, CANCELLATION_VERSION = "2002", "2002-2"
LEAST_WAGE = "registry.minimum_wage"
REFUSALS = "registry.unemployment_refusals"
NO_CONTACT = "registry.unemployment_no_contact_months"

#: Which papers show which loss of work.
SUITS: dict[StatedKind, frozenset[EvidenceKind]] = {
    "laid_off": frozenset({"layoff_voucher", "separation_proof"}),
    "dismissed": frozenset({"dismissal_notice", "separation_proof"}),
    "contract_ended": frozenset({"separation_proof"}),
    "bankrupt_enterprise": frozenset({"bankruptcy_ruling", "separation_proof"}),
    "self_employed_closed": frozenset({"licence_cancellation"}),
    "graduate": frozenset({"graduation_certificate"}),
    "other": frozenset({"community_proof", "separation_proof"}),
}
#: 劳动合同 / 营业执照 / 灵活就业申报
Form = Literal["contract", "licence", "flexible"]
FORMS: dict[str, str] = {"contract": "劳动合同", "licence": "营业执照", "flexible": "灵活就业"}
#: What is filed with the reference of the paper that it rests on (R19, R20).
ON_PAPER: frozenset[str] = frozenset({"contract", "licence", "hired", "self_employed"})
#: 用人单位 / 本人 / 街道
FiledBy = Literal["employer", "self", "street"]
BY: dict[str, str] = {"employer": "用人单位", "self": "本人", "street": "街道"}
#: 上门 / 电话 / 来访 / 信函
Channel = Literal["visit", "phone", "office", "letter"]
CHANNELS: dict[str, str] = {
    "visit": "上门走访",
    "phone": "电话",
    "office": "来访",
    "letter": "信函",
}


class AlreadyRegistered(Refusal):
    """The person is registered as unemployed on that day."""

    code = "already-registered-unemployed"


class WrongState(Refusal):
    """The registration's state does not allow this."""

    code = "unemployment-state"


class OutOfOrder(Refusal):
    """Dated before what it follows."""

    code = "unemployment-out-of-order"


class FiledAlready(Refusal):
    """The job's paper is there."""

    code = "filed-already"


class NoJob(Refusal):
    """No job of this person is known that could end on that day."""

    code = "no-job-to-end"


class FiledBeforeFact(Refusal):
    """Filed before it happened."""

    code = "filed-before-fact"


class OutsideWorkingAge(Refusal):
    """R18: younger or older than the legal working age. ``decision`` names the record."""

    code = "outside-working-age"


class AtWork(Refusal):
    """Employed on that day; a job ends by its separation filing or by what jobs-market tells."""

    code = "still-employed"


class Pensioned(Refusal):
    """Retired, or dead."""

    code = "pensioned"


class OutsideLabourForce(Refusal):
    """In school, in the army, abroad, in prison, or unable to work."""

    code = "outside-labour-force"


class EvidenceDoesNotSuit(Refusal):
    """The paper does not show this loss of work, or is of a later day."""

    code = "evidence-does-not-suit"


class WorkPaperMissing(Refusal):
    """R19: employment names its contract, a trade its licence (R20)."""

    code = "work-paper-missing"


class IncomeMissing(Refusal):
    """R20: a stable income is said in yuan a month, and nothing else has one."""

    code = "income-missing"


class LeastWageNotSet(Refusal):
    """R20: the city has set no least wage for that day, and nothing is decided on a value that nobody
    set."""

    code = "least-wage-not-set"


class IncomeTooLow(Refusal):
    """R20: the income is below the least wage of the day."""

    code = "income-below-least-wage"


class TooFewRefusals(Refusal):
    """R20: fewer referrals refused in this spell than the clause asks for."""

    code = "too-few-refusals"


class StillInContact(Refusal):
    """R20: in touch within the months of the clause."""

    code = "still-in-contact"


@dataclass(frozen=True, slots=True)
class Applicant:
    """What the rule looks at, on the day of registration."""

    sex: Sex
    birth_date: date
    cadre: bool
    status: LabourStatus
    kind: StatedKind
    evidence_kind: EvidenceKind
    evidence_on: date
    school: bool
    graduated_on: date | None


_OUTSIDE = frozenset({"schooling", "enlisted", "emigrated", "imprisoned", "incapacitated"})
REGISTRATION_CLAUSES = (
    Clause("working-age", "法定劳动年龄 R18", "在法定劳动年龄内", "is of legal working age",
           ("sex", "birth_date", "cadre")),
    Clause("not-pensioned", "法定劳动年龄 R18", "未退休、未领取养老金", "is not pensioned",
           ("labour_status",)),
    Clause("not-employed", "失业登记 4.1", "目前无工作", "is without work", ("labour_status",)),
    Clause("in-labour-force", "失业登记 R20", "有劳动能力且不在学、服役、境外、服刑",
           "is able to work, and not in school, army, prison or abroad", ("labour_status",)),
    Clause("evidence", "失业登记 4.1", "持与失业原因相符的证明", "shows the paper of this loss of work",
           ("kind", "evidence_kind", "evidence_on", "school", "graduated_on")),
)  # fmt: skip
_AGE, _PENSION, _WORK, _FORCE, _EVIDENCE = REGISTRATION_CLAUSES
REGISTRATION_REFUSALS: dict[str, type[Refusal]] = {
    "working-age": OutsideWorkingAge, "not-pensioned": Pensioned, "not-employed": AtWork,
    "in-labour-force": OutsideLabourForce, "evidence": EvidenceDoesNotSuit,
}  # fmt: skip


def _shown(facts: Applicant, on: date) -> bool:
    if facts.evidence_kind not in SUITS[facts.kind] or facts.evidence_on > on:
        return False
    if facts.kind != "graduate":
        return True
    return facts.school and facts.graduated_on is not None and facts.graduated_on <= on


def may_register(facts: Applicant, ages: Ages, on: date) -> tuple[Condition, ...]:
    """Every condition with its outcome. All hold: registered."""
    return (
        _AGE.outcome(ages.admit(facts.sex, facts.birth_date, cadre=facts.cadre, on=on)),
        _PENSION.outcome(facts.status not in ("retired", "deceased")),
        _WORK.outcome(facts.status != "employed"),
        _FORCE.outcome(facts.status not in _OUTSIDE),
        _EVIDENCE.outcome(_shown(facts, on)),
    )


def record(facts: Applicant) -> dict[str, Any]:
    """The facts as a decision keeps them; of the school only whether it was named."""
    return {
        "sex": facts.sex, "birth_date": facts.birth_date, "cadre": facts.cadre,
        "labour_status": facts.status, "kind": facts.kind, "evidence_kind": facts.evidence_kind,
        "evidence_on": facts.evidence_on, "school": facts.school,
        "graduated_on": facts.graduated_on,
    }  # fmt: skip


def registration_again(
    facts: Mapping[str, Any], parameters: Mapping[str, Any], law_on: date
) -> tuple[tuple[Condition, ...], dict[str, Any]]:
    """The rule run on nothing but a decision's record (see ``kit.decisions.rederive``)."""
    graduated = facts["graduated_on"]
    applicant = Applicant(
        facts["sex"], date.fromisoformat(facts["birth_date"]), facts["cadre"],
        facts["labour_status"], facts["kind"], facts["evidence_kind"],
        date.fromisoformat(facts["evidence_on"]), facts["school"],
        date.fromisoformat(graduated) if graduated else None,
    )  # fmt: skip
    ages = Ages(*(int(parameters[name]) for name in (AGE_MIN, AGE_MALE, AGE_FEMALE, AGE_CADRE)))
    return may_register(applicant, ages, law_on), {}


@dataclass(frozen=True, slots=True)
class Leaving:
    """What the rule of cancelling looks at: refusals in this spell, the last contact, and what is
    earned: ``income`` in fen a month."""

    reason: StatedReason
    refusals: int
    contacted_on: date | None
    income: int | None = None


CANCELLATION_CLAUSES = (
    Clause("refusals", "就业服务与就业管理规定 R20", "无正当理由拒绝推荐达到规定次数",
           "has refused as many referrals as the clause asks for", ("reason", "refusals")),
    Clause("no-contact", "就业服务与就业管理规定 R20", "连续规定月数未与公共就业服务机构联系",
           "has not been in touch for the months of the clause", ("reason", "contacted_on")),
    Clause("stable-income", "就业服务与就业管理规定 R20", "有稳定收入且不低于当地最低工资标准",
           "has a stable income of at least the local least wage", ("reason", "monthly_income")),
)  # fmt: skip
_REFUSED, _SILENT, _INCOME = CANCELLATION_CLAUSES
CANCELLATION_REFUSALS: dict[str, type[Refusal]] = {
    "refusals": TooFewRefusals, "no-contact": StillInContact, "stable-income": IncomeTooLow,
}  # fmt: skip


def may_cancel(
    facts: Leaving, times: int, months: int, on: date, least_wage: int | None = None
) -> tuple[Condition, ...]:
    """Every condition; one that the reason does not ask for holds. ``least_wage``: fen a month, of the
    day; known whenever the reason is a stable income."""
    silent = facts.contacted_on is None or add_months(facts.contacted_on, months) <= on
    enough = facts.income is not None and least_wage is not None and facts.income >= least_wage
    return (
        _REFUSED.outcome(facts.reason != "refused_three" or facts.refusals >= times),
        _SILENT.outcome(facts.reason != "no_contact" or silent),
        _INCOME.outcome(facts.reason != "stable_income" or enough),
    )


def leaving_record(facts: Leaving) -> dict[str, Any]:
    return {
        "reason": facts.reason, "refusals": facts.refusals, "contacted_on": facts.contacted_on,
        "monthly_income": None if facts.income is None else yuan(facts.income),
    }  # fmt: skip


def cancellation_again(
    facts: Mapping[str, Any], parameters: Mapping[str, Any], law_on: date
) -> tuple[tuple[Condition, ...], dict[str, Any]]:
    """The rule run on nothing but a decision's record."""
    contacted, income = facts["contacted_on"], facts.get("monthly_income")
    leaving = Leaving(
        facts["reason"], facts["refusals"], date.fromisoformat(contacted) if contacted else None,
        None if income is None else fen(income),
    )  # fmt: skip
    times, months = int(parameters[REFUSALS]), int(parameters[NO_CONTACT])
    least = parameters.get(LEAST_WAGE)
    least_wage = None if least is None else fen(str(least))
    return may_cancel(leaving, times, months, law_on, least_wage), {}


def cancellation_2002_again(
    facts: Mapping[str, Any], parameters: Mapping[str, Any], law_on: date
) -> tuple[tuple[Condition, ...], dict[str, Any]]:
    """As it was asked before a stable income had a number."""
    conditions, outcome = cancellation_again(facts, parameters, law_on)
    return conditions[:2], outcome


def check_paper(what: str, reference: str | None) -> None:
    """``what``: the form of work, or the reason of leaving. Raises :class:`WorkPaperMissing`."""
    if what in ON_PAPER and reference is None:
        raise WorkPaperMissing


def check_income(reason: StatedReason, income: int | None) -> None:
    """Raises :class:`IncomeMissing`."""
    if (reason == "stable_income") != (income is not None):
        raise IncomeMissing


def late_days(happened_on: date, filed_on: date, limit: int) -> int:
    """How many days after the limit it was filed; 0 in time. Raises :class:`FiledBeforeFact`."""
    if filed_on < happened_on:
        raise FiledBeforeFact
    return max((filed_on - (happened_on + timedelta(days=limit))).days, 0)
