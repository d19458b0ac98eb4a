"""Everything that the other four services tell is a fact here; one durable for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assessment.facts import usecases as facts
from assessment.folds.domain import HEARD
from kit.consumers import Subscription
from kit.db import Tx
from kit.events import Event

if TYPE_CHECKING:
    from kit.service import Runtime

PUBLISHERS = ("registry", "jobs-market", "subsidy", "loans")


async def receive(rt: Runtime, tx: Tx, events: list[Event]) -> None:
    """Keep and fold: one insert and one merge for the whole run."""
    await facts.receive(tx, events)


def _subscription(publisher: str) -> Subscription:
    types = [name for name in HEARD if name.startswith(f"{publisher}.")]
    nouns = tuple(sorted({name.split(".")[1] for name in types}))
    return Subscription(publisher, nouns, dict.fromkeys(types, receive))


SUBSCRIPTIONS = tuple(_subscription(publisher) for publisher in PUBLISHERS)
