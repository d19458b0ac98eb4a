"""Who collected a certificate, or was handed it back: its holder in person, or somebody with a paper
(R14; 4.6, 冒名顶替).

Business day: 2003-10-31.
"""

from __future__ import annotations

from typing import Any

import pytest

from kit.ids import new_id

from .conftest import OTHER
from .test_certificate_facts import a_holder
from .test_certificate_procedure import RECORD, act, seen, totals
from .test_city_confirms import CONFIRMED, approved, city
from .test_custody import LENT, TAKEN, WRONG

__all__ = ["city"]

LIST = "/v1/certificates-to-pick-up"
PERSON = {"in_person": True}
SPOUSE = {
    "in_person": False, "relation": "spouse", "authorisation": "power_of_attorney",
    "document": "委托书 2003-7",
}  # fmt: skip
ON = "2003-06-10"


async def posted(registry: Any) -> str:
    """An application whose days of publicity are over."""
    return str(await registry.certificate(await registry.worker()))


async def where(registry: Any, id: str) -> tuple[str, list[tuple[str, Any]]]:
    answer = await registry.get(f"/v1/certificates/{id}/custody")
    return answer["state"], [(one["what"], one["collector"]) for one in answer["entries"]]


async def waiting(registry: Any, **params: Any) -> list[str]:
    return [one["certificate_id"] for one in (await registry.get(LIST, **params))["items"]]


async def test_the_holder_who_takes_it_along_is_written_down_with_the_issue(registry: Any) -> None:
    id = await posted(registry)
    await act(registry, id, "issues", {"on": ON, "collector": PERSON}, by=registry.checker)
    none = {"relation": None, "authorisation": None, "document": None}
    assert await where(registry, id) == (
        "with_holder", [("issue", None), ("pick-up", {**PERSON, **none})],
    )  # fmt: skip
    assert await waiting(registry) == []


async def test_what_nobody_took_along_lies_at_the_office_until_somebody_comes(
    registry: Any,
) -> None:
    """Somebody else, in which relation and on which paper; the dossier says it too."""
    id = await posted(registry)
    done = await act(registry, id, "issues", {"on": ON}, by=registry.checker)
    assert await where(registry, id) == ("at_office", [("issue", None)])
    assert await waiting(registry) == [id]
    assert await waiting(registry, area_code=OTHER) == []
    given = {"on": ON, "employer": "黑河市兴安商场"}
    nobody_has_it = await act(registry, id, "hand-overs", given, 409)
    assert nobody_has_it["code"] == "custody-state"
    early = await act(registry, id, "pick-ups", {"on": "2003-06-09", **SPOUSE}, 422)
    assert early["code"] == "custody-out-of-order"
    await act(registry, id, "pick-ups", {"on": "2003-06-12", **SPOUSE})
    assert await where(registry, id) == ("with_holder", [("issue", None), ("pick-up", SPOUSE)])
    assert await waiting(registry) == []
    again = await act(registry, id, "pick-ups", {"on": "2003-06-12", **PERSON}, 409)
    assert again["code"] == "custody-state"
    dossier = await registry.get(f"/v1/workers/{done['worker_id']}/dossier")
    (file,) = dossier["certificates"]["items"]
    assert file["custody"]["entries"][1]["collector"] == SPOUSE


@pytest.mark.parametrize(
    "wrong",
    [
        {"in_person": False},
        {**SPOUSE, "document": None},
        {**SPOUSE, "relation": None},
        {**SPOUSE, "authorisation": None},
        {**SPOUSE, "in_person": True},
        {**SPOUSE, "relation": "neighbour"},
        {**SPOUSE, "document": "身份证 11010519491231002X"},
    ],
)
async def test_whoever_is_not_the_holder_shows_who_sent_them_and_no_number(
    registry: Any, wrong: dict[str, Any]
) -> None:
    id = await posted(registry)
    for path, body in (
        ("issues", {"on": ON, "collector": wrong}),
        ("pick-ups", {"on": ON, **wrong}),
        ("hand-backs", {"on": ON, **wrong}),
    ):
        refused = await act(registry, id, path, body, 422, by=registry.checker)
        assert refused["code"] == "validation-failed"
    case, _ = await seen(registry, id)
    assert case["state"] == "publicised"


async def test_a_batch_waits_whole_and_a_withdrawn_one_is_at_the_office_already(
    registry: Any,
) -> None:
    ids = sorted([await posted(registry) for _ in range(2)])
    body = {"on": ON, "certificate_ids": ids, **totals(ids)}
    key = {"Idempotency-Key": str(new_id())}
    await registry.post("/v1/certificates/approvals", body, by=registry.checker, **key)
    assert await waiting(registry) == ids
    lent = {"effective_on": "2003-08-01", "reason": "lent", "evidence": RECORD}
    await act(registry, ids[0], "revocations", lent)
    assert await waiting(registry) == ids[1:]
    assert (await registry.get("/v1/uncollected-certificates"))["items"] == []
    late = await act(registry, ids[0], "pick-ups", {"on": "2003-08-02", **PERSON}, 409)
    assert late["code"] == "certificate-not-in-hand"


async def test_what_was_handed_out_before_the_platform_is_with_its_holder(registry: Any) -> None:
    _, _, id = await a_holder(registry)
    assert await where(registry, id) == ("with_holder", [])
    assert await waiting(registry) == []


async def test_a_booklet_issued_again_is_collected_again(registry: Any) -> None:
    _, _, one = await a_holder(registry)
    _, _, two = await a_holder(registry)
    for id in (one, two):
        await act(registry, id, "losses", {"on": "2003-06-02"})
    with_somebody = {"on": "2003-06-09", "collector": SPOUSE}
    await act(registry, one, "reissues", with_somebody, by=registry.checker)
    await act(registry, two, "reissues", {"on": "2003-06-09"}, by=registry.checker)
    assert await where(registry, one) == ("with_holder", [("issue", None), ("pick-up", SPOUSE)])
    assert await waiting(registry) == [two]


@pytest.mark.parametrize("who", [PERSON, SPOUSE])
async def test_whoever_is_handed_a_certificate_back_is_written_down_too(
    registry: Any, who: dict[str, Any]
) -> None:
    """After a withdrawal that was wrong; a hand-back to nobody in particular is refused."""
    _, _, id = await a_holder(registry)
    await act(registry, id, "revocations", LENT)
    await act(registry, id, "collections", TAKEN)
    await act(registry, id, "restorations", WRONG, by=registry.checker)
    to_nobody = await act(registry, id, "hand-backs", {"on": "2003-10-01"}, 422)
    assert to_nobody["code"] == "validation-failed"
    await act(registry, id, "hand-backs", {"on": "2003-10-01", **who})
    none = {"relation": None, "authorisation": None, "document": None}
    assert await where(registry, id) == (
        "with_holder", [("collect", None), ("hand-back", {**none, **who})],
    )  # fmt: skip


async def test_nobody_collects_what_waits_for_the_city(city: Any) -> None:
    form = city.form()
    await city.post("/v1/workers", form)
    id = await city.certificate(form["id"])
    early = await act(city, id, "issues", {"on": ON, "collector": PERSON}, 409, by=city.checker)
    assert early["code"] == "certificate-not-in-hand"
    _, _, other = await approved(city)
    assert await waiting(city) == []
    await act(city, other, "confirmations", CONFIRMED, by=city.checker)
    assert await waiting(city) == [other]
