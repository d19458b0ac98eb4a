"""What every published figure must come to, by plain arithmetic on a case file.

Independent on purpose: it reads the JSON of a case and imports nothing of ours: no service, no
loader, no generator. Exact fractions inside, rounded once, half up.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction

from tests.oracle import terms
from tests.oracle.arithmetic import (
    BEGINNING,
    FEN_IN_WAN,
    IN_UNIT,
    Json,
    Place,
    Window,
    day,
    inside,
    rounded,
    year_before,
)

__all__ = ["Oracle", "rounded"]


class Oracle:
    """One case, asked for values. Places are (area, office); both None: the whole city."""

    def __init__(self, case: Json) -> None:
        self.case = case
        self.facts: list[Json] = case["facts"]
        self.by_id = {fact["id"]: fact for fact in self.facts}
        self._sums: dict[str, Callable[[Place, Window], Fraction]] = {
            **terms.counts(self), **terms.money(self), **terms.stocks(self),
        }  # fmt: skip
        self._rates: dict[str, Callable[[Place, Window], Fraction]] = terms.rates(self)

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
        return this / IN_UNIT.get(published["unit"], 1)

    def printed(self, published: Json) -> str:
        """The same, rounded as it is published."""
        return rounded(self.value(published), published.get("decimals", 0))

    def figure(self, indicator: str, place: Place, window: Window) -> Fraction:
        """A count, fen, or percent."""
        compute = self._rates.get(indicator) or self._sums[indicator]
        return Fraction(compute(place, window))

    def _money_names(self) -> Iterable[str]:
        return terms.money(self)

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
