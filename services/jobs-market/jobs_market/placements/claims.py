"""What a set of claims refers to, loaded at once, and the check of each claim against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from jobs_market.employers import usecases as employers
from jobs_market.employers.domain import Employer, UnknownEmployer
from jobs_market.outcomes import parameter
from jobs_market.placements import domain
from jobs_market.placements.domain import Placement
from jobs_market.posts import usecases as posts
from jobs_market.posts.domain import Post, UnknownPost
from jobs_market.public_welfare_posts import usecases as welfare
from jobs_market.public_welfare_posts.domain import Occupancy
from jobs_market.public_welfare_posts.usecases import Admission, Wish
from jobs_market.referrals import usecases as referrals
from jobs_market.referrals.domain import Referral, ReferralNotHired
from jobs_market.training_classes import usecases as classes
from jobs_market.training_classes.domain import TrainingClass, UnknownTrainingClass
from jobs_market.workers import usecases as workers
from jobs_market.workers.domain import Worker, WorkerNotYetKnown, check_for_good
from kit.db import Tx
from kit.life_facts import LifeFact
from kit.service import Runtime


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that claims name, by id; what is missing is refused when the claim is checked."""

    rt: Runtime
    workers: dict[UUID, Worker]
    records: dict[UUID, list[UUID]]  # by worker, all records of the person
    life_facts: dict[UUID, list[LifeFact]]  # by worker, of the person
    employers: dict[UUID, Employer]
    posts: dict[UUID, Post]
    referrals: dict[UUID, Referral]
    classes: dict[UUID, TrainingClass]
    admission: Admission

    def claim(self, draft: Placement) -> Placement:
        """The claim with employer and sector filled in. Raises what is unknown or does not fit."""
        worker = self.workers.get(draft.worker_id)
        if worker is None:
            raise WorkerNotYetKnown
        check_for_good(self.life_facts[draft.worker_id], draft.started_on)
        employer_id, sector = draft.employer_id, draft.sector
        months_min = 0
        if draft.public_welfare_post_id is not None:
            employer_id = employer_id or self.admission.employer_of(draft.public_welfare_post_id)
            months_min = parameter(self.rt, "public_welfare_contract", draft.started_on)
        if employer_id is not None:
            employer = self.employers.get(employer_id)
            if employer is None:
                raise UnknownEmployer
            sector = sector or employer.sector
        if (employer_id, sector) != (draft.employer_id, draft.sector):
            draft = replace(draft, employer_id=employer_id, sector=sector)
        self._check_references(draft)
        return domain.claim(draft, population=worker.population, welfare_months_min=months_min)

    def _check_references(self, draft: Placement) -> None:
        if draft.public_welfare_post_id is not None:
            self.admission.employer_of(draft.public_welfare_post_id)
        if draft.post_id is not None and draft.post_id not in self.posts:
            raise UnknownPost
        if draft.training_class_id is not None and draft.training_class_id not in self.classes:
            raise UnknownTrainingClass
        if draft.referral_id is not None:
            referral = self.referrals.get(draft.referral_id)
            if referral is None:
                raise ReferralNotHired
            referral.check_hired(draft.worker_id)

    def occupy(self, placement: Placement) -> Occupancy | None:
        """Give the placement its public-welfare post, when it names one. See ``Admission.admit``."""
        if placement.public_welfare_post_id is None:
            return None
        return self.admission.admit(
            Wish(
                placement.id,
                placement.public_welfare_post_id,
                placement.worker_id,
                placement.employer_id,
                placement.started_on,
            )
        )


async def gather(rt: Runtime, tx: Tx, drafts: Sequence[Placement], *, lock: bool) -> Facts:
    """Load what these claims name. ``lock`` locks the persons, as confirming them needs."""
    known = await workers.known(tx, [draft.worker_id for draft in drafts], lock=lock)
    wanted = [
        (draft.public_welfare_post_id, draft.worker_id)
        for draft in drafts
        if draft.public_welfare_post_id is not None
    ]
    admission = await welfare.open_admission(tx, wanted)
    employer_ids: list[UUID | None] = [draft.employer_id for draft in drafts]
    employer_ids += [post.employer_id for post in admission.posts.values()]
    return Facts(
        rt=rt,
        workers=known,
        records=await workers.records_of(tx, [draft.worker_id for draft in drafts]),
        life_facts=await workers.facts_of(tx, [draft.worker_id for draft in drafts]),
        employers=await employers.known(tx, employer_ids),
        posts=await posts.known(tx, [draft.post_id for draft in drafts]),
        referrals=await referrals.known(tx, [draft.referral_id for draft in drafts]),
        classes=await classes.known(tx, [draft.training_class_id for draft in drafts]),
        admission=admission,
    )
