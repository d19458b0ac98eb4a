"""Where the rows about a person stand. The places of other nouns' rows are written here and nowhere
else, so that no noun can forget to follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from kit.db import Tx

#: What goes with a person: which rows of which table, by the column that names the record.
GOES: Mapping[str, tuple[str, str]] = {
    "certificate": ("worker_id", "true"),
    "difficulty": ("worker_id", "true"),
    "unemployment_registration": ("worker_id", "true"),
    "insurance_account": ("worker_id", "true"),
    "pairing": ("worker_id", "true"),
    "correction_request": ("worker_id", "state = 'requested'"),
    "benefit_overlap": ("person_id", "standing"),
}
#: What is between two records stands where both are seen.
BETWEEN: Mapping[str, tuple[str, str, str]] = {
    "duplicate_pair": ("worker_id", "other_id", "true"),
    "merge": ("survivor_id", "merged_id", "state = 'merged'"),
}
#: What was done stays where it was done; why, in the words of README.md.
STAYS = frozenset({
    "benefit", "relief_posting", "relief_total", "certificate_loss", "certificate_approval",
    "benefit_confirmation",
})  # fmt: skip
#: The person's own rows, moved by the correction of the place itself.
PERSON = frozenset({"worker", "labour_status"})
#: Tables whose rows carry the version that a writer must name.
_VERSIONED = frozenset({
    "certificate", "difficulty", "unemployment_registration", "insurance_account",
    "correction_request", "duplicate_pair", "merge",
})  # fmt: skip


def _moving(table: str) -> str:
    version = ", version = t.version + 1" if table in _VERSIONED else ""
    return f"update {table} t set area_code = u.area_code, office = u.office{version}"  # noqa: S608


async def move(tx: Tx, records: Mapping[UUID, tuple[str, str]]) -> None:
    """Put what goes with these records where each of them stands: (area, office)."""
    ids, places = list(records), list(records.values())
    for table, (record, which) in GOES.items():
        await tx.execute(
            f"{_moving(table)} from unnest($1::uuid[], $2::text[], $3::text[])"
            f" as u (id, area_code, office) where t.{record} = u.id and {which}"
            " and (t.area_code, t.office) is distinct from (u.area_code, u.office)",
            ids,
            [area for area, _ in places],
            [office for _, office in places],
        )


@dataclass(frozen=True, slots=True)
class Between:
    """Something between two records, and where each of them stands."""

    table: str
    id: UUID
    areas: tuple[str, str]
    office: str


async def between(tx: Tx, records: Sequence[UUID]) -> list[Between]:
    found: list[Between] = []
    for table, (one, other, which) in BETWEEN.items():
        rows = await tx.fetch(
            f"select t.id, a.area_code as one, b.area_code as other, a.office from {table} t"  # noqa: S608
            f" join worker a on a.id = t.{one} join worker b on b.id = t.{other}"
            f" where (t.{one} = any($1::uuid[]) or t.{other} = any($1::uuid[])) and {which}",
            records,
        )
        found += [
            Between(table, row["id"], (row["one"], row["other"]), row["office"]) for row in rows
        ]
    return found


async def move_between(tx: Tx, places: Sequence[tuple[Between, str]]) -> None:
    """Put each into its area."""
    for table in BETWEEN:
        mine = [(one, area) for one, area in places if one.table == table]
        await tx.execute(
            f"{_moving(table)} from unnest($1::uuid[], $2::text[], $3::text[])"
            " as u (id, area_code, office) where t.id = u.id"
            " and (t.area_code, t.office) is distinct from (u.area_code, u.office)",
            [one.id for one, _ in mine],
            [area for _, area in mine],
            [one.office for one, _ in mine],
        )
