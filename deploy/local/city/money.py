"""Rows for subsidy, loans and assessment: money, and what the city says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

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

    def appropriations(self) -> Iterator[dict[str, Any]]:
        """Money that arrived for a fund."""
        prefix = self.ids.prefix("appropriation")
        for number, fact in enumerate(self.case.facts):
            if isinstance(fact, Appropriation):
                first, last = fact.period.first, fact.period.last
                day = DAY(first.toordinal() + (last - first).days // 20)
                yield {
                    "id": f"{prefix}{number:08x}", "fund": fact.fund, "source": fact.source,
                    "amount": yuan(fen_of(fact.amount)), "year": day.year,
                    "approval": fact.approval, "document": fact.document,
                    "received_on": str(day), **self._where((fact.area, fact.office)),
                }  # fmt: skip

    def arrangements(self) -> Iterator[dict[str, Any]]:
        """Money set aside. Approvals only where the case has one."""
        for number, fact in enumerate(self.case.facts):
            if isinstance(fact, Arrangement):
                yield {
                    "id": f"{self.arrangement}{number:08x}", "fund": fact.fund,
                    "use_code": fact.use_code, "purpose": fact.purpose,
                    "amount": yuan(fen_of(fact.amount)), "approval": fact.approval,
                    "arranged_on": str(self._arranged(fact)),
                    **self._where((fact.area, fact.office)),
                }  # fmt: skip

    def _arranged(self, fact: Arrangement) -> date:
        first, last = fact.period.first, fact.period.last
        return DAY(first.toordinal() + (last - first).days // 10)

    def payments(self) -> Iterator[dict[str, Any]]:
        """Money paid out of arrangements; the payments of a fact add up exactly."""
        numbers = {fact.id: number for number, fact in enumerate(self.case.facts)}
        prefix = self.ids.prefix("payment")
        number = 0
        for fact in self.case.facts:
            if not isinstance(fact, Payment):
                continue
            source = self.case.facts[numbers[fact.arrangement]]
            assert isinstance(source, Arrangement)
            first = max(fact.period.first, self._arranged(source)).toordinal()
            last = max(fact.period.last.toordinal(), first)
            parts = split(fen_of(fact.amount), fact.count, self.plan.rng("pay", fact.id))
            for n, fen in enumerate(parts, 1):
                if fen:
                    yield {
                        "id": f"{prefix}{number:08x}",
                        "arrangement_id": f"{self.arrangement}{numbers[fact.arrangement]:08x}",
                        "amount": yuan(fen), "payee_kind": fact.payee_kind,
                        "purpose": source.purpose,
                        "paid_on": str(DAY(first + (last - first) * n // (fact.count + 1))),
                        **self._where((source.area, source.office)),
                    }  # fmt: skip
                    number += 1

    # --- loans ----------------------------------------------------------------------------------

    def contributions(self) -> Iterator[dict[str, Any]]:
        """Money of the guarantee fund, by level."""
        prefix = self.ids.prefix("contribution")
        for number, fact in enumerate(self.case.facts):
            if isinstance(fact, GuaranteeContribution):
                yield {
                    "id": f"{prefix}{number:08x}", "level": fact.level,
                    "amount": yuan(fen_of(fact.amount)), "contributor": fact.contributor,
                    "document": None, "received_on": str(fact.period.first),
                    **self._where((fact.area, fact.office)),
                }  # fmt: skip

    def loans(self) -> Iterator[tuple[int, dict[str, Any], dict[str, str] | None]]:
        """(number, body, repayment): amounts add exactly, none is above the cap."""
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
                back = min(left, principal)
                left -= back
                yield (
                    number,
                    {
                        "id": f"{self.loan}{number:08x}", "worker_id": f"{self.worker}{i:08x}",
                        "principal": yuan(principal), "term_months": fact.term_months,
                        **self._course(i, paid, fact.term_months),
                        **self._lender(leaf.place, i),
                    },
                    self._repayment(paid, fact.term_months, back) if back else None,
                )  # fmt: skip
                number += 1

    def _course(self, person: int, paid: int, months: int) -> dict[str, str]:
        """The steps of a loan, from application to payment, with their days."""
        applied = max(paid - 15, self.plan.cert_on[person])
        days = [str(DAY(applied + (paid - applied) * k // 4)) for k in range(5)]
        return {
            "applied_on": days[0], "recommended_on": days[1], "reviewed_on": days[2],
            "committed_on": days[3], "disbursed_on": days[4], "bank": "城市信用社",
            "annual_rate": rate(DAY(paid), months),
        }  # fmt: skip

    def _lender(self, place: Place, person: int) -> dict[str, str]:
        """Who administers a loan: the borrower's bureau. A municipality has one fund and one desk
        for all its districts.
        """
        if self.case.city.code.endswith("0000") and place == (None, None):
            return self._where(place)
        site = self.plan.site_of(person)
        return {"area_code": site.area, "office": site.office}

    def _repayment(self, paid: int, months: int, principal: int) -> dict[str, str]:
        """Principal with simple interest, on the due day or on the case's last day."""
        on = min(DAY(paid + 30 * months), self.case.as_of)
        yearly = Decimal(rate(DAY(paid), months)) / 100
        interest = int(principal * yearly * (on.toordinal() - paid) / 365)
        return {"repaid_on": str(on), "principal": yuan(principal), "interest": yuan(interest)}

    # --- assessment -----------------------------------------------------------------------------

    def targets(self) -> Iterator[dict[str, Any]]:
        """Targets, each followed by the parts that it was shared out into."""
        prefix = self.ids.prefix("target")
        number = 0
        for target in self.case.targets:
            parent = f"{prefix}{number:08x}"
            row = {
                "issuer": target.issuer, "level": target.level, "indicator": target.indicator,
                "year": target.year, "signed_on": f"{target.year}-01-01",
                "document": self.case.title,
            }  # fmt: skip
            yield {
                **row, "id": parent, "value": target.value,
                **self._of((target.area, target.office)),
            }  # fmt: skip
            number += 1
            for part in target.parts:
                yield {
                    **row, "id": f"{prefix}{number:08x}", "parent_id": parent,
                    "value": part.value, "issuer": part.issuer or target.issuer,
                    "level": "office" if part.office else "district",
                    **self._of((part.area, part.office)),
                }  # fmt: skip
                number += 1

    def statistics(self) -> Iterator[dict[str, Any]]:
        """Series that somebody else declares."""
        prefix = self.ids.prefix("statistic")
        for number, statistic in enumerate(self.case.statistics):
            yield {
                "id": f"{prefix}{number:08x}", "series": statistic.series,
                "value": statistic.value, "unit": statistic.unit, "as_of": str(statistic.as_of),
                "source": statistic.source, **self._of((statistic.area, statistic.office)),
            }  # fmt: skip

    def _of(self, place: Place) -> dict[str, str]:
        area, office = place
        if office is not None:
            return {"area_code": self.plan.places.sites(place)[0].area, "office": office}
        return {"area_code": area or self.case.city_area, "office": "all"}

    def published(self, scale: Decimal) -> Iterator[dict[str, Any]]:
        """What the city published, with what the case expects of it."""
        for value in self.case.published:
            yield {
                "id": f"{self.case.case}.{value.id}", "title": value.title,
                "indicator": value.indicator, "form": value.form, "issuer": value.issuer,
                "against": value.against, **self._of((value.area, value.office)),
                "period": f"{value.period.first}/{value.period.last}",
                "semantics": value.semantics, "unit": value.unit, "value": value.value,
                "decimals": value.decimals, "qualifier": value.qualifier, "tolerance": value.tolerance,
                "scale": f"{scale:f}", "expect": value.expect if scale == 1 else "scaled",
                "printed": value.printed, "source": self.case.source,
            }  # fmt: skip
