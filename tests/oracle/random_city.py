"""Small cities by seed: every kind of fact, every form of a published value, parts at places.

A made city publishes what the oracle computes from it, so every line of its report must agree; a
few values are told wrong on purpose, and must not.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from tests.oracle.oracle import Oracle, rounded

Json = dict[str, Any]

CITY = "231100"
DIRECT = "231100-city-direct"
DISTRICTS = ("231102", "231121", "231123")
#: The three kinds of places at which figures are published.
WHOLE: Json = {}
DISTRICT: Json = {"area": DISTRICTS[0]}
OFFICE: Json = {"office": DIRECT}
CHANNELS = (
    "private_economy", "tertiary_industry", "public_welfare_4050", "labour_export",
    "within_enterprise", "flexible", "farming", "new_investment",
)  # fmt: skip
CATEGORIES = (
    "soe_laid_off", "soe_unemployed", "closed_soe_to_be_placed", "dibao_long_term_unemployed",
)  # fmt: skip
REASONS = (
    "internally_retired", "insurance_not_drawn", "settlement_not_received",
    "jobless_under_one_year", "not_on_dibao", "no_category",
)  # fmt: skip


def year(number: int, last: str = "10-31", first: str = "01-01") -> Json:
    return {"from": f"{number}-{first}", "to": f"{number}-{last}"}


class Maker:
    """Makes one city. ``as_of`` is in 2004, so that 2003 is the year before."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.seed = seed
        self.facts: list[Json] = []
        self.published: list[Json] = []
        self.this = year(2004)
        self.last = year(2003)
        self.taxes = year(2004, "09-30")

    def make(self) -> Json:
        """A whole case."""
        population = self._population()
        for name in ("_rights", "_work", "_posts", "_reliefs", "_help", "_funds", "_search"):
            getattr(self, name)()
        case: Json = {
            "case": f"random-{self.seed}",
            "title": "随机城市就业工作报告",
            "source": "made by tests/oracle/random_city.py",
            "as_of": "2004-10-31",
            "city": {"code": CITY, "name": "随机市"},
            "areas": [
                {
                    "code": code, "name": f"第{n}区县", "streets": self.rng.randint(1, 3),
                    "townships": self.rng.randint(0, 3), "communities": self.rng.randint(3, 6),
                }
                for n, code in enumerate(DISTRICTS, 1)
            ],
            "offices": [
                {"code": DIRECT, "name": "市直", "kind": "city_direct", "area": CITY},
                {"code": f"{CITY}-employment-bureau", "name": "市就业局", "kind": "bureau",
                 "area": CITY},
            ],
            "grassroots": {"staff": self.rng.randint(10, 60)},
            "population": population,
            "facts": self.facts,
            "targets": self._targets(),
            "statistics": self._statistics(),
            "published": self.published,
            "model": {"seed": self.rng.randrange(10**6), "employers": 40},
        }  # fmt: skip
        self._publish(case)
        return case

    # --- people ---------------------------------------------------------------------------------

    def _population(self) -> list[Json]:
        rng = self.rng
        groups: list[Json] = []
        for place, size in ((DISTRICT, 60), (OFFICE, 50), (WHOLE, 90)):
            name = place.get("area") or ("office" if place else "rest")
            registered = {"from": "2001-01-01", "to": "2002-10-31"}
            applied = {"from": "2002-11-01", "to": "2002-11-20"}
            mix = {category: rng.randint(3, size // 4) for category in CATEGORIES}
            groups.append({
                "id": f"{name}-entitled", "count": sum(mix.values()) + size, "standing": "entitled",
                "mix": {**mix, "soe_unemployed": mix["soe_unemployed"] + size},
                "registered": registered, "applied": applied, **place,
            })  # fmt: skip
            groups.append({
                "id": f"{name}-refused", "count": rng.randint(6, 20), "standing": "refused",
                "reasons": {reason: 1 for reason in REASONS},
                "registered": registered, "applied": applied, **place,
            })  # fmt: skip
            groups.append({
                "id": f"{name}-outside", "count": rng.randint(60, 80), "standing": "outside",
                "registered": registered, **place,
            })  # fmt: skip
        return groups

    def fact(self, kind: str, name: str, period: Json, **fields: Any) -> Json:
        """A fact of the whole city."""
        made = {"id": name, "kind": kind, "period": period, **fields}
        self.facts.append(made)
        return made

    def part(self, whole: Json, place: Json, **fields: Any) -> None:
        """A part of a fact at a place."""
        name = f"{whole['id']}-{'office' if 'office' in place else 'district'}"
        copied = {k: v for k, v in whole.items() if k in ("kind", "period", "population", "relief",
                                                          "unit", "fund", "level")}  # fmt: skip
        self.facts.append({**copied, "id": name, "part_of": whole["id"], **place, **fields})

    def _rights(self) -> None:
        rng = self.rng
        period = {"from": "2003-01-01", "to": "2003-02-28"}
        whole = self.fact(
            "certificates-issued", "certificates", period, count=rng.randint(110, 150)
        )
        self.part(whole, DISTRICT, count=rng.randint(30, 50))
        self.part(whole, OFFICE, count=rng.randint(30, 45))

    def _work(self) -> None:
        rng = self.rng
        for name, period, high in (("reemployed", self.this, 9), ("before", self.last, 4)):
            channels = {channel: rng.randint(2, high) for channel in CHANNELS}
            whole = self.fact(
                "placements", name, period, population="base",
                count=sum(channels.values()), channels=channels,
            )  # fmt: skip
            small = {channel: rng.randint(0, 1) for channel in CHANNELS}
            self.part(whole, DISTRICT, count=sum(small.values()) or 0, channels=small)
            small = {channel: rng.randint(0, 1) for channel in CHANNELS}
            self.part(whole, OFFICE, count=sum(small.values()) or 0, channels=small)
        for name, period in (("employed", self.this), ("employed-before", self.last)):
            whole = self.fact("placements", name, period, population="outside",
                              count=rng.randint(14, 26))  # fmt: skip
            self.part(whole, OFFICE, count=rng.randint(1, 6))
            self.part(whole, DISTRICT, count=rng.randint(1, 6))
        self.fact(
            "training", "training", self.this, classes=rng.randint(2, 5),
            count=rng.randint(20, 30), employed=rng.randint(5, 10), dropped=rng.randint(0, 4),
        )  # fmt: skip
        self.fact(
            "training", "training-before", self.last, classes=2, count=rng.randint(8, 15),
            employed=rng.randint(1, 4),
        )  # fmt: skip

    def _posts(self) -> None:
        rng = self.rng
        for name, period in (("posts", self.this), ("posts-before", self.last)):
            whole = self.fact("posts-opened", name, period, count=rng.randint(40, 90))
            self.part(whole, OFFICE, count=rng.randint(8, 15))
            self.part(whole, DISTRICT, count=rng.randint(8, 15))
        whole = self.fact("posts-lost", "posts-lost", self.this, count=rng.randint(10, 20))
        self.part(whole, OFFICE, count=rng.randint(1, 5))
        self.part(whole, DISTRICT, count=rng.randint(1, 5))

    # --- money ----------------------------------------------------------------------------------

    def yuan(self, low: int, high: int) -> str:
        return f"{self.rng.randint(low, high)}.{self.rng.randrange(100):02d} 元"

    def _reliefs(self) -> None:
        rng = self.rng
        whole = self.fact(
            "relief", "fees", self.this, relief="fee", unit="person", count=rng.randint(15, 25),
            items={
                "registration": self.yuan(5_000, 9_000),
                "self_employed_management": self.yuan(60_000, 90_000),
                "market_management": self.yuan(5_000, 9_000),
            },
        )  # fmt: skip
        self.part(
            whole, OFFICE, unit="household", count=rng.randint(5, 9),
            items={"registration": self.yuan(500, 900)},
        )  # fmt: skip
        self.fact(
            "relief", "fees-before", self.last, relief="fee", unit="person",
            count=rng.randint(8, 15), items={"self_employed_management": self.yuan(20_000, 50_000)},
        )  # fmt: skip
        whole = self.fact(
            "relief", "taxes", self.taxes, relief="tax", unit="household",
            count=rng.randint(10, 20), authority="地方税务局",
            items={
                "business_tax": self.yuan(50_000, 90_000), "income_tax": self.yuan(50_000, 90_000),
                "urban_construction_tax": self.yuan(9_000, 20_000),
                "education_surcharge": self.yuan(9_000, 20_000),
            },
        )  # fmt: skip
        self.part(
            whole, OFFICE, count=rng.randint(2, 6), authority="地方税务局",
            items={"business_tax": "3000.00 元", "income_tax": "4000.00 元"},
            stated_total="9000.00 元",
        )  # fmt: skip

    def _help(self) -> None:
        rng = self.rng
        paired = rng.randint(12, 20)
        self.fact("pairing", "pairing", self.this, count=paired, placed=rng.randint(5, paired - 2))
        self.fact("guarantee-contribution", "guarantee-province", self.last, level="province",
                  amount=f"{rng.randint(20, 40)} 万元")  # fmt: skip
        self.fact("guarantee-contribution", "guarantee-city", self.this, level="city",
                  amount=f"{rng.randint(10, 30)} 万元")  # fmt: skip
        early = {"from": "2003-03-15", "to": "2003-08-31"}
        lent = rng.randint(30, 60)
        self.fact("loans", "loans-before", early, count=6, amount=f"{lent}00.00 元", term_months=12,
                  repaid=f"{rng.randint(10, lent)}00.00 元")  # fmt: skip
        self.fact("loans", "loans", self.this, count=rng.randint(5, 9),
                  amount=f"{rng.randint(400, 900)}00.00 元")  # fmt: skip

    def _funds(self) -> None:
        rng = self.rng
        self.fact("appropriation", "won", self.this, fund="reemployment", source="province",
                  amount=f"{rng.randint(300, 400)} 万元")  # fmt: skip
        self.fact("appropriation", "won-before", self.last, fund="reemployment", source="central",
                  amount=f"{rng.randint(200, 300)} 万元")  # fmt: skip
        self.fact("appropriation", "given", self.this, fund="reemployment", source="donation",
                  amount=f"{rng.randint(1, 9)}.5 万元")  # fmt: skip
        for name, period, low in (
            ("subsidies", self.this, 60),
            ("subsidies-before", self.last, 40),
        ):
            self.fact("arrangement", name, period, fund="reemployment", purpose="社会保险补贴",
                      use_code="social-insurance-subsidy", amount=f"{low + 50} 万元")  # fmt: skip
            self.fact("payment", f"{name}-paid", period, arrangement=name, count=rng.randint(2, 9),
                      amount=self.yuan(low * 10_000, (low + 40) * 10_000))  # fmt: skip
        self.fact("arrangement", "severance", self.this, fund="reemployment", purpose="有偿解除劳动关系",
                  use_code="severance", amount=f"{rng.randint(10, 60)} 万元")  # fmt: skip
        self.fact("appropriation", "living", self.last, fund="living_allowance", source="raised",
                  amount="90 万元")  # fmt: skip
        for use, name in (
            ("living-allowance", "allowance"),
            ("centre-social-insurance", "insurance"),
        ):
            self.fact("arrangement", name, self.last, fund="living_allowance", use_code=use,
                      purpose=name, amount="40 万元")  # fmt: skip
            self.fact("payment", f"{name}-paid", self.last, arrangement=name,
                      amount=self.yuan(100_000, 390_000), count=3)  # fmt: skip

    def _search(self) -> None:
        rng = self.rng
        for name, period in (("seekers", self.this), ("seekers-before", self.last)):
            count = rng.randint(60, 120)
            self.fact("jobseeker-registrations", name, period, count=count)
            vacancies = rng.randint(40, 80)
            self.fact("vacancies", name.replace("seekers", "vacancies"), period, count=vacancies)
            referred = rng.randint(20, 50)
            self.fact("introductions", name.replace("seekers", "introductions"), period,
                      count=referred, hired=rng.randint(5, 20))  # fmt: skip

    # --- targets, series, published -------------------------------------------------------------

    def _targets(self) -> list[Json]:
        rng = self.rng

        def target(name: str, issuer: str, indicator: str, value: int, **more: Any) -> Json:
            return {"id": name, "issuer": issuer, "level": "city", "indicator": indicator,
                    "year": 2004, "value": str(value), **more}  # fmt: skip

        return [
            target("p-reemployed", "province", "reemployed", rng.randint(15, 30)),
            target("c-reemployed", "city", "reemployed", rng.randint(30, 90),
                   parts=[{**OFFICE, "value": "7"}, {**DISTRICT, "value": "9"}]),
            target("p-employed", "province", "employed", rng.randint(10, 30)),
            target("p-net", "province", "net_new_posts", rng.randint(30, 90)),
            target("c-trained", "city", "trained", rng.randint(20, 40)),
            target("p-loans", "province", "loans_lent", rng.randint(3, 9)),
        ]  # fmt: skip

    def _statistics(self) -> list[Json]:
        return [
            {"id": "rate", "series": "registered_unemployment_rate", "as_of": "2004-10-31",
             "value": f"3.{self.rng.randrange(10, 99)}", "unit": "%", "source": "统计局"},
            {"id": "communities", "series": "full_employment_communities", "as_of": "2004-10-31",
             "value": str(self.rng.randint(10, 400)), "unit": "count", "source": "劳动局"},
        ]  # fmt: skip

    def _publish(self, case: Json) -> None:
        oracle = Oracle(case)
        for number, (indicator, form, place, unit, decimals, more) in enumerate(published_list()):
            until = {"from": "2004-01-01", "to": more.pop("until", "2004-10-31")}
            value: Json = {
                "id": f"v{number:03d}-{indicator}", "title": indicator, "indicator": indicator,
                "form": form, "period": until, "semantics": more.pop("semantics", "YTD"),
                "unit": unit, "decimals": decimals, "expect": "agrees", **place, **more,
            }  # fmt: skip
            exact = oracle.value(value)
            value["value"] = rounded(exact, decimals)
            if value.pop("wrong", False):
                value["value"] = rounded(exact + Fraction(1, 10**decimals), decimals)
                value["expect"] = "does-not-reconcile"
            if value.get("qualifier") == "at_least":
                value["value"] = rounded(exact - 3, decimals)
            self.published.append(value)


def published_list() -> list[tuple[str, str, Json, str, int, Json]]:
    """(indicator, form, place, unit, decimals, more) of everything that a made city publishes."""
    out: list[tuple[str, str, Json, str, int, Json]] = []

    def add(names: str, form: str, unit: str, decimals: int, *places: Json, **more: Any) -> None:
        for name in names.split():
            for place in places or (WHOLE,):
                out.append((name, form, place, unit, decimals, dict(more)))

    everywhere = (WHOLE, DISTRICT, OFFICE)
    add("reemployed employed", "value", "person", 0, *everywhere)
    add(" ".join(f"reemployed_{c}" for c in CHANNELS), "value", "person", 0, *everywhere)
    add("new_posts_gross posts_lost net_new_posts", "value", "post", 0, *everywhere)
    add("certificates_issued", "value", "certificate", 0, *everywhere, semantics="CUM")
    add("certificates_entitled", "value", "person", 0, *everywhere, semantics="CUM")
    add("centre_agreements recognised_4050", "value", "person", 0, semantics="CUM")
    add("certificate_issue_rate", "rate", "%", 2, *everywhere, semantics="CUM")
    add("reemployment_rate", "rate", "%", 1, *everywhere)
    add("pairing_placed_rate training_reemployment_rate success_rate", "rate", "%", 2)
    add("recommendation_rate success_rate_of_registrations fund_arranged_rate", "rate", "%", 1)
    add("loan_recovery_rate", "rate", "%", 1, semantics="CUM")
    add("fee_relief relief_registration", "value", "wan_yuan", 2, WHOLE, OFFICE)
    add("relief_self_employed_management relief_market_management", "value", "wan_yuan", 4)
    add("tax_relief", "value", "wan_yuan", 2, until="2004-09-30")
    add("relief_business_tax relief_income_tax", "value", "yuan", 2, WHOLE, OFFICE,
        until="2004-09-30")  # fmt: skip
    add("tax_relief", "value", "yuan", 2, OFFICE, until="2004-09-30", expect="does-not-reconcile")
    add("fee_relief_persons", "value", "person", 0)
    add("fee_relief_households tax_relief_households", "value", "household", 0, WHOLE, OFFICE)
    add("paired paired_placed trained training_reemployed", "value", "person", 0)
    add("training_classes", "value", "class", 0)
    add("jobseekers_registered", "value", "person", 0)
    add("vacancies_reported", "value", "post", 0)
    add("referrals_issued referrals_successful", "value", "referral", 0)
    add("fund_won fund_arranged arranged_outside_permitted fund_paid"
        " social_insurance_subsidy_paid loans_lent", "value", "wan_yuan", 2)  # fmt: skip
    add("living_allowance_raised living_allowance_paid living_allowance_insurance"
        " living_allowance_unexplained guarantee_fund guarantee_fund_province guarantee_fund_city"
        " loans_lent_cumulative loans_repaid", "value", "wan_yuan", 2, semantics="CUM")  # fmt: skip
    add("loan_borrowers", "value", "person", 0)
    add("loan_borrowers_cumulative", "value", "person", 0, semantics="CUM")
    add("street_offices township_offices community_stations", "value", "office", 0, WHOLE, DISTRICT,
        semantics="PIT")  # fmt: skip
    add("grassroots_staff", "value", "person", 0, semantics="PIT")
    add("registered_unemployment_rate", "stated", "%", 2, semantics="PIT")
    add("full_employment_communities", "stated", "count", 0, semantics="PIT")
    add("reemployed", "completion", "%", 1, issuer="province")
    add("reemployed", "completion", "%", 2, *everywhere, issuer="city")
    add("employed", "completion", "%", 0, issuer="province")
    add("trained", "completion", "%", 1, issuer="city")
    add("loans_lent", "completion", "%", 1, issuer="province")
    add("new_posts_gross", "completion", "%", 1, issuer="province", against="net_new_posts",
        expect="definition-differs")  # fmt: skip
    add("reemployed employed new_posts_gross trained fee_relief social_insurance_subsidy_paid"
        " jobseekers_registered vacancies_reported referrals_successful fund_won"
        " loan_borrowers loans_lent", "growth", "%", 2)  # fmt: skip
    add("reemployed", "value", "person", 0, wrong=True)
    add("trained", "value", "person", 0, qualifier="at_least")
    return out
