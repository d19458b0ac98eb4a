"""What is sent and shown about where certificates are."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kit.areas import AreaCode
from kit.wire import Asked, FactDay, Name, Text, terms
from registry.certificates.bodies import StepIn
from registry.custody.domain import (
    AUTHORISATIONS,
    RELATIONS,
    STATES,
    WHATS,
    Authorisation,
    Awaited,
    Collector,
    Custody,
    Entry,
    Kept,
    Relation,
    State,
    Uncollected,
    What,
)


class CollectIn(Asked):
    """A void certificate is taken in (收回)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-09-12", "place": "爱辉区花园街道劳动保障所"}]}
    )
    on: FactDay
    place: Text = Field(description="在何处收回")


class WriteOffIn(Asked):
    """A void certificate cannot be had any more (无法收回)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-10-12", "note": "持证人下落不明，登报作废"}]}
    )
    on: FactDay
    note: Text = Field(description="无法收回的原因")


class HandOverIn(Asked):
    """The employer keeps it from now on (交用人单位保管)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-06-01", "employer": "黑河市兴安商场"}]}
    )
    on: FactDay
    employer: Name = Field(description="用人单位名称")


class ReturnIn(Asked):
    """The employer has given it back to the holder (用人单位交还)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2003-10-12"}]})
    on: FactDay


class CollectorIn(Asked):
    """Who collects the certificate, or is handed it back (领取人): its holder, or somebody else with a paper
    that authorises it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"in_person": True}]})
    in_person: bool = Field(description="持证人本人到场领取")
    relation: Relation | None = Field(
        default=None, description="代领人与持证人的关系：" + terms(RELATIONS)
    )
    authorisation: Authorisation | None = Field(
        default=None, description="代领依据：" + terms(AUTHORISATIONS)
    )
    document: Text | None = Field(
        default=None,
        description="代领依据的文号或存放处，不得含身份号码",
        examples=["委托书 2003-7"],
    )

    @model_validator(mode="after")
    def authorised(self) -> Self:
        proxy = [self.relation, self.authorisation, self.document]
        if any(one is None for one in proxy) if not self.in_person else any(proxy):
            raise ValueError("whoever is not the holder shows a relation and an authorisation")
        return self

    def collector(self) -> Collector:
        return Collector(self.in_person, self.relation, self.authorisation, self.document)


class IssueIn(StepIn):
    """A certificate is issued, or issued again (发证、补发)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-04-10", "collector": {"in_person": True}}]}
    )
    collector: CollectorIn | None = Field(
        default=None, description="当场领取的领取人；无则待领取，另行登记"
    )

    def who(self) -> Collector | None:
        return None if self.collector is None else self.collector.collector()


class PickUpIn(CollectorIn):
    """The certificate is collected (领取)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"on": "2003-06-11", "in_person": False, "relation": "spouse",
                 "authorisation": "power_of_attorney", "document": "委托书 2003-7"}
            ]
        }
    )  # fmt: skip
    on: FactDay


class HandBackIn(PickUpIn):
    """The withdrawal was wrong: the certificate is handed back (发还), to its holder or to somebody else
    with a paper that authorises it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-10-12", "in_person": True}]}
    )


class CollectorOut(BaseModel):
    """Who collected it (领取人)."""

    in_person: bool = Field(description="持证人本人到场领取")
    relation: Relation | None = Field(description="代领人与持证人的关系：" + terms(RELATIONS))
    authorisation: Authorisation | None = Field(description="代领依据：" + terms(AUTHORISATIONS))
    document: str | None = Field(description="代领依据的文号或存放处")


class EntryOut(BaseModel):
    """One act: what, when, where, by whom (保管记录)."""

    id: UUID
    what: What = Field(description=terms(WHATS))
    employer: str | None = Field(description="保管单位")
    on: date
    place: str | None = Field(description="何处收回")
    note: str | None = Field(description="无法收回的原因")
    collector: CollectorOut | None = Field(
        description="领取人；不是领取、发还则为空，平台记录领取人以前的发还亦为空"
    )
    office: str = Field(description="经办机构")
    actor: str = Field(description="经办人账号")
    recorded_at: datetime | None

    @classmethod
    def of(cls, one: Entry) -> EntryOut:
        came = one.collector
        return cls(
            id=one.id, what=one.what, employer=one.employer, on=one.on, place=one.place,
            note=one.note, collector=came and CollectorOut(
                in_person=came.in_person, relation=came.relation,
                authorisation=came.authorisation, document=came.document,
            ), office=one.office, actor=one.actor, recorded_at=one.recorded_at,
        )  # fmt: skip


class CustodyOut(BaseModel):
    """Where a certificate is (证件在何处)."""

    certificate_id: UUID
    state: State = Field(description=terms(STATES))
    since: date | None = Field(description="自何日起；为空即平台登记以前")
    employer: str | None = Field(description="保管的用人单位；不由用人单位保管则为空")
    entries: list[EntryOut] = Field(description="经过，最早的在前")

    @classmethod
    def of(cls, one: Custody) -> CustodyOut:
        return cls(
            certificate_id=one.certificate_id, state=one.state, since=one.since,
            employer=one.employer,
            entries=[EntryOut.of(entry) for entry in one.entries],
        )  # fmt: skip


class KeptOut(BaseModel):
    """A certificate that an employer keeps (用人单位保管的证件)."""

    certificate_id: UUID
    worker_id: UUID
    number: str = Field(description="证号")
    employer: str = Field(description="保管的用人单位")
    since: date = Field(description="交付日期")
    employment_ended_on: date | None = Field(description="该就业终止之日；仍在业则为空")
    overdue: bool = Field(description="就业已终止而未交还")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, one: Kept, today: date) -> KeptOut:
        return cls(
            certificate_id=one.certificate_id, worker_id=one.worker_id, number=one.number,
            employer=one.employer, since=one.since, employment_ended_on=one.ended_on,
            overdue=one.overdue(today), area_code=one.area_code, office=one.office,
        )  # fmt: skip


class AwaitedOut(BaseModel):
    """A certificate that nobody has collected (待领取证件)."""

    certificate_id: UUID
    worker_id: UUID
    number: str = Field(description="证号")
    since: date = Field(description="发证（补发）日期")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, one: Awaited) -> AwaitedOut:
        return cls(
            certificate_id=one.certificate_id, worker_id=one.worker_id, number=one.number,
            since=one.since, area_code=one.area_code, office=one.office,
        )  # fmt: skip


class UncollectedOut(BaseModel):
    """A void certificate that nobody has taken in (应收回证件)."""

    certificate_id: UUID
    worker_id: UUID
    number: str = Field(description="证号")
    reason: str = Field(description="注销原因", examples=["lent"])
    revoked_on: date = Field(description="注销日期")
    due_on: date = Field(description="应收回的最后一日")
    overdue: bool = Field(description="已逾期")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, one: Uncollected, due_on: date, today: date) -> UncollectedOut:
        return cls(
            certificate_id=one.certificate_id, worker_id=one.worker_id, number=one.number,
            reason=one.reason, revoked_on=one.revoked_on, due_on=due_on, overdue=due_on < today,
            area_code=one.area_code, office=one.office,
        )  # fmt: skip
