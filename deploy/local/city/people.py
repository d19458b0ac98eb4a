"""Rows for registry: persons and what the registry is told about them. Facts, never outcomes.

Nothing here says who is entitled. A person's claims are such that the rule of the day grants or
refuses; which of the two is decided where the rule is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random

from local.city.facts import Relief
from local.city.identity import Ids, check_character, name
from local.city.plan import KINDS, OLD, WELFARE, YOUNG, Plan, Pool
from local.city.quantities import fen_of
from local.city.shares import split

DAY = date.fromordinal
#: What the offices declare of papers and of lists that hung: both are on paper, in their files.
PAST = '"papers_seen":"各街道存档","posted_as":"各街道公示栏"'

#: Unemployed when the record was made: the separation proof that the office keeps in its files.
_UNEMPLOYED = (
    '"labour_status":"unemployed","status_document_kind":"separation_proof",'
    '"status_document":"失业登记档案"'
)
#: What a person of a category claims, as the fields of a row.
_ENTITLED = {
    "soe_laid_off": '"labour_status":"laid_off","former_enterprise_kind":"state_owned"',
    "soe_unemployed": _UNEMPLOYED + ',"former_enterprise_kind":"state_owned",'
    '"drawing_unemployment_insurance":true',
    "closed_soe_to_be_placed": '"labour_status":"to_be_placed",'
    '"former_enterprise_kind":"state_owned","former_enterprise_closed":true,'
    '"settlement_received":true',
    "dibao_long_term_unemployed": _UNEMPLOYED
    + ',"former_enterprise_kind":"collective","dibao":true',
}
#: Reason -> (category that is claimed, fields that make the rule refuse it).
_REFUSED = {
    "insurance_not_drawn": (
        "soe_unemployed",
        _UNEMPLOYED + ',"former_enterprise_kind":"state_owned"',
    ),
    "jobless_under_one_year": (
        "dibao_long_term_unemployed",
        _UNEMPLOYED + ',"former_enterprise_kind":"collective","dibao":true',
    ),
    "not_on_dibao": (
        "dibao_long_term_unemployed",
        _UNEMPLOYED + ',"former_enterprise_kind":"collective"',
    ),
    "settlement_not_received": (
        "closed_soe_to_be_placed",
        '"labour_status":"to_be_placed","former_enterprise_kind":"state_owned",'
        '"former_enterprise_closed":true',
    ),
    "internally_retired": (
        "soe_unemployed",
        '"labour_status":"laid_off","former_enterprise_kind":"state_owned",'
        '"internally_retired":true',
    ),
    "no_category": ("none", '"labour_status":"jobless","former_enterprise_kind":"other"'),
}


class People:
    """Streams of rows about the persons of a plan."""

    def __init__(self, plan: Plan, ids: Ids) -> None:
        self.plan = plan
        self.worker = ids.prefix("worker")
        self.certificate = ids.prefix("certificate")
        self.difficulty = ids.prefix("difficulty")
        self.pairing = ids.prefix("pairing")
        self.relief = ids.prefix("relief")
        self.total = ids.prefix("relief-total")
        self.household = ids.prefix("household")

    # --- persons --------------------------------------------------------------------------------

    def workers(self) -> Iterator[str]:
        """One row for each person, in the order of their numbers."""
        for pool in self.plan.pools:
            yield from self._pool(pool)

    def _pool(self, pool: Pool) -> Iterator[str]:
        plan, group = self.plan, pool.group
        rng = plan.rng("person", group.id, pool.place[0] or "", pool.place[1] or "")
        female = int(Decimal(group.share_female) * 1000)
        older = int(Decimal(group.share_4050) * 1000)
        last = group.registered.last.toordinal()
        draw = rng.random
        for i in range(pool.start, pool.stop):
            male = draw() * 1000 >= female
            registered = plan.registered_on[i]
            born = _born(
                plan.age[i], male, draw() * 1000 < older, draw(), plan.placed_on[i] or last
            )
            site = pool.sites[i % len(pool.sites)]
            region, serial = divmod(i, 500)
            body = f"99{region:04d}{born:%Y%m%d}{serial * 2 + male:03d}"
            yield (
                f'{{"id":"{self.worker}{i:08x}","id_number":"{body}{check_character(body)}",'
                f'"name":"{name(i)}","sex":"{"male" if male else "female"}",'
                f'"birth_date":"{born}",{self._claims(KINDS[plan.kind[i]], registered, i, draw())},'
                f'"registered_on":"{DAY(registered)}",'
                f'"area_code":"{site.area}","office":"{site.office}"}}\n'
            )

    def _claims(self, kind: str, registered: int, index: int, chance: float) -> str:
        """Claimed category and the facts behind it; days follow from the day of registration."""
        if kind == "outside":
            since = DAY(registered - 30 - int(chance * 100))
            return f'"category":"none","labour_status":"new_entrant","status_since":"{since}"'
        if kind in _ENTITLED:
            # Long enough without work for every rule that asks for a year of it.
            since = DAY(registered - 500 - int(chance * 600))
            fields = f'"category":"{kind}",{_ENTITLED[kind]},"status_since":"{since}"'
            if kind == "soe_laid_off":
                return fields + _agreement(registered, chance)
            return f'{fields},"jobless_since":"{since}"'
        category, claims = _REFUSED[kind]
        since = DAY(registered - 400 - int(chance * 500))
        if kind == "jobless_under_one_year":
            # Ten months at most on the day of application.
            since = DAY(self.plan.applied_on[index] - 90 - int(chance * 200))
        return (
            f'"category":"{category}",{claims},"status_since":"{since}","jobless_since":"{since}"'
        )

    # --- certificates ---------------------------------------------------------------------------

    def applications(self) -> Iterator[str]:
        """One application for each person of the base, as the offices' files have them: the rule
        decides them all."""
        for i, day in enumerate(self.plan.applied_on):
            if day:
                yield (
                    f'{{"id":"{self.certificate}{i:08x}","worker_id":"{self.worker}{i:08x}",'
                    f'"applied_on":"{DAY(day)}",{PAST}}}\n'
                )

    def issues(self) -> Iterator[str]:
        """The days on which certificates were handed out."""
        for i, day in enumerate(self.plan.cert_on):
            if day:
                yield (
                    f'{{"certificate_id":"{self.certificate}{i:08x}","issued_on":"{DAY(day)}"}}\n'
                )

    def difficulties(self) -> Iterator[str]:
        """Persons recognised as 4050 shortly before they took a public-welfare post."""
        plan = self.plan
        for i, day in enumerate(plan.placed_on):
            if day and plan.age[i] == OLD and plan.channel[i] == WELFARE:
                yield (
                    f'{{"id":"{self.difficulty}{i:08x}","worker_id":"{self.worker}{i:08x}",'
                    f'"kind":"4050","recognised_on":"{DAY(day - 3)}"}}\n'
                )

    def pairings(self) -> Iterator[str]:
        """Persons taken care of one to one, with the office that helps."""
        for i, day in self.plan.pairs:
            yield (
                f'{{"id":"{self.pairing}{i:08x}","worker_id":"{self.worker}{i:08x}",'
                f'"helper_office":"{self.plan.site_of(i).office}","formed_on":"{DAY(day)}"}}\n'
            )

    # --- reliefs --------------------------------------------------------------------------------

    def reliefs(self) -> Iterator[str]:
        """Postings: the largest item for every beneficiary, the others for some of them."""
        number = 0
        for leaf, chosen in self.plan.reliefs:
            fact: Relief = leaf.fact
            rng = self.plan.rng("relief", fact.id)
            last = leaf.period.last.toordinal()
            amounts = {str(item): leaf.numbers[f"items.{item}"] for item in fact.items}
            for item, i, fen in _postings(amounts, chosen, rng):
                first = max(leaf.period.first.toordinal(), self.plan.cert_on[i])
                day = DAY(rng.randint(min(first, last), last))
                worker = f"{self.worker}{i:08x}"
                who = worker if fact.unit == "person" else f"{self.household}{i:08x}"
                site = self.plan.site_of(i)
                yield (
                    f'{{"id":"{self.relief}{number:08x}","kind":"{fact.relief}","item":"{item}",'
                    f'"authority":"{fact.authority}","beneficiary_unit":"{fact.unit}",'
                    f'"beneficiary_id":"{who}","worker_id":"{worker}",'
                    f'"amount":"{fen // 100}.{fen % 100:02d}","posted_on":"{day}",'
                    f'"area_code":"{site.area}","office":"{site.office}"}}\n'
                )
                number += 1

    def stated(self) -> Iterator[dict[str, str]]:
        """Totals that an authority states by itself, kept beside the postings."""
        plan, number = self.plan, 0
        for leaf, _ in plan.reliefs:
            fact: Relief = leaf.fact
            if fact.stated_total is None:
                continue
            fen = fen_of(fact.stated_total)
            area, office = leaf.place
            if office is not None:
                area = plan.places.sites(leaf.place)[0].area
            area = area or plan.case.city_area
            yield {
                "id": f"{self.total}{number:08x}", "kind": fact.relief,
                "authority": fact.authority, "amount": f"{fen // 100}.{fen % 100:02d}",
                "period_from": str(fact.period.first), "period_to": str(fact.period.last),
                "document": plan.case.title, "area_code": area,
                "office": office or f"{area[:6]}-employment-bureau",
            }  # fmt: skip
            number += 1


def _postings(
    amounts: dict[str, int], chosen: list[int], rng: Random
) -> Iterator[tuple[str, int, int]]:
    """(item, person, fen). Every beneficiary has a posting of the largest item; amounts add up."""
    if not chosen:
        return
    largest = max(amounts, key=lambda item: amounts[item])
    for item, amount in amounts.items():
        if not amount:
            continue
        some = chosen
        if item != largest:
            some = rng.sample(chosen, max(1, len(chosen) * rng.randint(20, 60) // 100))
        for i, fen in zip(some, split(amount, len(some), rng), strict=True):
            if fen:
                yield item, i, fen


def _born(role: int, male: bool, older: bool, chance: float, by: int) -> date:
    """A birth date that fits the role on the day ``by`` (an ordinal)."""
    if role == OLD:
        years, width = (51, 7) if male else (41, 7)
    elif role == YOUNG:
        years, width = 28, 10
    elif older:
        years, width = (50, 9) if male else (40, 9)
    else:
        # Of working age when they lost their work: up to three years before they registered, and in a
        # case of several years they registered up to seven before they were placed.
        years, width = (27, 22) if male else (27, 12)
    return DAY(by - int((years + chance * width) * 365.25))


def _agreement(registered: int, chance: float) -> str:
    """An agreement with a re-employment centre: three years at most, over before mid-2003."""
    began = registered - 420 - int(chance * 600)
    ended = began + 365 + int(chance * 50)
    return f',"centre_agreement_on":"{DAY(began)}","centre_agreement_ended_on":"{DAY(ended)}"'
