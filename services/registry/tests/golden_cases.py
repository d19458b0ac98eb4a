"""Golden cases: cases of a law that an official can read, and that together leave no clause out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kit.decisions import Clause, Condition
from kit.policy import Policies

HERE = Path(__file__).parent
NATIONAL = Policies.load(HERE.parent / "policies")
LOCAL = Policies.load(HERE.parent / "policies", overlay=HERE / "golden" / "local_policies")

Case = dict[str, Any]


def policies(period: str) -> Policies:
    """The city's own law for its own cases."""
    return LOCAL if period == "local" else NATIONAL


def read(noun: str, periods: Sequence[str]) -> list[tuple[str, Case]]:
    """The cases of ``golden/<noun>/<period>.toml``, each with its period."""
    folder = HERE / "golden" / noun
    texts = {period: (folder / f"{period}.toml").read_text("utf-8") for period in periods}
    return [(period, case) for period in periods for case in tomllib.loads(texts[period])["case"]]


def name(given: str | Case) -> str:
    """How pytest names a case."""
    return given if isinstance(given, str) else str(given["name"])


def failing(conditions: Iterable[Condition]) -> str | None:
    """The first clause that refuses, as a case writes it."""
    return next((f"{c.clause}/{c.code}" for c in conditions if not c.ok), None)


def left_out(
    clauses: Mapping[Any, Iterable[Clause]],
    decided: Iterable[tuple[str, Sequence[Condition]]],
) -> set[str]:
    """What no case tries, by the code's own list: a group that nobody is granted as, a clause that
    nobody is granted by, a clause that is never the first to refuse."""
    known = {f"{one.met.clause}/{one.code}" for those in clauses.values() for one in those}
    untried = (
        {f"grants {group}" for group in clauses}
        | {f"grants by {clause}" for clause in known}
        | {f"refuses by {clause}" for clause in known}
    )
    for group, conditions in decided:
        refused_by = failing(conditions)
        if refused_by is not None:
            untried.discard(f"refuses by {refused_by}")
        else:
            untried.discard(f"grants {group}")
            untried -= {f"grants by {c.clause}/{c.code}" for c in conditions}
    return untried
