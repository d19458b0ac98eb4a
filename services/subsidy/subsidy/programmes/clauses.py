"""The catalogue of conditions: what each says and how it is tested. A programme's version names those
that hold for it, in order, each with the clause that asks for it (``policies/programmes/*.toml``).

A test sees the facts of one line and the values of the programme's parameters, under their roles. It
never changes its meaning, because records are derived again by it: what the law asks otherwise is a
new code beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from subsidy.programmes import durations
from subsidy.programmes.amounts import enterprise_share
from subsidy.programmes.durations import Values, retires_on
from subsidy.programmes.facts import (
    AllowanceFacts,
    IntroductionFacts,
    MonthFacts,
    ProjectFacts,
    Spell,
    TrainingFacts,
    months_after,
)

#: Facts that tell of a person: everything but projects.
OfPerson = MonthFacts | AllowanceFacts | TrainingFacts | IntroductionFacts
OfWork = MonthFacts | IntroductionFacts
Test = Callable[[Any, Values], bool]


@dataclass(frozen=True, slots=True)
class Entry:
    """One condition: its sentences, the facts that it looks at, its test. ``needs`` are the roles
    of parameters without which it cannot be tested."""

    zh: str
    en: str
    facts: tuple[str, ...]
    test: Test
    needs: tuple[str, ...] = ()


# --- persons -------------------------------------------------------------------------------------


def _on_a_day(f: OfPerson, spells: tuple[Spell, ...]) -> bool:
    """Whether one of them lies on some day of the line."""
    days = f.days
    if days is None:
        return False
    for one in spells:  # a loop: it is asked of every line of a run
        if one.meets(*days):
            return True
    return False


def _certified(f: OfPerson, v: Values) -> bool:
    return _on_a_day(f, f.person.certificates)


def _recognised(f: OfPerson, v: Values) -> bool:
    """As one of the kinds that the parameter names, on some day of the line."""
    of_kind = tuple(
        Spell(one.since, one.until) for one in f.person.recognitions if one.kind in v["kinds"]
    )
    return _on_a_day(f, of_kind)


def _jobless(f: OfPerson, v: Values) -> bool:
    return _on_a_day(f, f.person.unemployed)


def _first_day(f: OfPerson) -> date:
    days = f.days
    return f.law_on if days is None else days[0]


def _working_age(f: OfPerson, v: Values) -> bool:
    """Below retirement on the first day of the line: the month of the birthday is the last one."""
    return _first_day(f) < retires_on(f.person, v["retirement_ages"])


def _not_left(f: OfPerson, v: Values) -> bool:
    """E8 on some later day of the month: that month is the last one."""
    return f.person.left_on is None or f.person.left_on > _first_day(f)


PERSON = {
    "certificate-held": Entry(
        "当月（当日）持有有效的《再就业优惠证》", "holds a valid certificate in the month (on the day)",
        ("person.certificates",), _certified,
    ),
    "difficulty-recognised": Entry(
        "经认定为就业困难对象，且认定在有效期内", "is recognised as hard to employ, and the recognition holds",
        ("person.recognitions",), _recognised, ("kinds",),
    ),
    "certificate-or-difficulty": Entry(
        "持有有效的《再就业优惠证》或经认定为就业困难人员",
        "holds a valid certificate or is recognised as hard to employ",
        ("person.certificates", "person.recognitions"),
        lambda f, v: _certified(f, v) or _recognised(f, v), ("kinds",),
    ),
    "certificate-or-unemployed": Entry(
        "持有有效的《再就业优惠证》或已登记失业",
        "holds a valid certificate or is registered as unemployed",
        ("person.certificates", "person.unemployed"),
        lambda f, v: _certified(f, v) or _jobless(f, v),
    ),
    "age-4050": Entry(
        "开始之日男满50周岁、女满40周岁（按规定年龄）",
        "had reached the age of the hard-to-employ (men 50, women 40) on the first day",
        ("person.sex", "person.birth_date"), 
        lambda f, v: durations.old_enough(f.person, f.law_on, v), ("difficult_ages", "age_reference"),
    ),
    "below-retirement-age": Entry(
        "当月首日未达到法定退休年龄", "is below the statutory age of retirement on the first day of the line",
        ("person.sex", "person.birth_date", "person.cadre"), _working_age, ("retirement_ages",),
    ),
    "of-the-labour-force": Entry(
        "未退休、死亡、参军、出境定居、服刑或完全丧失劳动能力",
        "is neither retired, deceased, enlisted, emigrated, imprisoned nor incapacitated",
        ("person.left_on",), _not_left,
    ),
}  # fmt: skip

#: What a year of continuation needs (B8).
_RENEWING = ("months_max", "renewable", "difficult_ages", "age_reference")

# --- months of work ------------------------------------------------------------------------------


def _insured(f: MonthFacts, v: Values) -> bool:
    """Every covered insurance was paid for the month by whom the subsidy is for (B4, B16)."""
    covered: frozenset[str] = v["insurances"]
    return covered <= {one.insurance for one in f.contributions if one.payer == v["payer"]}


def _used(f: Any, v: Values) -> int:
    used: int = f.used.get(v["counter"], 0)
    return used


def _contract_long_enough(f: OfWork, v: Values) -> bool:
    least: int = v["contract_months_min"]
    return (f.work.contract_months or 0) >= least


WORK = {
    "placement-stands": Entry(
        "安置（上岗）记录有效，未作废", "the placement was not voided",
        ("work.voided",), lambda f, v: not f.work.voided,
    ),
    "at-work-in-month": Entry(
        "当月在岗", "was at work in the month",
        ("month", "work.started_on", "work.ended_on"), lambda f, v: f.days is not None,
    ),
    "service-sector": Entry(
        "用人单位属规定的商贸、餐饮、服务型企业", "the employer is a service enterprise of the permitted sectors",
        ("work.sector",), lambda f, v: f.work.sector in v["sectors"], ("sectors",),
    ),
    "new-post": Entry(
        "属新增岗位", "the post is a new one",
        ("work.new_post",), lambda f, v: f.work.new_post,
    ),
    "contract-term": Entry(
        "劳动合同期限不少于规定期限", "the contract runs for at least the term that is set",
        ("work.contract_months",), _contract_long_enough, ("contract_months_min",),
    ),
    "wage-at-least-minimum": Entry(
        "工资不低于当地最低工资标准", "the wage is at least the local minimum wage",
        ("work.wage",), lambda f, v: f.work.wage >= v["minimum_wage"], ("minimum_wage",),
    ),
    "sole-occupant": Entry(
        "当月该岗位无他人占用（一岗一人）", "nobody else occupies the post in the month",
        ("work.sole_occupant",), lambda f, v: f.work.sole_occupant,
    ),
    "insured-in-month": Entry(
        "当月各项应补贴的社会保险费已缴纳", "all covered insurances were paid for the month",
        ("contributions",), _insured, ("insurances",),
    ),
    "no-other-employer": Entry(
        "当月无其他单位为其缴费", "no other employer insured the person in the month",
        ("contributions",), lambda f, v: all(one.payer != "other" for one in f.contributions),
    ),
    "not-granted-twice": Entry(
        "当月未享受同类或不得同时享受的补贴",
        "no benefit of the same kind, nor one that excludes this, was granted for the month",
        ("taken",), lambda f, v: v["excludes"].isdisjoint(f.taken),
    ),
    "within-term": Entry(
        "在劳动合同期内，且不超过最长期限", "lies in the contract's term and within the most months",
        ("month", "work.started_on", "work.contract_months"), durations.term_2002, ("months_max",),
    ),
    "within-term-or-renewed": Entry(
        "在劳动合同期内，且不超过最长期限或已逐年核准延续",
        "lies in the contract's term and within the most months, or in a year of continuation",
        ("month", "work.started_on", "work.contract_months", "work.renewed_until", "person.birth_date"),
        durations.term_2006, _RENEWING,
    ),
    "within-term-or-until-retirement": Entry(
        "在劳动合同期内，且不超过最长期限；初次核定时距退休不足规定年限的，至退休",
        "lies in the contract's term and within the most months, or runs until retirement",
        ("month", "work.started_on", "work.contract_months", "work.approved_on", "person.birth_date"),
        durations.term_2008, ("months_max", "until_retirement_years", "retirement_ages"),
    ),
    "months-left": Entry(
        "累计享受月数未满", "the counter of months is not exhausted",
        ("used",), lambda f, v: durations.left_2002(_used(f, v), v), ("months_max",),
    ),
    "months-left-or-renewed": Entry(
        "累计享受月数未满，或已逐年核准延续", "the counter is not exhausted, or a year of continuation was approved",
        ("used", "work.renewed_until", "person.birth_date"),
        lambda f, v: durations.left_2006(f, _used(f, v), v), _RENEWING,
    ),
    "months-left-or-until-retirement": Entry(
        "累计享受月数未满；初次核定时距退休不足规定年限的，至退休",
        "the counter is not exhausted, or the subsidy runs until retirement",
        ("used", "work.approved_on", "person.birth_date"),
        lambda f, v: durations.left_2008(f, _used(f, v), v),
        ("months_max", "until_retirement_years", "retirement_ages"),
    ),
}  # fmt: skip

# --- training ------------------------------------------------------------------------------------


def _at_least(part: int, whole: int, percent: Any) -> bool:
    """``part`` of ``whole`` is at least so many percent, compared exactly; nothing of nothing fails."""
    return whole > 0 and part * 100 >= percent * whole


def _employed_in_time(f: TrainingFacts, v: Values) -> bool:
    last = months_after(f.completed_on, v["employment_window_months"])
    return f.employed_on is not None and f.completed_on <= f.employed_on <= last


TRAINING = {
    "provider-qualified": Entry(
        "培训机构经认定", "the provider is qualified",
        ("provider_qualified",), lambda f, v: f.provider_qualified,
    ),
    "class-pass-rate": Entry(
        "培训班合格率达到规定比例", "the class reached the rate of passing that is set",
        ("class_passed", "completed"),
        lambda f, v: _at_least(f.class_passed, f.completed, v["pass_rate_min"]), ("pass_rate_min",),
    ),
    "class-employment-rate": Entry(
        "培训后再就业率达到规定比例", "the class reached the rate of re-employment that is set",
        ("class_employed", "class_passed"),
        lambda f, v: _at_least(f.class_employed, f.class_passed, v["employment_rate_min"]),
        ("employment_rate_min",),
    ),
    "passed": Entry(
        "本人培训合格", "the person passed",
        ("passed",), lambda f, v: f.passed,
    ),
    "employed-in-time": Entry(
        "本人在规定期限内实现就业", "the person found work within the time that is set",
        ("employed_on", "completed_on"), _employed_in_time, ("employment_window_months",),
    ),
    "first-part-paid": Entry(
        "首期补贴已支付", "the first part was paid",
        ("first_part_paid",), lambda f, v: f.first_part_paid,
    ),
    "part-claimable": Entry(
        "申请的期次符合支付方式", "the part that is claimed is one that is paid",
        ("part",), lambda f, v: f.part in v["parts"],
    ),
    "not-used-up": Entry(
        "未超过规定享受次数", "the person has not had it as often as it may be had",
        ("used",), lambda f, v: durations.left_2002(_used(f, v), v), ("months_max",),
    ),
}  # fmt: skip

# --- introduction --------------------------------------------------------------------------------


def _matures_on(f: IntroductionFacts, v: Values) -> date:
    return months_after(f.work.started_on, v["performed_months_min"])


def _performed(f: IntroductionFacts, v: Values) -> bool:
    """B20: the contract was performed so many full months, up to the day of the claim."""
    matures = _matures_on(f, v)
    ended = f.work.ended_on
    return f.claimed_on >= matures and (ended is None or ended >= matures)


def _claimed_in_time(f: IntroductionFacts, v: Values) -> bool:
    return f.claimed_on <= months_after(_matures_on(f, v), v["claim_window_months"])


INTRODUCTION = {
    "free-of-charge": Entry(
        "介绍服务未向本人收费", "the person was charged nothing",
        ("free_of_charge",), lambda f, v: f.free_of_charge,
    ),
    "performed": Entry(
        "劳动合同已履行规定月数", "the contract was performed for the months that are set",
        ("work.started_on", "work.ended_on", "claimed_on"), _performed, ("performed_months_min",),
    ),
    "claimed-in-time": Entry(
        "在规定期限内申请", "it was claimed within the time that is set",
        ("claimed_on", "work.started_on"), _claimed_in_time,
        ("performed_months_min", "claim_window_months"),
    ),
    "group-known": Entry(
        "补贴对象属规定的人员类别", "the person is of a group that has an amount",
        ("group",), lambda f, v: f.group in v["amounts"], ("amounts",),
    ),
}  # fmt: skip

# --- projects and the living allowance -----------------------------------------------------------


def _use_permitted(f: ProjectFacts, v: Values) -> bool:
    return v["use"] in v["uses"] or f.provincial_approval is not None


PROJECT = {
    "project-approved": Entry(
        "项目经批准，有批准文号", "the project was approved, and the approval has a reference",
        ("approval", "approved_on", "claimed_on"),
        lambda f, v: f.approval is not None and f.claimed_on >= f.approved_on,
    ),
    "use-permitted": Entry(
        "属规定使用范围，或经省级财政、劳动保障部门共同批准",
        "the use is permitted, or the province's finance and labour authorities approved it together",
        ("provincial_approval",), _use_permitted, ("uses",),
    ),
    "spent-by-vouchers": Entry(
        "有未支付的凭证支出", "vouchers show spending that was not yet paid",
        ("spent", "paid"), lambda f, v: f.spent > f.paid,
    ),
    "approved-amount-left": Entry(
        "批准金额尚有余额", "of the approved amount something is left",
        ("approved", "paid"), lambda f, v: f.approved > f.paid,
    ),
}  # fmt: skip


def _third_brought(f: AllowanceFacts, v: Values) -> bool:
    """B25: the enterprise's share is there, or the month is one of a recognised enterprise."""
    recognised = f.recognised_on is not None and f.recognised_on < months_after(f.month, 1)
    return recognised or f.enterprise_pays >= enterprise_share(v)


ALLOWANCE = {
    "in-centre": Entry(
        "当月在再就业服务中心协议期内", "is under the agreement with the centre in the month",
        ("month", "agreement"), lambda f, v: f.days is not None,
    ),
    "not-working": Entry(
        "当月未再就业", "had no other work in the month",
        ("working",), lambda f, v: f.days is None or not any(s.meets(*f.days) for s in f.working),
    ),
    "enterprise-third-or-recognition": Entry(
        "企业承担部分已到位，或经三部门联合认定无力承担",
        "the enterprise brought its share, or three authorities recognised that it cannot",
        ("enterprise_pays", "recognised_on"),
        _third_brought,
        ("shares", "standard"),
    ),
    "not-granted-twice": WORK["not-granted-twice"],
    "months-left": WORK["months-left"],
}  # fmt: skip

#: By kind of facts: every condition that a programme of that kind may name.
CATALOGUE: dict[str, dict[str, Entry]] = {
    "month": {**PERSON, **WORK},
    "allowance": {**PERSON, **ALLOWANCE},
    "training": {**PERSON, **TRAINING},
    "introduction": {
        **PERSON, **INTRODUCTION,
        **{code: WORK[code] for code in ("placement-stands", "contract-term")},
        "not-used-up": TRAINING["not-used-up"],
    },
    "project": PROJECT,
}  # fmt: skip
