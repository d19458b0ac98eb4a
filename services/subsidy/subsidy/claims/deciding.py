"""Deciding a claim's lines: on the facts heard by now, with what their persons have already.

Facts are read once for all lines; counters and kinds of the month go on from line to line of a person,
in the order of the months. Every granted line holds its month, or is decided again when another line
was faster. Each decision is kept with its record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast
from uuid import UUID

from kit import decisions, identity_links
from kit.db import Tx
from kit.decisions import Decision
from kit.service import Runtime
from subsidy.claims import evidence, store
from subsidy.claims.domain import Claim, Line, Outcome, ends_on, payee_of
from subsidy.claims.evidence import Evidence
from subsidy.heard import facts as heard_facts
from subsidy.heard import usecases as heard
from subsidy.heard.facts import Answer, Given
from subsidy.months import usecases as months
from subsidy.months.domain import Ask, BenefitMonth, Standing, kind_of, month_of
from subsidy.programmes import domain as programmes
from subsidy.programmes import record
from subsidy.programmes.amounts import enterprise_share
from subsidy.programmes.domain import Assessment, Programme, Terms
from subsidy.programmes.facts import (
    AllowanceFacts,
    Facts,
    IntroductionFacts,
    MonthFacts,
    ProjectFacts,
    TrainingFacts,
)
from subsidy.programmes.terms import law_of
from subsidy.projects import usecases as projects
from subsidy.projects.domain import Hold, quarters_of

#: The paper that shows that a provider may train or introduce on the city's behalf.
QUALIFICATION = "provider-qualification"
#: The paper by which three authorities recognise that an enterprise cannot bear its third (B25).
RECOGNITION = "joint-recognition"


@dataclass(frozen=True, slots=True)
class Case:
    """A line with what is known of it. ``person``: one id for all records of the person (of a project:
    the body)."""

    line: Line
    person: UUID
    answer: Answer
    evidence: Evidence

    @property
    def facts(self) -> Facts | None:
        """What the programme may be asked with; None: it may not."""
        return self.answer.facts if evidence.outcome(self.evidence) is None else None


@dataclass(frozen=True, slots=True)
class Decided:
    """A case and what its programme said of it (None: it was not asked). Of what an enterprise and the
    fund share, the claim is for the fund's part."""

    case: Case
    facts: Facts | None = None
    terms: Terms | None = None
    assessment: Assessment | None = None

    @property
    def outcome(self) -> Outcome:
        if self.assessment is None:
            return evidence.outcome(self.case.evidence) or "refused"
        return "granted" if self.assessment.granted else "refused"

    @property
    def amount(self) -> int:
        """Fen that the fund pays."""
        return 0 if self.assessment is None else _of_the_fund(self.assessment)


async def decide(
    rt: Runtime,
    tx: Tx,
    claim: Claim,
    programme: Programme,
    papers: Collection[str],
    lines: Sequence[Line],
    on: date,
) -> list[Line]:
    """The lines as decided on ``on``, in their order: records kept, months held."""
    waiting = await cases_of(tx, claim, programme, papers, lines)
    done: dict[UUID, Decided] = {}
    for again in (False, True):
        decided = await _pass(rt, tx, claim, waiting)
        lost = await _hold(tx, claim, [one for one in decided if _granted(one)])
        for one in decided:
            # Who comes second again, although nothing in the person's standing refuses: granted before.
            if again and one.case.line.id in lost:
                before = replace(one.case.evidence, granted_before=True)
                one = Decided(replace(one.case, evidence=before))
            done[one.case.line.id] = one
        waiting = [one.case for one in decided if one.case.line.id in lost]
        if not waiting:
            break
    kept = [_decision(rt, claim, done[line.id], on) for line in lines]
    await decisions.store(tx, kept)
    return [_line(done[one.entity_id], one) for one in kept]


async def cases_of(
    tx: Tx,
    claim: Claim,
    programme: Programme,
    papers: Collection[str],
    lines: Sequence[Line],
) -> list[Case]:
    """What is known of these lines now: facts without counters, and the evidence."""
    if programme.facts == "project":
        return await _cases_of_projects(tx, claim, lines)
    references = [one.reference for one in lines if one.reference is not None]
    first = await store.first_claimed(tx, claim.programme, references)
    paid: set[UUID] = set()
    if programme.facts == "training":
        paid = await months.paid_for(tx, kind_of(programme, "first"), references)
    records = await identity_links.records_of(tx, (one.worker for one in lines))
    answers = await heard.facts_of(
        tx,
        [
            heard_facts.Line(
                cast("heard_facts.Of", programme.facts), one.worker, one.month or claim.filed_on,
                one.reference,
                Given(
                    approved_on=None if one.reference is None else first.get(one.reference),
                    renewed_until=one.renewed_until, agreement_until=one.agreement_until,
                    enterprise_pays=one.enterprise_pays,
                    recognised_on=one.recognised_on if RECOGNITION in papers else None,
                    provider_qualified=QUALIFICATION in papers, part=one.part,
                    first_part_paid=one.reference in paid, free_of_charge=one.free_of_charge,
                    group=one.group_key,
                ),
            )
            for one in lines
        ],
        records,
    )  # fmt: skip
    employers = await heard.employers_of(tx, references)

    def own(line: Line) -> bool:
        if claim.claimant_kind == "employer":
            known = None if line.reference is None else employers.get(line.reference)
            return known is None or known == claim.claimant_id
        return claim.claimant_kind == "provider" or claim.claimant_id in records[line.worker]

    return [
        Case(
            line, min(records[line.worker]), answer,
            Evidence(answer.missing, tuple(str(one) for one in answer.conflicts), own(line)),
        )
        for line, answer in zip(lines, answers, strict=True)
    ]  # fmt: skip


async def _cases_of_projects(tx: Tx, claim: Claim, lines: Sequence[Line]) -> list[Case]:
    """The same of projects, which stay locked: what this claim is granted, the next one counts as paid."""
    ids = [one.reference for one in lines if one.reference is not None]
    known = await projects.deciding_on(tx, ids)
    paid = await store.granted_before(tx, claim.id, ids)
    cases = []
    for line in lines:
        project = None if line.reference is None else known.get(line.reference)
        if project is None or project.programme != claim.programme:
            missing = Answer(None, {}, ("project",))
            cases.append(Case(line, claim.claimant_id, missing, Evidence(missing.missing)))
            continue
        facts = ProjectFacts(
            project.approved_on, claim.filed_on, project.approval, project.amount, line.spent,
            paid.get(project.id, 0), project.provincial_approval,
        )  # fmt: skip
        own = Evidence(of_claimant=project.body_id == claim.claimant_id)
        cases.append(Case(line, claim.claimant_id, Answer(facts, {}), own))
    return cases


async def _hold(tx: Tx, claim: Claim, granted: Sequence[Decided]) -> set[UUID]:
    """Take the months and the quarters of projects of these lines. Answers the lines that came second."""
    of_persons = [one for one in granted if one.case.line.worker_id is not None]
    asked = [
        Hold(line.id, line.reference, quarters_of(claim.quarter, line.span))
        for line in (one.case.line for one in granted)
        if line.span is not None and line.reference is not None
    ]
    lost = await months.hold(tx, [_month(claim, one) for one in of_persons])
    return lost | await projects.hold(tx, asked)


async def give_up(tx: Tx, lines: Sequence[Line]) -> None:
    """What these lines hold is free again."""
    await months.give_up(tx, [one.id for one in lines])
    await projects.give_up(tx, [one.id for one in lines])


async def _pass(rt: Runtime, tx: Tx, claim: Claim, cases: Sequence[Case]) -> list[Decided]:
    """Each case as the programme has it, on top of what its person has and is granted here."""
    law = law_of(rt.policies)
    asked: list[tuple[Case, Facts, Terms, Ask | None]] = []
    for case in cases:
        if case.facts is not None:
            terms, _ = law.of(claim.programme, case.facts)
            asked.append((case, case.facts, terms, _ask(case, case.facts, terms)))
    asks = [ask for _, _, _, ask in asked if ask is not None]
    records = await identity_links.records_of(tx, (one.worker_id for one in asks))
    found = iter(await months.standing(tx, asks, records))
    standings = [Standing() if ask is None else next(found) for _, _, _, ask in asked]
    granted = _Granted()
    done: dict[UUID, Decided] = {}
    for (case, facts, terms, ask), standing in sorted(
        zip(asked, standings, strict=True), key=lambda one: (one[0][1].values_on, one[0][0].line.number)
    ):  # fmt: skip
        if ask is not None:
            facts = _with(facts, granted.on_top(case.person, ask, standing))
        one = Decided(case, facts, terms, programmes.assess(facts, terms))
        if ask is not None and _granted(one):
            granted.note(case.person, ask, terms)
        done[case.line.id] = one
    return [done.get(case.line.id) or Decided(case) for case in cases]


class _Granted:
    """What the lines before this one were granted in the same review, by person."""

    def __init__(self) -> None:
        self._used: dict[UUID, dict[str, set[object]]] = defaultdict(lambda: defaultdict(set))
        self._kinds: dict[tuple[UUID, date], set[str]] = defaultdict(set)

    def note(self, person: UUID, ask: Ask, terms: Terms) -> None:
        programme = terms.programme
        assert programme is not None
        if programme.counter is not None:
            self._used[person][programme.counter].add(_unit(ask))
        if not ask.once:
            self._kinds[person, ask.month].add(programme.kind)

    def on_top(self, person: UUID, ask: Ask, standing: Standing) -> Standing:
        used = dict(standing.used)
        for counter, units in self._used[person].items():
            used[counter] = used.get(counter, 0) + len(units - {_unit(ask)})
        kinds = self._kinds[person, ask.month]
        return Standing(used, tuple(sorted({*standing.taken, *kinds})))


def _unit(ask: Ask) -> object:
    return ask.reference if ask.once else ask.month


def _ask(case: Case, facts: Facts, terms: Terms) -> Ask | None:
    """None: no version is in force, so that nothing can be granted, or it is not about a person."""
    if terms.programme is None or case.line.worker_id is None:
        return None
    month = month_of(terms.programme, _day(case.line, facts))
    once = terms.programme.period == "once"
    return Ask(case.line.worker, month, once, case.line.reference if once else None)


def _day(line: Line, facts: Facts) -> date:
    """The month, or the day whose law holds of what is given once."""
    return line.month or facts.law_on


def _with(facts: Facts, standing: Standing) -> Facts:
    if isinstance(facts, MonthFacts | AllowanceFacts):
        return replace(facts, used=standing.used, taken=standing.taken)
    if isinstance(facts, TrainingFacts | IntroductionFacts):
        return replace(facts, used=standing.used)
    return facts


def _granted(one: Decided) -> bool:
    return one.outcome == "granted"


def _month(claim: Claim, one: Decided) -> BenefitMonth:
    line, terms, facts = one.case.line, one.terms, one.facts
    assert terms is not None
    assert facts is not None
    assert terms.programme is not None
    assert one.assessment is not None
    programme = terms.programme
    return BenefitMonth(
        line.id, line.worker, claim.programme, kind_of(programme, line.part),
        month_of(programme, _day(line, facts)), programme.counter, line.reference,
        "claim", claim.id, one.amount, claim.area_code, claim.office,
        "insurance" in programme.occupies, "post" in programme.occupies,
    )  # fmt: skip


def _decision(rt: Runtime, claim: Claim, one: Decided, on: date) -> Decision:
    about, line = rt.policies.parameter_set_hash, one.case.line
    if one.facts is None or one.terms is None or one.assessment is None:
        return Decision(
            "claim-line", line.id, evidence.RULE, evidence.VERSION, on, ends_on(claim.quarter),
            evidence.conditions(one.case.evidence), evidence.facts_of(one.case.evidence),
            parameter_set=about, events=one.case.answer.events,
            outcome={"outcome": evidence.outcome(one.case.evidence)},
        )  # fmt: skip
    _, parameters = law_of(rt.policies).of(claim.programme, one.facts)
    return record.decision_of(
        claim.programme, one.facts, one.terms, one.assessment,
        noun="claim-line", entity_id=line.id, parameters=parameters, parameter_set=about,
        decided_on=on, events=one.case.answer.events,
    )  # fmt: skip


def _line(one: Decided, decision: Decision) -> Line:
    line = replace(
        one.case.line.undecided(), outcome=one.outcome, clause=decision.clause,
        decision_id=decision.id,
    )  # fmt: skip
    if one.assessment is None or one.facts is None or not _granted(one):
        return line
    assert one.terms is not None
    assert one.terms.programme is not None
    borne = one.assessment.borne_by("enterprise")
    whole = enterprise_share(one.terms.values) if isinstance(one.facts, AllowanceFacts) else 0
    return replace(
        line, amount=one.amount, payee_kind=payee_of(one.terms.programme),
        day=_day(line, one.facts), enterprise_bears=borne, backstop=whole - borne,
    )  # fmt: skip


def _of_the_fund(assessed: Assessment) -> int:
    return assessed.amount - assessed.borne_by("enterprise")


# --- looked at again later ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A granted line that would come out with less today: the fen of that, and why."""

    line: Line
    amount: int
    clause: str | None


async def otherwise(
    rt: Runtime,
    tx: Tx,
    claim: Claim,
    programme: Programme,
    papers: Collection[str],
    lines: Sequence[Line],
) -> list[Otherwise]:
    """Which granted lines today's facts would give less, with the counters and kinds of their decision.
    What is contradicted or not known any more is no reason: facts are. Of projects no facts arrive."""
    granted = [one for one in lines if one.outcome == "granted" and one.worker_id is not None]
    if not granted:
        return []
    known = await decisions.load_of(tx, [one.id for one in granted])
    law = law_of(rt.policies)
    found = []
    for case in await cases_of(tx, claim, programme, papers, granted):
        facts = case.answer.facts
        if facts is None:
            continue
        told = next(one for one in known[case.line.id] if one["id"] == str(case.line.decision_id))
        facts = _with(facts, _standing(told["facts"]))
        assessed = programmes.assess(facts, law.of(claim.programme, facts)[0])
        if _of_the_fund(assessed) < case.line.amount:
            found.append(Otherwise(case.line, _of_the_fund(assessed), assessed.clause))
    return found


def _standing(told: Mapping[str, object]) -> Standing:
    """Counters and kinds as a record has them."""
    used = cast("Mapping[str, int]", told["used"])
    return Standing(dict(used), tuple(cast("Sequence[str]", told.get("taken", ()))))
