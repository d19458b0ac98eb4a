"""Workers: the person, the place that administers them, and the facts that rights hang on.

Every fact here was claimed with a proof at a window; what follows from it is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args
from uuid import UUID

from kit.crypto import IdNumber, Sex
from kit.facts import InTheFuture
from kit.refusal import Refusal
from registry.workers import standing

#: Where a record stands, and what leads there (4.1).
STATES, ACTS = standing.STATES, standing.ACTS

#: The four categories of 中发[2002]12号 (policy R1), the one that 国发[2005]36号 added (厂办大集体
#: 下岗职工, R3), two that some cities added (R3, local), and 无.
Category = Literal[
    "soe_laid_off",
    "soe_unemployed",
    "closed_soe_to_be_placed",
    "dibao_long_term_unemployed",
    "soe_collective_laid_off",
    "urban_collective_laid_off",
    "zero_employment_household_member",
    "none",
]
CATEGORIES: tuple[Category, ...] = get_args(Category)

#: What kind of enterprise the person worked for last: 国有 / 国企所办集体（厂办大集体）/ 集体 / 其他 / 无
EnterpriseKind = Literal["state_owned", "soe_run_collective", "collective", "other", "none"]


class NoSuchWorker(Refusal):
    """No such worker, or not one whom the caller may see."""

    code = "unknown-worker"


class IdNumberTaken(Refusal):
    """The number is registered already."""

    code = "id-number-taken"


class SexDiffers(Refusal):
    """The sex stated is not the one in the ID number."""

    code = "sex-differs-from-id-number"


class BirthDateDiffers(Refusal):
    """The birth date stated is not the one in the ID number."""

    code = "birth-date-differs-from-id-number"


class StatusBeforeBirth(Refusal):
    """A status or an agreement that began before the person was born."""

    code = "fact-before-birth"


class AgreementEndsBeforeStart(Refusal):
    """A centre agreement that ended before it began, or ended without a beginning."""

    code = "agreement-dates-wrong"


class NoPaperOfUnemployment(Refusal):
    """Whoever is registered as unemployed from the first day on shows how the work was lost (4.1)."""

    code = "unemployment-paper-missing"


class NotOfWorkingAge(Refusal):
    """R18: nobody is unemployed outside the legal working age."""

    code = "unemployed-outside-working-age"


class CadreNotProved(Refusal):
    """Claims to be a cadre without the paper of it, or shows one without the claim (R18)."""

    code = "cadre-not-proved"


class ProofDoesNotFit(Refusal):
    """The document shown does not prove the category that is claimed (R1a)."""

    code = "proof-does-not-fit"


@dataclass(frozen=True, slots=True)
class Claims:
    """What the person claims, with proofs, at registration (policy R1a).

    ``former_enterprise_closed``: under the national plan (全国企业兼并破产计划).
    ``settlement_received``: the one-off settlement (一次性安置费).
    ``self_employed_since``, ``stable_income_since``: what R2 excludes when it began before the day
    that the law names. ``zero_employment_household``: recognised as a member of one (R7). ``cadre``:
    has shown a :class:`CadreProof`; of women, who then retire later (R18).
    """

    category: Category = "none"
    former_enterprise_kind: EnterpriseKind = "none"
    former_enterprise_closed: bool = False
    settlement_received: bool = False
    drawing_unemployment_insurance: bool = False
    dibao: bool = False
    jobless_since: date | None = None
    internally_retired: bool = False
    centre_agreement_on: date | None = None
    centre_agreement_ended_on: date | None = None
    self_employed_since: date | None = None
    stable_income_since: date | None = None
    zero_employment_household: bool = False
    cadre: bool = False


#: 下岗证（证明）/ 进中心协议 / 失业保险金领取证 / 失业证 / 关闭破产文件 / 安置费领取凭证 / 低保证 /
#: 原单位证明 / 零就业家庭证明
ProofKind = Literal[
    "layoff-certificate",
    "centre-agreement",
    "unemployment-insurance-booklet",
    "unemployment-card",
    "closure-document",
    "settlement-receipt",
    "dibao-certificate",
    "employer-statement",
    "zero-employment-household-certificate",
]
PROOF_KINDS: tuple[ProofKind, ...] = get_args(ProofKind)


@dataclass(frozen=True, slots=True)
class Proof:
    """The document that proves the category: its kind, its number and its date (R1a)."""

    kind: ProofKind
    reference: str
    on: date


@dataclass(frozen=True, slots=True)
class CadreProof:
    """The paper that shows that somebody is a cadre (任免审批表、干部档案): its number and its date."""

    reference: str
    on: date


@dataclass(frozen=True, slots=True)
class Employer:
    """The former employer (原单位): its name and, where known, its code. No person."""

    name: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """What reaches a person and the household: kept encrypted, shown as present or not."""

    phone: str | None = None
    address: str | None = None
    household_number: str | None = None


@dataclass(frozen=True, slots=True)
class OnPaper:
    """What is printed on a person's papers: the name in plain. Whoever shows it notes the read."""

    name: str = field(repr=False)
    id_number_masked: str
    sex: Sex
    birth_date: date


def mask_phone(number: str) -> str:
    """``13*******34``: enough to tell two numbers of one person apart, and not to call either."""
    first, last = min(3, len(number) // 4), min(2, len(number) // 5)
    return number[:first] + "*" * (len(number) - first - last) + number[-last:]


def mask_address(address: str) -> str:
    """``爱辉区***``: whereabouts; street and house go, and of a short one more than half."""
    return address[: min(5, len(address) // 3)] + "***"


@dataclass(frozen=True, slots=True)
class Worker:
    """One person. What ends in ``_masked`` is what anyone sees; contacts are None where nobody told
    any. ``merged_into``: the record that carries on in place of this one."""

    id: UUID
    id_number_masked: str
    name_masked: str
    phone_masked: str | None
    address_masked: str | None
    has_household: bool
    sex: Sex
    birth_date: date
    claims: Claims
    employer: Employer
    proof: Proof | None
    cadre_proof: CadreProof | None
    area_code: str
    office: str
    registered_on: date
    version: int = 1
    merged_into: UUID | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What other nouns decide on: no person's name, no number."""

    id: UUID
    sex: Sex
    birth_date: date
    claims: Claims
    employer: Employer
    area_code: str
    office: str


def check_identity(number: IdNumber, sex: Sex | None, birth_date: date | None) -> None:
    """What the form says must be what the card says. Raises the two differences."""
    if sex is not None and sex != number.sex:
        raise SexDiffers
    if birth_date is not None and birth_date != number.birth_date:
        raise BirthDateDiffers


def check_dates(
    claims: Claims, *, born: date, status_since: date, registered_on: date, today: date
) -> None:
    """Facts lie between birth and today; an agreement ends after it begins."""
    dates = [status_since, registered_on]
    for day in (
        claims.jobless_since, claims.centre_agreement_on, claims.centre_agreement_ended_on,
        claims.self_employed_since, claims.stable_income_since,
    ):  # fmt: skip
        if day is not None:
            dates.append(day)
    if max(dates) > today:
        raise InTheFuture
    if min(dates) < born:
        raise StatusBeforeBirth
    ended, began = claims.centre_agreement_ended_on, claims.centre_agreement_on
    if ended is not None and (began is None or ended < began):
        raise AgreementEndsBeforeStart


def check_proof(
    claims: Claims, proof: Proof | None, accepted: Collection[str], *, born: date, today: date
) -> None:
    """The document proves this category. ``accepted``: pairs ``category:kind`` of the day.

    Registration without a proof is allowed (it is asked for when a certificate is); a wrong one is
    not. Raises :class:`ProofDoesNotFit`, and for its date what every date raises.
    """
    if proof is None:
        return
    if proof.on > today:
        raise InTheFuture
    if proof.on < born:
        raise StatusBeforeBirth
    if f"{claims.category}:{proof.kind}" not in accepted:
        raise ProofDoesNotFit(category=claims.category, kind=proof.kind)


def check_cadre(claims: Claims, proof: CadreProof | None, *, born: date, today: date) -> None:
    """Whoever claims to be a cadre shows the paper, and nobody else has one. Raises
    :class:`CadreNotProved`, and for its date what every date raises."""
    if claims.cadre != (proof is not None):
        raise CadreNotProved
    if proof is not None and proof.on > today:
        raise InTheFuture
    if proof is not None and proof.on < born:
        raise StatusBeforeBirth
