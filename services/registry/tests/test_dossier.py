"""The dossier holds everything: walked over the schema, with a person who has a row in each table."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.ids import new_id
from registry.dossiers import usecases as dossiers

from .conftest import DISTRICT, OFFICE, PAPERS
from .test_certificate_procedure import OBJECTION, RECORD, act
from .test_consumers import confirmed
from .test_contributions_api import agency as insurers
from .test_contributions_api import paid
from .test_difficulties_and_reliefs_api import relief
from .test_journey_insurance import Agency
from .test_journey_unemployment import Window, refusal
from .test_merged_benefits import merge, opened

#: Tables about a person of which the dossier shows nothing, and why.
EXEMPT = {
    "labour_status": "the last of the spells, folded; the spells are shown with what they rest on",
    "labour_status_confirmed": "that a second person agreed; what was agreed to is shown as declared",
    "labour_status_undeclared": "what was taken back says nothing of the person any more",
    "duplicate_pair": "a suspicion, and about somebody else too; once it is judged the merge is shown",
}
#: What stands in the dossier for a row that has no id of its own there.
SHOWN_BY = {
    "benefit_month": "benefit_id",
    "certificate_transition": "certificate_id",
    "credential_status": "index",
    "job_heard": "job_id",
    "life_fact_told": "fact_id",
    "refusal_heard": "referral_id",
}
ABOUT = {"worker_id", "beneficiary_id", "person_id", "certificate_id"}


async def somebody(registry: Any) -> str:
    """A person of whom every noun knows something; born to be recognised as 4050 in 2005."""
    form = registry.form(born="19550504")
    worker = (await registry.post("/v1/workers", form))["id"]
    thing = registry.thing
    await registry.correct(worker, "dibao", True, on="2004-02-01")
    certificate = await registry.certificate(worker)
    filed = await act(registry, certificate, "objections", {**OBJECTION, "filed_on": "2003-03-04"})
    await act(
        registry, certificate, f"objections/{filed['id']}/findings",
        {"on": "2003-03-10", "upheld": False, "note": "不实", "posted_as": "公示栏 2003"},
        by=registry.checker,
    )  # fmt: skip
    await registry.loaded(
        "/v1/certificates/issues", [{"worker_id": worker, "issued_on": "2004-10-11"}]
    )
    await registry.post(f"/v1/certificates/{certificate}/evidence", {"evidence": PAPERS})
    window = Window(registry, worker)
    await window.registers("2004-12-01")
    office = Agency(registry, form)
    await office.starts("2004-12-10")
    line = paid(form["id_number"], "2005-01")
    assert (await insurers(registry).post("/v1/contributions", json=line)).status_code == 201
    await thing.deliver(refusal(registry, worker, date(2005, 2, 1)))
    asked = {"worker_id": worker, "asked_on": "2005-02-02", "answer": "applies"}
    await registry.post("/v1/difficulties/census/answers", asked)
    await registry.post("/v1/difficulties", {"worker_id": worker, "recognised_on": "2005-02-03"})
    pairing = {
        "worker_id": worker,
        "helper_office": OFFICE,
        "formed_on": "2005-02-04",
    }
    await registry.post("/v1/pairings", pairing)
    await thing.deliver(confirmed(registry, worker, new_id(), "2005-05-01"))
    await office.signs("2005-05-10")
    own = {"beneficiary_unit": "person", "beneficiary_id": worker, "worker_id": worker}
    await registry.loaded("/v1/reliefs", [relief(**own)])
    for period in (("2005-05-01", "2005-06-30"), ("2005-06-01", "2005-08-31")):
        await thing.deliver(opened(registry, worker, new_id(), period))
    affairs = thing.client(
        "authority", office="231100-civil-affairs", subject="231100-civil-affairs"
    )
    told = {
        "id": str(new_id()),
        "id_number": form["id_number"],
        "kind": "dibao",
        "on": "2005-09-01",
    }
    assert (await affairs.post("/v1/life-facts", json=told)).status_code == 201
    await registry.post(f"/v1/certificates/{certificate}/credentials", {})
    await act(registry, certificate, "inspections", {"year": 2006, "inspected_on": "2006-11-10"})
    await act(registry, certificate, "losses", {"on": "2007-01-15"})
    paper = [{"kind": "retirement_document", "reference": "退休证 17"}]
    retired = {"effective_on": "2007-01-18", "reason": "retired", "evidence": paper}
    await act(registry, certificate, "revocation-proposals", retired)
    withdrawn = {"effective_on": "2007-01-20", "reason": "lent", "evidence": RECORD}
    await act(registry, certificate, "revocations", withdrawn)
    taken = {"on": "2007-01-25", "place": "街道劳动保障所"}
    await act(registry, certificate, "collections", taken)
    return str(worker)


async def tables(registry: Any) -> dict[str, set[str]]:
    """Every table that is about a person, with all its columns."""
    found: dict[str, set[str]] = {}
    async with registry.thing.db.looking() as tx:
        for row in await tx.fetch(
            "select c.table_name, c.column_name from information_schema.columns c"
            " join information_schema.tables t using (table_schema, table_name)"
            " where c.table_schema = 'public' and t.table_type = 'BASE TABLE'"
        ):
            found.setdefault(row["table_name"], set()).add(row["column_name"])
    return {table: columns for table, columns in found.items() if columns & ABOUT}


async def rows_of(registry: Any, table: str, columns: set[str]) -> set[str]:
    """What should stand in the dossier for the rows of a table."""
    key = SHOWN_BY.get(table, "id")
    assert key in columns, f"{table}: say in SHOWN_BY what stands for a row of it"
    async with registry.thing.db.looking() as tx:
        rows = await tx.fetch(f'select "{key}" as key from {table}')
    return {str(row["key"]) for row in rows}


def said(node: Any) -> set[str]:
    """Every value in an answer."""
    if isinstance(node, dict):
        return set().union(*map(said, node.values()))
    if isinstance(node, list):
        return set().union(*map(said, node))
    return {str(node)}


async def missing(registry: Any, worker: str) -> dict[str, set[str]]:
    """Of each table that is not exempt, rows that do not stand in a person's dossier."""
    dossier = said(await registry.get(f"/v1/workers/{worker}/dossier"))
    lacking = {}
    for table, columns in (await tables(registry)).items():
        if table not in EXEMPT:
            rows = await rows_of(registry, table, columns)
            assert rows, f"{table}: give the person of this test a row, or exempt it with a reason"
            lacking[table] = rows - dossier
    return {table: rows for table, rows in lacking.items() if rows}


async def test_every_table_about_a_person_stands_in_the_dossier(registry_2007: Any) -> None:
    """A new table fails here until somebody decides."""
    registry = registry_2007
    worker = await somebody(registry)
    assert await missing(registry, worker) == {}
    assert (await tables(registry)).keys() >= EXEMPT.keys() | SHOWN_BY.keys(), "none left over"
    # The same after a merge into another record, and asked for by either.
    survivor = await registry.worker()
    await merge(registry, survivor, worker)
    for record in (survivor, worker):
        # Found again, of the person that both are now; what was found of one no longer stands.
        assert (await missing(registry, record)).keys() == {"benefit_overlap"}
        dossier = await registry.get(f"/v1/workers/{record}/dossier")
        assert [one["worker_id"] for one in dossier["benefit_overlaps"]["items"]] == [survivor]
    for path in ("correction-requests", "changes"):
        listed = (await registry.get(f"/v1/workers/{survivor}/{path}"))["items"]
        assert [(one["attribute"], one["value"]) for one in listed] == [("dibao", True)]
    auditor = registry.thing.client("registry_supervisor")
    lines = (await auditor.get(f"/v1/workers/{worker}/readers")).json()["items"]
    line = next(line for line in lines if line["operation"] == "get_dossier")
    assert {"unemployment_filings", "contributions", "reliefs", "changes"} <= set(line["fields"])


async def test_what_is_left_out_is_named_by_the_address_of_the_whole_list(registry: Any) -> None:
    """Asked for one line of each kind."""
    form = registry.form()
    worker = (await registry.post("/v1/workers", form))["id"]
    for day in ("2003-07-01", "2003-07-02"):
        asked = {"worker_id": worker, "asked_on": day, "answer": "declines"}
        await registry.post("/v1/difficulties/census/answers", asked)
        await registry.thing.deliver(refusal(registry, worker, date.fromisoformat(day)))
    window = Window(registry, worker)
    await window.registers("2003-08-01")
    await window.files("contacts", on="2003-09-01", channel="visit")
    for month in ("2003-04", "2003-05"):
        line = paid(form["id_number"], month)
        assert (await insurers(registry).post("/v1/contributions", json=line)).status_code == 201
    own = {"beneficiary_unit": "person", "beneficiary_id": worker, "worker_id": worker}
    await registry.loaded("/v1/reliefs", [relief(**own), relief(**own)])
    certificate = await registry.certificate(worker, issued_on="2003-04-10")
    await registry.post(f"/v1/certificates/{certificate}/evidence", {"evidence": PAPERS})
    dossier = await registry.get(f"/v1/workers/{worker}/dossier", limit=1)
    (file,) = dossier["certificates"]["items"]
    bounded = [
        *(dossier[kind] for kind in ("census_answers", "refused_referrals", "contributions",
                                     "reliefs", "benefits")),
        dossier["unemployment"]["filings"], file["evidence"],
    ]  # fmt: skip
    for section in bounded:
        assert len(section["items"]) == 1
        whole = (await registry.http.get(section["more"])).json()["items"]
        assert len(whole) > 1, section["more"]
        assert section["items"][0] in whole
    assert dossier["changes"]["more"] is file["losses"]["more"] is None
    two = await registry.get(f"/v1/workers/{worker}/dossier", limit=2)
    assert (len(two["contributions"]["items"]), two["contributions"]["more"]) == (2, None)


async def test_a_dossier_takes_no_more_statements_however_much_there_is(registry: Any) -> None:
    """No loop over records, certificates or what hangs on them."""
    few, many, other = [await registry.worker(category=c) for c in ("soe_laid_off", "none", "none")]
    await registry.certificate(few)
    for worker in (many, many, many, other):
        await registry.certificate(worker)
    await merge(registry, many, other)
    actor = Actor(subject="clerk", office=OFFICE, area_code=DISTRICT)

    async def statements(worker: str) -> tuple[int, int]:
        asked: list[str] = []
        async with registry.thing.db.pool.acquire() as connection:
            connection.add_query_logger(lambda record: asked.append(record.query))
            async with connection.transaction():
                found = await dossiers.dossier_in(
                    registry.thing.runtime, Tx(connection), actor, UUID(worker)
                )
        return len(found.certificates.items), len(asked)

    await statements(few)
    one, four = await statements(few), await statements(many)
    assert (one[0], four[0]) == (1, 4)
    # What waits is also asked for contributions that contradict it: of the four, none waits.
    assert four[1] <= one[1]
