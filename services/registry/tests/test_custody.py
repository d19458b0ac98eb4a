"""The employer keeps a certificate while the holder works there (R15); a void one is taken in, and who
misused one pays back what hung on it (R17).

Business day: 2003-10-31.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from kit.facts import InTheFuture
from kit.ids import new_id
from kit.refusal import Refusal
from registry.benefits import recovering, rules
from registry.benefits.domain import Act, Grant
from registry.custody import domain
from registry.custody.domain import Custody, Entry

from .test_benefits_api import act as benefit_act
from .test_benefits_api import benefit, opened, overlaps, write
from .test_certificate_facts import a_holder, take_back, tell
from .test_certificate_procedure import RECORD, act, seen
from .test_consumers import confirmed, voided
from .test_credentials_printing import printed, text_of
from .test_journey_unemployment import Window

LIST = "/v1/uncollected-certificates"
LENT = {"effective_on": "2003-08-01", "reason": "lent", "evidence": RECORD}
TAKEN = {"on": "2003-09-12", "place": "爱辉区花园街道劳动保障所"}
WRONG = {"note": "复核：系同名，未出借", "evidence": RECORD}
ISSUED, TODAY = date(2003, 4, 10), date(2003, 10, 31)


# --- where it is, without a database


def custody(*acts: tuple[str, date]) -> Custody:
    entries = tuple(
        Entry(UUID(int=n), UUID(int=99), what, on, None, None, "o", "a")  # type: ignore[arg-type]
        for n, (what, on) in enumerate(acts)
    )
    return Custody(UUID(int=99), entries)


DAY = date(2003, 9, 12)


@pytest.mark.parametrize(
    ("before", "what", "on", "void", "problem"),
    [
        ([], "entrust", DAY, False, None),
        ([], "entrust", DAY, True, domain.NotInHand),
        ([], "return", DAY, False, domain.WrongPlace),
        ([("entrust", DAY)], "entrust", DAY, False, domain.WrongPlace),
        ([("entrust", DAY)], "return", DAY, False, None),
        ([("entrust", DAY)], "return", date(2003, 9, 11), False, domain.OutOfOrder),
        ([("entrust", DAY)], "return", DAY, True, None),
        ([("entrust", DAY)], "collect", DAY, True, None),
        ([("entrust", DAY)], "write-off", DAY, True, None),
        ([("collect", DAY)], "entrust", DAY, False, domain.WrongPlace),
        ([], "collect", DAY, True, None),
        ([], "collect", DAY, False, domain.NotVoid),
        ([], "collect", date(2003, 11, 1), True, InTheFuture),
        ([], "collect", date(2003, 4, 9), True, domain.OutOfOrder),
        ([], "hand-back", DAY, False, domain.WrongPlace),
        ([], "write-off", DAY, False, domain.NotVoid),
        ([("collect", DAY)], "collect", DAY, True, domain.WrongPlace),
        ([("collect", DAY)], "write-off", DAY, True, domain.WrongPlace),
        ([("collect", DAY)], "hand-back", DAY, True, domain.NotInForce),
        ([("collect", DAY)], "hand-back", date(2003, 9, 11), False, domain.OutOfOrder),
        ([("collect", DAY)], "hand-back", DAY, False, None),
        ([("collect", DAY), ("hand-back", DAY)], "collect", DAY, True, None),
        ([("write-off", DAY)], "collect", DAY, True, None),
    ],
)
def test_what_follows_from_where_it_is(
    before: list[tuple[str, date]], what: Any, on: date, void: bool, problem: type[Refusal] | None
) -> None:
    where = custody(*before)
    if problem is None:
        return where.check(what, on, void=void, in_hand=not void, issued_on=ISSUED, today=TODAY)
    with pytest.raises(problem):
        where.check(what, on, void=void, in_hand=not void, issued_on=ISSUED, today=TODAY)
    return None


# --- over HTTP


async def listed(registry: Any, **params: Any) -> list[tuple[str, str, str, bool]]:
    page = await registry.get(LIST, **params)
    return [
        (one["certificate_id"], one["reason"], one["due_on"], one["overdue"])
        for one in page["items"]
    ]


async def test_void_and_collected_when_where_and_by_whom(registry: Any) -> None:
    worker, _, id = await a_holder(registry)
    early = await act(registry, id, "collections", TAKEN, 409)
    assert early["code"] == "certificate-not-void"
    assert await listed(registry) == []
    await act(registry, id, "revocations", LENT)
    assert await listed(registry, overdue=True) == [(id, "lent", "2003-08-31", True)]
    done = await act(registry, id, "collections", TAKEN)
    (entry,) = done["entries"]
    assert (done["state"], done["since"]) == ("collected", "2003-09-12")
    assert (entry["what"], entry["on"], entry["place"], entry["actor"]) == (
        "collect", TAKEN["on"], TAKEN["place"], "test-loader",
    )  # fmt: skip
    assert await listed(registry) == []
    assert await registry.get(f"/v1/certificates/{id}/custody") == done
    dossier = await registry.get(f"/v1/workers/{worker}/dossier")
    (file,) = dossier["certificates"]["items"]
    assert file["custody"] == done
    again = await act(registry, id, "collections", TAKEN, 409)
    assert again["code"] == "custody-state"


async def test_retirement_told_by_its_authority_asks_for_the_certificate(registry: Any) -> None:
    _, number, id = await a_holder(registry)
    await tell(registry, number, "retired", "2003-10-20")
    assert await listed(registry) == [(id, "retired", "2003-11-19", False)]
    assert await listed(registry, overdue=True) == []
    clerk = registry.thing.client("registry_clerk")
    _, headers = await seen(registry, id)
    body = {"on": "2003-10-30", "note": "持证人下落不明，登报作废"}
    path = f"/v1/certificates/{id}/write-offs"
    assert (await clerk.post(path, json=body, headers=headers)).status_code == 403
    done = await act(registry, id, "write-offs", body)
    assert (done["state"], done["entries"][0]["note"]) == ("written_off", body["note"])
    assert await listed(registry) == []
    found = await act(registry, id, "collections", {**TAKEN, "on": "2003-10-31"})
    assert found["state"] == "collected"


async def test_whoever_died_or_gave_it_back_is_not_asked_for_it(registry: Any) -> None:
    _, number, _ = await a_holder(registry)
    await tell(registry, number, "deceased", "2003-10-20")
    _, _, id = await a_holder(registry)
    booklet = [{"kind": "surrendered_booklet", "reference": "档案 2003-7"}]
    await act(
        registry, id, "revocations",
        {"effective_on": "2003-08-01", "reason": "surrendered", "evidence": booklet},
    )  # fmt: skip
    assert await listed(registry) == []


async def test_it_is_handed_back_when_the_withdrawal_was_wrong(registry: Any) -> None:
    _, _, id = await a_holder(registry)
    await act(registry, id, "revocations", LENT)
    await act(registry, id, "collections", TAKEN)
    back = {"on": "2003-10-01", "in_person": True}
    assert (await act(registry, id, "hand-backs", back, 409))["code"] == "certificate-not-restored"
    await act(registry, id, "restorations", WRONG, by=registry.checker)
    done = await act(registry, id, "hand-backs", back)
    assert (done["state"], [one["what"] for one in done["entries"]]) == (
        "with_holder", ["collect", "hand-back"],
    )  # fmt: skip
    await act(registry, id, "revocations", {**LENT, "effective_on": "2003-10-02"})
    assert await listed(registry) == [(id, "lent", "2003-11-01", False)]


async def test_another_district_sees_none_and_takes_none_in(registry: Any) -> None:
    _, _, id = await a_holder(registry)
    await act(registry, id, "revocations", LENT)
    foreign = registry.thing.client("registry_clerk", area="231121000000", office="231121-x")
    assert (await foreign.get(LIST)).json()["items"] == []
    assert (await foreign.get(f"/v1/certificates/{id}/custody")).status_code == 404
    answer = await foreign.post(
        f"/v1/certificates/{id}/collections", json=TAKEN, headers={"If-Match": '"v3"'}
    )
    assert answer.status_code == 404


# --- the employer keeps it

KEPT = "/v1/employer-kept-certificates"
SHOP = "黑河市兴安商场"
GIVEN = {"on": "2003-05-10", "employer": SHOP}


async def at_work(registry: Any, worker: str, on: str = "2003-05-01") -> Any:
    """The event that told of the job."""
    event = confirmed(registry, worker, new_id(), on)
    await registry.thing.deliver(event)
    return event


async def left(registry: Any, worker: str, job: Any, on: str) -> None:
    """``on``: the first day without the job."""
    await registry.thing.deliver(
        registry.thing.heard(
            "jobs-market.placement.ended.v1", job.entity_id,
            {"worker_id": worker, "ended_on": on, "reason": "contract-ended"},
            valid_from=date.fromisoformat(on),
        )
    )  # fmt: skip


async def kept(registry: Any, **params: Any) -> list[tuple[str, str, str | None, bool]]:
    page = await registry.get(KEPT, **params)
    return [
        (one["certificate_id"], one["employer"], one["employment_ended_on"], one["overdue"])
        for one in page["items"]
    ]


async def test_handed_over_while_at_work_and_returned(registry: Any) -> None:
    worker, _, id = await a_holder(registry)
    idle = await act(registry, id, "hand-overs", GIVEN, 409)
    assert idle["code"] == "custody-without-employment"
    await at_work(registry, worker)
    early = await act(registry, id, "hand-overs", {**GIVEN, "on": "2003-04-30"}, 409)
    assert early["code"] == "custody-without-employment"
    done = await act(registry, id, "hand-overs", GIVEN)
    assert (done["state"], done["since"], done["employer"]) == (
        "with_employer", "2003-05-10", SHOP,
    )  # fmt: skip
    assert await kept(registry) == [(id, SHOP, None, False)]
    assert await kept(registry, overdue=True) == []
    dossier = await registry.get(f"/v1/workers/{worker}/dossier")
    assert dossier["certificates"]["items"][0]["custody"] == done
    page = re.sub(r"\s", "", text_of(await printed(registry, id, "booklet")))
    assert f"用人单位保管：{SHOP}，自2003-05-10起" in page
    back = await act(registry, id, "returns", {"on": "2003-10-12"})
    assert (back["state"], back["employer"], [one["what"] for one in back["entries"]]) == (
        "with_holder", None, ["entrust", "return"],
    )  # fmt: skip
    assert await kept(registry) == []
    assert "用人单位保管" not in text_of(await printed(registry, id, "booklet"))


async def test_who_keeps_it_after_the_employment_ended_is_listed(registry: Any) -> None:
    """Also when the holder works elsewhere by now; one whose holder still works there is not."""
    certificates = []
    for _ in range(3):
        worker, _, id = await a_holder(registry)
        job = await at_work(registry, worker)
        await act(registry, id, "hand-overs", GIVEN)
        certificates.append((worker, id, job))
    (ended, first, job), (moved, second, old), (_, third, _) = certificates
    await left(registry, ended, job, "2003-07-01")
    await left(registry, moved, old, "2003-08-01")
    await at_work(registry, moved, "2003-08-01")
    assert await kept(registry, overdue=True) == [
        (first, SHOP, "2003-07-01", True), (second, SHOP, "2003-08-01", True),
    ]  # fmt: skip
    assert (await registry.get(KEPT, overdue=True, limit=1))["next_cursor"]
    assert [row[0] for row in await kept(registry)] == [first, second, third]
    await act(registry, first, "returns", {"on": "2003-10-12"})
    assert [row[0] for row in await kept(registry, overdue=True)] == [second]
    worker, _, told = certificates[2]
    await registry.thing.deliver(voided(registry, worker, told.entity_id, told))
    assert [row[0] for row in await kept(registry, overdue=True)] == [second, third]


@pytest.mark.parametrize(
    ("act_", "body"),
    [
        ("hire-filings", {"form": "flexible", "by": "self"}),
        ("hire-filings", {"form": "licence", "by": "self", "reference": "执照 7"}),
        ("cancellations", {"reason": "self_employed", "reference": "执照 7"}),
    ],
)
async def test_who_works_on_their_own_keeps_it(
    registry: Any, act_: str, body: dict[str, Any]
) -> None:
    worker, _, id = await a_holder(registry)
    window = Window(registry, worker)
    await window.registers("2003-04-20")
    await window.files(act_, on="2003-05-01", **body)
    refused = await act(registry, id, "hand-overs", GIVEN, 409)
    assert refused["code"] == "holder-keeps-certificate"


async def test_the_employer_is_asked_for_a_void_one(registry: Any) -> None:
    worker, number, id = await a_holder(registry)
    await at_work(registry, worker)
    await act(registry, id, "hand-overs", GIVEN)
    await tell(registry, number, "retired", "2003-09-20")
    assert [row[0] for row in await listed(registry)] == [id]
    assert await kept(registry, overdue=True) == [(id, SHOP, "2003-09-20", True)]
    again = await act(registry, id, "hand-overs", GIVEN, 409)
    assert again["code"] == "custody-state"
    assert (await act(registry, id, "collections", TAKEN | {"on": "2003-10-01"}))["state"] == (
        "collected"
    )
    assert await kept(registry) == []


# --- what was given on it comes back


GRANT = Grant(
    UUID(int=1), "social-insurance-subsidy", UUID(int=2), date(2003, 5, 1), date(2003, 7, 31),
    10_001, "x", UUID(int=3), written_by="x",
)  # fmt: skip


@pytest.mark.parametrize(
    ("months", "fen"), [((5, 6, 7), 10_001), ((6, 7), 6_667), ((7,), 3_334), ((), 0)]
)
def test_each_month_of_a_grant_is_paid_alike(months: tuple[int, ...], fen: int) -> None:
    assert rules.share(GRANT, [date(2003, month, 1) for month in months]) == fen


def test_an_order_that_was_lifted_orders_nothing() -> None:
    order = Act(UUID(int=5), GRANT.id, "recovery-ordered", GRANT.valid_from, 6_667)
    paid = Act(UUID(int=6), GRANT.id, "recovered", GRANT.valid_from, 1_000)
    lift = Act(UUID(int=7), GRANT.id, "recovery-lifted", GRANT.valid_from, reverses=order.id)
    before, after = rules.account([order, paid]), rules.account([lift, paid, order])
    assert (before.owed_fen, after.owed_fen, after.recovered_fen) == (5_667, 0, 1_000)
    assert (after.recover_from, after.settled) == (None, False)
    assert rules.live_months(GRANT, [order, lift]) == rules.months_of(GRANT)


SUBSIDY = {
    "kind": "social-insurance-subsidy", "valid_from": "2003-07-01", "valid_to": "2003-09-30",
    "amount": "300.00",
}  # fmt: skip


@pytest.mark.parametrize("reason", ["lent", "rented", "transferred", "forged", "fraud"])
async def test_who_misused_it_pays_back_from_the_day_of_the_misuse(
    registry: Any, reason: str
) -> None:
    worker, _, id = await a_holder(registry)
    mine = await write(registry, benefit(worker, **SUBSIDY))
    allowance = await write(registry, benefit(worker))
    await act(registry, id, "revocations", {**LENT, "reason": reason})
    (revoked,) = await registry.told("certificate.revoked")
    (order,) = await registry.told("benefit.recovery-ordered")
    assert (str(order.entity_id), str(order.valid_from), order.causation_id) == (
        mine["id"], "2003-08-01", revoked.id,
    )  # fmt: skip
    assert (order.data["amount"], order.data["from"]) == ("200.00", "2003-08-01")
    acts = await registry.get(f"/v1/benefits/{mine['id']}/acts")
    assert (acts["owed"], [one["act"] for one in acts["items"]]) == (
        "200.00", ["recovery-ordered"],
    )  # fmt: skip
    assert (await registry.get(f"/v1/benefits/{allowance['id']}/acts"))["items"] == []
    assert [o[:2] for o in await overlaps(registry)] == [("after-revocation", mine["id"])]
    back = {"on": "2003-10-15", "amount": "200.00", "document": "缴款书 9"}
    await benefit_act(registry, mine["id"], "recoveries", back, by=registry.checker)
    assert await overlaps(registry) == []
    assert (await registry.get(f"/v1/benefits/{mine['id']}"))["months"] == ["2003-07"]


async def test_what_other_services_granted_they_recover_themselves(registry: Any) -> None:
    worker, _, id = await a_holder(registry)
    await registry.thing.deliver(opened(registry, worker, new_id(), "2003-07-01", "2003-09-30"))
    await act(registry, id, "revocations", LENT)
    assert len(await overlaps(registry)) == 1
    assert await registry.told("benefit.recovery-ordered") == []


GONE = {
    "retired": "retirement_document", "deceased": "death_certificate",
}  # fmt: skip


@pytest.mark.parametrize("reason", GONE)
async def test_who_retired_or_died_late_known_pays_back_what_was_given_for_later(
    registry: Any, reason: str
) -> None:
    """4.1, 5.3.1: what lies before the day of the fact stays; nobody is called a cheat (5.3.4)."""
    worker, _, id = await a_holder(registry)
    mine = await write(registry, benefit(worker, **SUBSIDY))
    document = [{"kind": GONE[reason], "reference": "2003-7"}]
    gone = {"effective_on": "2003-08-01", "reason": reason, "evidence": document}
    asked = await act(registry, id, "revocation-proposals", gone)
    await registry.post(
        f"/v1/revocation-proposals/{asked['id']}/confirmations", {"on": "2003-09-01"},
        by=registry.street, **{"If-Match": '"v1"'},
    )  # fmt: skip
    await ordered_from_august(registry, mine["id"], reason)


async def ordered_from_august(registry: Any, benefit_id: str, reason: str) -> Any:
    (order,) = await registry.told("benefit.recovery-ordered")
    (revoked,) = await registry.told("certificate.revoked")
    assert order.causation_id == revoked.id
    assert (str(order.entity_id), order.data["amount"], order.data["from"], order.data["reason"]) == (
        benefit_id, "200.00", "2003-08-01", recovering.REASONS[reason],
    )  # fmt: skip
    assert (await registry.get(f"/v1/benefits/{benefit_id}/acts"))["owed"] == "200.00"
    return order


@pytest.mark.parametrize("kind", ["retired", "deceased", "emigrated", "imprisoned"])
async def test_a_fact_orders_back_what_lies_after_it_and_its_reversal_lifts_the_order(
    registry: Any, kind: str
) -> None:
    worker, number, _ = await a_holder(registry)
    mine = await write(registry, benefit(worker, **SUBSIDY))
    fact = await tell(registry, number, kind, "2003-07-20")
    order = await ordered_from_august(registry, mine["id"], kind)
    await take_back(registry, fact, kind)
    (lifted,) = await registry.told("benefit.recovery-lifted")
    assert lifted.reverses == order.id
    assert (await registry.get(f"/v1/benefits/{mine['id']}/acts"))["owed"] == "0.00"
    assert await overlaps(registry) == []


async def test_an_earlier_fact_orders_back_more(registry: Any) -> None:
    """Whichever was told first, what is owed at last is the same."""
    owed = []
    for days in (("2003-07-20", "2003-06-20"), ("2003-06-20", "2003-07-20")):
        worker, number, _ = await a_holder(registry)
        mine = await write(registry, benefit(worker, **SUBSIDY))
        await tell(registry, number, "imprisoned", days[0])
        await tell(registry, number, "emigrated", days[1])
        owed.append((await registry.get(f"/v1/benefits/{mine['id']}/acts"))["owed"])
    assert owed == ["300.00", "300.00"]


async def test_an_order_falls_with_the_withdrawal_that_made_it(registry: Any) -> None:
    worker, _, id = await a_holder(registry)
    mine = await write(registry, benefit(worker, **SUBSIDY))
    await act(registry, id, "revocations", LENT)
    await act(registry, id, "restorations", WRONG, by=registry.checker)
    (order,) = await registry.told("benefit.recovery-ordered")
    (lifted,) = await registry.told("benefit.recovery-lifted")
    assert (lifted.reverses, lifted.data["amount"]) == (order.id, "200.00")
    acts = await registry.get(f"/v1/benefits/{mine['id']}/acts")
    assert (acts["owed"], [one["act"] for one in acts["items"]]) == (
        "0.00", ["recovery-ordered", "recovery-lifted"],
    )  # fmt: skip
    assert (await registry.get(f"/v1/benefits/{mine['id']}"))["months"] == [
        "2003-07", "2003-08", "2003-09",
    ]  # fmt: skip
    assert await overlaps(registry) == []
    await act(registry, id, "revocations", LENT)
    assert (await registry.get(f"/v1/benefits/{mine['id']}/acts"))["owed"] == "200.00"
