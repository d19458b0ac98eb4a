"""Calls about the certificate as a thing: registry."""

from __future__ import annotations

from tests.journeys.city import City
from tests.rights.calls import Calls


async def card_calls(city: City, calls: Calls) -> None:
    """Signing and printing."""
    note = calls.of("registry")
    story = await city.a_laid_off_worker_with_certificate()
    note("POST /v1/credentials/batches", {"limit": 10})
    note("POST /v1/certificates/{certificate_id}/credentials", {}, certificate_id=story.certificate)
    note("GET /v1/certificates/{certificate_id}/credential", certificate_id=story.certificate)
    note("GET /v1/certificates/{certificate_id}/credentials", certificate_id=story.certificate)
    for paper in ("card", "booklet"):
        path = "GET /v1/certificates/{certificate_id}/" + paper + ".pdf"
        note(path, certificate_id=story.certificate, query="?purpose=issue")
    note(
        "POST /v1/credentials/prints",
        {"certificate_ids": [story.certificate], "paper": "card", "purpose": "issue"},
    )
