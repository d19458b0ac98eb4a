"""What loans remembers of workers and certificates, in any order and told twice."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from kit.events import Event
from kit.testing import UnderTest
from loans.borrowers import usecases as borrowers

from .conftest import certificate, registration


async def test_a_certificate_may_come_before_its_worker(loans: UnderTest) -> None:
    worker = uuid4()
    issued = certificate(loans, worker)
    await loans.deliver(issued)
    async with loans.db.looking() as tx:
        assert await borrowers.known(tx, [(worker, date(2003, 6, 1))]) == [None]
    registered = registration(loans, worker)
    await loans.deliver(registered, registered, issued)
    async with loans.db.looking() as tx:
        before, after, expired = await borrowers.known(
            tx,
            [(worker, date(2003, 3, 9)), (worker, date(2003, 3, 10)), (worker, date(2006, 3, 10))],
        )
    assert before is not None
    assert after is not None
    assert expired is not None
    assert not before.borrower.certificate_valid
    assert after.borrower.certificate_valid
    assert after.events["certificate"] == issued.id
    assert not expired.borrower.certificate_valid
    assert await loans.dead() == []


async def test_a_revoked_certificate_counts_until_its_day(loans: UnderTest) -> None:
    worker = uuid4()
    issued = certificate(loans, worker)
    revoked = loans.heard(
        "registry.certificate.revoked.v1", issued.entity_id,
        {"worker_id": str(worker), "reason": "fraud"}, valid_from=date(2003, 7, 1),
    )  # fmt: skip
    await loans.deliver(registration(loans, worker), issued, revoked)
    async with loans.db.looking() as tx:
        until, since = await borrowers.known(
            tx, [(worker, date(2003, 6, 30)), (worker, date(2003, 7, 1))]
        )
    assert until is not None
    assert since is not None
    assert (until.borrower.certificate_valid, since.borrower.certificate_valid) == (True, False)


async def test_a_suspended_certificate_is_valid_again_once_inspected(loans: UnderTest) -> None:
    """Also one that was revoked for a fact, when the fact was reversed."""
    worker, day = uuid4(), date(2004, 3, 1)
    issued = certificate(loans, worker)
    await loans.deliver(registration(loans, worker), issued)

    async def valid() -> bool:
        async with loans.db.looking() as tx:
            (known,) = await borrowers.known(tx, [(worker, day)])
        assert known is not None
        return known.borrower.certificate_valid

    again = {"state_since": "2003-03-10", "valid_until": "2006-03-09"}
    seen = [await valid()]
    for name, on, more in (
        ("suspended", date(2004, 1, 1), {}), ("reinstated", date(2004, 2, 1), {}),
        ("revoked", date(2003, 8, 1), {}), ("restored", date(2003, 3, 10), {"state": "issued", **again}),
    ):  # fmt: skip
        await loans.deliver(_told(loans, name, issued, on, more))
        seen.append(await valid())
    assert seen == [True, False, True, False, True]
    assert await loans.dead() == []


def _told(loans: UnderTest, name: str, of: Event, on: date, more: dict[str, Any]) -> Event:
    return loans.heard(
        f"registry.certificate.{name}.v1", of.entity_id,
        {"worker_id": of.data["worker_id"], **more}, valid_from=on,
    )  # fmt: skip


async def test_what_gives_a_certificate_back_ends_only_what_it_takes_back(
    loans: UnderTest,
) -> None:
    """Restored, it is as suspended as before; a suspension that ended under the revocation is over."""
    worker, day = uuid4(), date(2004, 3, 1)
    issued = certificate(loans, worker)
    back = {"state_since": "2004-01-01", "valid_until": "2006-03-09"}
    steps: list[tuple[str, date, dict[str, Any], bool]] = [
        ("suspended", date(2004, 1, 1), {}, False),
        ("revoked", date(2004, 2, 1), {}, False),
        ("restored", date(2003, 3, 10), {**back, "state": "suspended"}, False),
        ("reinstated", date(2004, 2, 20), {"valid_until": "2006-03-09"}, True),
        ("revoked", date(2004, 2, 1), {}, False),
        ("restored", date(2003, 3, 10), {**back, "state": "suspended"}, False),
        ("revoked", date(2004, 2, 1), {}, False),
        ("restored", date(2003, 3, 10), {**back, "state": "issued"}, True),
    ]  # fmt: skip
    await loans.deliver(registration(loans, worker), issued)
    seen = []
    for name, on, more, _ in steps:
        await loans.deliver(_told(loans, name, issued, on, more))
        async with loans.db.looking() as tx:
            (known,) = await borrowers.known(tx, [(worker, day)])
        seen.append(known is not None and known.borrower.certificate_valid)
    assert seen == [valid for *_, valid in steps]
    assert await loans.dead() == []


async def test_a_certificate_is_valid_until_the_day_told_last(loans: UnderTest) -> None:
    """What a last day follows from was corrected (R12), or the late inspection said another one."""
    worker, day = uuid4(), date(2006, 6, 1)
    issued = certificate(loans, worker)
    back = {"state": "issued", "state_since": "2003-03-10"}
    await loans.deliver(registration(loans, worker), issued)
    seen = []
    for until in ("2006-12-31", "2006-05-03"):
        more = {**back, "valid_until": until}
        await loans.deliver(_told(loans, "restored", issued, date(2003, 3, 10), more))
        async with loans.db.looking() as tx:
            (known,) = await borrowers.known(tx, [(worker, day)])
        seen.append(known is not None and known.borrower.certificate_valid)
    assert seen == [True, False]
