"""Dated, cited parameters: the law's numbers as data, one TOML file each.

A file says since when which value holds and where that is written::

    id = "registry.certificate_term"        # file policies/certificate_term.toml
    title = "Validity of the re-employment preference certificate"
    title_zh = "再就业优惠证有效期"
    unit = "year"
    [[values]]
    since = 2002-09-30
    value = 3
    cite = { document = "中发[2002]12号", clause = "三(八)", status = "source", ref = "004_d2ec" }

A value may be a table: one value of the unit under each key (``value = { pension = 20 }``); with the
unit ``terms`` it is a table of whatever the service reads there. Only ``since`` is written; the next
value ends the one before it, and ``ended = true`` (without a value) ends it without a successor.
``value = "unknown"`` with a ``reason`` makes rules refuse to decide. A wrong file stops the start,
and the message names the file.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import orjson

if TYPE_CHECKING:
    from kit.db import Tx

PARAMETER_SET_SQL = """
create table parameter_set (
    hash text primary key,
    content jsonb not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table parameter_set is 'Every set of parameters that ever decided something: append-only.';
"""

UNITS: dict[str, type | tuple[type, ...]] = {
    "yuan": (int, Decimal),
    "yuan-per-month": (int, Decimal),
    "yuan-per-year": (int, Decimal),
    "yuan-per-person": (int, Decimal),
    "percent": (int, Decimal),
    "ratio": (int, Decimal),
    "times": (int, Decimal),
    "person": int,
    "household": int,
    "day": int,
    "working-day": int,
    "month": int,
    "year": int,
    "year-of-age": int,
    "date": date,
    "yes-no": bool,
    "code": str,
    "codes": list,
    "terms": dict,
}
Status = Literal["source", "found", "to-verify", "local", "design"]

_FILE_KEYS = {"id", "title", "title_zh", "unit", "values", "note"}
_VALUE_KEYS = {"since", "value", "cite", "ended", "reason", "note"}
_CITE_KEYS = {"document", "clause", "status", "ref", "note"}
_CITE_NEEDED = {"document", "clause", "status"}


class PolicyError(ValueError):
    """A policy file is wrong; the message begins with its path."""


class Table(Mapping[str, Any]):
    """Values under keys, in the order of the file. Never changes, and can be a key itself."""

    __slots__ = ("_hash", "_values")

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)
        self._hash = hash(tuple(self._values.items()))

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return self._hash


Value = int | Decimal | str | bool | date | tuple[Any, ...] | Table


class NoValue(LookupError):
    """Nothing was in force on that day, or what was in force is not known. Never to be read as 0."""


class BeforeFirstValue(NoValue):
    """The day that was asked for lies before everything that the parameter ever was."""


@dataclass(frozen=True, slots=True)
class Cite:
    """Where it is written. ``status``: ``source`` (in the sources given), ``found`` (looked up),
    ``to-verify`` (nobody has seen it yet), ``local`` (what some cities did, no national law: a city
    states its own), ``design`` (no text says it; decided here, and open to a city's overlay)."""

    document: str
    clause: str
    status: Status
    ref: str | None = None
    note: str | None = None

    def __str__(self) -> str:
        return f"{self.document} {self.clause}".strip()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value as it held on the day that was asked for."""

    id: str
    since: date
    value: Value
    unit: str
    cite: Cite

    def record(self) -> dict[str, Any]:
        """How a decision record keeps it: everything is text, so that nothing is rounded."""
        return {
            "id": self.id,
            "since": self.since.isoformat(),
            "value": plain(self.value),
            "unit": self.unit,
            "cite": {
                key: value
                for key in ("document", "clause", "status", "ref", "note")
                if (value := getattr(self.cite, key)) is not None
            },
        }


@dataclass(frozen=True, slots=True)
class _Entry:
    since: date
    parameter: Parameter | None
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Policy:
    """One parameter through time. ``folder``: in which subfolder of the service's policies it stands
    (of an overlay: the file that it replaces); empty at the top."""

    id: str
    title: str
    title_zh: str
    unit: str
    entries: tuple[_Entry, ...]
    content: Mapping[str, Any]
    folder: str = ""

    def on(self, day: date) -> Parameter:
        """The value of a day. Raises :class:`NoValue` naming id, day and first day."""
        first = self.entries[0].since
        at = bisect_right(self.entries, day, key=lambda entry: entry.since) - 1
        if at < 0:
            raise BeforeFirstValue(
                f"{self.id}: nothing in force on {day}; the first value is of {first}"
            )
        entry = self.entries[at]
        if entry.parameter is None:
            raise NoValue(f"{self.id}: nothing to go by on {day}: {entry.why_not}")
        return entry.parameter


class Policies:
    """All parameters of one service: the national default under the city's overlay."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._policies = {policy.id: policy for policy in policies}
        self.content: dict[str, Any] = {
            name: dict(self._policies[name].content) for name in sorted(self._policies)
        }
        #: Names this very set of values, for the records of decisions.
        self.parameter_set_hash = sha256(canonical(self.content)).hexdigest()

    @classmethod
    def load(cls, folder: Path, overlay: Path | None = None) -> Policies:
        """Read ``folder/**/*.toml`` and put the overlay's files over those with the same id.

        One overlay folder may hold files of several services (also in subfolders): those of other
        services are left alone, one with an unknown id of this service is refused.
        """
        default: dict[str, Policy] = {}
        for path in sorted(folder.rglob("*.toml")):
            inner = "/".join(path.parent.relative_to(folder).parts)
            policy = replace(read(path), folder=inner)
            if policy.id.partition(".")[2].replace("_", "-") != path.stem.replace("_", "-"):
                raise PolicyError(f"{path}: the id {policy.id!r} does not end in the file's name")
            if policy.id in default:
                raise PolicyError(f"{path}: a second file with the id {policy.id!r}")
            default[policy.id] = policy
        services = {name.partition(".")[0] for name in default}
        over: dict[str, Policy] = {}
        for path in sorted(overlay.rglob("*.toml")) if overlay is not None else ():
            if path.parent.name == "matchers":
                continue  # no parameters: whoever compares records reads them
            policy = read(path)
            if policy.id.partition(".")[0] not in services:
                continue
            if policy.id not in default or policy.id in over:
                raise PolicyError(f"{path}: {policy.id!r} replaces nothing, or is here twice")
            if policy.unit != default[policy.id].unit:
                raise PolicyError(f"{path}: {policy.id!r} has another unit than the default")
            over[policy.id] = replace(policy, folder=default[policy.id].folder)
        return cls((default | over).values())

    def __iter__(self) -> Iterator[Policy]:
        return iter(self._policies.values())

    def __getitem__(self, policy_id: str) -> Policy:
        return self._policies[policy_id]

    def value(self, policy_id: str, on: date) -> Parameter:
        """The parameter of a day. Raises :class:`NoValue`, also for an id that no file has."""
        policy = self._policies.get(policy_id)
        if policy is None:
            raise NoValue(f"{policy_id}: no such parameter (asked for {on})")
        return policy.on(on)

    async def remember(self, tx: Tx) -> None:
        """Keep this set in the database, so that a record can be read when the files are gone."""
        await tx.execute(
            "insert into parameter_set (hash, content) values ($1, $2) on conflict do nothing",
            self.parameter_set_hash,
            canonical(self.content).decode(),
        )


def read(path: Path) -> Policy:
    """One file, with everything about it checked. Raises :class:`PolicyError` with its path."""
    try:
        return _policy(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, PolicyError) as error:
        raise PolicyError(f"{path}: {error}") from None


@lru_cache(
    maxsize=1024
)  # by the text: the tests start services thousands of times on the same files
def _policy(text: str) -> Policy:
    raw: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
    _only(raw, _FILE_KEYS, "the file")
    for key in ("id", "title", "title_zh", "unit"):
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            raise PolicyError(f"{key} is missing")
    if raw["id"].count(".") != 1:
        raise PolicyError("an id is <service>.<name>")
    if raw["unit"] not in UNITS:
        raise PolicyError(f"the unit {raw['unit']!r} is not one of {', '.join(UNITS)}")
    values = raw.get("values")
    if not isinstance(values, list) or not values:
        raise PolicyError("there are no [[values]]")
    entries = [_entry(raw["id"], raw["unit"], one) for one in values]
    for earlier, later in pairwise(entries):
        if later.since <= earlier.since:
            raise PolicyError(f"dates must rise: {later.since} stands after {earlier.since}")
    return Policy(
        id=raw["id"],
        title=raw["title"],
        title_zh=raw["title_zh"],
        unit=raw["unit"],
        entries=tuple(entries),
        content=plain(raw),
    )


def _entry(policy_id: str, unit: str, raw: Any) -> _Entry:
    if not isinstance(raw, dict):
        raise PolicyError("[[values]] holds tables")
    since = raw.get("since")
    if not isinstance(since, date) or isinstance(since, datetime):
        raise PolicyError("every value has a date: since = 2002-09-30")
    _only(raw, _VALUE_KEYS, f"the value of {since}")
    cite = _cite(raw.get("cite"), since)
    if raw.get("ended") is True:
        if "value" in raw:
            raise PolicyError(f"the value of {since}: ended, and yet a value")
        return _Entry(since, None, f"it ended on {since} ({cite})")
    if "value" not in raw:
        raise PolicyError(f"the value of {since} is missing")
    if raw["value"] == "unknown":
        if not raw.get("reason"):
            raise PolicyError(f"the value of {since} is unknown; say the reason")
        return _Entry(since, None, f"unknown since {since}: {raw['reason']}")
    value = _typed(raw["value"], unit, since)
    return _Entry(since, Parameter(policy_id, since, value, unit, cite), None)


def _typed(value: Any, unit: str, since: date) -> Value:
    wanted = UNITS[unit]
    if isinstance(value, dict):
        if not value:
            raise PolicyError(f"the value of {since} is an empty table")
        if unit == "terms":
            return _frozen(value, since)
        return Table({key: _typed(one, unit, since) for key, one in value.items()})
    fits = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
    if not fits or isinstance(value, datetime) or (isinstance(value, str) and not value):
        raise PolicyError(f"the value of {since} is no {unit}")
    if isinstance(value, list):
        if not all(isinstance(one, str) and one for one in value) or len(set(value)) != len(value):
            raise PolicyError(f"the value of {since}: codes are different texts")
        return tuple(value)
    typed: Value = value
    return typed


def _frozen(value: Any, since: date) -> Value:
    if isinstance(value, dict):
        return Table({key: _frozen(one, since) for key, one in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(one, since) for one in value)
    if isinstance(value, float | datetime):
        raise PolicyError(f"the value of {since} holds what no term can be")
    known: Value = value
    return known


def _cite(raw: Any, since: date) -> Cite:
    if not isinstance(raw, dict):
        raise PolicyError(f"the value of {since} cites nothing")
    _only(raw, _CITE_KEYS, f"the citation of {since}")
    lacking = [key for key in sorted(_CITE_NEEDED) if not str(raw.get(key, "")).strip()]
    if lacking:
        raise PolicyError(f"the citation of {since} lacks {', '.join(lacking)}")
    if raw["status"] not in get_args(Status):
        raise PolicyError(f"the citation of {since}: status is {', '.join(get_args(Status))}")
    return Cite(**raw)


def _only(raw: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(raw) - known)
    if unknown:
        raise PolicyError(f"{where} has unknown keys: {', '.join(unknown)}")


def plain(value: Any) -> Any:
    """JSON without floating numbers: decimals, dates and ids become text, at any depth."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(inner) for inner in value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def canonical(content: Any) -> bytes:
    """The one way to write this content as JSON: sorted keys, no spaces, UTF-8."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
