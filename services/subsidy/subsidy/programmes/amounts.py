"""The catalogue of amounts: formulas in exact fen, each a row of steps that can be read aloud.

Every step ends in whole fen, rounded once, half up (:func:`kit.money.share`); the last step is the
amount. What a formula needs of parameters it names, as roles of the programme's version.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from kit.money import share, yuan
from subsidy.programmes.durations import Values
from subsidy.programmes.facts import (
    AllowanceFacts,
    IntroductionFacts,
    MonthFacts,
    ProjectFacts,
    TrainingFacts,
    last_of,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the computation. ``operands``: what went in, as text; ``fen``: what came out."""

    code: str
    operands: tuple[tuple[str, str], ...]
    fen: int

    def text(self, lang: Literal["zh", "en"]) -> str:
        """The step in one language, amounts in yuan."""
        return step_text(self.code, dict(self.operands), self.fen, lang)


def step_text(code: str, operands: dict[str, str], fen: int, lang: Literal["zh", "en"]) -> str:
    """The same out of what a record keeps."""
    zh = lang == "zh"
    named = {key: NAMES.get(value, value) if zh else value for key, value in operands.items()}
    return SENTENCES[code][0 if zh else 1].format(**named, result=yuan(fen))


#: Code of the step: what it says in Chinese and English.
SENTENCES = {
    "base-capped": (
        "{insurance}缴费基数：申报 {base} 元，不超过上年月平均工资的 {percent}%，取 {result} 元",
        "{insurance}: declared base {base}, at most {percent}% of last year's average monthly wage: {result}",
    ),
    "employer-part": (
        "{insurance}：基数 {base} 元 × 单位缴费比例 {rate}% = {result} 元",
        "{insurance}: base {base} × employer's rate {rate}% = {result}",
    ),
    "own-contribution": (
        "{insurance}：基数 {base} 元 × 灵活就业缴费比例 {rate}% = {result} 元",
        "{insurance}: base {base} × rate of flexible workers {rate}% = {result}",
    ),
    "sum": ("合计 {parts} = {result} 元", "together {parts} = {result}"),
    "ratio": (
        "{amount} 元 × {numerator}/{denominator} = {result} 元",
        "{amount} × {numerator}/{denominator} = {result}",
    ),
    "standard": ("补贴标准 {result} 元", "standard amount {result}"),
    "standard-capped": (
        "标准 {standard} 元，不超过上年职工平均工资（年 {wage} 元）月均的 {percent}%，取 {result} 元",
        "standard {standard}, at most {percent}% of last year's average wage ({wage} a year) by month: {result}",
    ),
    "days": (
        "{amount} 元 × 在岗 {days} 天 ÷ 当月 {of} 天 = {result} 元",
        "{amount} × {days} days at work ÷ {of} days of the month = {result}",
    ),
    "percent": ("{amount} 元 × {percent}% = {result} 元", "{amount} × {percent}% = {result}"),
    "rest": ("{amount} 元 − {less} 元 = {result} 元", "{amount} − {less} = {result}"),
    "head-of-group": ("{group}每人 {result} 元", "{group}: {result} a head"),
    "wage-share": (
        "上年职工平均工资 {wage} 元 ÷ 12 × {percent}%（合同 {months} 个月）= {result} 元",
        "last year's average wage {wage} ÷ 12 × {percent}% (contract of {months} months) = {result}",
    ),
    "least": ("批准 {approved} 元与凭证支出 {spent} 元取低者：{result} 元",
              "the lower of approved {approved} and spent {spent}: {result}"),
    "borne": ("{bearer}承担 {result} 元", "borne by {bearer}: {result}"),
}  # fmt: skip
#: Codes among the operands as a clerk says them.
NAMES = {
    "pension": "基本养老保险", "medical": "基本医疗保险", "unemployment": "失业保险",
    "enterprise": "企业", "society": "社会（失业保险基金等）", "finance": "财政",
    "difficult": "就业困难人员", "certificate": "持《再就业优惠证》人员", "other": "其他失业人员",
}  # fmt: skip


#: So many steps are remembered: wages, and what is paid on them, repeat themselves.
_STEPS = 20_000


@lru_cache(maxsize=1024)
def of_monthly(yearly: int, percent: Decimal) -> int:
    """So many percent of the twelfth of a yearly amount."""
    return share(yearly, percent, 1200)


Formula = Callable[[Any, Values], tuple[Step, ...]]


@lru_cache(maxsize=_STEPS)
def _sum(*parts: int) -> Step:
    return Step("sum", (("parts", " + ".join(map(yuan, parts))),), sum(parts))


@lru_cache(maxsize=_STEPS)
def _contributed(code: str, insurance: str, base: int, rate: Decimal) -> Step:
    told = ("insurance", insurance), ("base", yuan(base)), ("rate", str(rate))
    return Step(code, told, share(base, rate, 100))


def _per_insurance(facts: MonthFacts, values: Values, code: str) -> tuple[Step, ...]:
    """Base × rate for each covered insurance in the order of their names, and the sum."""
    steps, parts = [], []
    cap = of_monthly(values["average_wage"], values["base_max_percent"])
    rates, payer = values["rates"], values["payer"]
    bases: dict[str, int] = {}
    for one in facts.contributions:
        if one.payer == payer:
            # Paid twice for one month, the lower base is subsidised: nothing is paid out on a mistake.
            bases[one.insurance] = min(one.base, bases.get(one.insurance, one.base))
    for insurance in sorted(values["insurances"]):
        base = bases[insurance]
        if base > cap:
            told = (
                ("insurance", insurance),
                ("base", yuan(base)),
                ("percent", str(values["base_max_percent"])),
            )
            steps.append(Step("base-capped", told, cap))
            base = cap
        parts.append(_contributed(code, insurance, base, rates[insurance]))
    return *steps, *parts, _sum(*(one.fen for one in parts))


def employer_part(facts: MonthFacts, values: Values) -> tuple[Step, ...]:
    """B5: what the employer paid of the covered insurances, never the worker's own part."""
    return _per_insurance(facts, values, "employer-part")


def flexible_share(facts: MonthFacts, values: Values) -> tuple[Step, ...]:
    """B10: a ratio of what the flexible worker paid."""
    paid = _per_insurance(facts, values, "own-contribution")
    whole = paid[-1].fen
    over, under = values["ratio"]["numerator"], values["ratio"]["denominator"]
    told = ("amount", yuan(whole)), ("numerator", str(over)), ("denominator", str(under))
    return *paid, Step("ratio", told, share(whole, over, under))


def post_standard(facts: MonthFacts, values: Values) -> tuple[Step, ...]:
    """B11: the city's standard, for the days of the month at work."""
    standard: int = values["standard"]
    return Step("standard", (), standard), *_by_days(facts, values, standard)


def post_capped(facts: MonthFacts, values: Values) -> tuple[Step, ...]:
    """The same, at most a share of the average wage of the year before."""
    standard: int = values["standard"]
    wage: int = values["average_wage"]
    cap = of_monthly(wage, values["cap_percent"])
    if standard <= cap:
        return post_standard(facts, values)
    told = (
        ("standard", yuan(standard)), ("wage", yuan(wage)), ("percent", str(values["cap_percent"])),
    )  # fmt: skip
    return Step("standard-capped", told, cap), *_by_days(facts, values, cap)


def _by_days(facts: MonthFacts, values: Values, amount: int) -> tuple[Step, ...]:
    """A month not worked whole is paid by its calendar days, where the city does not say otherwise
    (design): of 29 in February of a leap year."""
    assert facts.days is not None
    first, last = facts.days
    days, of = (last - first).days + 1, last_of(facts.month).day
    if days == of or values["partial_month"] == "whole":
        return ()
    told = ("amount", yuan(amount)), ("days", str(days)), ("of", str(of))
    return (Step("days", told, share(amount, days, of)),)


def training_head(facts: TrainingFacts, values: Values) -> tuple[Step, ...]:
    """Round 1: one amount for each person who passed, of a class that passed its gate."""
    return (Step("standard", (), values["standard"]),)


def training_parts(facts: TrainingFacts, values: Values) -> tuple[Step, ...]:
    """B18: a share when passed; the rest, to the fen, when employed."""
    amount: int = values["standard"]
    percent: Decimal = values["first_part_percent"]
    first = share(amount, percent, 100)
    told = ("amount", yuan(amount)), ("percent", str(percent))
    steps = Step("standard", (), amount), Step("percent", told, first)
    if facts.part == "first":
        return steps
    return *steps, Step("rest", (("amount", yuan(amount)), ("less", yuan(first))), amount - first)


def head_of_group(facts: IntroductionFacts, values: Values) -> tuple[Step, ...]:
    """B20: an amount a head, by the group of the person."""
    return (Step("head-of-group", (("group", facts.group),), values["amounts"][facts.group]),)


def wage_share(facts: IntroductionFacts, values: Values) -> tuple[Step, ...]:
    """B20: a share of last year's average monthly wage, by the term of the contract: the table's
    key is the least term in months (``12``, ``36``, ``60``)."""
    months = facts.work.contract_months or 0
    step = max((int(key) for key in values["percents"] if int(key) <= months), default=0)
    percent = values["percents"].get(str(step), Decimal(0))
    wage: int = values["average_wage"]
    told = ("wage", yuan(wage)), ("percent", str(percent)), ("months", str(months))
    return (Step("wage-share", told, of_monthly(wage, percent)),)


def project_rest(facts: ProjectFacts, values: Values) -> tuple[Step, ...]:
    """What vouchers show, within what was approved, less what was paid."""
    least = min(facts.approved, facts.spent)
    told = ("approved", yuan(facts.approved)), ("spent", yuan(facts.spent))
    steps = (Step("least", told, least),)
    if facts.paid == 0:
        return steps
    less = ("amount", yuan(least)), ("less", yuan(facts.paid))
    return *steps, Step("rest", less, least - facts.paid)


def enterprise_share(values: Values) -> int:
    """Fen of the allowance that the enterprise bears (B25: one of three parts)."""
    parts = values["shares"]
    return share(values["standard"], parts["enterprise"], sum(parts.values()))


def thirds(facts: AllowanceFacts, values: Values) -> tuple[Step, ...]:
    """B25: who bears which part; finance bears the rest, so that the parts are the whole to the fen.

    Where the joint recognition says that the enterprise cannot, finance stands in for what is
    missing of its share (财政兜底).
    """
    amount: int = values["standard"]
    parts = values["shares"]
    enterprise = min(facts.enterprise_pays, enterprise_share(values))
    society = share(amount, parts["society"], sum(parts.values()))
    borne = {"enterprise": enterprise, "society": society, "finance": amount - enterprise - society}
    steps = [Step("borne", (("bearer", who),), fen) for who, fen in borne.items()]
    return *steps, _sum(*(one.fen for one in steps))


@dataclass(frozen=True, slots=True)
class Known:
    """A formula with the roles of parameters that it needs, and the conditions that must have held
    before it can be asked."""

    formula: Formula
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


_INSURED = ("insurances", "rates", "base_max_percent", "average_wage")
#: By kind of facts: the formulas that a programme may name.
FORMULAS: dict[str, dict[str, Known]] = {
    "month": {
        "employer-part": Known(employer_part, _INSURED, ("insured-in-month",)),
        "flexible-share": Known(flexible_share, (*_INSURED, "ratio"), ("insured-in-month",)),
        "post-standard": Known(
            post_standard, ("standard", "partial_month"), ("at-work-in-month",)
        ),
        "post-standard-capped": Known(
            post_capped, ("standard", "average_wage", "cap_percent", "partial_month"),
            ("at-work-in-month",),
        ),
    },
    "training": {
        "head": Known(training_head, ("standard",), ("part-claimable",)),
        "parts": Known(
            training_parts, ("standard", "first_part_percent"), ("part-claimable",)
        ),
    },
    "introduction": {
        "head-of-group": Known(head_of_group, ("amounts",), ("group-known",)),
        "wage-share": Known(wage_share, ("percents", "average_wage")),
    },
    "project": {
        "rest": Known(project_rest, (), ("spent-by-vouchers", "approved-amount-left")),
    },
    "allowance": {"thirds": Known(thirds, ("standard", "shares"))},
}  # fmt: skip
