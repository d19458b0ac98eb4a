"""Shares without loss: whole numbers that add to what was shared out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` shared out by weight; the largest remainders get what is left, earlier ones first.

    Raises ``ValueError`` when something is to be shared and nobody has weight.
    """
    whole = sum(weights)
    if whole == 0:
        if total:
            raise ValueError("nothing to share out by")
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def split(total: int, count: int, rng: Random, *, cap: int | None = None) -> list[int]:
    """``count`` uneven positive parts that add to ``total``, none above ``cap``.

    The unit is the caller's (fen, or hundreds of yuan). A part may be 0 only when ``total`` is too
    small. Raises ``ValueError`` when the cap does not allow it.
    """
    if count == 0:
        if total:
            raise ValueError("an amount without anybody to have it")
        return []
    if cap is not None and total > cap * count:
        raise ValueError("the average is above the cap")
    parts = largest_remainder(total, [rng.randrange(60, 141) for _ in range(count)])
    if cap is None:
        return parts
    over = 0
    for i, part in enumerate(parts):
        if part > cap:
            over += part - cap
            parts[i] = cap
    for i, part in enumerate(parts):
        if not over:
            break
        room = min(cap - part, over)
        parts[i] += room
        over -= room
    return parts


def spread(total: int, weights: Mapping[Any, int]) -> dict[Any, int]:
    """:func:`largest_remainder` by name."""
    return dict(zip(weights, largest_remainder(total, list(weights.values())), strict=True))


def scaled(number: int, scale: Decimal) -> int:
    """A scaled count, half up; what exists keeps at least one."""
    if not number:
        return 0
    return max(1, int((number * scale).quantize(Decimal(1), rounding=ROUND_HALF_UP)))
