"""Unemployment registration: a fold over labour status and filings (policy 4.1, R18–R20).

A person whose labour status is ``unemployed`` is registered, and nobody else is: what opens,
ends or takes up a registration also declares the status or tells of a job, so both are folded from
the same facts and cannot contradict each other. The same facts in any order, once or twice, give
the same registration.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from kit.crypto import Sex
from kit.lifecycle import Act
from kit.refusal import Refusal
from registry.labour_status.domain import Declared, LabourStatus, Placement
from registry.labour_status.domain import Spell as Status
from registry.retirement_ages import RetirementAges

#: 登记失业 / 已就业 / 已注销 / 作废 (entered by mistake, reversed)
State = Literal["registered", "employed", "cancelled", "void"]
STATES: dict[str, str] = {
    "registered": "登记失业", "employed": "已就业", "cancelled": "已注销", "void": "作废",
}  # fmt: skip

#: How the person became unemployed, as somebody states it at a window.
StatedKind = Literal[
    "laid_off", "dismissed", "contract_ended", "bankrupt_enterprise", "self_employed_closed",
    "graduate", "other",
]  # fmt: skip
#: ``unstated``: only the status was declared.
Kind = StatedKind | Literal["unstated"]
KINDS: dict[str, str] = {
    "laid_off": "下岗", "dismissed": "被辞退或解除合同", "contract_ended": "合同期满或终止",
    "bankrupt_enterprise": "企业关闭破产", "self_employed_closed": "个体停业",
    "graduate": "高校毕业生", "other": "其他", "unstated": "未注明",
}  # fmt: skip

#: 下岗证明 / 解除或终止合同证明 / 辞退证明 / 破产裁定 / 注销营业执照 / 毕业证书 / 社区证明
EvidenceKind = Literal[
    "layoff_voucher", "separation_proof", "dismissal_notice", "bankruptcy_ruling",
    "licence_cancellation", "graduation_certificate", "community_proof",
]  # fmt: skip
EVIDENCE: dict[str, str] = {
    "layoff_voucher": "下岗证明", "separation_proof": "终止或解除劳动合同证明",
    "dismissal_notice": "辞退证明", "bankruptcy_ruling": "破产裁定或关闭文件",
    "licence_cancellation": "营业执照注销证明", "graduation_certificate": "毕业证书",
    "community_proof": "社区证明",
}  # fmt: skip
#: Why a window cancels a registration (R20).
StatedReason = Literal[
    "hired", "self_employed", "stable_income", "pension", "incapacitated", "schooling", "enlisted",
    "emigrated", "imprisoned", "refused_three", "ended_job_wish", "no_contact", "deceased",
]  # fmt: skip
#: ``other_status``: nobody cancelled it, another status was declared.
Reason = StatedReason | Literal["other_status"]
STATED_REASONS: dict[str, str] = {
    "hired": "被用人单位录用", "self_employed": "领取营业执照从事个体经营",
    "stable_income": "有稳定收入且不低于最低工资", "pension": "享受养老待遇或达到退休年龄",
    "incapacitated": "完全丧失劳动能力", "schooling": "入学", "enlisted": "服兵役",
    "emigrated": "移居境外", "imprisoned": "被判刑收监执行", "refused_three": "三次无正当理由拒绝推荐",
    "ended_job_wish": "终止就业要求", "no_contact": "六个月未与服务机构联系", "deceased": "死亡",
}  # fmt: skip
REASONS: dict[str, str] = {**STATED_REASONS, "other_status": "另行申报劳动状态"}

#: The status that holds once a window has cancelled for this reason. Who has work is ``employed``
#: by the job that the cancellation tells of, and not registered again when it ends.
STATUS_AFTER: dict[StatedReason, LabourStatus] = {
    "hired": "jobless", "self_employed": "jobless", "stable_income": "jobless",
    "pension": "retired", "incapacitated": "incapacitated", "schooling": "schooling",
    "enlisted": "enlisted", "emigrated": "emigrated", "imprisoned": "imprisoned",
    "refused_three": "jobless", "ended_job_wish": "jobless", "no_contact": "jobless",
    "deceased": "deceased",
}  # fmt: skip
#: Reasons that tell of a job.
AT_WORK: frozenset[Reason] = frozenset({"hired", "self_employed", "stable_income"})

#: What a status means for a registration that it ends.
_REASON_OF: dict[LabourStatus, Reason] = {
    "retired": "pension", "deceased": "deceased", "enlisted": "enlisted", "emigrated": "emigrated",
    "imprisoned": "imprisoned", "incapacitated": "incapacitated", "schooling": "schooling",
}  # fmt: skip

_FACTS, _STREET, _EMPLOYER = "facts", "station_clerk", "employer"
HIRE_LIMIT = "R19: 30 d after the hire"
SEPARATION_LIMIT = "R19: 15 d after the separation"

ACTS: tuple[Act, ...] = (
    Act(None, "registered", "register", "失业登记", _STREET),
    Act("registered", "employed", "file-hire", "就业备案", _EMPLOYER, HIRE_LIMIT),
    Act("registered", "employed", "placed", "就业确认", _FACTS),
    Act("registered", "cancelled", "cancel", "注销登记", _STREET, "R20"),
    Act("registered", "cancelled", "left", "退休、死亡、参军等", _FACTS, "R20"),
    Act("registered", "registered", "log-contact", "联系记录", _STREET, "R20: 6 months"),
    Act("registered", "registered", "file-separation", "补办终止备案", _EMPLOYER, SEPARATION_LIMIT),
    Act("registered", "void", "reverse", "撤销误登", _STREET),
    Act("employed", "employed", "file-hire", "补办就业备案", _EMPLOYER, HIRE_LIMIT),
    Act("employed", "registered", "file-separation", "终止就业备案", _EMPLOYER, SEPARATION_LIMIT),
    Act("employed", "registered", "job-ended", "就业终止或撤销", _FACTS),
    Act("employed", "cancelled", "left", "退休、死亡、参军等", _FACTS, "R20"),
    Act("employed", "void", "reverse", "撤销误登", _STREET),
    Act("cancelled", "registered", "register", "再次失业登记", _STREET),
    Act("cancelled", "registered", "returned", "事由终止", _FACTS),
    Act("cancelled", "employed", "returned", "事由终止", _FACTS),
    Act("cancelled", "cancelled", "left", "退休、死亡、参军等", _FACTS, "R20"),
    Act("cancelled", "cancelled", "file-separation", "终止就业备案", _EMPLOYER, SEPARATION_LIMIT),
    Act("cancelled", "registered", "reverse", "撤销误注销", _STREET),
    Act("void", "registered", "register", "失业登记", _STREET),
)  # fmt: skip


AGE_MIN = "registry.unemployment_age_min"
AGE_MALE = "registry.unemployment_age_male"
AGE_FEMALE = "registry.unemployment_age_female"
AGE_CADRE = "registry.unemployment_age_female_cadre"


@dataclass(frozen=True, slots=True)
class Ages:
    """R18, in full years: from ``least``, and below the others."""

    least: int
    male: int
    female: int
    cadre: int

    def admit(self, sex: Sex, born: date, *, cadre: bool, on: date) -> bool:
        """Whether somebody is of legal working age on a day."""
        retires = RetirementAges(self.male, self.female, self.cadre).day(sex, born, cadre=cadre)
        return self.least <= age(born, on) and on < retires


def age(born: date, on: date) -> int:
    """Full years on a day; someone born on 29 February ages on 1 March in common years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


class NoSuchFiling(Refusal):
    """No such filing of this registration stands."""

    code = "unknown-filing"


#: 失业登记 / 就业备案 / 终止备案 / 注销 / 联系 / 撤销
What = Literal["registered", "hired", "separated", "cancelled", "contacted", "reversed"]


@dataclass(frozen=True, slots=True)
class Filing:
    """One thing filed about a person, from its day of fact on. ``job_id`` is the job that a hire or
    separation is about (a placement, or the hire filing itself); ``reverses`` names another filing.
    ``late_days`` counts the days after the limit of R19 (0: in time)."""

    id: UUID
    worker_id: UUID
    what: What
    on: date
    filed_on: date
    kind: Kind | None = None
    reason: Reason | None = None
    job_id: UUID | None = None
    reverses: UUID | None = None
    late_days: int = 0


@dataclass(frozen=True, slots=True)
class Filed:
    """A filing with the paper behind it, as it is kept."""

    filing: Filing
    by: str
    actor: str
    form: str | None = None
    evidence_kind: str | None = None
    evidence_reference: str | None = None
    evidence_on: date | None = None
    employer_id: UUID | None = None
    school: str | None = None
    graduated_on: date | None = None
    note: str | None = None
    decision_id: UUID | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A state and the day it holds from. ``entry`` names the declaration by which the person came
    in; ``spell`` counts the spells of unemployment from 1 (0 before the first)."""

    state: State
    since: date
    entry: UUID
    kind: Kind
    spell: int
    reason: Reason | None = None
    placement_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class UnemploymentSpell:
    """A time without work while registered; ``until`` is the first day after it."""

    number: int
    since: date
    until: date | None = None

    def days(self, today: date) -> int:
        """Its length in days up to a day (the day it ended, when that was earlier)."""
        end = today if self.until is None else min(self.until, today)
        return max((end - self.since).days, 0)


def standing(filings: Iterable[Filing]) -> list[Filing]:
    """Filings that are not reversed, each once, in the order of their days."""
    all_of = {filing.id: filing for filing in filings}
    undone = {filing.reverses for filing in all_of.values() if filing.what == "reversed"}
    stand = (f for f in all_of.values() if f.what != "reversed" and f.id not in undone)
    return sorted(stand, key=lambda filing: (filing.on, filing.id))


def stages(
    history: Sequence[Status], declared: Iterable[Declared], filings: Iterable[Filing]
) -> list[Stage]:
    """The registration in time, each stage until the next begins; empty when nobody ever registered.

    ``history`` is the folded labour status, ``declared`` what it was declared to be.
    """
    stand = standing(filings)
    registered = {f.id: f for f in stand if f.what == "registered"}
    cancelled = {f.id: f.reason for f in stand if f.what == "cancelled"}
    # Registering and cancelling declare a status under their own id; so does a window that declares
    # another status, and that ends a registration too.
    turns = sorted(set(declared), key=lambda fact: (fact.since, fact.id))
    days = {fact.since for fact in turns} | {status.since for status in history}
    out: list[Stage] = []
    spell = 0
    for day in sorted(days):
        turn = next((fact for fact in reversed(turns) if fact.since <= day), None)
        status = next((one for one in reversed(history) if one.since <= day), None)
        if turn is None or status is None:
            continue
        before = out[-1] if out else None
        if turn.status == "unemployed":
            filing = registered.get(turn.id)
            kind = filing.kind if filing is not None and filing.kind is not None else "unstated"
            stage = _entered(day, turn.id, kind, status, before, spell)
        elif before is not None:
            why = cancelled.get(turn.id) or _REASON_OF.get(turn.status, "other_status")
            stage = Stage("cancelled", day, before.entry, before.kind, spell, why)
        else:
            continue  # what was declared before anybody registered
        if before is not None and _same(before, stage):
            continue
        spell = stage.spell
        out.append(stage)
    return out


def _entered(
    day: date, entry: UUID, kind: Kind, status: Status, before: Stage | None, spell: int
) -> Stage:
    """The stage of somebody who came in and was not cancelled since."""
    if status.status == "unemployed":
        counted = spell if before is not None and before.state == "registered" else spell + 1
        return Stage("registered", day, entry, kind, counted)
    if status.status == "employed":
        return Stage("employed", day, entry, kind, spell, None, status.placement_id)
    reason = _REASON_OF.get(status.status, "other_status")
    return Stage("cancelled", day, entry, kind, spell, reason)


def _same(before: Stage, stage: Stage) -> bool:
    """Whether nothing changed but the day. A second entry while registered is the same stage."""
    if before.state == stage.state == "registered":
        return True
    return (before.state, before.reason, before.placement_id) == (
        stage.state, stage.reason, stage.placement_id,
    )  # fmt: skip


def spells(history: Sequence[Stage]) -> list[UnemploymentSpell]:
    """The spells of unemployment. A new one begins at each registration and each separation."""
    out: list[UnemploymentSpell] = []
    for n, stage in enumerate(history):
        if stage.state == "registered":
            until = history[n + 1].since if n + 1 < len(history) else None
            out.append(UnemploymentSpell(stage.spell, stage.since, until))
    return out


def on(day: date, history: Sequence[Stage]) -> Stage | None:
    """The stage that holds on a day; None before the first."""
    holding = [stage for stage in history if stage.since <= day]
    return holding[-1] if holding else None


#: 待补就业备案 / 待补终止备案
Awaited = Literal["hire-filing", "separation-filing"]


@dataclass(frozen=True, slots=True)
class Paper:
    """A filing that R19 asks for and nobody made yet: of a job that began or ended on a day."""

    what: Awaited
    job_id: UUID
    on: date


def of_jobs(filings: Iterable[Filing], jobs: Iterable[Placement]) -> list[Filing]:
    """These filings under the names of the placements that they are about."""
    names: dict[UUID | None, UUID | None] = {job.filed_as: job.id for job in jobs if job.filed_as}
    return [replace(one, job_id=names.get(one.job_id, one.job_id)) for one in filings]


def awaited(history: Sequence[Stage], filings: Iterable[Filing]) -> Paper | None:
    """The filing that the present stage still needs: the labour market told of the job, the employer
    did not. None where the paper is there, or where there is no job."""
    if not history:
        return None
    stand = standing(filings)
    now = history[-1]
    if now.state == "employed" and now.placement_id is not None:
        filed = any(f.what == "hired" and f.job_id == now.placement_id for f in stand)
        return None if filed else Paper("hire-filing", now.placement_id, now.since)
    before = history[-2] if len(history) > 1 else None
    if now.state == "registered" and before is not None and before.placement_id is not None:
        filed = any(f.what == "separated" and f.job_id == before.placement_id for f in stand)
        return None if filed else Paper("separation-filing", before.placement_id, now.since)
    return None


def last_contact(history: Sequence[Stage], filings: Iterable[Filing]) -> date | None:
    """The last day on which the person was in touch in the present spell: its first day, or a later
    contact. None when nobody is registered now."""
    if not history or history[-1].state != "registered":
        return None
    since = history[-1].since
    contacts = (f.on for f in standing(filings) if f.what == "contacted" and f.on > since)
    return max(contacts, default=since)


@dataclass(frozen=True, slots=True)
class Registration:
    """One person's registration as it stands: the last stage of the fold, with the place that
    administers it. ``contacted_on`` is the last sign of the person in the present spell."""

    id: UUID
    worker_id: UUID
    state: State
    since: date
    entry: UUID
    kind: Kind
    spell: int
    reason: Reason | None
    placement_id: UUID | None
    contacted_on: date | None
    awaits: Awaited | None
    awaits_job: UUID | None
    awaits_since: date | None
    area_code: str
    office: str
    told_event: UUID | None = None
    version: int = 1

    @property
    def stage(self) -> Stage:
        return Stage(
            self.state, self.since, self.entry, self.kind, self.spell, self.reason,
            self.placement_id,
        )  # fmt: skip


def actions(row: Registration) -> tuple[str, ...]:
    """What people may do with it now, by the names in :data:`ACTS`."""
    names = dict.fromkeys(a.name for a in ACTS if a.source == row.state and a.who != _FACTS)
    if row.state == "employed" and row.awaits != "hire-filing":
        names.pop("file-hire")
    if row.state == "registered" and row.awaits != "separation-filing":
        names.pop("file-separation")
    if row.state == "cancelled" and row.reason not in AT_WORK:
        names.pop("file-separation")
    return tuple(names)
