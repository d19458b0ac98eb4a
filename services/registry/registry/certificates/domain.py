"""The certificate: applied → checked → publicised → issued, or refused; revoked by a later fact.

A certificate is *entitled* when the rule granted it, issued or not. Every step is a transition with
its day of fact and its actor; nothing that was told is edited.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from kit.facts import add_months
from kit.refusal import Refusal
from registry.workers.domain import Category

#: 已申请 / 已审核 / 已公示 / 已发证 / 不予发证 / 已注销
State = Literal["applied", "checked", "publicised", "issued", "refused", "revoked"]
LIVE_STATES = frozenset({"applied", "checked", "publicised", "issued"})

#: Which step leads where. Corrections of a category are the last three rows.
TRANSITIONS: frozenset[tuple[State, State]] = frozenset(
    {
        ("applied", "checked"), ("applied", "refused"), ("checked", "publicised"),
        ("checked", "refused"), ("publicised", "issued"), ("publicised", "refused"),
        ("issued", "revoked"), ("refused", "publicised"), ("revoked", "publicised"),
    }
)  # fmt: skip

CORRECTED = "category-corrected"
#: Reasons of a refusal by a person: an objection was upheld / a proof was false / withdrawn.
RefusalReason = Literal["objection-upheld", "proof-false", "withdrawn"]


class NoSuchCertificate(Refusal):
    """No such certificate, or not one whom the caller may see."""

    code = "unknown-certificate"


class CertificateExists(Refusal):
    """The person has a certificate under way or in hand: one person, one certificate (R14)."""

    code = "certificate-exists"


class WrongState(Refusal):
    """The step does not follow from the state that the certificate is in."""

    code = "certificate-state"


class LawNotInForce(Refusal):
    """Applied for on a day before the law that grants certificates."""

    code = "law-not-in-force"


class SchemeEnded(Refusal):
    """Applied for after the last day of the programme (R12; cities extended it)."""

    code = "scheme-ended"


class OutOfOrder(Refusal):
    """A step dated before the one that it follows."""

    code = "step-out-of-order"


class PublicityNotOver(Refusal):
    """Issued before the days of publicity had passed (R10)."""

    code = "publicity-not-over"


@dataclass(frozen=True, slots=True)
class Transition:
    """One step: ``day`` is the day of fact, ``actor`` the token's subject."""

    certificate_id: UUID
    step: int
    state: State
    day: date
    actor: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """``number`` and ``valid_until`` exist from the day of issue. ``told_event`` is the last event
    that told of its state: a reversal names it."""

    id: UUID
    worker_id: UUID
    category: Category
    state: State
    applied_on: date
    state_on: date
    step: int
    area_code: str
    office: str
    decision_id: UUID | None = None
    entitled: bool = False
    clause: str | None = None
    number: str | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    revoked_on: date | None = None
    reason: str | None = None
    told_event: UUID | None = None
    version: int = 1

    def _to(self, state: State, on: date, **changes: Any) -> Certificate:
        if (self.state, state) not in TRANSITIONS:
            raise WrongState(state=self.state)
        if on < self.state_on:
            raise OutOfOrder(not_before=self.state_on)
        return replace(
            self, state=state, state_on=on, step=self.step + 1, version=self.version + 1, **changes
        )

    def check(
        self,
        *,
        granted: bool,
        clause: str | None,
        decision_id: UUID,
        on: date,
        told_event: UUID | None = None,
    ) -> Certificate:
        """The rule has decided: checked when it grants, refused with its first failing clause."""
        return self._to(
            "checked" if granted else "refused",
            on,
            entitled=granted,
            clause=clause,
            decision_id=decision_id,
            told_event=told_event,
        )

    def publicise(self, *, on: date) -> Certificate:
        """Posted on the public list; the publicity period begins."""
        return self._to("publicised", on)

    def issue(
        self,
        *,
        on: date,
        number: str,
        publicity_days: int,
        validity_years: int,
        told_event: UUID | None = None,
    ) -> Certificate:
        """Handed over. Raises :class:`PublicityNotOver`."""
        if self.state == "publicised" and on < self.state_on + timedelta(days=publicity_days):
            raise PublicityNotOver(days=publicity_days)
        valid_until = add_months(on, 12 * validity_years)
        return self._to(
            "issued",
            on,
            number=number,
            issued_on=on,
            valid_until=valid_until,
            told_event=told_event,
        )

    def refuse(self, *, reason: str, on: date) -> Certificate:
        """Refused at the window: an objection was upheld, or a proof was false."""
        return self._to("refused", on, entitled=False, clause=None, reason=reason)

    def redecide(
        self, *, category: Category, granted: bool, clause: str | None, decision_id: UUID, on: date
    ) -> Certificate:
        """The state after the worker's category was corrected and the rule was asked again.

        granted ↔ refused; issued → revoked; revoked by an earlier correction → entitled again.
        What a person refused for a reason of its own stays refused.
        """
        if self.state == "applied" or self.reason not in (None, CORRECTED):
            return replace(self, category=category, version=self.version + 1)
        decided = replace(self, category=category, clause=clause, decision_id=decision_id)
        if granted == self.entitled:
            return replace(decided, version=self.version + 1)
        day = max(on, self.state_on)
        if granted:
            again = replace(decided, number=None, issued_on=None, valid_until=None, revoked_on=None)
            return replace(again._to("publicised", day), entitled=True, reason=None)
        revoked = self.state == "issued"
        return replace(
            decided._to("revoked" if revoked else "refused", day),
            entitled=False,
            reason=CORRECTED,
            revoked_on=day if revoked else None,
        )
