"""The tree of a case written out: districts, streets, townships, communities, and who works there.

Codes follow GB/T 10114: streets 001-099, townships 100-199, communities 001-999 below a street.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from local.city.case import AreaNode, Case
from local.city.shares import largest_remainder

Place = tuple[str | None, str | None]


#: What the third and fourth digit mean in a municipality.
_BETWEEN = {"01": "市辖区", "02": "县"}


@dataclass(frozen=True)
class Site:
    """Where a fact may be recorded: a twelve-digit area and the office that administers it."""

    area: str
    office: str


@dataclass(frozen=True)
class Body:
    """An office to be opened."""

    code: str
    name: str
    kind: str
    area: str
    staff: int


@dataclass
class Places:
    """All areas and offices of a case. ``district`` keys are twelve-digit codes."""

    case: Case
    areas: list[tuple[str, str]] = field(default_factory=list)
    offices: list[Body] = field(default_factory=list)
    communities: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        city = self.case.city
        self.areas.append((self.case.city_area, city.name))
        # A municipality under the central government (500000) has a level between: 5001, 5002.
        between = {node.code[:4] for node in self.case.areas} - {city.code[:4]}
        for code in sorted(between):
            self.areas.append((f"{code}00000000", f"{city.name}{_BETWEEN.get(code[2:], '')}"))
        for node in self.case.areas:
            self._district(node)
        grassroots = [b for b in self.offices if b.kind != "bureau"]
        staff = largest_remainder(self.case.grassroots.staff, [1] * len(grassroots))
        named = {b.code: s for b, s in zip(grassroots, staff, strict=True)}
        self.offices = [
            Body(b.code, b.name, b.kind, b.area, named.get(b.code, 0)) for b in self.offices
        ]
        known = {body.code for body in self.offices}
        own = [
            Body(office.code, office.name, office.kind, office.area, 0)
            for office in self.case.offices
            if office.code not in known
        ]
        self.offices = own + self.offices

    def _district(self, node: AreaNode) -> None:
        code = node.code
        district = code.ljust(12, "0")
        self.areas.append((district, node.name))
        self.offices.append(
            Body(f"{code}-employment-bureau", f"{node.name}就业局", "bureau", district, 0)
        )
        self.communities[district] = []
        share = largest_remainder(node.communities, [1] * node.streets)
        for street in range(1, node.streets + 1):
            prefix = f"{code}{street:03d}"
            name = f"{node.name}第{street}街道"
            self.areas.append((f"{prefix}000", name))
            self.offices.append(
                Body(f"{prefix}000-office", f"{name}劳动保障事务所", "street_office",
                     f"{prefix}000", 1)
            )  # fmt: skip
            for community in range(1, share[street - 1] + 1):
                area = f"{prefix}{community:03d}"
                label = f"{name}第{community}社区"
                self.areas.append((area, label))
                self.communities[district].append(area)
                self.offices.append(
                    Body(f"{area}-station", f"{label}劳动保障工作站", "station", area, 1)
                )
        for township in range(node.townships):
            area = f"{code}{100 + township:03d}000"
            name = f"{node.name}第{township + 1}乡镇"
            self.areas.append((area, name))
            self.offices.append(
                Body(f"{area}-office", f"{name}劳动保障事务所", "township_office", area, 1)
            )

    @cached_property
    def districts(self) -> list[str]:
        """Twelve-digit codes of districts and counties, in the order of the case."""
        return [node.code.ljust(12, "0") for node in self.case.areas]

    def sites(self, place: Place, without: frozenset[Place] = frozenset()) -> list[Site]:
        """Where facts of a place may lie. The whole city: every district but those of ``without``.

        An office alone (市直) lies in its own area; a district in its communities.
        """
        area, office = place
        if office is not None:
            body = next(b for b in self.offices if b.code == office)
            return [Site(body.area, office)]
        if area is not None and area != self.case.city_area:
            return self._of(area)
        return [
            site
            for district in self.districts
            if (district, None) not in without
            for site in self._of(district)
        ]

    def _of(self, district: str) -> list[Site]:
        bureau = f"{district[:6]}-employment-bureau"
        return [Site(area, bureau) for area in self.communities[district]]
