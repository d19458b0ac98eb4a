"""What every published figure must come to, by plain arithmetic on a case file.

Independent on purpose: it reads the JSON of a case and imports nothing of ours: no service, no
loader, no generator. Exact fractions inside, rounded once, half up.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any

Json = dict[str, Any]
Window = tuple[date, date]
Place = tuple[str | None, str | None]

BEGINNING = date(1900, 1, 1)
FEN_IN_WAN = 1_000_000
#: Units that a figure of money is published in.
FEN_IN = {"yuan": 100, "wan_yuan": FEN_IN_WAN, "yi_yuan": 100 * FEN_IN_WAN}
UNIT_FEN = {"元": 100, "万元": FEN_IN_WAN, "亿元": 100 * FEN_IN_WAN}
FEES = ("registration", "self_employed_management", "market_management")
TAXES = ("business_tax", "urban_construction_tax", "education_surcharge", "income_tax")
#: Uses of the re-employment fund that the law permits without a province's approval.
FORBIDDEN_USES = frozenset({"severance"})


class Indeterminate(Exception):
    """The case does not say enough: a fact is cut by the figure's period."""


def fen(text: str) -> int:
    """Fen of ``"209.7 万元"``."""
    for unit in sorted(UNIT_FEN, key=len, reverse=True):
        if text.endswith(unit):
            amount = Fraction(text.removesuffix(unit).strip()) * UNIT_FEN[unit]
            if amount.denominator != 1:
                raise ValueError(text)
            return int(amount)
    raise ValueError(text)


def rounded(value: Fraction, decimals: int) -> str:
    """Half up, away from zero, as printed: ``rounded(Fraction(6955, 100), 1) == "69.6"``."""
    scaled = abs(value) * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    if 2 * rest >= scaled.denominator:
        whole += 1
    sign = "-" if value < 0 and whole else ""
    text = str(whole).rjust(decimals + 1, "0")
    return f"{sign}{text[:-decimals]}.{text[-decimals:]}" if decimals else sign + text


def day(text: str) -> date:
    return date.fromisoformat(text)


def year_before(one: date) -> date:
    """The same calendar cut of the year before; a month's end stays a month's end."""
    last = calendar.monthrange(one.year - 1, one.month)[1]
    if one.day == calendar.monthrange(one.year, one.month)[1]:
        return date(one.year - 1, one.month, last)
    return date(one.year - 1, one.month, min(one.day, last))


def months_later(one: date, months: int) -> date:
    year, month = divmod(one.year * 12 + one.month - 1 + months, 12)
    return date(year, month + 1, min(one.day, calendar.monthrange(year, month + 1)[1]))


class Oracle:
    """One case, asked for values. Places are (area, office); both None: the whole city."""

    def __init__(self, case: Json) -> None:
        self.case = case
        self.facts: list[Json] = case["facts"]
        self.by_id = {fact["id"]: fact for fact in self.facts}
        self._sums: dict[str, Callable[[Place, Window], Fraction]] = {
            **_counts(self), **_money(self), **_stocks(self),
        }  # fmt: skip
        self._rates: dict[str, Callable[[Place, Window], Fraction]] = _rates(self)

    # --- what a published value comes to --------------------------------------------------------

    def value(self, published: Json) -> Fraction:
        """The exact value of one published figure in its own unit."""
        place = self.place(published)
        until = day(published["period"]["to"])
        indicator = published["indicator"]
        semantics = published["semantics"]
        form = published["form"]
        if form == "stated":
            return self.declared(indicator, place, until)
        this = self.figure(indicator, place, self.window(semantics, until))
        if form == "completion":
            wanted = published.get("against") or indicator
            target = self.target(published["issuer"], wanted, place, until.year)
            unit = FEN_IN_WAN if indicator in self._money_names() else 1
            return 100 * this / (target * unit)
        if form == "growth":
            last = self.figure(indicator, place, self.window(semantics, year_before(until)))
            return 100 * (this - last) / last
        return this / FEN_IN.get(published["unit"], 1)

    def printed(self, published: Json) -> str:
        """The same, rounded as it is published."""
        return rounded(self.value(published), published.get("decimals", 0))

    def figure(self, indicator: str, place: Place, window: Window) -> Fraction:
        """A count, fen, or percent."""
        compute = self._rates.get(indicator) or self._sums[indicator]
        return Fraction(compute(place, window))

    def _money_names(self) -> Iterable[str]:
        return _money(self)

    @staticmethod
    def window(semantics: str, until: date) -> Window:
        """The days that a figure is about."""
        if semantics == "YTD":
            return date(until.year, 1, 1), until
        if semantics == "ANN":
            return date(until.year, 1, 1), date(until.year, 12, 31)
        if semantics == "MON":
            last = calendar.monthrange(until.year, until.month)[1]
            return until.replace(day=1), until.replace(day=last)
        return BEGINNING, until

    def place(self, thing: Json) -> Place:
        area = thing.get("area")
        area = None if area is None else area.ljust(12, "0")
        if area == self.case["city"]["code"].ljust(12, "0"):
            area = None
        return area, thing.get("office")

    # --- choosing facts -------------------------------------------------------------------------

    def chosen(
        self,
        kind: str,
        place: Place,
        window: Window,
        ok: Callable[[Json], bool] = lambda _: True,
    ) -> Iterator[Json]:
        """Facts of a kind that lie at a place and in a window, none of them twice."""
        for fact in self.facts:
            if fact["kind"] != kind or not ok(fact):
                continue
            whole = place == (None, None)
            if whole and fact.get("part_of") is not None:
                continue
            if not whole and self.place(fact) != place:
                continue
            if inside(fact["period"], window):
                yield fact

    def total(
        self,
        kind: str,
        name: str,
        place: Place,
        window: Window,
        ok: Callable[[Json], bool] = lambda _: True,
    ) -> Fraction:
        """The sum of a number over the chosen facts."""
        return Fraction(sum(fact.get(name, 0) for fact in self.chosen(kind, place, window, ok)))

    def groups(self, standings: tuple[str, ...], place: Place, until: date) -> Iterator[Json]:
        """Groups of persons at a place who were there by a day."""
        for group in self.case["population"]:
            if group["standing"] in standings and place in ((None, None), self.place(group)):
                if inside(group["registered"], (BEGINNING, until)):
                    yield group

    # --- targets and declared series ------------------------------------------------------------

    def target(self, issuer: str, indicator: str, place: Place, year: int) -> Fraction:
        """The one target of an issuer for a place and year, also as a part of a larger one."""
        for target in self.case["targets"]:
            if (target["indicator"], target["year"]) != (indicator, year):
                continue
            if target["issuer"] == issuer and self.place(target) == place:
                return Fraction(target["value"])
            for part in target.get("parts", []):
                signer = part.get("issuer") or target["issuer"]
                if signer == issuer and self.place(part) == place:
                    return Fraction(part["value"])
        raise KeyError((issuer, indicator, place, year))

    def declared(self, series: str, place: Place, until: date) -> Fraction:
        """The last declaration of a series for a place by a day."""
        found = [
            one
            for one in self.case["statistics"]
            if one["series"] == series and self.place(one) == place and day(one["as_of"]) <= until
        ]
        return Fraction(max(found, key=lambda one: day(one["as_of"]))["value"])


def inside(period: Json, window: Window) -> bool:
    """Whether a period lies in a window. Raises :class:`Indeterminate` when it is cut."""
    first, last = day(period["from"]), day(period["to"])
    if last < window[0] or first > window[1]:
        return False
    if first < window[0] or last > window[1]:
        raise Indeterminate(f"{period} is cut by {window}")
    return True


def _counts(o: Oracle) -> dict[str, Callable[[Place, Window], Fraction]]:
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


def _money(o: Oracle) -> dict[str, Callable[[Place, Window], Fraction]]:
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
        return o.by_id[payment["arrangement"]]

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


def _stocks(o: Oracle) -> dict[str, Callable[[Place, Window], Fraction]]:
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
    return parts.get("soe_laid_off", 0)


def _rates(o: Oracle) -> dict[str, Callable[[Place, Window], Fraction]]:
    def rate(top: str, bottom: str, *, stock: bool = False) -> Callable[[Place, Window], Fraction]:
        def compute(place: Place, window: Window) -> Fraction:
            below = (BEGINNING, window[1]) if stock else window
            return 100 * o.figure(top, place, window) / o.figure(bottom, place, below)

        return compute

    def reemployment(place: Place, window: Window) -> Fraction:
        base = sum(g["count"] for g in o.groups(("entitled", "refused"), place, window[1]))
        return 100 * o.figure("reemployed", place, window) / base

    def recovery(place: Place, window: Window) -> Fraction:
        due = back = 0
        for fact in o.chosen("loans", place, window):
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
