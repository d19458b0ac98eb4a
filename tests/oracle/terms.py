"""The terms of the oracle: which facts make which figure. Written from the indicators' clauses
(policy dossier, section 6), not from the services' definitions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.oracle.arithmetic import (
    BEGINNING,
    Indeterminate,
    Json,
    Place,
    Window,
    day,
    fen,
    inside,
    months_later,
)

if TYPE_CHECKING:
    from tests.oracle.oracle import Oracle

FEES = ("registration", "self_employed_management", "market_management")
TAXES = ("business_tax", "urban_construction_tax", "education_surcharge", "income_tax")
#: Uses of the re-employment fund that the law permits without a province's approval.
FORBIDDEN_USES = frozenset({"severance"})


def counts(o: Oracle) -> dict[str, Callable[[Place, Window], Fraction]]:
    def count(kind: str, name: str = "count") -> Callable[[Place, Window], Fraction]:
        return lambda place, window: o.total(kind, name, place, window)

    def placed(population: str) -> Callable[[Place, Window], Fraction]:
        return lambda place, window: o.total(
            "placements", "count", place, window, lambda f: f["population"] == population
        )

    def channel(name: str) -> Callable[[Place, Window], Fraction]:
        return lambda place, window: Fraction(
            sum(f.get("channels", {}).get(name, 0) for f in o.chosen("placements", place, window))
        )

    def beneficiaries(relief: str, unit: str) -> Callable[[Place, Window], Fraction]:
        return lambda place, window: Fraction(_beneficiaries(o, relief, unit, place, window))

    channels = (
        "private_economy", "tertiary_industry", "public_welfare_4050", "labour_export",
        "within_enterprise", "flexible", "farming", "new_investment",
    )  # fmt: skip
    opened, lost = count("posts-opened"), count("posts-lost")
    return {
        "certificates_issued": count("certificates-issued"),
        "reemployed": placed("base"),
        "employed": placed("outside"),
        "recognised_4050": channel("public_welfare_4050"),
        **{f"reemployed_{name}": channel(name) for name in channels},
        "new_posts_gross": opened,
        "posts_lost": lost,
        "net_new_posts": lambda place, window: opened(place, window) - lost(place, window),
        "fee_relief_persons": beneficiaries("fee", "person"),
        "fee_relief_households": beneficiaries("fee", "household"),
        "tax_relief_persons": beneficiaries("tax", "person"),
        "tax_relief_households": beneficiaries("tax", "household"),
        "paired": count("pairing"),
        "paired_placed": count("pairing", "placed"),
        "trained": count("training"),
        "training_classes": count("training", "classes"),
        "training_reemployed": count("training", "employed"),
        "jobseekers_registered": count("jobseeker-registrations"),
        "vacancies_reported": count("vacancies"),
        "referrals_issued": count("introductions"),
        "referrals_successful": count("introductions", "hired"),
        "loan_borrowers": count("loans"),
        "loan_borrowers_cumulative": count("loans"),
    }


def _beneficiaries(o: Oracle, relief: str, unit: str, place: Place, window: Window) -> int:
    """Persons or households. A part told in another unit than its whole is not in the whole."""
    found = 0
    for fact in o.facts:
        if fact["kind"] != "relief" or fact["relief"] != relief or fact["unit"] != unit:
            continue
        if not inside(fact["period"], window):
            continue
        whole = o.by_id.get(fact.get("part_of") or "")
        if place == (None, None):
            if whole is None or whole["unit"] != unit:
                found += fact["count"]
        elif o.place(fact) == place:
            found += fact["count"]
    return found


def money(o: Oracle) -> dict[str, Callable[[Place, Window], Fraction]]:
    def items(names: tuple[str, ...]) -> Callable[[Place, Window], Fraction]:
        return lambda place, window: Fraction(
            sum(
                fen(amount)
                for fact in o.chosen(
                    "relief", place, window, lambda f: bool(set(names) & set(f["items"]))
                )
                for item, amount in fact["items"].items()
                if item in names
            )
        )

    def amounts(
        kind: str, ok: Callable[[Json], bool], name: str = "amount"
    ) -> Callable[[Place, Window], Fraction]:
        return lambda place, window: Fraction(
            sum(fen(f.get(name, "0 元")) for f in o.chosen(kind, place, window, ok))
        )

    def arrangement(payment: Json) -> Json:
        found: Json = o.by_id[payment["arrangement"]]
        return found

    def fund(name: str) -> Callable[[Json], bool]:
        return lambda fact: fact["fund"] == name

    def paid(name: str, ok: Callable[[str], bool]) -> Callable[[Place, Window], Fraction]:
        return amounts(
            "payment",
            lambda f: arrangement(f)["fund"] == name and ok(arrangement(f)["use_code"]),
        )

    def level(*levels: str) -> Callable[[Place, Window], Fraction]:
        return amounts("guarantee-contribution", lambda f: f["level"] in levels)

    raised = amounts("appropriation", fund("living_allowance"))
    spent = paid("living_allowance", lambda _: True)
    return {
        "fee_relief": items(FEES),
        "tax_relief": items(TAXES),
        "other_fee_relief": items(("other_departments",)),
        **{f"relief_{name}": items((name,)) for name in (*FEES, *TAXES)},
        "fund_won": amounts(
            "appropriation",
            lambda f: f["fund"] == "reemployment" and f["source"] in ("central", "province"),
        ),
        "fund_arranged": amounts("arrangement", fund("reemployment")),
        "arranged_outside_permitted": amounts(
            "arrangement",
            lambda f: (
                f["fund"] == "reemployment"
                and f["use_code"] in FORBIDDEN_USES
                and f.get("approval") is None
            ),
        ),
        "fund_paid": paid("reemployment", lambda _: True),
        "social_insurance_subsidy_paid": paid(
            "reemployment", lambda use: use == "social-insurance-subsidy"
        ),
        "living_allowance_raised": raised,
        "living_allowance_paid": paid("living_allowance", lambda use: use == "living-allowance"),
        "living_allowance_insurance": paid(
            "living_allowance", lambda use: use != "living-allowance"
        ),
        "living_allowance_unexplained": lambda p, w: raised(p, w) - spent(p, w),
        "guarantee_fund": level("province", "city", "county"),
        "guarantee_fund_province": level("province"),
        "guarantee_fund_city": level("city"),
        "loans_lent": amounts("loans", lambda _: True),
        "loans_lent_cumulative": amounts("loans", lambda _: True),
        "loans_repaid": amounts("loans", lambda _: True, "repaid"),
    }


def stocks(o: Oracle) -> dict[str, Callable[[Place, Window], Fraction]]:
    def entitled(place: Place, window: Window) -> Fraction:
        return Fraction(sum(g["count"] for g in o.groups(("entitled",), place, window[1])))

    def agreements(place: Place, window: Window) -> Fraction:
        return Fraction(
            sum(_laid_off(group) for group in o.groups(("entitled",), place, window[1]))
        )

    def bodies(name: str) -> Callable[[Place, Window], Fraction]:
        def number(place: Place, _: Window) -> Fraction:
            nodes = [
                a
                for a in o.case["areas"]
                if place[0] in (None, a["code"].ljust(12, "0")) and place[1] is None
            ]
            default = {"streets": 1, "townships": 0, "communities": 1}[name]
            return Fraction(sum(node.get(name, default) for node in nodes))

        return number

    return {
        "certificates_entitled": entitled,
        "centre_agreements": agreements,
        "street_offices": bodies("streets"),
        "township_offices": bodies("townships"),
        "community_stations": bodies("communities"),
        "grassroots_staff": lambda _place, _window: Fraction(o.case["grassroots"]["staff"]),
    }


def _laid_off(group: Json) -> int:
    """Persons of the first category in a group: its weight, by largest remainder."""
    weights, count = group["mix"], group["count"]
    whole = sum(weights.values())
    parts = {name: count * weight // whole for name, weight in weights.items()}
    left = count - sum(parts.values())
    order = sorted(weights, key=lambda name: -(count * weights[name] % whole))
    for name in order[:left]:
        parts[name] += 1
    return int(parts.get("soe_laid_off", 0))


def rates(o: Oracle) -> dict[str, Callable[[Place, Window], Fraction]]:
    def rate(top: str, bottom: str, *, stock: bool = False) -> Callable[[Place, Window], Fraction]:
        def compute(place: Place, window: Window) -> Fraction:
            below = (BEGINNING, window[1]) if stock else window
            return 100 * o.figure(top, place, window) / o.figure(bottom, place, below)

        return compute

    def reemployment(place: Place, window: Window) -> Fraction:
        base = sum(g["count"] for g in o.groups(("entitled", "refused"), place, window[1]))
        return 100 * o.figure("reemployed", place, window) / Fraction(base)

    def recovery(place: Place, window: Window) -> Fraction:
        due = back = 0
        for fact in o.chosen("loans", place, (BEGINNING, date.max)):
            term = fact.get("term_months", 24)
            if months_later(day(fact["period"]["to"]), term) <= window[1]:
                due += fen(fact["amount"])
                back += fen(fact.get("repaid", "0 元"))
            elif months_later(day(fact["period"]["from"]), term) <= window[1]:
                raise Indeterminate(f"{fact['id']} falls due on both sides of {window[1]}")
        return Fraction(100 * back, due)

    def appropriated(place: Place, window: Window) -> Fraction:
        received = sum(
            fen(f["amount"])
            for f in o.chosen("appropriation", place, window, lambda f: f["fund"] == "reemployment")
        )
        return 100 * o.figure("fund_arranged", place, window) / received

    return {
        "certificate_issue_rate": rate("certificates_issued", "certificates_entitled", stock=True),
        "reemployment_rate": reemployment,
        "pairing_placed_rate": rate("paired_placed", "paired"),
        "training_reemployment_rate": rate("training_reemployed", "trained"),
        "success_rate": rate("referrals_successful", "referrals_issued"),
        "success_rate_of_registrations": rate("referrals_successful", "jobseekers_registered"),
        "recommendation_rate": rate("referrals_issued", "jobseekers_registered"),
        "fund_arranged_rate": appropriated,
        "loan_recovery_rate": recovery,
    }
