"""Where a person's record stands (policy 4.1): active, merged into another one, or gone from the labour
force by a fact. Nothing of it is kept: links of merges and the folded labour status decide.

The arrows of the diagram are what those folds answer, asked for every pair of facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal, cast
from uuid import UUID

from kit.lifecycle import Act
from registry.labour_status import domain as statuses
from registry.labour_status.domain import WITHDRAWN, Declared, Spell
from registry.life_facts.domain import ENDLESS, KIND_ZH, Kind, LifeFact

#: 在册 / 已并入 / 退休 / 死亡 / 参军 / 出境定居 / 服刑 / 完全丧失劳动能力
Standing = Literal[
    "active", "merged", "retired", "deceased", "enlisted", "emigrated", "imprisoned",
    "incapacitated",
]  # fmt: skip
#: The kinds of facts that take a person out, in the order in which the fold asks for them.
_GONE: tuple[Kind, ...] = tuple(cast(Kind, status) for status in WITHDRAWN)
STATES: dict[str, str] = {
    "active": "在册", "merged": "已并入", **{kind: KIND_ZH[kind] for kind in _GONE},
}  # fmt: skip


def standing(merged: bool, spell: Spell | None) -> Standing:
    """Where a record stands whose person has this labour status. A merged record stands still,
    whatever becomes of the person: the surviving one says so."""
    if merged:
        return "merged"
    if spell is None or spell.status not in WITHDRAWN:
        return "active"
    return cast(Standing, spell.status)


_NOBODY = UUID(int=0)
_DECLARED = Declared("jobless", date(2000, 1, 1))
#: The days on which two facts begin, and on which the later one ends.
_FIRST, _SECOND, _OVER = date(2001, 1, 1), date(2002, 1, 1), date(2003, 1, 1)


def _told(kind: Kind, on: date, until: date | None = None) -> LifeFact:
    return LifeFact(_NOBODY, _NOBODY, kind, on, until)


def _after(*facts: LifeFact) -> Standing:
    """Where a person stands of whom these facts were told."""
    return standing(False, statuses.current([_DECLARED], [], facts))


def _arrows() -> Iterator[Act]:
    yield Act(None, "active", "register", "登记", "station_clerk", "same day")
    for kind in _GONE:
        told = _told(kind, _SECOND)
        before = [("active", _after(told)), *((k, _after(_told(k, _FIRST), told)) for k in _GONE)]
        for source, target in before:
            if target != source:
                yield Act(source, target, kind, KIND_ZH[kind], "facts", "on receipt")
    for kind in _GONE:
        if kind not in ENDLESS:
            yield Act(kind, _after(_told(kind, _FIRST, _OVER)), "ended", "事由终止", "facts")
    for kind in _GONE:
        yield Act(kind, _after(), "reversed", "冲正", "facts")
    for source in ("active", *_GONE):
        yield Act(source, "merged", "merge", "合并", "registry_supervisor", "5 working days")
    for source in ("active", *_GONE):
        yield Act("merged", source, "reverse-merge", "撤销合并", "registry_supervisor")


ACTS: tuple[Act, ...] = tuple(_arrows())
