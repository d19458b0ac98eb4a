"""A call about a thing of district 231102, and how such things are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.journeys.city import DISTRICT, City, worker_form

ON = "2003-09-10"
NOBODY = "00000000-0000-7000-8000-000000000000"


@dataclass
class Call:
    """One request about the district's things; ``rows`` for an import."""

    service: str
    method: str
    template: str
    ids: dict[str, str] = field(default_factory=dict)
    query: str = ""
    body: Any = None
    rows: list[Any] | None = None
    own_area: str = DISTRICT  # where the actor sits whose thing it is

    @property
    def key(self) -> tuple[str, str, str]:
        return self.service, self.method, self.template

    @property
    def path(self) -> str:
        return self.template.format(**self.ids) + self.query


class Calls(list[Call]):
    """The calls in an order in which the own office can make them all."""

    def of(self, service: str) -> Any:
        """A short way to note the calls of one service."""

        def note(
            line: str,
            body: Any = None,
            *,
            rows: Any = None,
            query: str = "",
            own_area: str = DISTRICT,
            **ids: str,
        ) -> None:
            method, template = line.split(" ")
            self.append(Call(service, method, template, ids, query, body, rows, own_area))

        return note


async def a_placed_person(city: City) -> Any:
    """Somebody with everything: certificate, placement, benefit, entitlement."""
    story = await city.a_laid_off_worker_with_certificate()
    await city.an_employer(story)
    await city.world.settle()
    await city.place(story)
    await city.world.settle()
    return story


async def people(city: City, count: int, **fields: Any) -> list[str]:
    """Workers with nothing yet, known to all services."""
    forms = [worker_form(next(city.serial), **fields) for _ in range(count)]
    await city.load("registry", "/v1/workers", forms)
    await city.world.settle()
    return [form["id"] for form in forms]


async def found_one(city: City, service: str, record: str, survivor: str) -> None:
    """A service hears that two records are one person."""
    thing, data = city.world[service], {"survivor_id": survivor, "merged_id": record}
    await thing.deliver(thing.heard("registry.worker.merged.v1", UUID(record), data, sequence=2))


async def made(city: City, service: str, path: str, body: Any) -> str:
    """The id of a new thing."""
    return str((await city.post(service, path, body)).json()["id"])
