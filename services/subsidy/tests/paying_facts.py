"""What may be told of the people of ``paying_model``, and taken back, with what hearing it does there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from kit.events import Event

from .paying_model import PEOPLE, SLOTS, WAGE, Facts, Slot
from .test_heard_facts import CODE, World

#: Of which kinds of facts more may be told at any time: they end and begin again.
KINDS = ("certificate", "contribution", "death", "conflict")
_DEATH = {"kind": "deceased", "on": "2003-08-20", "authority": "231100-police"}
_CERTIFIED = {"valid_until": "2006-01-09"}


@dataclass(frozen=True)
class Told:
    """Something that was said, about whom, and what it does to the facts when it is heard."""

    event: Event
    who: str
    does: Callable[[], object]


@dataclass
class Tellers:
    """Registry and jobs-market: they say things, which are heard later."""

    world: World
    facts: Facts
    #: What stands of what was said, by kind and person (month).
    _said: dict[tuple[str, Slot], Event] = field(default_factory=dict)
    _times: dict[tuple[str, Slot], int] = field(default_factory=dict)

    def everything(self) -> list[Told]:
        """All that it takes to be granted every month."""
        first = [
            self.next(kind, (who, "")) for who in PEOPLE for kind in ("work", "post", "certificate")
        ]
        return first + [self.next("contribution", slot) for slot in SLOTS]

    def next(self, kind: str, slot: Slot) -> Told:
        """It begins, or what was said last of this kind is taken back."""
        if kind in ("death", "certificate"):
            slot = (slot[0], "")
        standing = self._said.pop((kind, slot), None)
        times = self._times[kind, slot] = self._times.get((kind, slot), 0) + (standing is None)
        event, does = getattr(self, f"_{kind}")(slot, standing, times)
        if standing is None:
            self._said[kind, slot] = event
        self.world.events.remove(event)
        return Told(event, slot[0], does)

    def _say(self, type: str, name: str, on: date, slot: Slot, /, **data: Any) -> Event:
        return self.world.say(type, name, on, worker_id=str(self.world[slot[0]]), **data)

    def _work(self, slot: Slot, standing: Event | None, times: int) -> tuple[Event, Any]:
        who = slot[0]
        event = self.world.placed(
            f"{who} placement", date(2003, 6, 1), contract_months=36, wage=WAGE[who],
            public_welfare_post_id=str(self.world[f"{who} post"]),
            worker_id=str(self.world[who]),
        )  # fmt: skip
        return event, partial(self.facts.placed.add, who)

    def _post(self, slot: Slot, standing: Event | None, times: int) -> tuple[Event, Any]:
        who = slot[0]
        event = self._say(
            "jobs-market.public-welfare-post.occupied", f"{who} post", date(2003, 6, 1), slot,
            placement_id=str(self.world[f"{who} placement"]),
        )  # fmt: skip
        return event, partial(self.facts.occupied.add, who)

    def _certificate(self, slot: Slot, standing: Event | None, times: int) -> tuple[Event, Any]:
        """Issued, revoked, restored, revoked, …"""
        who, name, on = slot[0], f"{slot[0]} certificate", date(2003, 1, 10)
        if standing is not None:
            event = self._say("registry.certificate.revoked", name, date(2003, 6, 1), slot)
            self._said["revocation", slot] = event
            return event, partial(self.facts.certified.discard, who)
        revoked = self._said.pop(("revocation", slot), None)
        if revoked is None:
            event = self._say("registry.certificate.issued", name, on, slot, **_CERTIFIED)
        else:
            event = self._say(
                "registry.certificate.restored", name, on, slot, **_CERTIFIED, reverses=revoked,
                state="issued", issued_on="2003-01-10",
            )  # fmt: skip
        return event, partial(self.facts.certified.add, who)

    def _contribution(self, slot: Slot, standing: Event | None, times: int) -> tuple[Event, Any]:
        who, month = slot
        name, on = f"{who} {month} paid {times}", date.fromisoformat(f"{month}-01")
        data = {
            "month": month, "base": WAGE[who], "payer": CODE,
            "insurances": ["pension", "unemployment"],
        }  # fmt: skip
        if standing is None:
            event = self._say("registry.contribution.recorded", name, on, slot, **data)
            return event, partial(self.facts.insured.update, [slot])
        event = self._say("registry.contribution.reversed", name, on, slot, **data)
        return event, partial(self.facts.insured.subtract, [slot])

    def _death(self, slot: Slot, standing: Event | None, times: int) -> tuple[Event, Any]:
        name, on = f"{slot[0]} death {times}", date(2003, 8, 20)
        if standing is None:
            event = self._say("registry.life-fact.recorded", name, on, slot, **_DEATH)
            return event, partial(self.facts.dead.update, [slot[0]])
        event = self._say(
            "registry.life-fact.reversed", name, on, slot, **_DEATH, what="fact", reverses=standing
        )
        return event, partial(self.facts.dead.subtract, [slot[0]])

    def _conflict(self, slot: Slot, standing: Event | None, times: int) -> tuple[Event, Any]:
        name, on = f"{slot[0]} {slot[1]} conflict {times}", date.fromisoformat(f"{slot[1]}-01")
        data = {"month": slot[1], "finding": "insured-while-unemployed"}
        if standing is None:
            event = self._say(
                "registry.contribution.conflict-found", name, on, slot, **data, payers=[]
            )
            return event, partial(self.facts.contradicted.update, [slot])
        event = self._say(
            "registry.contribution.conflict-cleared", name, on, slot, **data, explained=True
        )
        return event, partial(self.facts.contradicted.subtract, [slot])
