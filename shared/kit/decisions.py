"""Why it was granted or refused: a decision as a value, kept for ever, and derived again at will.

``domain`` builds :class:`Condition` values in the order of the rule; a use case puts them into a
:class:`Decision` with the facts and parameters used, and :func:`store` keeps them. What is the same
for thousands of decisions (the rule's texts, clauses and parameters of the day) is kept once, under
the hash of its content; with it a record stands alone and can be read without any code or file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import orjson

from kit.ids import new_id
from kit.policy import Parameter, canonical, plain

if TYPE_CHECKING:
    from asyncpg import Record

    from kit.db import Tx

DECISION_SQL = """
create table decision_basis (
    hash text primary key,
    content jsonb not null
);
comment on table decision_basis is 'What many decisions share: rule, clauses, texts, parameters. Append-only.';
create table decision (
    id uuid primary key,
    noun text not null,
    entity_id uuid not null,
    rule text not null,
    decided_on date not null,
    granted boolean not null,
    clause text,
    basis text not null references decision_basis (hash),
    record jsonb not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index decision_entity on decision (entity_id, id);
comment on table decision is 'Every decision with the facts that it used. Append-only.';
"""

#: From so many decisions on, COPY is cheaper than a statement with arrays.
_COPY_FROM = 50


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a rule: whether it held, the clause that asks for it, and what it says in
    Chinese and English (never about a person by name). ``facts`` names the facts it looked at."""

    code: str
    ok: bool
    clause: str
    zh: str
    en: str
    facts: tuple[str, ...] = ()


class Clause:
    """One condition of a rule as data: where it stands, what it says, which facts it looks at.

    Said once, with both outcomes made beforehand: a rule is asked tens of thousands of times in a
    run, and its sentences never change in between.
    """

    __slots__ = ("code", "failed", "met")

    def __init__(
        self, code: str, clause: str, zh: str, en: str, facts: tuple[str, ...] = ()
    ) -> None:
        self.code = code
        self.met = Condition(code, True, clause, zh, en, facts)
        self.failed = Condition(code, False, clause, zh, en, facts)

    def outcome(self, holds: bool) -> Condition:
        return self.met if holds else self.failed


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. ``rule`` is ``<service>.<rule>``, ``version`` the shape of the law (``2002``).

    ``law_on`` is the day whose law was applied, ``decided_on`` the day of deciding. ``facts`` holds
    every value the rule was given, as a mapping or a dataclass (sets in it as sorted tuples);
    ``events`` the event by which a fact became known. ``outcome`` is what was granted (months, a
    rate, a category).
    """

    noun: str
    entity_id: UUID
    rule: str
    version: str
    decided_on: date
    law_on: date
    conditions: tuple[Condition, ...]
    facts: Any
    parameters: tuple[Parameter, ...] = ()
    parameter_set: str = ""
    events: Mapping[str, UUID] = field(default_factory=dict)
    outcome: Mapping[str, Any] = field(default_factory=dict)
    id: UUID = field(default_factory=new_id)

    @property
    def granted(self) -> bool:
        """All conditions held."""
        return self.first_failing is None

    @property
    def first_failing(self) -> Condition | None:
        """The condition that refuses: the first one in the order of the rule that did not hold."""
        for one in self.conditions:  # a loop: it is asked of every line of a run
            if not one.ok:
                return one
        return None

    @property
    def clause(self) -> str | None:
        """How answers and events name the refusal: clause and code of the first failing condition."""
        failing = self.first_failing
        return f"{failing.clause}/{failing.code}" if failing else None

    def record(self) -> dict[str, Any]:
        """The whole record as JSON values."""
        row = {"id": self.id, "noun": self.noun, "entity_id": self.entity_id}
        return merge({**row, "record": self.body(), "content": self.basis()[1]})

    def basis(self) -> tuple[str, bytes]:
        """Hash and content of what this decision shares with others."""
        told = tuple((c.code, c.clause, c.zh, c.en, c.facts) for c in self.conditions)
        return _basis(self.rule, self.version, told, self.parameters, self.parameter_set)

    def body(self) -> bytes:
        """What is decided here and on which facts, as JSON with sorted keys: without ids of its own, so
        that the same decision made again has the same bytes."""
        own = {
            "decided_on": self.decided_on,
            "law_on": self.law_on,
            "granted": self.granted,
            "ok": [condition.ok for condition in self.conditions],
            "facts": self.facts,
            "events": self.events,
            "outcome": self.outcome,
        }
        return orjson.dumps(own, default=_text, option=orjson.OPT_SORT_KEYS)


def _text(value: Any) -> Any:
    """The same as ``kit.policy.plain`` gives; an id that the database driver read is asked for most."""
    return str(value) if isinstance(value, UUID) else plain(value)


@lru_cache(maxsize=512)
def _basis(
    rule: str,
    version: str,
    conditions: tuple[tuple[str, str, str, str, tuple[str, ...]], ...],
    parameters: tuple[Parameter, ...],
    parameter_set: str,
) -> tuple[str, bytes]:
    content = canonical(
        {
            "rule": rule,
            "version": version,
            "conditions": [
                {"code": code, "clause": clause, "text_zh": zh, "text_en": en, "facts": list(facts)}
                for code, clause, zh, en, facts in conditions
            ],
            "parameters": [parameter.record() for parameter in parameters],
            "parameter_set": parameter_set,
        }
    )
    return sha256(content).hexdigest(), content


def merge(row: Mapping[str, Any] | Record) -> dict[str, Any]:
    """One full record out of its row in ``decision`` and the ``content`` of its basis."""
    shared, own = orjson.loads(row["content"]), orjson.loads(row["record"])
    rest = {key: value for key, value in own.items() if key != "ok"}
    conditions = [
        {**condition, "passed": passed}
        for condition, passed in zip(shared.pop("conditions"), own["ok"], strict=True)
    ]
    about = {"id": str(row["id"]), "noun": row["noun"], "entity_id": str(row["entity_id"])}
    return {**about, **shared, **rest, "conditions": conditions}


_COLUMNS = ("id", "noun", "entity_id", "rule", "decided_on", "granted", "clause", "basis", "record")
_INSERT = """
insert into decision (id, noun, entity_id, rule, decided_on, granted, clause, basis, record)
select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::date[], $6::bool[],
                     $7::text[], $8::text[], $9::jsonb[])
"""
_INSERT_BASIS = """
insert into decision_basis (hash, content)
select hash, content from unnest($1::text[], $2::jsonb[]) as b (hash, content)
 where not exists (select 1 from decision_basis d where d.hash = b.hash)
on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Decisions as the rows that keep them. ``digests``: of each one by its id, SHA-256 of what was decided
    and on what; ids that were given to it are not in it."""

    rows: list[tuple[Any, ...]]
    bases: dict[str, str]
    digests: dict[UUID, bytes]


def prepare(decisions: Iterable[Decision]) -> Prepared:
    """Everything about keeping decisions that needs no database: most of the work."""
    bases: dict[str, str] = {}
    # Decisions of one set share the very objects of their conditions: hashed once, not for each.
    known: dict[tuple[object, ...], str] = {}
    rows, digests = [], {}
    for one in decisions:
        shared = (one.rule, one.version, one.parameter_set, id(one.parameters))
        basis = known.get(key := (*shared, *map(id, one.conditions)))
        if basis is None:
            basis, content = one.basis()
            known[key], bases[basis] = basis, content.decode()
        body = one.body()
        digests[one.id] = sha256(basis.encode() + body).digest()
        rows.append(
            (one.id, one.noun, one.entity_id, f"{one.rule}@{one.version}", one.decided_on,
             one.granted, one.clause, basis, body.decode())
        )  # fmt: skip
    return Prepared(rows, bases, digests)


async def keep(tx: Tx, prepared: Prepared, bases_kept: set[str] | None = None) -> None:
    """Keep prepared decisions, in two statements however many they are; in one where their bases are among
    ``bases_kept``, to which the others are added. Who keeps set after set has one such set for all of
    them, and forgets it when a transaction is undone."""
    rows, bases = prepared.rows, prepared.bases
    if not rows:
        return
    # In a fixed order: two transactions that bring the same texts cannot dead-lock each other.
    if hashes := sorted(bases.keys() - (bases_kept or ())):
        await tx.execute(_INSERT_BASIS, hashes, [bases[digest] for digest in hashes])
        if bases_kept is not None:
            bases_kept.update(hashes)
    if len(rows) >= _COPY_FROM:
        await tx.copy("decision", _COLUMNS, rows)
    else:
        await tx.execute(_INSERT, *(list(column) for column in zip(*rows, strict=True)))


async def store(tx: Tx, decisions: Iterable[Decision]) -> None:
    """:func:`prepare` and :func:`keep`."""
    await keep(tx, prepare(decisions))


_SELECT = """
select d.id, d.noun, d.entity_id, d.record, b.content from decision d join decision_basis b on b.hash = d.basis
"""
_SELECT_OF = """
select d.id, d.noun, d.entity_id, d.record, b.content
  from unnest($1::uuid[]) as e (id)
 cross join lateral (select id, noun, entity_id, record, basis from decision
                      where entity_id = e.id order by id limit $2) d
  join decision_basis b on b.hash = d.basis
 order by d.entity_id, d.id
"""


async def load(tx: Tx, decision_id: UUID) -> dict[str, Any] | None:
    """One full record; None when there is no such decision."""
    row = await tx.fetchrow(_SELECT + " where d.id = $1", decision_id)
    return None if row is None else merge(row)


async def load_for(tx: Tx, entity_id: UUID, *, limit: int = 100) -> list[dict[str, Any]]:
    """The records about one entity, oldest first (at most ``limit``)."""
    return (await load_of(tx, [entity_id], limit=limit))[entity_id]


async def load_of(
    tx: Tx, entities: Sequence[UUID], *, limit: int = 100
) -> dict[UUID, list[dict[str, Any]]]:
    """The records about each of these entities, oldest first (at most ``limit`` of each)."""
    found: dict[UUID, list[dict[str, Any]]] = {entity: [] for entity in entities}
    for row in await tx.fetch(_SELECT_OF, list(found), limit):
        record = merge(row)
        found[row["entity_id"]].append(record)
    return found


def explain(record: Mapping[str, Any], lang: Literal["zh", "en"]) -> list[str]:
    """The record in sentences for a clerk: verdict, each condition with its clause, parameters."""
    zh = lang == "zh"
    verdict = (
        ("予以批准" if record["granted"] else "不予批准")
        if zh
        else ("Granted" if record["granted"] else "Refused")
    )
    day = f"（{record['law_on']} 的规定）" if zh else f" (law of {record['law_on']})"
    lines = [f"{verdict}{day}"]
    for condition in record["conditions"]:
        mark = (
            ("符合" if condition["passed"] else "不符合")
            if zh
            else ("met" if condition["passed"] else "not met")
        )
        text = condition["text_zh" if zh else "text_en"]
        lines.append(
            f"{mark}：{text}〔{condition['clause']}〕"
            if zh
            else f"{mark}: {text} [{condition['clause']}]"
        )
    for parameter in record["parameters"]:
        cite = f"{parameter['cite']['document']} {parameter['cite']['clause']}"
        lines.append(f"{_said(parameter)}, {parameter['since']}, {cite}")
    return lines  # fmt: skip


def _said(parameter: Mapping[str, Any]) -> str:
    """A parameter and its value; terms are a page of their own, and only named."""
    value, unit = parameter["value"], parameter["unit"]
    if unit == "terms":
        return str(parameter["id"])
    if isinstance(value, Mapping):
        value = ", ".join(f"{key} {one}" for key, one in value.items())
    return f"{parameter['id']} = {value} {unit}"


@dataclass(frozen=True, slots=True)
class Rederived:
    """Whether the rule says today what it said then; ``differences`` name the parts that differ."""

    same: bool
    differences: tuple[str, ...]


#: A rule as it can be run again: (facts, {parameter id: value}, law_on) -> (conditions, outcome).
#: Everything comes as the record keeps it: dates and decimals as text.
Rule = Callable[
    [Mapping[str, Any], Mapping[str, Any], date], tuple[Sequence[Condition], Mapping[str, Any]]
]


def rederive(record: Mapping[str, Any], rules: Mapping[str, Rule]) -> Rederived:
    """Run the rule of a record again on nothing but the record. Raises ``KeyError`` for a rule whose
    version is no longer in the code: versions are added, never removed."""
    rule = rules[f"{record['rule']}@{record['version']}"]
    parameters = {one["id"]: one["value"] for one in record["parameters"]}
    conditions, outcome = rule(record["facts"], parameters, date.fromisoformat(record["law_on"]))
    again = [
        {"code": c.code, "clause": c.clause, "text_zh": c.zh, "text_en": c.en,
         "facts": list(c.facts), "passed": c.ok}
        for c in conditions
    ]  # fmt: skip
    parts = {
        "conditions": (again, record["conditions"]),
        "granted": (all(c.ok for c in conditions), record["granted"]),
        "outcome": (plain(outcome), record["outcome"]),
    }
    differing = tuple(
        name for name, (new, old) in parts.items() if canonical(new) != canonical(old)
    )
    return Rederived(not differing, differing)


#: So many records are derived again before the next ones are read.
_CHUNK = 2_000
#: So many differing decisions are named; more of them are one mistake.
_NAMED_MAX = 1_000
_CHUNK_OF = """
select d.id, d.noun, d.entity_id, d.record, b.content
  from decision d join decision_basis b on b.hash = d.basis
 where d.id > $1 and ($2::uuid[] is null or d.id = any($2::uuid[]) or d.entity_id = any($2::uuid[]))
 order by d.id limit $3
"""


async def rederive_all(
    tx: Tx, rules: Mapping[str, Rule], chosen: Sequence[UUID] | None = None
) -> dict[str, Any]:
    """Every kept decision, or those that ``chosen`` names (they, or what they are about), from its record:
    how many there are, which differ and in what. A rule that is no longer in the code differs too."""
    last, count = UUID(int=0), 0
    differing: list[dict[str, Any]] = []
    while rows := await tx.fetch(_CHUNK_OF, last, chosen, _CHUNK):
        last, count = rows[-1]["id"], count + len(rows)
        for row in rows:
            record = merge(row)
            try:
                parts = rederive(record, rules).differences
            except KeyError:
                parts = ("rule",)
            if parts:
                differing.append({"id": row["id"], "about": row["entity_id"], "differs": parts})
    return {
        "holds": count > 0 and not differing if chosen is not None else not differing,
        "decisions": count,
        "different": len(differing),
        "differing": differing[:_NAMED_MAX],
    }
