"""A municipality's report of 2007, in the manner of such reports and with figures of its own.

What it asks of the shape that the sample does not: a city that is a province (500000), growth in two
decimals beside last year's facts, three ends of periods in one report, loans of this year and since
the beginning, a recovery rate, plans for training, declared series, tens of thousands as the unit.
"""

from __future__ import annotations

from typing import Any

from tests.oracle.oracle import Oracle

Json = dict[str, Any]

DISTRICTS = ("500101", "500103", "500222")
THIS = {"from": "2007-01-01", "to": "2007-11-30"}
LAST = {"from": "2006-01-01", "to": "2006-11-30"}
TAXES = {"from": "2007-01-01", "to": "2007-09-30"}
DECEMBER = {"from": "2006-12-01", "to": "2006-12-31"}


def facts() -> list[Json]:
    """What happened in two years and before."""
    out: list[Json] = []

    def fact(identifier: str, kind: str, period: Json, **more: Any) -> None:
        out.append({"id": identifier, "kind": kind, "period": period, **more})

    rights = {"from": "2004-02-01", "to": "2004-12-31"}
    # Fewer certificates than loans: from 2006 on the registered unemployed are admitted as well.
    fact("certificates", "certificates-issued", rights, count=24, status="model")
    for name, period, taxi in (("this", THIS, 31), ("last", LAST, 23)):
        fact(f"reemployed-{name}", "placements", period, population="base", count=taxi + 20,
             channels={"private_economy": taxi, "flexible": 15, "public_welfare_4050": 5})  # fmt: skip
        fact(f"employed-{name}", "placements", period, population="outside", count=taxi * 2)
        fact(f"subsidies-{name}", "arrangement", period, fund="reemployment", amount="300 万元",
             use_code="social-insurance-subsidy", purpose="社会保险补贴")  # fmt: skip
        fact(f"subsidies-{name}-paid", "payment", period, arrangement=f"subsidies-{name}",
             amount=f"{taxi * 7}.31 万元", count=11)  # fmt: skip
        fact(f"money-{name}", "appropriation", period, fund="reemployment", source="central",
             amount="500 万元")  # fmt: skip
        fact(f"seekers-{name}", "jobseeker-registrations", period, count=taxi * 6 + 7)
        fact(f"vacancies-{name}", "vacancies", period, count=taxi * 5 + 3)
        fact(f"introduced-{name}", "introductions", period, count=taxi * 3 + 1, hired=taxi + 12)
        fact(f"posts-{name}", "posts-opened", period, count=taxi * 4)
    fact("training", "training", THIS, classes=4, count=37, employed=11, passed="0.9")
    fact("taxes", "relief", TAXES, relief="tax", unit="household", count=21, authority="地税局",
         items={"business_tax": "1.23 万元", "income_tax": "3.87 万元"})  # fmt: skip
    fact("seekers-december", "jobseeker-registrations", DECEMBER, count=9, status="model")
    fact("fund", "guarantee-contribution", {"from": "2005-01-01", "to": "2005-01-31"},
         level="city", amount="60 万元")  # fmt: skip
    early = {"from": "2005-03-01", "to": "2006-10-31"}
    fact("loans-before", "loans", early, count=11, amount="19.9 万元", term_months=12,
         repaid="19.13 万元")  # fmt: skip
    fact("loans", "loans", THIS, count=8, amount="15.2 万元", term_months=24)
    return out


def case() -> Json:
    """The case; what it publishes is what the oracle finds."""
    registered = {"from": "2000-01-01", "to": "2003-06-30"}
    made: Json = {
        "case": "municipality-2007",
        "title": "就业工作情况",
        "source": "made by tests/oracle/municipality.py",
        "as_of": "2007-11-30",
        "city": {"code": "500000", "name": "直辖市", "name_en": "Municipality"},
        "areas": [
            {"code": code, "name": f"第{n}区", "streets": 2, "townships": 1, "communities": 4}
            for n, code in enumerate(DISTRICTS, 1)
        ],
        "offices": [
            {"code": "500000-employment-bureau", "name": "市就业局", "kind": "bureau",
             "area": "500000000000"},
        ],
        "grassroots": {"staff": 40},
        "population": [
            {"id": "entitled", "count": 170, "standing": "entitled", "registered": registered,
             "mix": {"soe_unemployed": 120, "dibao_long_term_unemployed": 50},
             "applied": {"from": "2003-07-01", "to": "2003-12-31"}},
            {"id": "refused", "count": 30, "standing": "refused", "registered": registered,
             "reasons": {"not_on_dibao": 2, "insurance_not_drawn": 1},
             "applied": {"from": "2003-07-01", "to": "2003-12-31"}},
            {"id": "others", "count": 110, "standing": "outside",
             "registered": {"from": "2004-01-01", "to": "2005-12-31"}},
        ],
        "facts": facts(),
        "targets": [
            {"id": "training-plan", "issuer": "city", "level": "city", "indicator": "trained",
             "year": 2007, "value": "35"},
            {"id": "loans-plan", "issuer": "province", "level": "city", "indicator": "loans_lent",
             "year": 2007, "value": "13"},
        ],
        "statistics": [
            {"id": "communities", "series": "full_employment_communities", "unit": "count",
             "as_of": "2007-11-30", "value": "417", "source": "市劳动保障局"},
            {"id": "households", "series": "zero_employment_households_helped", "unit": "household",
             "as_of": "2007-11-30", "value": "12345", "source": "市劳动保障局"},
        ],
        "published": [],
        "model": {"seed": 2007, "employers": 40},
    }  # fmt: skip
    oracle = Oracle(made)
    for number, row in enumerate(rows()):
        indicator, form, unit, decimals, semantics, period, more = row
        value: Json = {
            "id": f"m{number:02d}", "title": f"{indicator} {form}", "indicator": indicator,
            "form": form, "unit": unit, "decimals": decimals, "semantics": semantics,
            "period": period, **more,
        }  # fmt: skip
        value["value"] = oracle.printed(value)
        made["published"].append(value)
    return made


def rows() -> list[tuple[str, str, str, int, str, Json, Json]]:
    """(indicator, form, unit, decimals, semantics, period, more) of each published value."""
    day = {"from": "2007-11-30", "to": "2007-11-30"}
    since = {"from": "2003-01-01", "to": "2007-11-30"}
    october = {"from": "2003-01-01", "to": "2007-10-31"}
    return [
        ("employed", "value", "wan_person", 4, "YTD", THIS, {}),
        ("employed", "growth", "%", 2, "YTD", THIS, {}),
        ("reemployed", "value", "person", 0, "YTD", THIS, {}),
        ("reemployed_public_welfare_4050", "value", "person", 0, "YTD", THIS, {}),
        ("tax_relief", "value", "wan_yuan", 2, "YTD", TAXES, {}),
        ("tax_relief_households", "value", "household", 0, "YTD", TAXES, {}),
        ("social_insurance_subsidy_paid", "value", "yi_yuan", 4, "YTD", THIS, {}),
        ("social_insurance_subsidy_paid", "growth", "%", 2, "YTD", THIS, {}),
        ("loan_borrowers", "value", "person", 0, "YTD", THIS, {}),
        ("loans_lent", "value", "wan_yuan", 1, "YTD", THIS, {}),
        ("loans_lent", "completion", "%", 1, "YTD", THIS, {"issuer": "province"}),
        ("loan_borrowers_cumulative", "value", "person", 0, "CUM", since, {}),
        ("loans_lent_cumulative", "value", "wan_yuan", 1, "CUM", since, {}),
        ("loan_recovery_rate", "rate", "%", 1, "CUM", october, {}),
        ("trained", "value", "person", 0, "YTD", THIS, {}),
        ("trained", "completion", "%", 1, "YTD", THIS, {"issuer": "city"}),
        ("training_reemployment_rate", "rate", "%", 1, "YTD", THIS, {}),
        ("jobseekers_registered", "value", "person", 0, "YTD", THIS, {}),
        ("jobseekers_registered", "growth", "%", 2, "YTD", THIS, {}),
        ("vacancies_reported", "value", "post", 0, "YTD", THIS, {}),
        ("vacancies_reported", "growth", "%", 2, "YTD", THIS, {}),
        ("referrals_successful", "value", "referral", 0, "YTD", THIS, {}),
        ("referrals_successful", "growth", "%", 2, "YTD", THIS, {}),
        ("new_posts_gross", "growth", "%", 2, "YTD", THIS, {}),
        ("full_employment_communities", "stated", "count", 0, "PIT", day, {}),
        ("zero_employment_households_helped", "stated", "household", 0, "PIT", day, {}),
    ]
