"""A merged record takes no new acts: every write that names a worker refuses it, and a new one cannot
be forgotten, for they are read from the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit.ids import new_id

from .conftest import DISTRICT, OFFICE, Registry
from .test_merges_api import found_same, merged

CONTRACT = json.loads(
    (Path(__file__).parent.parent / "contract" / "openapi.json").read_text("utf-8")
)
ON = "2003-09-04"
#: What each operation is sent about a worker, beside the worker itself.
WRITES: dict[str, dict[str, Any]] = {
    "register_unemployed": {
        "on": ON, "kind": "contract_ended", "evidence_kind": "separation_proof",
        "evidence_reference": "2003-028", "evidence_on": ON,
    },
    "declare_labour_status": {"status": "jobless", "since": ON},
    "confirm_declaration": {},
    "request_correction": {
        "attribute": "dibao", "value": True, "requested_on": ON, "reason": "证明有误",
    },
    "reverse_declaration": {"reason": "录入有误"},
    "reverse_confirmed_declaration": {"reason": "录入有误"},
    "apply_for_certificate": {"applied_on": ON},
    "recognise_difficulty": {"recognised_on": ON},
    "note_census_answer": {"asked_on": ON, "answer": "declines"},
    "write_benefit": {
        "kind": "dibao", "valid_from": ON, "valid_to": "2003-10-04", "granted_by": "区民政局",
    },
    "post_relief": {
        "kind": "fee", "item": "market_management", "authority": "爱辉区工商局", "amount": "30.00",
        "beneficiary_id": str(new_id()),
        "beneficiary_unit": "person", "posted_on": ON, "area_code": DISTRICT, "office": OFFICE,
    },
    "form_pairing": {"helper_office": OFFICE, "formed_on": ON},
    "preview_merge": {},
    "merge_workers": {
        "adjudication_id": str(new_id()), "merged_on": ON, "reason": "系同一人",
    },
    "import_certificate_issues": {"issued_on": ON},
}  # fmt: skip
#: The same in bulk.
IMPORTS = {
    "import_unemployment_registrations": "register_unemployed",
    "import_certificate_applications": "apply_for_certificate",
    "import_certificate_issues": "import_certificate_issues",
    "import_difficulties": "recognise_difficulty",
    "import_census_answers": "note_census_answer",
    "import_benefits": "write_benefit",
    "import_reliefs": "post_relief",
    "import_pairings": "form_pairing",
}
#: Which are not: a number is nobody's record yet, and reading is no act.
OTHERS = {
    "register_worker": "a number that is registered is refused as taken",
    "import_workers": "the same",
    "tell_life_fact": "a fact about a number is kept, and folded into the person",
    "import_life_facts": "the same",
    "tell_contribution": "the same",
    "import_contributions": "the same",
    "import_insurance_facts": "the same",
    "search_workers": "reads",
    "search_duplicates": "reads",
    "reveal_identity": "reads",
    "reveal_contacts": "reads",
}
NAMES = {"worker_id", "survivor_id", "merged_id", "id_number"}


def _properties(schema: Any, seen: tuple[str, ...] = ()) -> set[str]:
    """The names of all fields of a body, at any depth."""
    if isinstance(schema, list):
        return set().union(*(_properties(one, seen) for one in schema))
    if not isinstance(schema, dict):
        return set()
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    if name:
        whole = CONTRACT["components"]["schemas"][name]
        return set() if name in seen else _properties(whole, (*seen, name))
    return set(schema.get("properties", ())) | _properties(list(schema.values()), seen)


def naming_a_worker() -> dict[str, str]:
    """The path of every operation that is sent something about a worker, by its id."""
    return {
        operation["operationId"]: path
        for path, methods in CONTRACT["paths"].items()
        for method, operation in methods.items()
        if method != "get"
        and ("{worker_id}" in path or NAMES & _properties(operation.get("requestBody", {})))
    }


def test_every_write_that_names_a_worker_is_tried_here_or_says_why_not() -> None:
    tried = {*WRITES, *IMPORTS}
    assert tried.isdisjoint(OTHERS)
    assert tried | OTHERS.keys() == naming_a_worker().keys()


@pytest.fixture
async def one_person(registry: Registry) -> tuple[Registry, str, str]:
    """The registry, a merged record with an application under way, and the survivor."""
    survivor, other = await registry.worker(), await registry.worker()
    await registry.certificate(other)
    verdict = await found_same(registry, survivor, other)
    await merged(registry, survivor, other, verdict)
    return registry, other, survivor


async def test_a_merged_record_is_refused_and_the_survivor_named(
    one_person: tuple[Registry, str, str],
) -> None:
    registry, record, survivor = one_person
    standing = await registry.get(f"/v1/workers/{record}/labour-status")
    named = {"worker_id": record, "declaration_id": standing["declared"][0]["id"]}
    version = (await registry.http.get(f"/v1/workers/{record}")).headers["etag"]
    for operation, path in naming_a_worker().items():
        if operation not in WRITES or operation in IMPORTS:
            continue
        body = dict(WRITES[operation])
        if "merge" in operation:
            body |= {"survivor_id": str(record), "merged_id": survivor}
        elif "{worker_id}" not in path:
            body["worker_id"] = record
        headers = {"If-Match": version, "Idempotency-Key": str(new_id())}
        answer = await registry.http.post(path.format(**named), json=body, headers=headers)
        assert (operation, answer.status_code) == (operation, 409), answer.text
        assert (operation, answer.json()["code"]) == (operation, "worker-merged")
        assert survivor in answer.json()["detail"]
    await registry.post("/v1/pairings", {"worker_id": survivor, **WRITES["form_pairing"]})


async def test_in_bulk_the_line_is_refused(one_person: tuple[Registry, str, str]) -> None:
    registry, record, _ = one_person
    paths = naming_a_worker()
    for operation, single in IMPORTS.items():
        path = paths[operation].removesuffix("/imports")
        answer = await registry.load(path, [{"worker_id": record, **WRITES[single]}], mode="good")
        codes = [error["code"] for error in answer.json()["errors"]]
        assert (operation, codes) == (operation, ["worker-merged"])
