"""The certificate: one procedure from application to its end, step by step.

A certificate is *entitled* when the rule granted it, issued or not. Every step is a transition with
its day of fact and its actor; nothing that was told is edited. What life facts and merges lay over
the procedure's own state is in ``standing``; which step leads where, in ``acts``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from operator import attrgetter
from typing import Any, Literal, get_args
from uuid import UUID

from kit import areas
from kit.facts import add_months
from kit.refusal import Refusal
from registry.certificates import acts
from registry.certificates.acts import Act, State
from registry.workers.domain import Category

#: The state machine as arrows, and what its states are called.
ACTS = acts.ARROWS
TITLES = acts.TITLES

CORRECTED = "category-corrected"
#: Reasons of a refusal by a person: 异议成立 / 证明不实 / 本人撤回 / 发证之日有效期已过 (R12).
RefusalReason = Literal["objection-upheld", "proof-false", "withdrawn", "validity-would-be-over"]
#: Reasons of a withdrawal by a person (R17): 弄虚作假 / 出借 / 出租 / 转让 / 伪造涂改 / 退休 / 到达退休年龄 /
#: 死亡 / 本人交回.
RevocationReason = Literal[
    "fraud",
    "lent",
    "rented",
    "transferred",
    "forged",
    "retired",
    "retirement-age",
    "deceased",
    "surrendered",
]
_BY_HAND = frozenset(get_args(RevocationReason))


class NoSuchCertificate(Refusal):
    """No such certificate, or not one whom the caller may see."""

    code = "unknown-certificate"


class CertificateExists(Refusal):
    """The person has a certificate under way or in hand: one person, one certificate (R14)."""

    code = "certificate-exists"


class PastByLoader(Refusal):
    """A window's import tells of papers seen or of a posting: what it takes is checked and posted by
    others, and only who loads a city's past says that it was."""

    code = "past-by-loader"


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


class NotOfRetirementAge(Refusal):
    """Withdrawn for age before the holder's day of statutory retirement (R17, R18)."""

    code = "not-of-retirement-age"


class NotTheCity(Refusal):
    """Where the city confirms, an office of the city does (R11)."""

    code = "not-the-city"


class InsuredWhileJobless(Refusal):
    """An employer insured the applicant in ``months`` without work: the application waits until that is
    cleared or explained (policy 4.6, 已再就业仍领取)."""

    code = "insured-while-without-work"


class NotValidAnyMore(Refusal):
    """Issued on a day from which on it could not be valid for a single day (R12)."""

    code = "validity-would-be-over"


class ValidityNotOver(Refusal):
    """Refused as too late on a day on which it could still be issued (R12)."""

    code = "validity-not-over"


@dataclass(frozen=True, slots=True)
class Transition:
    """One step: ``day`` is the day of fact, ``actor`` the token's subject (or what acted by itself),
    ``evidence`` the papers, facts or findings that it rests on, ``statement`` what its maker declared
    in their place: where the papers that were seen lie, or the paper list that hung."""

    certificate_id: UUID
    step: int
    state: State
    day: date
    actor: str
    reason: str | None = None
    evidence: tuple[UUID, ...] = ()
    statement: str | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """``number`` and ``valid_until`` exist from the day of issue. ``told_event`` is the last event
    that told of its state: a reversal names it. ``held_…`` is the procedure's own state while a
    fact stands over it (see ``standing``). ``missed_year``: whose inspection it was suspended for.
    ``listed_on``: the business day on which a posting was recorded that hung nowhere else."""

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
    issued_by: str | None = None
    held_state: State | None = None
    held_on: date | None = None
    held_reason: str | None = None
    held_revoked_on: date | None = None
    missed_year: int | None = None
    listed_on: date | None = None
    version: int = 1

    @property
    def posted_on(self) -> date:
        """The first day on which anybody could read the posting; of a posted application."""
        return max(self.state_on, self.listed_on or self.state_on)

    @property
    def begun_on(self) -> date:
        """The day of the step that led it where it stands; of a posting the first day on the list."""
        return self.posted_on if self.state == "publicised" else self.state_on

    def _to(self, act: Act, state: State, on: date, **changes: Any) -> Certificate:
        if self.held_state is not None or not act.leads(self.state, state):
            raise WrongState(state=self.state)
        if on < self.state_on:
            raise OutOfOrder(not_before=self.state_on)
        return self._moved(state, on, **changes)

    def _moved(self, state: State, on: date, **changes: Any) -> Certificate:
        # As ``dataclasses.replace``, which asks for every field by its name: a city's past is moved.
        return Certificate(
            **dict(zip(_FIELDS, _values(self), strict=True))
            | {"state": state, "state_on": on, "step": self.step + 1, "version": self.version + 1}
            | changes
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
            acts.CHECK,
            "checked" if granted else "refused",
            on,
            entitled=granted,
            clause=clause,
            decision_id=decision_id,
            told_event=told_event,
        )

    def publicise(self, *, on: date, listed_on: date | None = None) -> Certificate:
        """Posted; the days of publicity begin. ``listed_on``: the day of record, where the platform's
        list is the only one; None where a paper list hung from ``on`` on."""
        return self._to(acts.PUBLICISE, "publicised", on, listed_on=listed_on)

    def object(self, *, on: date) -> Certificate:
        """Somebody objected: it leaves the list and is investigated."""
        return self._to(acts.OBJECT, "under_investigation", on)

    def dismiss(self, *, on: date, listed_on: date | None = None) -> Certificate:
        """The objection did not hold: posted again, and its days of publicity begin anew."""
        return self._to(acts.DISMISS, "publicised", on, listed_on=listed_on)

    def uphold(self, *, on: date) -> Certificate:
        """The objection held: refused."""
        return self._to(
            acts.UPHOLD, "refused", on, entitled=False, clause=None, reason="objection-upheld"
        )

    def issue(
        self,
        *,
        on: date,
        number: str,
        publicity_days: int,
        valid_until: date,
        issued_by: str,
        told_event: UUID | None = None,
    ) -> Certificate:
        """Handed over. Raises :class:`PublicityNotOver` and :class:`NotValidAnyMore`."""
        self._check_publicity(on, publicity_days)
        after = self._to(
            acts.ISSUE,
            "issued",
            on,
            number=number,
            issued_on=on,
            valid_until=valid_until,
            issued_by=issued_by,
            told_event=told_event,
        )
        if valid_until < on:
            raise NotValidAnyMore(valid_until=valid_until)
        return after

    def _check_publicity(self, on: date, days: int) -> None:
        if self.state == "publicised" and on < self.posted_on + timedelta(days=days):
            raise PublicityNotOver(days=days, posted_on=self.posted_on)

    def approve(self, *, on: date, publicity_days: int, issued_by: str) -> Certificate:
        """The district would issue it; the city confirms first (R11). Raises
        :class:`PublicityNotOver`."""
        self._check_publicity(on, publicity_days)
        return self._to(acts.ISSUE, "approved", on, issued_by=issued_by)

    def confirm(self, *, on: date, number: str, valid_until: date, told_event: UUID) -> Certificate:
        """The city has confirmed: handed over, by the office that approved it. Raises
        :class:`NotValidAnyMore`."""
        after = self._to(
            acts.CONFIRM, "issued", on, number=number, issued_on=on, valid_until=valid_until,
            told_event=told_event,
        )  # fmt: skip
        if valid_until < on:
            raise NotValidAnyMore(valid_until=valid_until)
        return after

    def refuse(self, *, reason: str, on: date) -> Certificate:
        """Refused at the window: a proof was false, or the person withdrew."""
        return self._to(acts.REFUSE, "refused", on, entitled=False, clause=None, reason=reason)

    def suspend(self, *, year: int, on: date) -> Certificate:
        """The annual inspection of that year was missed (R13)."""
        return self._to(acts.SUSPEND, "suspended", on, missed_year=year)

    def reinstate(self, *, on: date) -> Certificate:
        """Inspected late."""
        return self._to(acts.REINSTATE, "issued", on, missed_year=None)

    def expire(self, *, on: date) -> Certificate:
        """Its validity is over (R12); ``on`` is the first day without it."""
        return self._to(acts.EXPIRE, "expired", on)

    def reopen(self, *, state: State, on: date, valid_until: date) -> Certificate:
        """Its validity was counted from what turned out wrong: it stands where it stood before it was
        over, since the day of then, with another last day."""
        if not acts.REOPEN.leads(self.state, state):
            raise WrongState(state=self.state)
        return self._moved(state, on, valid_until=valid_until)

    def report_loss(self, *, on: date) -> Certificate:
        """The holder declares it lost; its number is worth nothing from now on."""
        return self._to(acts.REPORT_LOSS, "lost", on)

    def find(self, *, since: date) -> Certificate:
        """It was never lost: it stands where it stood before, since the day of then."""
        if not acts.FIND.leads(self.state, "issued"):
            raise WrongState(state=self.state)
        return self._moved("issued", since)

    def uninspect(self, *, year: int, on: date) -> Certificate:
        """The inspection that kept it in force was none: suspended as if that year had been missed,
        from the first day after its window, which may lie before other steps."""
        if not acts.UNINSPECT.leads(self.state, "suspended"):
            raise WrongState(state=self.state)
        return self._moved("suspended", on, missed_year=year)

    def reissue(self, *, on: date, number: str) -> Certificate:
        """A new booklet with a new number: the same certificate, validity and annotations."""
        return self._to(acts.REISSUE, "issued", on, number=number)

    def revoke(self, *, reason: str, on: date) -> Certificate:
        """Withdrawn for a reason of R17, from the day of the fact, which may lie before other steps.
        Never before the application."""
        if self.held_state is not None or not acts.REVOKE.leads(self.state, "revoked"):
            raise WrongState(state=self.state)
        if on < self.applied_on:
            raise OutOfOrder(not_before=self.applied_on)
        return self._moved("revoked", on, reason=reason, revoked_on=on)

    @property
    def withdrawn_by_hand(self) -> bool:
        """Revoked by a person for a reason of R17, and nothing else stands over it."""
        by_hand = self.held_state is None and self.state == "revoked"
        return by_hand and self.reason in _BY_HAND

    def restore(self, *, state: State, on: date) -> Certificate:
        """The withdrawal by hand was wrong: it stands where it stood before, since the day of then."""
        if not self.withdrawn_by_hand or not acts.RESTORE.leads(self.state, state):
            raise WrongState(state=self.state)
        return self._moved(state, on, reason=None, revoked_on=None)

    def redecide(
        self,
        *,
        category: Category,
        granted: bool,
        clause: str | None,
        decision_id: UUID,
        on: date,
        listed_on: date | None = None,
    ) -> Certificate:
        """The state after the worker's category was corrected and the rule was asked again.

        granted ↔ refused; in hand or expired → revoked; revoked by an earlier correction → entitled
        again. What a person refused or revoked for a reason of its own stays so.
        """
        if self.state == "applied" or self.reason not in (None, CORRECTED):
            return replace(self, category=category, version=self.version + 1)
        decided = replace(self, category=category, clause=clause, decision_id=decision_id)
        if granted == self.entitled:
            return replace(decided, version=self.version + 1)
        day = max(on, self.state_on)
        if granted:
            again = replace(
                decided, number=None, issued_on=None, valid_until=None, revoked_on=None,
                issued_by=None,
            )  # fmt: skip
            again = again._to(acts.CORRECT_TO_GRANTED, "publicised", day, listed_on=listed_on)
            return replace(again, entitled=True, reason=None)
        if acts.CORRECT_TO_REVOKED.leads(self.state, "revoked"):
            revoked = decided._to(acts.CORRECT_TO_REVOKED, "revoked", day)
            return replace(revoked, entitled=False, reason=CORRECTED, revoked_on=day)
        refused = decided._to(acts.CORRECT_TO_REFUSED, "refused", day)
        return replace(refused, entitled=False, reason=CORRECTED)


_FIELDS = tuple(field.name for field in fields(Certificate))
_values = attrgetter(*_FIELDS)


def not_contradicted(months: Sequence[date]) -> None:
    """Raises :class:`InsuredWhileJobless` where months stand against the applicant."""
    if months:
        raise InsuredWhileJobless(months=", ".join(f"{month:%Y-%m}" for month in months))


def inspector(certificate: Certificate, issued_in: str | None) -> str | None:
    """The office that inspects it every year (R13): the one that issued it, in whose area it was
    (``issued_in``); when its holder has moved out of that area, the one that took the holder over."""
    if issued_in is None or areas.within(certificate.area_code, issued_in):
        return certificate.issued_by
    return certificate.office


def validity(
    issued_on: date, *, years: int, retires_on: date | None, scheme_end: date | None
) -> date:
    """The last day of validity (R12): so many years, but not beyond the holder's retirement or the
    end of the programme. Who is past the age on the day of issue is not cut: nothing says that he or
    she drew a pension, and the fact, once told, ends the certificate by itself."""
    last = add_months(issued_on, 12 * years)
    if retires_on is not None and issued_on < retires_on <= last:
        last = retires_on - timedelta(days=1)
    return last if scheme_end is None else min(last, scheme_end)
