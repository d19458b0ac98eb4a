"""Which figures a case may publish, and from which facts each is made (for the checks alone).

The definitions themselves are assessment's. Here stands only what is needed to tell the writer of a
case that a name is unknown, or that nobody said how many of a whole lie at the published place. An
indicator that assessment defines and this table lacks may be published; its place is not checked.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import get_args

from local.city.facts import Channel, ReliefItem

#: Indicator -> kinds of facts that it counts.
SOURCES: dict[str, tuple[str, ...]] = {
    "certificates_entitled": (),
    "centre_agreements": (),
    "certificates_issued": ("certificates-issued",),
    "certificate_issue_rate": ("certificates-issued",),
    "recognised_4050": ("placements",),
    "reemployed": ("placements",),
    "reemployment_rate": ("placements",),
    "employed": ("placements",),
    **{f"reemployed_{channel}": ("placements",) for channel in get_args(Channel)},
    "new_posts_gross": ("posts-opened",),
    "posts_lost": ("posts-lost",),
    "net_new_posts": ("posts-opened", "posts-lost"),
    "fee_relief": ("relief",),
    "fee_relief_persons": ("relief",),
    "fee_relief_households": ("relief",),
    "tax_relief": ("relief",),
    "tax_relief_persons": ("relief",),
    "tax_relief_households": ("relief",),
    "other_fee_relief": ("relief",),
    **{f"relief_{item}": ("relief",) for item in get_args(ReliefItem)},
    "paired": ("pairing",),
    "paired_placed": ("pairing",),
    "pairing_placed_rate": ("pairing",),
    "trained": ("training",),
    "training_passed": ("training",),
    "training_pass_rate": ("training",),
    "training_classes": ("training",),
    "training_reemployed": ("training",),
    "training_reemployment_rate": ("training",),
    "jobseekers_registered": ("jobseeker-registrations",),
    "vacancies_reported": ("vacancies",),
    "referrals_issued": ("introductions",),
    "referrals_successful": ("introductions",),
    "recommendation_rate": ("introductions", "jobseeker-registrations"),
    "success_rate": ("introductions",),
    "success_rate_of_registrations": ("introductions", "jobseeker-registrations"),
    "fund_won": ("appropriation",),
    "fund_arranged": ("arrangement",),
    "fund_arranged_rate": ("appropriation", "arrangement"),
    "arranged_outside_permitted": ("arrangement",),
    "fund_paid": ("payment",),
    "social_insurance_subsidy_paid": ("payment",),
    "living_allowance_raised": ("appropriation",),
    "living_allowance_paid": ("payment",),
    "living_allowance_insurance": ("payment",),
    "living_allowance_unexplained": ("appropriation", "payment"),
    "guarantee_fund": ("guarantee-contribution",),
    "guarantee_fund_province": ("guarantee-contribution",),
    "guarantee_fund_city": ("guarantee-contribution",),
    "loan_borrowers": ("loans",),
    "loans_lent": ("loans",),
    "loan_borrowers_cumulative": ("loans",),
    "loans_lent_cumulative": ("loans",),
    "loans_repaid": ("loans",),
    "loan_recovery_rate": ("loans",),
    "new_investment_posts": ("posts-opened",),
    "reemployed_other": ("placements",),
    "enrolled": ("training",),
    "training_classes_vocational": ("training",),
    "training_classes_entrepreneurship": ("training",),
    "training_classes_domestic_service": ("training",),
    "entitlements_opened": (),
    "street_offices": (),
    "township_offices": (),
    "community_stations": (),
    "grassroots_staff": (),
}


DEFINITIONS = Path(__file__).parents[3] / "services" / "assessment" / "indicators"


@cache
def defined() -> frozenset[str]:
    """Names of all indicators that assessment defines; empty where its files are not at hand."""
    return frozenset(
        one["id"]
        for file in DEFINITIONS.glob("*.toml")
        for one in tomllib.loads(file.read_text(encoding="utf-8"))["indicator"]
    )


def known(indicator: str, series: frozenset[str]) -> bool:
    """Whether a case may publish it: an indicator, or a declared series."""
    return indicator in SOURCES or indicator in series or indicator in defined()
