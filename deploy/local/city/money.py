"""Rows for subsidy, loans and assessment: money, and what the city says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from local.city.case import Published
from local.city.facts import Appropriation, Arrangement, GuaranteeContribution, Payment
from local.city.identity import Ids
from local.city.places import Place
from local.city.plan import Plan
from local.city.quantities import fen_of
from local.city.shares import split

DAY = date.fromordinal
#: Banks lend round sums.
LOAN_STEP_FEN = 10_000
#: Benchmark rates a year (PBoC), from their days: up to one year, longer.
_RATES = (
    ("2002-02-21", "5.31", "5.49"),
    ("2004-10-29", "5.58", "5.76"),
    ("2006-04-28", "5.85", "6.03"),
    ("2006-08-19", "6.12", "6.30"),
    ("2007-03-18", "6.39", "6.57"),
    ("2007-05-19", "6.57", "6.75"),
    ("2007-07-21", "6.84", "7.02"),
    ("2007-08-22", "7.02", "7.20"),
    ("2007-09-15", "7.29", "7.47"),
    ("2007-12-21", "7.47", "7.56"),
)


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals."""
    return f"{fen // 100}.{fen % 100:02d}"


def rate(day: date, months: int) -> str:
    """The benchmark of a day; a contract at the benchmark is always allowed."""
    found = _RATES[0]
    for row in _RATES:
        if row[0] <= str(day):
            found = row
    return found[1] if months <= 12 else found[2]


class Money:
    """Bodies for the services that keep money and figures. Small: plain dictionaries."""

    def __init__(self, plan: Plan, ids: Ids) -> None:
        self.plan = plan
        self.case = plan.case
        self.ids = ids
        self.worker = ids.prefix("worker")
        self.arrangement = ids.prefix("arrangement")
        self.loan = ids.prefix("loan")

    def _where(self, place: Place) -> dict[str, str]:
        """Money is administered by the city's bureau unless the fact names another place."""
        area, office = place
        if office is not None:
            return {"area_code": self.plan.places.sites(place)[0].area, "office": office}
        if area is not None and area != self.case.city_area:
            return {"area_code": area, "office": f"{area[:6]}-employment-bureau"}
        return {
            "area_code": self.case.city_area,
            "office": f"{self.case.city.code}-employment-bureau",
        }

    # --- subsidy --------------------------------------------------------------------------------

    def appropriations(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(fact id, body): money that arrived."""
        for fact in self.case.facts:
            if isinstance(fact, Appropriation):
                first, last = fact.period.first, fact.period.last
                day = DAY(first.toordinal() + (last - first).days // 20)
                yield (
                    fact.id,
                    {
                        "fund": fact.fund, "source": fact.source,
                        "amount": yuan(fen_of(fact.amount)), "year": last.year,
                        "approval": fact.approval, "document": fact.document,
                        "received_on": str(day), **self._where((fact.area, fact.office)),
                    },
                )  # fmt: skip

    def arrangements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(fact id, body): money set aside. Approvals only where the case has one."""
        for number, fact in enumerate(self.case.facts):
            if isinstance(fact, Arrangement):
                yield (
                    fact.id,
                    {
                        "id": f"{self.arrangement}{number:08x}",
                        "fund": fact.fund, "use_code": fact.use_code, "purpose": fact.purpose,
                        "amount": yuan(fen_of(fact.amount)), "approval": fact.approval,
                        "arranged_on": str(self._arranged(fact)),
                        **self._where((fact.area, fact.office)),
                    },
                )  # fmt: skip

    def _arranged(self, fact: Arrangement) -> date:
        first, last = fact.period.first, fact.period.last
        return DAY(first.toordinal() + (last - first).days // 10)

    def payments(self) -> Iterator[tuple[str, int, dict[str, Any]]]:
        """(fact id, number, body); ``arrangement`` in the body is the fact's id, for the loader."""
        facts = {fact.id: fact for fact in self.case.facts}
        for fact in self.case.facts:
            if not isinstance(fact, Payment):
                continue
            source = facts[fact.arrangement]
            assert isinstance(source, Arrangement)
            first = max(fact.period.first, self._arranged(source)).toordinal()
            last = max(fact.period.last.toordinal(), first)
            parts = split(fen_of(fact.amount), fact.count, self.plan.rng("pay", fact.id))
            for number, fen in enumerate(parts):
                day = DAY(first + (last - first) * (number + 1) // (fact.count + 1))
                if fen:
                    yield (
                        fact.id, number,
                        {
                            "arrangement": fact.arrangement, "amount": yuan(fen),
                            "payee_kind": fact.payee_kind, "purpose": source.purpose,
                            "paid_on": str(day), **self._where((source.area, source.office)),
                        },
                    )  # fmt: skip

    # --- loans ----------------------------------------------------------------------------------

    def contributions(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(fact id, body): money of the guarantee fund, by level."""
        for fact in self.case.facts:
            if isinstance(fact, GuaranteeContribution):
                yield (
                    fact.id,
                    {
                        "level": fact.level, "amount": yuan(fen_of(fact.amount)),
                        "contributor": fact.contributor, "document": None,
                        "received_on": str(fact.period.first),
                        **self._where((fact.area, fact.office)),
                    },
                )  # fmt: skip

    def loans(self) -> Iterator[tuple[int, dict[str, Any], list[tuple[str, int]]]]:
        """(number, body, repayments as (day, fen)): amounts add exactly, none above the cap."""
        number = 0
        for leaf, borrowers in self.plan.loans:
            fact = leaf.fact
            rng = self.plan.rng("loan", fact.id)
            amount, cap = leaf.numbers["amount"], fen_of(fact.cap)
            step = LOAN_STEP_FEN if amount % LOAN_STEP_FEN == 0 else 1
            parts = split(amount // step, len(borrowers), rng, cap=cap // step)
            left = leaf.numbers["repaid"]
            for (i, paid), part in zip(borrowers, parts, strict=True):
                principal = part * step
                applied = max(paid - 15, self.plan.cert_on[i])
                steps = [applied + (paid - applied) * k // 4 for k in range(5)]
                back = min(left, principal)
                left -= back
                site = self.plan.site_of(i)
                day = DAY(paid)
                yield (
                    number,
                    {
                        "id": f"{self.loan}{number:08x}", "worker_id": f"{self.worker}{i:08x}",
                        "principal": yuan(principal), "term_months": fact.term_months,
                        "annual_rate": rate(day, fact.term_months), "bank": "城市信用社",
                        "applied_on": str(DAY(steps[0])), "recommended_on": str(DAY(steps[1])),
                        "reviewed_on": str(DAY(steps[2])), "committed_on": str(DAY(steps[3])),
                        "disbursed_on": str(day),
                        "area_code": site.area, "office": site.office,
                    },
                    [(str(min(DAY(paid + 30 * fact.term_months), self.case.as_of)), back)]
                    if back
                    else [],
                )  # fmt: skip
                number += 1

    # --- assessment -----------------------------------------------------------------------------

    def targets(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(target id, body). Parts of a decomposition are the targets of the level below."""
        for target in self.case.targets:
            yield (
                target.id,
                {
                    "issuer": target.issuer, "level": target.level,
                    "indicator": target.indicator, "year": target.year, "value": target.value,
                    "area_code": self._area((target.area, target.office)),
                    "office": target.office,
                },
            )  # fmt: skip

    def statistics(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(statistic id, body): series that somebody else declares."""
        for statistic in self.case.statistics:
            yield (
                statistic.id,
                {
                    "series": statistic.series, "value": statistic.value,
                    "unit": statistic.unit, "as_of": str(statistic.as_of),
                    "source": statistic.source,
                    "area_code": self._area((statistic.area, statistic.office)),
                    "office": statistic.office,
                },
            )  # fmt: skip

    def _area(self, place: Place) -> str:
        area, office = place
        if office is not None:
            return self.plan.places.sites(place)[0].area
        return area or self.case.city_area

    def published(self, scaled: bool) -> Iterator[dict[str, Any]]:
        """Published values as rows."""
        for value in self.case.published:
            yield self._published(value, scaled)

    def _published(self, value: Published, scaled: bool) -> dict[str, Any]:
        return {
            "id": value.id, "title": value.title, "indicator": value.indicator,
            "form": value.form, "issuer": value.issuer, "against": value.against,
            "area_code": self._area((value.area, value.office)), "office": value.office,
            "period": {"from": str(value.period.first), "to": str(value.period.last)},
            "semantics": value.semantics, "unit": value.unit, "value": value.value,
            "decimals": value.decimals, "qualifier": value.qualifier, "printed": value.printed,
            "note": value.note, "expect": "scaled" if scaled else value.expect,
        }  # fmt: skip
