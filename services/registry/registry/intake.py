"""What other authorities publish on their intake subjects: the use cases of HTTP, by another door.

The payloads are those of ``POST /v1/life-facts``, ``/ends``, ``/reversals``, ``/v1/contributions``
and ``/reversals``, with the ID number as a compact JWE. A message that is refused is parked and
tried again: the fact that it ends may still be on its way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pydantic import BaseModel, ValidationError

from kit import context, jwe
from kit.db import Tx
from kit.events import Event
from kit.intake import Intake
from kit.problems import pointer
from kit.refusal import Refusal
from kit.service import Runtime
from registry.authorities import Teller
from registry.contribution_notices import usecases as contributions
from registry.contribution_notices.api import ContributionIn, WithdrawalIn
from registry.notices import usecases as notices
from registry.notices.api import EndIn, LifeFactIn, ReversalIn

Many = Callable[[Runtime, Tx, Teller, Sequence[Any]], Awaitable[Sequence[Refusal | None]]]


class Refused(Exception):
    """Why a message is not applied: a code and places, never what stood there."""


@dataclass(frozen=True, slots=True)
class Account:
    """An authority at the broker, as a teller."""

    office: str
    subject: str


def _read(rt: Runtime, model: type[BaseModel], event: Event) -> Any:
    """The payload of one message, its number opened. Raises :class:`Refused`."""
    data = dict(event.data)
    if "id_number" in model.model_fields:
        sealed = data.get("id_number")
        if not isinstance(sealed, str):
            raise Refused("id-number-missing")
        try:
            data["id_number"] = jwe.opened(rt.keyring, sealed)
        except jwe.NotForUs as error:
            raise Refused(f"id-number-not-opened: {error}") from None
    try:
        return model.model_validate(data, strict=False)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        wrong = sorted({f"{pointer(one['loc'])} {one['type']}" for one in found})
        raise Refused(f"not-valid: {', '.join(wrong)}"[:250]) from None


def _handler(
    model: type[BaseModel], many: Many
) -> Callable[[Runtime, Tx, list[Event]], Awaitable[None]]:
    async def handle(rt: Runtime, tx: Tx, events: list[Event]) -> None:
        for office, run in groupby(events, key=lambda event: event.office):
            commands = [_read(rt, model, event).command() for event in run]
            # What is told here was caused by many messages: none of them stands for all.
            with context.bind():
                outcome = await many(rt, tx, Account(office, f"intake {office}"), commands)
            for refusal in outcome:
                if refusal is not None:
                    raise Refused(getattr(refusal, "code", type(refusal).__name__))

    return handle


INTAKE = Intake.of(
    {
        "intake.life-fact.recorded.v1": _handler(LifeFactIn, notices.tell_all),
        "intake.life-fact.ended.v1": _handler(EndIn, notices.end_all),
        "intake.life-fact.reversed.v1": _handler(ReversalIn, notices.reverse_all),
        "intake.contribution.recorded.v1": _handler(ContributionIn, contributions.record_all),
        "intake.contribution.reversed.v1": _handler(WithdrawalIn, contributions.reverse_all),
    }
)
