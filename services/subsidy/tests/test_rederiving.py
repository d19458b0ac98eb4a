"""Any past decision derives again from its record alone, and one that was touched is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from kit.testing import Signer, under_test
from subsidy.app import SERVICE

from .claims_desk import Bureau, made
from .test_money_looks import Books


async def test_a_command_derives_one_decision_a_claims_or_all_of_them(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> None:
    owner, url = make_database("subsidy")
    async with under_test(SERVICE, url, signer=signer, keys_file=keys_file) as service:
        bureau = await Bureau.opened(service)
        bureau.hire("wang", "2003-09")
        bureau.hire("li", "2003-09", new_post=False)
        nobody = {"worker_id": str(uuid4()), "month": "2003-09", "reference": str(uuid4())}
        claim = await bureau.filed(
            bureau.line("wang", "2003-09"), bureau.line("li", "2003-09"), nobody
        )
        claim = made(await bureau.review(claim))
        granted = (await bureau.lines(claim))[0]
    books = Books(owner, url, keys_file)
    status, found = await books.run("rederive")
    assert (status, found) == (
        0, {"holds": True, "decisions": 5, "different": 0, "differing": []},
    ), "those of two entitlements are among them"  # fmt: skip
    assert (await books.run("rederive", claim["id"]))[1]["decisions"] == 3
    assert (await books.run("rederive", granted["decision_id"]))[1]["decisions"] == 1
    status, found = await books.run("rederive", str(uuid4()))
    assert (status, found["decisions"]) == (1, 0), "nothing was looked at"
    await books.tamper(
        "update decision set record = jsonb_set(record, '{outcome,amount}', '13201')"
        f" where id = '{granted['decision_id']}'"
    )
    status, found = await books.run("rederive", claim["id"])
    assert (status, found["decisions"], found["different"]) == (1, 3, 1)
    assert found["differing"] == [
        {"id": granted["decision_id"], "about": granted["id"], "differs": ["outcome"]}
    ]
    await books.tamper(
        "update decision_basis set content = jsonb_set(content, '{version}', '\"1901\"')"
    )
    status, found = await books.run("rederive")
    assert (status, found["different"]) == (1, 5)
    assert {tuple(one["differs"]) for one in found["differing"]} == {("rule",)}
