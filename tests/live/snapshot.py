"""What a house knows, without what two runs of the same facts must differ in: instants and made ids.

An id that a fact brought along is the same in both houses and stays. An id that a service made
(a decision, an entitlement) becomes ``*``. Of every entity the last event counts, so a detour on
the way to the same end is no difference; how many entities of a kind there are, is one.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from tests.live.harness import NAMES, LiveHouse

UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: Taken from a sequence, which no rollback turns back.
GIVEN_OUT = {"number"}
#: Told by a look that is taken once a minute: one house has looked since the last fact, the other not yet.
LOOKED = {
    "subsidy.fund.unallocated-aged.v1", "subsidy.budget.line-exhausted.v1",
    "subsidy.matching.missed.v1",
}  # fmt: skip
#: What a list wants to be told that is not for everybody's eyes at once.
ASKED = {"area_code": "231100000000"}
Items = Counter[tuple[str, ...]]


def ids_in(text: str) -> set[str]:
    """Every id that is written in it."""
    return set(UUID_TEXT.findall(text))


async def items(house: LiveHouse, given: set[str]) -> Items:
    """All entities of all services in their last state; ``given`` are the ids of the facts."""
    found: Items = Counter()
    for service in NAMES:
        last: dict[str, dict[str, Any]] = {}
        for event in await house.events(service):
            before = last.get(event["subject"])
            if event["type"] in LOOKED:
                continue
            if before is None or event["sequence"] > before["sequence"]:
                last[event["subject"]] = event
        for event in last.values():
            found[_normal(event, given)] += 1
    return found


def _normal(event: dict[str, Any], given: set[str]) -> tuple[str, ...]:
    def made(match: re.Match[str]) -> str:
        return match[0] if match[0] in given else "*"

    words = (event["type"], event["subject"], event["validfrom"], event["areacode"],
             event["office"], *sorted(f"{k}={v}" for k, v in event["data"].items()))  # fmt: skip
    return tuple(UUID_TEXT.sub(made, word) for word in words)


async def lists(house: LiveHouse, given: set[str]) -> Items:
    """Every row of every list that the services' contracts have."""
    found: Items = Counter()
    for service in NAMES:
        contract = (await house.get(f"/api/{service}/openapi.json")).json()
        for path, operations in contract["paths"].items():
            parameters = operations.get("get", {}).get("parameters", [])
            if "cursor" not in {one["name"] for one in parameters} or "{" in path:
                continue
            needed = {one["name"] for one in parameters if one["required"]}
            if needed - ASKED.keys():
                continue  # one person's or one account's: no list of the house
            asked = {key: ASKED[key] for key in needed}
            name = path.removeprefix("/v1/")
            page = await house.read(service, name, limit=100, **asked)
            while True:
                for row in page["items"]:
                    found[(service, name, _row(row, given))] += 1
                if page["next_cursor"] is None:
                    break
                page = await house.read(
                    service, name, limit=100, cursor=page["next_cursor"], **asked
                )
    return found


def _row(row: dict[str, Any], given: set[str]) -> str:
    """Without the instants of recording and the numbers that were given out: an import that died
    half-way has used up some, as a spoilt form does.
    """
    facts = {key: value for key, value in row.items() if not key.endswith("_at")}
    facts |= {key: "*" for key in GIVEN_OUT & facts.keys() if facts[key] is not None}
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    return UUID_TEXT.sub(lambda match: match[0] if match[0] in given else "*", text)


async def figures(house: LiveHouse) -> dict[str, str]:
    """Every published value's id with what the facts come to, exactly."""
    lines = await house.read("assessment", "reports")
    return {
        line["id"]: f"{line['computed']} {line['unrounded']} {line['verdict']}" for line in lines
    }


def difference(ours: Items, twins: Items) -> str:
    """What one has and the other has not, a few lines of each; empty when they are the same."""
    missing, more = twins - ours, ours - twins
    shown = [f"- {' '.join(words)}" for words in list(missing)[:10]]
    shown += [f"+ {' '.join(words)}" for words in list(more)[:10]]
    if not shown:
        return ""
    return f"{missing.total()} missing, {more.total()} more:\n" + "\n".join(shown)
