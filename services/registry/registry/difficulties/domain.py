"""Persons in difficulty: rule ``difficulty_4050`` (中发[2002]12号; policy R4, R4a).

Men of 50 and women of 40 or more, of the target group, without work. The age is counted on the
day of recognition; other reference dates are local and of later years.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal
from uuid import UUID

from kit.crypto import Sex
from kit.decisions import Condition
from kit.refusal import Refusal
from registry.labour_status.domain import BASE_STATUSES, LabourStatus
from registry.rules import Clause
from registry.workers.domain import Category

RULE = "registry.difficulty_4050"
VERSION = "2002"
MALE_PARAMETER = "registry.difficulty_age_male"
FEMALE_PARAMETER = "registry.difficulty_age_female"

Kind = Literal["4050"]
#: 已认定 / 不予认定 / 已退出
State = Literal["recognised", "refused", "exited"]
#: 已就业 / 退休 / 三次无正当理由拒绝推荐 / 其他
ExitReason = Literal["employed", "retired", "refused_three_offers", "other"]


class NoSuchDifficulty(Refusal):
    """No such recognition, or not one whom the caller may see."""

    code = "unknown-difficulty"


class AlreadyRecognised(Refusal):
    """The person is recognised as this kind and has not left it."""

    code = "already-recognised"


class LawNotInForce(Refusal):
    """Asked for on a day before the law that recognises persons in difficulty."""

    code = "recognition-not-in-force"


class NotRecognised(Refusal):
    """Only a recognised person can leave."""

    code = "not-recognised"


class ExitBeforeRecognition(Refusal):
    """The exit is dated before the recognition."""

    code = "exit-before-recognition"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule looks at, on the day of recognition."""

    sex: Sex
    birth_date: date
    category: Category
    status: LabourStatus


@dataclass(frozen=True, slots=True)
class Terms:
    """Ages in full years (``policies/difficulty.toml``)."""

    male_age: int
    female_age: int


def age(born: date, on: date) -> int:
    """Full years on a day; someone born on 29 February ages on 1 March in common years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _old_enough(facts: Facts, terms: Terms, on: date) -> bool:
    needed = terms.male_age if facts.sex == "male" else terms.female_age
    return age(facts.birth_date, on) >= needed


CLAUSES = (
    Clause(
        "target-group", "中发[2002]12号 R1",
        "属于下岗失业人员且为四类对象之一", "is of the base population and of one of the four categories",
        ("category", "labour_status"),
    ),
    Clause(
        "age-4050", "中发[2002]12号 R4",
        "男满五十周岁、女满四十周岁", "is a man of 50 or a woman of 40 or more",
        ("sex", "birth_date"),
    ),
)  # fmt: skip
_TARGET_GROUP, _AGE = CLAUSES


def difficulty_4050(facts: Facts, terms: Terms, on: date) -> tuple[Condition, ...]:
    """Every condition with its outcome. All hold: recognised."""
    in_group = facts.category != "none" and facts.status in BASE_STATUSES
    return (_TARGET_GROUP.outcome(in_group), _AGE.outcome(_old_enough(facts, terms, on)))


def record(facts: Facts) -> dict[str, Any]:
    """The facts as a decision keeps them."""
    return {
        "sex": facts.sex,
        "birth_date": facts.birth_date,
        "category": facts.category,
        "labour_status": facts.status,
    }


def again(
    facts: Mapping[str, Any], parameters: Mapping[str, Any], law_on: date
) -> tuple[tuple[Condition, ...], dict[str, Any]]:
    """The rule run on nothing but a decision's record (see ``kit.decisions.rederive``)."""
    born = date.fromisoformat(facts["birth_date"])
    known = Facts(facts["sex"], born, facts["category"], facts["labour_status"])
    terms = Terms(int(parameters[MALE_PARAMETER]), int(parameters[FEMALE_PARAMETER]))
    return difficulty_4050(known, terms, law_on), {}


@dataclass(frozen=True, slots=True)
class Difficulty:
    """One decision about one person and kind."""

    id: UUID
    worker_id: UUID
    kind: Kind
    state: State
    recognised_on: date
    decision_id: UUID
    area_code: str
    office: str
    clause: str | None = None
    exited_on: date | None = None
    exit_reason: ExitReason | None = None
    told_event: UUID | None = None
    version: int = 1

    def exit(self, *, reason: ExitReason, on: date) -> Difficulty:
        """Leaves the group. Raises when it never entered, or left before it entered."""
        if self.state != "recognised":
            raise NotRecognised
        if on < self.recognised_on:
            raise ExitBeforeRecognition
        return replace(
            self, state="exited", exited_on=on, exit_reason=reason, version=self.version + 1
        )
