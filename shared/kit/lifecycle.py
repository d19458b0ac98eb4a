"""State machines as data: which act leads from which state to which, who may do it, and by when.

A noun's ``domain.ACTS`` is one table of :class:`Act`; its checks, the next actions that a case
offers and the diagram in the documentation all come from it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

#: The states of a noun, as it names them in a ``Literal``.
S = TypeVar("S", bound=str)


@dataclass(frozen=True, slots=True)
class Act:
    """One arrow. ``source`` is None where the case begins; ``who`` does it (a role, ``facts`` for
    what is folded from facts of others, ``clock`` for what a date brings); ``limit`` is the time
    that the law gives, with its clause."""

    source: str | None
    target: str
    name: str
    zh: str
    who: str
    limit: str = ""


def each(
    sources: Iterable[str | None], target: str, name: str, zh: str, who: str, limit: str = ""
) -> tuple[Act, ...]:
    """The same act from each of several states."""
    return tuple(Act(source, target, name, zh, who, limit) for source in sources)


def leads(acts: Iterable[Act], name: str, source: S) -> S | None:
    """The state that an act leads to from a state; None when it is not allowed there. Both are
    states of the one noun whose table it is."""
    found = next((a.target for a in acts if a.name == name and a.source == source), None)
    return cast("S | None", found)


def allowed(acts: Iterable[Act], source: str | None, *, by: str | None = None) -> tuple[str, ...]:
    """The names of the acts that a state allows, in the table's order (of one doer, when given)."""
    found = (a.name for a in acts if a.source == source and (by is None or by == a.who))
    return tuple(dict.fromkeys(found))


def mermaid(acts: Sequence[Act], titles: dict[str, str] | None = None) -> str:
    """The table as a Mermaid state diagram: one arrow per act, states with their Chinese terms."""
    lines = ["stateDiagram-v2"]
    states = dict.fromkeys(s for a in acts for s in (a.source, a.target) if s is not None)
    for state in states:
        title = (titles or {}).get(state)
        lines.append(
            f'    state "{state} {title}" as {_id(state)}' if title else f"    {_id(state)}"
        )
    for act in acts:
        source = "[*]" if act.source is None else _id(act.source)
        limit = f" ({act.limit})" if act.limit else ""
        lines.append(f"    {source} --> {_id(act.target)}: {act.zh} {act.name} / {act.who}{limit}")
    final = [state for state in states if all(state != act.source for act in acts)]
    lines.extend(f"    {_id(state)} --> [*]" for state in final)
    return "\n".join(lines) + "\n"


def _id(state: str) -> str:
    return state.replace("-", "_")
