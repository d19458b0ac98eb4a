"""Things of district 231102, made through the APIs, and the calls that another office then tries.

Every call is one that the own office may make: what a foreign actor gets for it is the question.
"""

from __future__ import annotations

from tests.journeys.city import DISTRICT, City
from tests.rights.budget_calls import budget_calls, matching_calls, period_calls
from tests.rights.calls import Calls
from tests.rights.card_calls import card_calls
from tests.rights.certificate_calls import certificate_calls
from tests.rights.claim_calls import claim_calls
from tests.rights.money_calls import (
    assessment_calls,
    batch_calls,
    loan_calls,
    money_calls,
    payee_calls,
)
from tests.rights.one_person_calls import one_person_calls
from tests.rights.people_calls import (
    help_calls,
    insurance_calls,
    registry_calls,
    unemployment_calls,
)
from tests.rights.run_calls import enrolment_calls, run_calls
from tests.rights.work_calls import market_calls, work_calls


async def everything(city: City) -> Calls:
    """All calls about the district's things, and the feed of each service with one event of it."""
    calls = Calls()
    await registry_calls(city, calls)
    await unemployment_calls(city, calls)
    await one_person_calls(city, calls)
    await certificate_calls(city, calls)
    await insurance_calls(city, calls)
    await help_calls(city, calls)
    await card_calls(city, calls)
    await market_calls(city, calls)
    await work_calls(city, calls)
    await money_calls(city, calls)
    await payee_calls(city, calls)
    await batch_calls(city, calls)
    await budget_calls(city, calls)
    await period_calls(city, calls)
    await enrolment_calls(city, calls)
    await matching_calls(city, calls)
    await claim_calls(city, calls)
    await run_calls(city, calls)
    await loan_calls(city, calls)
    await assessment_calls(city, calls)
    for service, thing in city.world.services.items():
        event = next(e for e in await thing.told() if e.area_code == DISTRICT)
        calls.of(service)("GET /v1/events", query="?limit=1")
        calls.of(service)("GET /v1/events/{event_id}", event_id=str(event.id))
    return calls
