"""What recognitions look like on the wire."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kit.areas import AreaCode
from kit.ids import new_id
from kit.wire import Asked as Sent
from kit.wire import FactDate, Text, impersonal, terms
from registry.difficulties.census import CensusCounts, Possible
from registry.difficulties.domain import (
    Asked,
    Difficulty,
    ExitReason,
    HandReason,
    Proof,
    State,
)
from registry.difficulties.rule import KINDS, Evidence, Kind
from registry.difficulties.usecases import Recognise

KIND = "类别：" + terms(
    {
        "4050": "男满五十、女满四十周岁", "disabled": "残疾", "health": "身体状况", "low_skill": "技能水平低",
        "family": "家庭因素（零就业家庭）", "dibao": "低保", "land_loss": "失去土地",
        "long_term_jobless": "长期失业",
    }
)  # fmt: skip
STATE = "状态：recognised 已认定，refused 不予认定，exited 已退出"
EXIT = "原因：" + terms(
    {
        "employed": "已就业", "retired": "退休", "deceased": "死亡", "emigrated": "出境定居",
        "imprisoned": "服刑", "enlisted": "参军", "incapacitated": "完全丧失劳动能力",
        "refused_three_offers": "三次拒绝推荐", "wish_ended": "无就业愿望", "dibao_ended": "低保停发",
        "superseded": "已有同类认定",
        "corrected": "更正后不符合条件",
        "other": "其他",
    }
)  # fmt: skip
PROOF = "证明：" + terms(
    {
        "disability-certificate": "残疾人证", "medical-proof": "健康证明", "skill-proof": "技能证明",
        "zero-employment-household": "零就业家庭认定", "dibao-certificate": "低保证",
        "hardship-proof": "街道特困证明", "land-loss-proof": "失地证明",
    }
)  # fmt: skip
ANSWER = "答复：applies 申请，declines 放弃"
_WORKER = "019a9d2c-8f00-7000-8000-0000000000b1"


_LONG_NUMBER = re.compile(r"[0-9]{18,}[Xx]?|[0-9]{17,}[Xx]", re.ASCII)


def no_number_inside(text: str) -> str:
    """A certificate of disability is numbered by the ID number and two digits more: such a number
    is refused like the ID number itself. The street keeps the paper; here its number is not needed."""
    for match in _LONG_NUMBER.finditer(text):
        for start in range(len(match[0]) - 17):
            impersonal(match[0][start : start + 18])
    return text


Reference = Annotated[Text, AfterValidator(no_number_inside)]


class ProofIn(Sent):
    """A paper that is shown (证明), by its own number; no ID number."""

    model_config = ConfigDict(extra="forbid")
    kind: Evidence = Field(description=PROOF)
    reference: Reference = Field(description="证明编号", examples=["街道证字[2006]31号"])
    issued_on: FactDate


class RecogniseIn(Sent):
    """A request to be recognised (困难对象认定申请), decided by the rule on that day's facts."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"worker_id": _WORKER, "recognised_on": "2003-03-03"}]},
    )
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    worker_id: UUID = Field(description="申请人")
    recognised_on: date = Field(description="认定日期")
    kind: Kind = Field(default="4050", description=KIND)
    wishes_work: bool = Field(default=True, description="有劳动能力和就业愿望")
    proofs: list[ProofIn] = Field(default_factory=list, max_length=10, description="出示的证明")

    def command(self) -> Recognise:
        proofs = tuple(Proof(p.kind, p.reference, p.issued_on) for p in self.proofs)
        return Recognise(
            self.worker_id, self.recognised_on, self.kind, self.id or new_id(), self.wishes_work,
            proofs,
        )  # fmt: skip


class ExitIn(Sent):
    """The person leaves the group (退出)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"on": "2003-09-01", "reason": "retired"}]},
    )
    on: date = Field(description="退出日期")
    reason: HandReason = Field(description=EXIT)


class RestoreIn(Sent):
    """An exit that was written by hand is taken back (撤销退出)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "登记有误"}]}
    )
    reason: Text = Field(description="原因")


class AnswerIn(Sent):
    """Somebody of the census was asked (摸底答复)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"worker_id": _WORKER, "asked_on": "2003-03-03", "answer": "applies"}]
        },
    )
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    worker_id: UUID = Field(description="劳动者")
    asked_on: date = Field(description="询问日期")
    answer: Literal["applies", "declines"] = Field(description=ANSWER)

    def command(self) -> Asked:
        return Asked(self.id or new_id(), self.worker_id, self.asked_on, self.answer, "")


class AnswerOut(BaseModel):
    """An answer as it was noted (摸底答复)."""

    id: UUID
    worker_id: UUID
    asked_on: date
    answer: Literal["applies", "declines"] = Field(description=ANSWER)

    @classmethod
    def of(cls, a: Asked) -> AnswerOut:
        return cls(id=a.id, worker_id=a.worker_id, asked_on=a.asked_on, answer=a.answer)


class DifficultyOut(BaseModel):
    """A recognition or its refusal (认定)."""

    id: UUID
    worker_id: UUID
    kind: Kind = Field(description=KIND)
    state: State = Field(description=STATE)
    recognised_on: date = Field(description="认定日期")
    decision_id: UUID = Field(description="决定记录")
    clause: str | None = Field(description="首个不符合的条款")
    exited_on: date | None = Field(description="退出日期：自此日起不再属于困难对象")
    exit_reason: ExitReason | None = Field(description=EXIT)
    area_code: AreaCode
    office: str = Field(description="经办机构")
    version: int = Field(description="版本，用于 If-Match", examples=[1])

    @classmethod
    def of(cls, d: Difficulty) -> DifficultyOut:
        return cls(
            id=d.id, worker_id=d.worker_id, kind=d.kind, state=d.state,
            recognised_on=d.recognised_on, decision_id=d.decision_id, clause=d.clause,
            exited_on=d.exited_on, exit_reason=d.exit_reason, area_code=d.area_code,
            office=d.office, version=d.version,
        )  # fmt: skip


class ProofOut(BaseModel):
    """A paper that was shown (证明)."""

    kind: Evidence = Field(description=PROOF)
    reference: str = Field(description="证明编号")
    issued_on: date


class ProofsOut(BaseModel):
    """The papers of a recognition (所出示证明)."""

    difficulty_id: UUID
    items: list[ProofOut]

    @classmethod
    def of(cls, id: UUID, proofs: list[Proof]) -> ProofsOut:
        items = [
            ProofOut(kind=p.kind, reference=p.reference, issued_on=p.issued_on) for p in proofs
        ]
        return cls(difficulty_id=id, items=items)


class PossibleOut(BaseModel):
    """Somebody who may qualify, and was not asked or said to apply (可能符合条件者)."""

    worker_id: UUID
    kind: Kind = Field(description=KIND)
    to_prove: list[str] = Field(description="尚须本人证明的条款")
    asked_on: date | None = Field(description="答复愿意申请的日期；未询问则为空")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, p: Possible, kind: Kind) -> PossibleOut:
        return cls(
            worker_id=p.worker_id, kind=kind, to_prove=list(p.to_prove), area_code=p.area_code,
            office=p.office, asked_on=p.asked_on,
        )  # fmt: skip


class KindCountOut(BaseModel):
    """One kind of the census of an area (摸底统计，一类)."""

    area_code: AreaCode
    kind: Kind = Field(description=KIND)
    possible: int | None = Field(
        description="可能符合条件而未询问的人数；为空即只凭证明认定、无从统计"
    )
    recognised: int = Field(description="现已认定人数")


class CensusCountsOut(BaseModel):
    """The census of an area in numbers (摸底统计)."""

    items: list[KindCountOut]
    applies: int = Field(description="询问后申请的人数")
    declines: int = Field(description="询问后放弃的人数")
    next_cursor: str | None = Field(
        description="下一段的游标；为空即全部已计。各段 possible 相加；其余数字只在第一段"
    )

    @classmethod
    def of(cls, area_code: str, counts: CensusCounts, more: str | None) -> CensusCountsOut:
        items = [
            KindCountOut(
                area_code=area_code, kind=kind, possible=counts.possible.get(kind),
                recognised=counts.recognised.get(kind, 0),
            )
            for kind in KINDS
            if kind in counts.possible or kind in counts.recognised
        ]  # fmt: skip
        return cls(
            items=items, applies=counts.answers.get("applies", 0),
            declines=counts.answers.get("declines", 0), next_cursor=more,
        )  # fmt: skip
