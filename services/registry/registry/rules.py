"""Conditions of rules as data: said once, with both outcomes made beforehand.

A rule is asked tens of thousands of times in an import; its sentences never change in between.
"""

from __future__ import annotations

from kit.decisions import Condition


class Clause:
    """One condition of a rule: where it stands, what it says, which facts it looks at."""

    __slots__ = ("code", "failed", "met")

    def __init__(
        self, code: str, clause: str, zh: str, en: str, facts: tuple[str, ...] = ()
    ) -> None:
        self.code = code
        self.met = Condition(code, True, clause, zh, en, facts)
        self.failed = Condition(code, False, clause, zh, en, facts)

    def outcome(self, holds: bool) -> Condition:
        return self.met if holds else self.failed
