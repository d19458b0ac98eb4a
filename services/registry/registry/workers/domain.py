"""Workers: the person, the place that administers them, and the facts that rights hang on.

Every fact here was claimed with a proof at a window; what follows from it is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args
from uuid import UUID

from kit.crypto import IdNumber, Sex
from kit.facts import InTheFuture
from kit.refusal import Refusal

#: The four categories of 中发[2002]12号 (policy R1) and 无.
Category = Literal[
    "soe_laid_off",
    "soe_unemployed",
    "closed_soe_to_be_placed",
    "dibao_long_term_unemployed",
    "none",
]
CATEGORIES: tuple[Category, ...] = get_args(Category)

#: What kind of enterprise the person worked for last: 国有 / 集体 / 其他 / 无
EnterpriseKind = Literal["state_owned", "collective", "other", "none"]


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


class SameCategory(Refusal):
    """A correction to the category that is recorded already."""

    code = "category-unchanged"


@dataclass(frozen=True, slots=True)
class Claims:
    """What the person claims, with proofs, at registration (policy R1a).

    ``former_enterprise_closed``: under the national plan (全国企业兼并破产计划).
    ``settlement_received``: the one-off settlement (一次性安置费).
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


@dataclass(frozen=True, slots=True)
class Worker:
    """One person. ``name_masked`` and ``id_number_masked`` are what anyone sees."""

    id: UUID
    id_number_masked: str
    name_masked: str
    has_phone: bool
    sex: Sex
    birth_date: date
    claims: Claims
    area_code: str
    office: str
    registered_on: date
    version: int = 1

    def with_category(self, category: Category) -> Worker:
        """The worker after a correction. Raises :class:`SameCategory`."""
        if category == self.claims.category:
            raise SameCategory
        return replace(
            self, claims=replace(self.claims, category=category), version=self.version + 1
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """What other nouns decide on: no name, no number."""

    id: UUID
    sex: Sex
    birth_date: date
    claims: Claims
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
    for day in (claims.jobless_since, claims.centre_agreement_on, claims.centre_agreement_ended_on):
        if day is not None:
            dates.append(day)
    if max(dates) > today:
        raise InTheFuture
    if min(dates) < born:
        raise StatusBeforeBirth
    ended, began = claims.centre_agreement_ended_on, claims.centre_agreement_on
    if ended is not None and (began is None or ended < began):
        raise AgreementEndsBeforeStart
