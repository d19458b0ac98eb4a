"""Persons in difficulty: a decision recognises, and what happens afterwards ends it. Pure.

Whether somebody recognised is still in difficulty is folded from facts (policy 4.1, E6): work,
retirement and the other life facts, refused introductions, and exits written by hand. When the fact
goes (a placement voided, an exit taken back) the recognition is there again. The rule that
recognises is in :mod:`.rule`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit import lifecycle
from kit.refusal import Refusal
from registry.difficulties.rule import Evidence, Kind
from registry.labour_status.domain import Spell

#: 已认定 / 不予认定 / 已退出
State = Literal["recognised", "refused", "exited"]
#: 已就业 / 退休 / 死亡 / 出境定居 / 服刑 / 参军 / 完全丧失劳动能力 / 三次拒绝推荐 / 无就业愿望 / 低保停发 /
#: 已有同类认定 / 更正后不符合条件 / 其他
ExitReason = Literal[
    "employed", "retired", "deceased", "emigrated", "imprisoned", "enlisted", "incapacitated",
    "refused_three_offers", "wish_ended", "dibao_ended", "superseded", "corrected", "other",
]  # fmt: skip
#: What a clerk may write as the reason; the others follow from facts.
HandReason = Literal["employed", "retired", "refused_three_offers", "wish_ended", "other"]

STATES = {"recognised": "已认定", "refused": "不予认定", "exited": "已退出"}
#: The state machine of 4.1: the street recognises; facts end it and bring it back.
ACTS: tuple[lifecycle.Act, ...] = (
    lifecycle.Act(None, "recognised", "recognise", "认定", "station_clerk"),
    lifecycle.Act(None, "refused", "refuse", "不予认定", "station_clerk"),
    lifecycle.Act("recognised", "exited", "exit", "退出", "station_clerk"),
    lifecycle.Act("recognised", "exited", "leave", "就业、退休、三次拒绝等自动退出", "facts"),
    lifecycle.Act("exited", "recognised", "restore", "撤销退出", "certificate_approver"),
    lifecycle.Act("exited", "recognised", "return", "事实撤销后恢复", "facts"),
    lifecycle.Act("refused", "recognised", "correct", "更正后认定", "facts"),
)

_LEAVING: dict[str, ExitReason] = {
    "employed": "employed",
    "retired": "retired",
    "deceased": "deceased",
    "emigrated": "emigrated",
    "imprisoned": "imprisoned",
    "enlisted": "enlisted",
    "incapacitated": "incapacitated",
}


class NoSuchDifficulty(Refusal):
    """No such recognition, or not one whom the caller may see."""

    code = "unknown-difficulty"


class AlreadyRecognised(Refusal):
    """The person is recognised as this kind and has not left it."""

    code = "already-recognised"


class LawNotInForce(Refusal):
    """Asked for on a day before the law that recognises persons in difficulty."""

    code = "recognition-not-in-force"


class NotRecognised(Refusal):
    """Only a recognised person can leave."""

    code = "not-recognised"


class ExitBeforeRecognition(Refusal):
    """The exit is dated before the recognition."""

    code = "exit-before-recognition"


class NoExitByHand(Refusal):
    """Nobody wrote an exit that could be taken back; what facts ended, facts bring back."""

    code = "no-exit-by-hand"


@dataclass(frozen=True, slots=True)
class Proof:
    """A paper that was shown for a request, by its own number and date."""

    kind: Evidence
    reference: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class Exit:
    """An exit written by hand. ``actor`` wrote it."""

    id: UUID
    difficulty_id: UUID
    on: date
    reason: HandReason
    actor: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody of the census was asked, and answered: 申请 / 放弃."""

    id: UUID
    worker_id: UUID
    asked_on: date
    answer: Literal["applies", "declines"]
    actor: str


@dataclass(frozen=True, slots=True)
class Difficulty:
    """One decision about one person and kind, and whether it still holds. ``clause``: by which the
    present decision refuses; one that recognised first and does not after a correction never held."""

    id: UUID
    worker_id: UUID
    kind: Kind
    state: State
    recognised_on: date
    decision_id: UUID
    area_code: str
    office: str
    clause: str | None = None
    exited_on: date | None = None
    exit_reason: ExitReason | None = None
    told_event: UUID | None = None
    recognised_event: UUID | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """How one request stood on a day: since when, and why it was over."""

    difficulty_id: UUID
    kind: Kind
    state: State
    since: date
    reason: ExitReason | None = None


def on(day: date, rows: Iterable[Difficulty]) -> list[Standing]:
    """How these stand on a day; nothing of those that were asked for later."""
    found = []
    for row in rows:
        if row.recognised_on > day:
            continue
        if row.exited_on is not None and row.exited_on <= day:
            found.append(Standing(row.id, row.kind, "exited", row.exited_on, row.exit_reason))
        else:
            state: State = "refused" if row.state == "refused" else "recognised"
            found.append(Standing(row.id, row.kind, state, row.recognised_on))
    return found


def holding(rows: Iterable[Difficulty], kind: Kind, on: date) -> bool:
    """Whether a recognition of this kind holds on a day, or from a later one on."""
    return any(
        row.state != "refused" and row.kind == kind
        and (row.exited_on is None or row.exited_on > on)
        for row in rows
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ending:
    """Why and from when a recognition no longer holds."""

    on: date
    reason: ExitReason


def ending(
    recognised_on: date,
    spells: Sequence[Spell],
    refused_on: Iterable[date],
    refusals_allowed: int | None,
    exits: Iterable[Exit],
    dibao_ended: date | None = None,
) -> Ending | None:
    """The first thing that ended a recognition; None while nothing did.

    ``refused_on``: days on which the person refused an introduction; ``dibao_ended``: from when on
    dibao is received no more, where the recognition rests on it. Of two endings on one day the
    one that stands first here is told.
    """
    found = [
        *_by_status(recognised_on, spells),
        *_by_refusals(recognised_on, refused_on, refusals_allowed),
        *([Ending(dibao_ended, "dibao_ended")] if dibao_ended else []),
        *(Ending(max(exit.on, recognised_on), exit.reason) for exit in sorted(exits, key=_order)),
    ]
    return min(found, key=lambda one: one.on, default=None)


def _order(exit: Exit) -> tuple[date, UUID]:
    return exit.on, exit.id


def _by_status(recognised_on: date, spells: Sequence[Spell]) -> list[Ending]:
    """The first status that ends it; one that held already on the day of recognition, and was told
    later, ends it on that day."""
    for n, spell in enumerate(spells):
        over = n + 1 < len(spells) and spells[n + 1].since <= recognised_on
        if not over and spell.status in _LEAVING:
            return [Ending(max(spell.since, recognised_on), _LEAVING[spell.status])]
    return []


def _by_refusals(
    recognised_on: date, refused_on: Iterable[date], allowed: int | None
) -> list[Ending]:
    """The refusal that reaches the number which the law of the recognition names."""
    days = sorted(day for day in refused_on if day >= recognised_on)
    if allowed is None or len(days) < allowed:
        return []
    return [Ending(days[allowed - 1], "refused_three_offers")]


def fold(rows: Sequence[Difficulty], endings: dict[UUID, Ending | None]) -> list[Difficulty]:
    """The recognitions of one person (of all records that are this person), as they stand.

    Of two that would hold at once for one kind, the later one is superseded by the earlier: that
    happens when records turn out to be one person, or when an ending turns out to be wrong.
    """
    holding: dict[Kind, date | None] = {}
    folded: list[Difficulty] = []
    for row in sorted(rows, key=lambda one: (one.recognised_on, one.id)):
        if row.state == "refused":
            continue
        end = endings[row.id]
        until = holding.get(row.kind, row.recognised_on)
        if row.clause is not None:
            end = Ending(row.recognised_on, "corrected")
        elif until is None or until > row.recognised_on:
            end = Ending(row.recognised_on, "superseded")
        else:
            holding[row.kind] = end.on if end else None
        folded.append(
            replace(
                row,
                state="exited" if end else "recognised",
                exited_on=end.on if end else None,
                exit_reason=end.reason if end else None,
            )
        )
    return folded
