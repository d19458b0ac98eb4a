"""What loans remembers of workers and certificates, in any order and told twice."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

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

    seen = [await valid()]
    for name, on in (
        ("suspended", date(2004, 1, 1)), ("reinstated", date(2004, 2, 1)),
        ("revoked", date(2003, 8, 1)), ("restored", date(2003, 3, 10)),
    ):  # fmt: skip
        await loans.deliver(
            loans.heard(
                f"registry.certificate.{name}.v1", issued.entity_id, {"worker_id": str(worker)},
                valid_from=on,
            )
        )  # fmt: skip
        seen.append(await valid())
    assert seen == [True, False, True, False, True]
    assert await loans.dead() == []
