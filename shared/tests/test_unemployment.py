"""Which days a registration as unemployed holds, from what was told of it."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from kit.ids import new_id
from kit.unemployment import Telling, spells

Told = tuple[str, str, int]


def history(*told: Told, reverses: dict[int, int] | None = None) -> list[Telling]:
    """(what, since when, which spell) in order; ``reverses``: by position, which one before it."""
    ids = [new_id() for _ in told]
    back = reverses or {}
    return [
        Telling(n + 1, fact, date.fromisoformat(on), spell, ids[n], ids[back[n]] if n in back else None)
        for n, (fact, on, spell) in enumerate(told)
    ]  # fmt: skip


BEGAN, AT_WORK = ("registered", "2006-03-01", 1), ("employed", "2006-05-01", 1)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (history(BEGAN), [("2006-03-01", None)]),
        (history(BEGAN, AT_WORK), [("2006-03-01", "2006-04-30")]),
        (
            history(BEGAN, AT_WORK, ("resumed", "2006-09-01", 2)),
            [("2006-03-01", "2006-04-30"), ("2006-09-01", None)],
        ),
        (history(BEGAN, ("cancelled", "2006-08-01", 1)), [("2006-03-01", "2006-07-31")]),
        # The job never was: the first spell goes on, and the second is no spell.
        (
            history(
                BEGAN, AT_WORK, ("resumed", "2006-09-01", 2), ("resumed", "2006-03-01", 1),
                reverses={3: 2},
            ),
            [("2006-03-01", None)],
        ),
        # The job began on another day.
        (
            history(BEGAN, AT_WORK, ("employed", "2006-04-20", 1), reverses={2: 1}),
            [("2006-03-01", "2006-04-19")],
        ),
        (history(BEGAN, AT_WORK, ("voided", "2006-03-01", 0), reverses={2: 1}), []),
        # Only that it is over was told.
        (history(AT_WORK), []),
        ([], []),
    ],
)  # fmt: skip
def test_spells_are_the_days_between_what_begins_and_what_ends(
    told: list[Telling], expected: list[tuple[str, str | None]]
) -> None:
    for order in permutations(told):
        found = [(since.isoformat(), until and until.isoformat()) for since, until in spells(order)]
        assert found == expected
